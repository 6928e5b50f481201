//! The files of a pack as data: read whole, and nothing but files of its own folder.

use std::collections::BTreeMap;
use std::path::Path;

use walkdir::WalkDir;

use crate::diagnostic::Diagnostic;
use crate::value::counted;

/// What each file holds, by its path in the pack, with `/`.
pub type PackFiles = BTreeMap<String, Vec<u8>>;

const MOST_FILES: usize = 2_000;
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Collects the files of a pack, within limits.
#[derive(Debug, Default)]
pub struct Collector {
    files: PackFiles,
    bytes: u64,
}

impl Collector {
    /// Whether a file of that name and size may be added.
    ///
    /// # Errors
    /// The name leads elsewhere, or there is too much.
    pub fn check(&mut self, path: &str, size: u64) -> Result<(), Diagnostic> {
        check_path(path)?;
        self.bytes = self.bytes.saturating_add(size);
        if self.files.len() >= MOST_FILES {
            let most = counted(MOST_FILES, "file");
            return Err(unfit(format!("the pack has more than {most}")));
        }
        if self.bytes > MOST_BYTES {
            let most = MOST_BYTES / 1024 / 1024;
            return Err(unfit(format!("the pack has more than {most} MiB")));
        }
        Ok(())
    }

    pub fn add(&mut self, path: String, bytes: Vec<u8>) {
        self.files.insert(path, bytes);
    }

    #[must_use]
    pub fn finish(self) -> PackFiles {
        self.files
    }
}

/// Reads all files below a folder; what belongs to a repository (`.git`) is left out.
///
/// # Errors
/// Something in it is no plain file or folder, such as a symbolic link, or it can't be read.
pub fn read_folder(folder: &Path) -> Result<PackFiles, Diagnostic> {
    let unreadable = |path: &str, error: &dyn std::fmt::Display| {
        Diagnostic::error("unreadable-file", format!("can't read `{path}`: {error}"))
    };
    let mut collector = Collector::default();
    let entries = WalkDir::new(folder)
        .follow_links(false)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git");
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(&folder.display().to_string(), &error))?;
        let kind = entry.file_type();
        if kind.is_dir() {
            continue;
        }
        let path = relative(folder, entry.path())?;
        if !kind.is_file() {
            return Err(not_a_file(&path, kind.is_symlink()));
        }
        let size = entry
            .metadata()
            .map_err(|error| unreadable(&path, &error))?;
        collector.check(&path, size.len())?;
        let bytes = std::fs::read(entry.path()).map_err(|error| unreadable(&path, &error))?;
        collector.add(path, bytes);
    }
    Ok(collector.finish())
}

/// A pack may hold nothing that leads out of it.
#[must_use]
pub fn not_a_file(path: &str, is_link: bool) -> Diagnostic {
    let what = if is_link {
        "a symbolic link"
    } else {
        "neither a file nor a folder"
    };
    unfit(format!("`{path}` is {what}")).help("a pack is made of plain files and folders")
}

fn unfit(message: String) -> Diagnostic {
    Diagnostic::error("unfit-pack", message)
}

fn relative(folder: &Path, path: &Path) -> Result<String, Diagnostic> {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let parts: Option<Vec<&str>> = relative
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    let parts = parts.ok_or_else(|| {
        unfit(format!(
            "the name of `{}` is not UTF-8 text",
            relative.display()
        ))
    })?;
    Ok(parts.join("/"))
}

/// Names that mean one file of the folder on every system.
fn check_path(path: &str) -> Result<(), Diagnostic> {
    let odd = path.contains(['\\', ':']) || path.chars().any(char::is_control);
    let climbs = path
        .split('/')
        .any(|part| matches!(part, "" | "." | "..") || part.eq_ignore_ascii_case(".git"));
    if odd || climbs {
        return Err(unfit(format!(
            "`{path}` can't be the name of a pack's file"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for path in [
            "../x",
            "a/../x",
            "/x",
            "a//b",
            ".",
            "a\\b",
            "c:x",
            "a\nb",
            ".git/config",
            "a/.GIT/x",
        ] {
            assert!(check_path(path).is_err(), "{path}");
        }
        for path in ["pack.yaml", "schemas/a b.json", "..a", ".hidden"] {
            assert!(check_path(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn files_are_found_at_any_depth_and_repositories_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        };
        write("pack.yaml");
        write("a/b/c.json");
        write(".git/config");
        let files = read_folder(folder.path()).unwrap();
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            ["a/b/c.json", "pack.yaml"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("x.json")).unwrap();
        let problem = read_folder(folder.path()).unwrap_err();
        assert_eq!(problem.message, "`x.json` is a symbolic link");
    }

    #[test]
    fn too_much_is_refused() {
        let mut collector = Collector::default();
        assert!(collector.check("a", MOST_BYTES).is_ok());
        assert!(collector.check("b", 1).is_err());
    }
}
