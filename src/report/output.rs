//! Files that appear whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// A file under a temporary name in its own folder, which takes its real name when it is complete. Until then a file of
/// that name stays as it was, and an unfinished one is removed.
#[derive(Debug)]
pub struct AtomicFile {
    state: State,
}

#[derive(Debug)]
enum State {
    Temporary {
        file: NamedTempFile,
        path: PathBuf,
    },
    /// What is no regular file, such as a pipe or `/dev/null`, can't be replaced and is written to as it is.
    Direct(File),
}

impl AtomicFile {
    /// Opens the file, and makes the folders that lead to it.
    pub fn create(path: &Path) -> io::Result<Self> {
        // Through a symbolic link the file is replaced that it leads to, not the link.
        let path = fs::canonicalize(path)
            .or_else(|_| fs::read_link(path).map(|target| beside(path, &target)))
            .unwrap_or_else(|_| path.to_owned());
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if path.exists() && !path.is_file() {
            let file = fs::OpenOptions::new().write(true).open(&path)?;
            return Ok(Self {
                state: State::Direct(file),
            });
        }
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let in_folder = |error: io::Error| {
            let message = format!("the folder `{}`: {}", folder.display(), reason(&error));
            io::Error::new(error.kind(), message)
        };
        fs::create_dir_all(folder).map_err(in_folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut builder = Builder::new();
        let prefix = format!(".{name}.");
        builder.prefix(&prefix).suffix(".tmp");
        if let Some(permissions) = usual_permissions() {
            builder.permissions(permissions);
        }
        let file = builder.tempfile_in(folder).map_err(in_folder)?;
        Ok(Self {
            state: State::Temporary { file, path },
        })
    }

    /// A writer to the file; flush it before [`AtomicFile::commit`].
    pub fn writer(&self) -> io::Result<BufWriter<impl Write + Send + use<>>> {
        let file = match &self.state {
            State::Temporary { file, .. } => file.as_file(),
            State::Direct(file) => file,
        };
        Ok(BufWriter::with_capacity(64 * 1024, file.try_clone()?))
    }

    /// The name that it has until it is complete.
    #[must_use]
    pub fn temporary(&self) -> Option<PathBuf> {
        match &self.state {
            State::Temporary { file, .. } => Some(file.path().to_owned()),
            State::Direct(_) => None,
        }
    }

    /// Gives the file its name, in place of one that has it.
    pub fn commit(self) -> io::Result<()> {
        match self.state {
            State::Temporary { file, path } => {
                file.persist(path).map_err(|failed| failed.error)?;
                Ok(())
            }
            State::Direct(_) => Ok(()),
        }
    }
}

/// What a link to a file that is not there yet leads to.
fn beside(link: &Path, target: &Path) -> PathBuf {
    link.parent().unwrap_or(Path::new("")).join(target)
}

/// Why something failed, without the temporary name that nobody asked for.
fn reason(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code).to_string(),
        None => error.kind().to_string(),
    }
}

/// As any program creates files, for the user's mask to narrow; a temporary file's own would hide reports from others.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)]
fn usual_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn usual_permissions() -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_name_only_once_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/deep/out.xml");
        let file = AtomicFile::create(&path).unwrap();
        let mut writer = file.writer().unwrap();
        writer.write_all(b"new").unwrap();
        writer.flush().unwrap();
        assert!(!path.exists());
        file.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn one_that_is_given_up_leaves_the_old_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.xml");
        fs::write(&path, "old").unwrap();
        drop(AtomicFile::create(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_longer_old_file_is_replaced_not_overwritten_in_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.xml");
        fs::write(&path, "a much longer old text").unwrap();
        let file = AtomicFile::create(&path).unwrap();
        let mut writer = file.writer().unwrap();
        writer.write_all(b"new").unwrap();
        writer.flush().unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(AtomicFile::create(folder.path()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_devices_written_to_and_others_may_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real.xml");
        let link = folder.path().join("link.xml");
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink("real.xml", &link).unwrap();
        AtomicFile::create(&link).unwrap().commit().unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "");
        fs::remove_file(&real).unwrap();
        AtomicFile::create(&link).unwrap().commit().unwrap();
        assert!(link.is_symlink() && real.is_file());
        let usual = folder.path().join("usual");
        fs::write(&usual, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&real), mode(&usual));

        let null = Path::new("/dev/null");
        AtomicFile::create(null).unwrap().commit().unwrap();
        assert!(!null.is_file());
    }
}
