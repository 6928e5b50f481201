//! The folder whose files a document may name: on disk or built into the binary, and nothing outside of it.

use std::path::{Component, Path, PathBuf};

/// A folder that files are read from and never out of.
#[derive(Clone, Debug)]
pub enum Folder {
    /// A folder on disk, with its symbolic links resolved.
    Disk(PathBuf),
    /// Files built into the binary: their paths, with `/`, and what they hold.
    Embedded(&'static [(&'static str, &'static [u8])]),
}

impl Folder {
    /// # Errors
    /// The folder does not exist or can't be read.
    pub fn on_disk(path: &Path) -> std::io::Result<Self> {
        path.canonicalize().map(Self::Disk)
    }

    /// Whether [`Self::read`] finds the file.
    ///
    /// # Errors
    /// A message that says why not.
    pub fn find(&self, beside: &str, path: &str) -> Result<(), String> {
        let relative = normalize(beside, path)?;
        match self {
            Self::Embedded(_) if self.contains(&relative) => Ok(()),
            Self::Embedded(_) => Err(format!("there is no file `{relative}`")),
            Self::Disk(root) => {
                let found = resolve(root, &relative, path)?;
                if found.is_file() {
                    Ok(())
                } else {
                    Err(format!("`{relative}` is not a file"))
                }
            }
        }
    }

    /// Reads the file that a document in `beside` (a path below the folder, empty for the folder itself) calls `path`.
    ///
    /// # Errors
    /// A message that says why not: absolute, outside of the folder, missing, unreadable.
    pub fn read(&self, beside: &str, path: &str) -> Result<Vec<u8>, String> {
        let relative = normalize(beside, path)?;
        match self {
            Self::Embedded(files) => match files.iter().find(|(name, _)| *name == relative) {
                Some((_, bytes)) => Ok(bytes.to_vec()),
                None => Err(format!("there is no file `{relative}`")),
            },
            Self::Disk(root) => {
                let resolved = resolve(root, &relative, path)?;
                std::fs::read(&resolved)
                    .map_err(|error| format!("can't read `{relative}`: {error}"))
            }
        }
    }

    /// Whether there is a file of that name in the folder.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        match self {
            Self::Embedded(files) => files.iter().any(|(name, _)| *name == path),
            Self::Disk(root) => normalize("", path).is_ok_and(|path| root.join(path).is_file()),
        }
    }

    /// The names of the files (not of folders) that lie directly in `path`, sorted; none where there is no such folder.
    ///
    /// # Errors
    /// A message that says why the folder can't be listed.
    pub fn list(&self, path: &str) -> Result<Vec<String>, String> {
        let relative = normalize("", path)?;
        let mut names: Vec<String> = match self {
            Self::Embedded(files) => {
                let inside = files.iter().filter_map(|(name, _)| {
                    let rest = name.strip_prefix(relative.as_str())?.strip_prefix('/')?;
                    (!rest.contains('/')).then(|| rest.to_owned())
                });
                inside.collect()
            }
            Self::Disk(root) => {
                let entries = match std::fs::read_dir(root.join(&relative)) {
                    Ok(entries) => entries,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                        return Ok(Vec::new());
                    }
                    Err(error) => return Err(format!("can't list `{relative}`: {error}")),
                };
                entries
                    .filter_map(Result::ok)
                    .filter(|entry| entry.path().is_file())
                    .filter_map(|entry| entry.file_name().into_string().ok())
                    .collect()
            }
        };
        names.sort_unstable();
        Ok(names)
    }
}

/// Where a file below `root` is, its links followed; `path` is what was written.
fn resolve(root: &Path, relative: &str, path: &str) -> Result<PathBuf, String> {
    let full = root.join(relative);
    let resolved = full.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no file `{relative}`"),
        _ => format!("can't read `{relative}`: {error}"),
    })?;
    if resolved.starts_with(root) {
        Ok(resolved)
    } else {
        Err(format!(
            "`{path}` leads out of the folder that files may be read from"
        ))
    }
}

/// `path` as seen from the folder itself, with `/`; an error where it is absolute or climbs out.
fn normalize(beside: &str, path: &str) -> Result<String, String> {
    let mut parts: Vec<&str> = beside.split('/').filter(|part| !part.is_empty()).collect();
    if Path::new(path)
        .components()
        .any(|part| matches!(part, Component::Prefix(_) | Component::RootDir))
    {
        return Err(format!(
            "`{path}` is an absolute path; write it relative to this file"
        ));
    }
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err(format!(
                        "`{path}` leads out of the folder that files may be read from"
                    ));
                }
            }
            name => parts.push(name),
        }
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(normalize("a/b", "../x.json").unwrap(), "a/x.json");
        assert_eq!(normalize("", "./x/y.json").unwrap(), "x/y.json");
        assert!(normalize("a", "../../x").is_err());
        assert!(normalize("a", "/etc/passwd").is_err());
    }

    #[test]
    fn a_link_out_of_the_folder_is_refused() {
        let outside = tempfile::NamedTempFile::new().unwrap();
        let inside = tempfile::tempdir().unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(outside.path(), inside.path().join("link")).unwrap();
        let folder = Folder::on_disk(inside.path()).unwrap();
        assert!(folder.read("", "link").unwrap_err().contains("leads out"));
    }

    #[test]
    fn embedded_files_are_found_by_path() {
        let folder = Folder::Embedded(&[("schemas/a.json", b"{}")]);
        assert_eq!(folder.read("schemas", "a.json").unwrap(), b"{}");
        assert!(folder.read("", "a.json").is_err());
        assert_eq!(folder.list("schemas").unwrap(), ["a.json"]);
        assert!(folder.list("sch").unwrap().is_empty());
        assert!(folder.contains("schemas/a.json") && !folder.contains("a.json"));
    }
}
