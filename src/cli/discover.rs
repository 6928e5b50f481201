//! Looking for scenario files below a folder: what is found, what is left out, and what can't be looked into.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::pack::Library;

/// Endings of scenario files.
const ENDINGS: [&str; 2] = [".scenario.yaml", ".scenario.yml"];
/// A file that is larger is not looked into for scenarios.
const GLANCE: u64 = 256 * 1024;

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ScenarioFile {
    /// What outputs call it: its own path, or where that lies outside of the project, the one by which it was reached.
    pub called: PathBuf,
    /// Its own path, links resolved: it is the same file however it is reached.
    pub path: PathBuf,
}

/// What the folders that were searched come to.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    pub files: Vec<ScenarioFile>,
    /// The manifests of packs.
    pub packs: Vec<PathBuf>,
    /// The folders of added packs that have scenario files.
    pub left_out: Vec<PathBuf>,
    /// What can't be read, and why.
    pub unreadable: Vec<Unreadable>,
    /// Files that look like scenarios and are not called so.
    pub near_misses: Vec<PathBuf>,
}

/// A file or folder that can't be read.
#[derive(Clone, Debug)]
pub(super) struct Unreadable {
    pub path: PathBuf,
    pub why: String,
}

impl Discovered {
    /// Looks below a folder, hidden files and folders left out. Links are followed, but for those in added packs.
    pub fn search(&mut self, folder: &Path, library: &Library) {
        let is_added = |at: &Path| library.added(at).is_some();
        let inside_added = folder.ancestors().any(is_added);
        let inside_pack = folder.ancestors().any(is_pack);
        let mut entries = WalkDir::new(folder)
            .follow_links(!inside_added)
            .sort_by_file_name()
            .into_iter();
        let mut within = Within {
            linked: folder.canonicalize().is_ok_and(|own| own != folder),
            ..Within::default()
        };
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unreadable.extend(unreadable(folder, &error));
                    continue;
                }
            };
            within.leave(entry.depth());
            let is_folder = entry.file_type().is_dir();
            let leads_out = within.added.is_some() && entry.path_is_symlink();
            let leads_back = is_folder && leads_to_one_around(&entry, folder);
            if is_hidden(&entry) || leads_out || leads_back {
                if is_folder {
                    entries.skip_current_dir();
                }
            } else if is_folder {
                let added = !inside_added && entry.depth() > 0 && is_added(entry.path());
                within.enter(&entry, added, inside_pack);
            } else if entry.file_type().is_file() {
                self.take(&entry, &within);
            }
        }
    }

    fn take(&mut self, entry: &DirEntry, within: &Within) {
        let name = entry.file_name().to_string_lossy();
        let path = entry.path();
        if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            if let Some((_, pack)) = &within.added {
                self.left_out.push(pack.clone());
                return;
            }
            let linked = within.linked || within.link.is_some() || entry.path_is_symlink();
            let own = linked.then(|| path.canonicalize().ok()).flatten();
            self.files.push(ScenarioFile {
                called: path.to_owned(),
                path: own.unwrap_or_else(|| path.to_owned()),
            });
        } else if name == "pack.yaml" {
            self.packs.push(path.to_owned());
        } else if within.pack.is_none() && looks_like_scenarios(entry) {
            self.near_misses.push(path.to_owned());
        }
    }

    /// Puts what was found in order, each once.
    pub fn finish(&mut self, root: &Path) {
        for file in &mut self.files {
            if file.path.starts_with(root) {
                file.called.clone_from(&file.path);
            }
        }
        self.files.sort();
        let mut known = HashSet::new();
        self.files.retain(|file| known.insert(file.path.clone()));
        self.lose_twins();
        for paths in [&mut self.packs, &mut self.left_out, &mut self.near_misses] {
            paths.sort();
            paths.dedup();
        }
    }

    /// Takes out files whose scenarios would have the names of those of another file, as reports give them.
    fn lose_twins(&mut self) {
        let mut stems: HashMap<PathBuf, PathBuf> = HashMap::new();
        for file in std::mem::take(&mut self.files) {
            let twin = stem(&file.called).and_then(|stem| stems.insert(stem, file.called.clone()));
            let Some(twin) = twin else {
                self.files.push(file);
                continue;
            };
            let twin = twin.file_name().unwrap_or_default().to_string_lossy();
            let why = format!(
                "its scenarios have the names of those of `{twin}` beside it: rename one of the files"
            );
            self.unreadable.push(Unreadable {
                path: file.called,
                why,
            });
        }
    }
}

