//! Names of files as a repository knows them, in which the project may be one folder of several.

use std::borrow::Cow;
use std::path::Path;

/// Where the project lies in its repository.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    /// The repository's folder, with a `/` at its end; empty where it is not known.
    root: String,
    /// The project's folder in it, with a `/` at its end; empty where it is the same.
    project: String,
}

impl Repository {
    /// The repository that begins at `root`; nothing is known of one that the project does not lie in.
    #[must_use]
    pub fn around(root: &Path, project: &Path) -> Self {
        let folder = |path: &Path| match path.to_string_lossy().replace('\\', "/") {
            path if path.is_empty() || path.ends_with('/') => path,
            path => path + "/",
        };
        match project.strip_prefix(root) {
            Ok(below) => Self {
                root: folder(root),
                project: folder(below),
            },
            Err(_) => Self::default(),
        }
    }

    /// A file of the project, or one by its whole path, as it is called from the repository's folder.
    #[must_use]
    pub fn name<'n>(&self, file: &'n str) -> Cow<'n, str> {
        match file.strip_prefix(&self.root) {
            Some(below) if !self.root.is_empty() => Cow::Borrowed(below),
            _ if self.project.is_empty() || Path::new(file).is_absolute() => Cow::Borrowed(file),
            _ => Cow::Owned(format!("{}{file}", self.project)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_repositorys_folder() {
        let project = Path::new("/w/repo/tests/api");
        for (root, file, expected) in [
            ("/w/repo", "scenarios/a.yaml", "tests/api/scenarios/a.yaml"),
            ("/w/repo", "/w/repo/shared/a.yaml", "shared/a.yaml"),
            ("/w/repo", "/elsewhere/a.yaml", "/elsewhere/a.yaml"),
            ("/w/repo/tests/api", "scenarios/a.yaml", "scenarios/a.yaml"),
            ("/w/rep", "scenarios/a.yaml", "scenarios/a.yaml"),
        ] {
            let repository = Repository::around(Path::new(root), project);
            assert_eq!(repository.name(file), expected, "{root}");
        }
        assert_eq!(Repository::default().name("a.yaml"), "a.yaml");
    }
}