/// The path without the ending that reports leave out.
fn stem(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let mut endings = ENDINGS.iter();
    let stem = endings.find_map(|ending| name.strip_suffix(ending))?;
    Some(path.with_file_name(stem))
}

/// Whether an entry is a link to a folder that the searched one lies in. A link to one within it is the walk's own to see.
fn leads_to_one_around(entry: &DirEntry, searched: &Path) -> bool {
    if entry.depth() == 0 || !entry.path_is_symlink() {
        return false;
    }
    match (entry.path().canonicalize(), searched.canonicalize()) {
        (Ok(target), Ok(searched)) => searched.starts_with(target),
        _ => false,
    }
}

/// What a walk is in, and how deep that lies.
#[derive(Default)]
struct Within {
    /// The searched folder itself was reached by a link.
    linked: bool,
    link: Option<usize>,
    pack: Option<usize>,
    added: Option<(usize, PathBuf)>,
}

impl Within {
    /// Forgets what the walk has left, as it has come to this depth.
    fn leave(&mut self, depth: usize) {
        let inside = |at: &usize| depth > *at;
        self.link = self.link.filter(inside);
        self.pack = self.pack.filter(inside);
        self.added = self.added.take().filter(|(at, _)| inside(at));
    }

    /// Takes note of a folder. `added`: it is a pack that was added. `inside_pack`: all of the walk is in a pack.
    fn enter(&mut self, folder: &DirEntry, added: bool, inside_pack: bool) {
        let depth = folder.depth();
        if added && self.added.is_none() {
            self.added = Some((depth, folder.path().to_owned()));
        }
        if depth > 0 && folder.path_is_symlink() && self.link.is_none() {
            self.link = Some(depth);
        }
        if self.pack.is_none() && (inside_pack || is_pack(folder.path())) {
            self.pack = Some(depth);
        }
    }
}

fn is_pack(folder: &Path) -> bool {
    folder.join("pack.yaml").is_file()
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

/// What can't be looked into. A link back to a folder that it lies in leads to nothing new.
fn unreadable(folder: &Path, error: &walkdir::Error) -> Option<Unreadable> {
    let path = error.path().unwrap_or(folder);
    let below = path.strip_prefix(folder).unwrap_or(path);
    let mut parts = below.components().map(std::path::Component::as_os_str);
    if error.loop_ancestor().is_some() || parts.any(|part| part.to_string_lossy().starts_with('.'))
    {
        return None;
    }
    let why = match error.io_error() {
        Some(_) if path.is_symlink() && !path.exists() => {
            "this link leads nowhere, or where nothing can be read".to_owned()
        }
        Some(reason) => format!("can't look into it: {reason}"),
        None => format!("can't look into it: {error}"),
    };
    Some(Unreadable {
        path: path.to_owned(),
        why,
    })
}

/// Whether a YAML file that is not called `….scenario.yaml` has scenarios in it.
fn looks_like_scenarios(entry: &DirEntry) -> bool {
    let path = entry.path();
    let is_yaml = path.extension().is_some_and(|ending| {
        ["yaml", "yml"]
            .iter()
            .any(|yaml| ending.eq_ignore_ascii_case(yaml))
    });
    if !is_yaml || entry.metadata().map_or(0, |data| data.len()) > GLANCE {
        return false;
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = text.lines();
    lines.any(|line| line.starts_with("scenarios:")) && text.contains("steps:")
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    struct Project(tempfile::TempDir);

    impl Project {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self, path: &str) -> PathBuf {
            self.0.path().canonicalize().unwrap().join(path)
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.path(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn link(&self, path: &str, target: &Path) {
            let path = self.path(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(target, path).unwrap();
        }

        fn search(&self, folder: &str) -> Discovered {
            let root = self.0.path();
            let mut found = Discovered::default();
            let library = Library::new(
                root.parent().unwrap().join(root.file_name().unwrap()),
                Vec::new(),
            );
            let folder = self.path(folder);
            found.search(&folder, &library);
            found.finish(&root.canonicalize().unwrap());
            found
        }
    }

    fn called(found: &Discovered) -> Vec<PathBuf> {
        found.files.iter().map(|file| file.called.clone()).collect()
    }

    #[test]
    fn links_lead_to_files_by_their_own_paths_each_once() {
        let project = Project::new();
        project.write("shared/deep/a.scenario.yaml", "");
        project.write("scenarios/b.scenario.yaml", "");
        project.link("scenarios/folder", &project.path("shared"));
        project.link("scenarios/again", &project.path("shared/deep"));
        project.link(
            "scenarios/a.scenario.yaml",
            &project.path("shared/deep/a.scenario.yaml"),
        );
        let found = project.search("scenarios");
        assert_eq!(
            called(&found),
            [
                project.path("scenarios/b.scenario.yaml"),
                project.path("shared/deep/a.scenario.yaml")
            ]
        );
        assert!(found.unreadable.is_empty());
    }

    #[test]
    fn files_outside_of_the_project_are_called_by_the_first_link_to_them() {
        let (project, elsewhere) = (Project::new(), Project::new());
        elsewhere.write("shared/a.scenario.yaml", "");
        project.link("scenarios/one", &elsewhere.path("shared"));
        project.link(
            "scenarios/two.scenario.yaml",
            &elsewhere.path("shared/a.scenario.yaml"),
        );
        for folder in ["scenarios", "scenarios/one"] {
            let found = project.search(folder);
            let file = ScenarioFile {
                called: project.path("scenarios/one/a.scenario.yaml"),
                path: elsewhere.path("shared/a.scenario.yaml"),
            };
            assert_eq!(found.files, [file], "{folder}");
        }
    }

    #[test]
    fn a_loop_is_harmless_and_a_dangling_link_is_told() {
        let project = Project::new();
        project.write("scenarios/b.scenario.yaml", "");
        project.write("elsewhere/c.scenario.yaml", "");
        project.link("scenarios/sub/loop", &project.path("scenarios"));
        project.link("scenarios/up", &project.path("scenarios").join(".."));
        project.link("scenarios/gone.scenario.yaml", Path::new("nowhere"));
        project.link("scenarios/.#b.scenario.yaml", Path::new("an-editors-lock"));
        let found = project.search("scenarios");
        assert_eq!(called(&found), [project.path("scenarios/b.scenario.yaml")]);
        let [lost] = found.unreadable.as_slice() else {
            panic!("{:?}", found.unreadable)
        };
        assert_eq!(lost.path, project.path("scenarios/gone.scenario.yaml"));
    }

    #[test]
    fn a_folder_that_may_not_be_looked_into_is_told() {
        use std::os::unix::fs::PermissionsExt;
        let project = Project::new();
        project.write("scenarios/locked/a.scenario.yaml", "");
        let locked = project.path("scenarios/locked");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
        // Whoever may read everything, as root may, sees the file.
        let may_read = fs::read_dir(&locked).is_ok();
        let found = project.search("scenarios");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
        let lost: Vec<&PathBuf> = found.unreadable.iter().map(|lost| &lost.path).collect();
        if may_read {
            assert_eq!((found.files.len(), lost.len()), (1, 0));
        } else {
            assert_eq!(lost, [&locked]);
        }
    }

    #[test]
    fn links_of_an_added_pack_lead_nowhere() {
        let project = Project::new();
        project.write(
            "probity.lock",
            "version: 1\npacks:\n  acme:\n    version: 1.0.0\n    source: there\n    files: {}\n",
        );
        project.write("scenarios/acme/pack.yaml", "pack: acme\nversion: 1.0.0\n");
        project.write("private/a.scenario.yaml", "");
        project.link("scenarios/acme/private", &project.path("private"));
        for folder in ["scenarios", "scenarios/acme"] {
            let found = project.search(folder);
            assert!(
                found.files.is_empty() && found.left_out.is_empty(),
                "{folder}: {found:?}"
            );
        }
    }

    #[test]
    fn files_that_look_like_scenarios_are_told_except_in_packs() {
        let project = Project::new();
        let text = "scenarios:\n  a:\n    steps: []\n";
        project.write("scenarios/a.scenarios.yaml", text);
        project.write("scenarios/a.yml", text);
        project.write("scenarios/data.yaml", "- a: 1\n");
        project.write("scenarios/shop/pack.yaml", "");
        project.write("scenarios/shop/notes.yaml", text);
        let found = project.search("scenarios");
        assert_eq!(
            found.near_misses,
            [
                project.path("scenarios/a.scenarios.yaml"),
                project.path("scenarios/a.yml")
            ]
        );
    }
}
