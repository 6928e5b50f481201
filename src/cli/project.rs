//! Finding the project, its scenario files and their packs.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use walkdir::WalkDir;

use crate::diagnostic::Diagnostic;
use crate::lint;
use crate::pack::{Library, Pack};
use crate::plan::{Loaded, NamedCase};
use crate::scenario::{self, FilePacks};
use crate::source::{Folder, Source};

/// The folder in which `run` looks if no path is given.
pub(super) const DEFAULT_FOLDER: &str = "scenarios";

/// The project: where names and paths start.
#[derive(Debug)]
pub(super) struct Project {
    /// The nearest folder upwards with a `probity.yaml`, else the current folder.
    pub root: PathBuf,
    current: PathBuf,
}

/// What the paths of the command line come to.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Scenario files in sorted order, each once.
    pub files: Vec<PathBuf>,
    /// Cases that were named as `FILE::id`.
    pub named: Vec<NamedCase>,
    /// The folders of added packs that have scenarios of their own. Those are their author's tests and not the user's,
    /// so they are found only where such a folder, or something in it, is named.
    pub left_out: Vec<String>,
}

impl Project {
    pub fn find(current: &Path) -> Self {
        let current = current
            .canonicalize()
            .unwrap_or_else(|_| current.to_owned());
        let root = current
            .ancestors()
            .find(|folder| folder.join("probity.yaml").is_file());
        Self {
            root: root.unwrap_or(&current).to_owned(),
            current: current.clone(),
        }
    }

    /// What every output calls a file: relative to the root, with `/`; the whole path if it is elsewhere.
    pub fn name(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = relative
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        parts.join("/").replacen("//", "/", 1)
    }

    /// A file of the project itself, for those who ask what it can use.
    pub fn file(&self) -> PathBuf {
        self.root.join("probity.yaml")
    }

    /// What is wrong with the packs that were added: they are to be as they were then.
    pub fn changed_packs(&self, library: &Library) -> Vec<Diagnostic> {
        match library.lock() {
            Ok(lock) => lock.check(&self.root),
            Err(problems) => problems.to_vec(),
        }
    }

    /// A pack by its name, or by its folder.
    pub fn pack(&self, name: &str, library: &Library) -> Result<Arc<Pack>, Vec<Diagnostic>> {
        let folder = self.current.join(name);
        let loaded = if folder.join("pack.yaml").is_file() {
            library.enclosing(&folder.join("pack.yaml"))
        } else {
            library.find(name, &self.file())
        };
        let Some(loaded) = loaded else {
            let names = library.names(&self.file());
            return Err(vec![
                Diagnostic::error("unknown-pack", format!("there is no pack `{name}`"))
                    .suggest(name, names.iter().map(String::as_str))
                    .help(format!("there are: {}", names.join(", "))),
            ]);
        };
        let errors: Vec<Diagnostic> = loaded.errors().cloned().collect();
        match &loaded.pack {
            Some(pack) if errors.is_empty() => Ok(Arc::clone(pack)),
            _ => Err(errors),
        }
    }

    /// Reads the packs that lie in the folders named, so that the library knows what is wrong with them.
    pub fn load_packs(&self, paths: &[String], library: &Library) {
        let default = [DEFAULT_FOLDER.to_owned()];
        let paths = if paths.is_empty() { &default } else { paths };
        for folder in paths.iter().filter_map(|path| self.locate(path).ok()) {
            for entry in WalkDir::new(folder).into_iter().filter_map(Result::ok) {
                if entry.file_name() == "pack.yaml" {
                    let _ = library.enclosing(entry.path());
                }
            }
        }
    }

    /// The scenario files that paths name.
    pub fn find_files(&self, paths: &[String], library: &Library) -> Result<Found, Diagnostic> {
        let mut found = Found::default();
        let (mut files, mut left_out) = (Vec::new(), BTreeSet::new());
        let mut search = |folder: &Path| {
            for file in scenario_files(folder) {
                let mut inner = file.ancestors().skip(1).take_while(|at| *at != folder);
                match inner.find(|folder| library.added(folder).is_some()) {
                    Some(pack) => {
                        left_out.insert(self.name(pack));
                    }
                    None => files.push(file),
                }
            }
        };
        if paths.is_empty() {
            let folder = self.root.join(DEFAULT_FOLDER);
            if !folder.is_dir() {
                return Err(no_scenarios(&self.root));
            }
            search(&folder);
        }
        let mut named = Vec::new();
        for path in paths {
            let (path, case) = match path.split_once("::") {
                Some((path, case)) => (path, Some(case)),
                None => (path.as_str(), None),
            };
            let full = self.locate(path)?;
            if full.is_dir() {
                if case.is_some() {
                    return Err(Diagnostic::error(
                        "path",
                        format!("`{path}` is a folder, and `::` names a scenario of a file"),
                    ));
                }
                search(&full);
                continue;
            }
            if let Some(case) = case {
                found.named.push(NamedCase {
                    file: self.name(&full),
                    name: case.to_owned(),
                });
            }
            named.push(full);
        }
        files.extend(named);
        // A file that is also named whole is not narrowed down.
        found.named.retain(|named| {
            !paths.iter().any(|path| {
                !path.contains("::")
                    && self
                        .locate(path)
                        .is_ok_and(|full| self.root.join(&named.file).starts_with(full))
            })
        });
        files.sort();
        files.dedup();
        found.files = files;
        found.left_out = left_out.into_iter().collect();
        Ok(found)
    }

    /// A path of the command line: from the current folder, or, as reports print it, from the root.
    fn locate(&self, path: &str) -> Result<PathBuf, Diagnostic> {
        let candidates = [self.current.join(path), self.root.join(path)];
        candidates.iter().find_map(|candidate| candidate.canonicalize().ok()).ok_or_else(|| {
            Diagnostic::error("path", format!("there is no file or folder `{path}`"))
                .help("paths are relative to the current folder, or to the project root as reports print them")
        })
    }

    /// Loads scenario files on several threads, and says of each in order what `look` makes of it.
    pub fn load_all<T: Send>(
        &self,
        files: &[PathBuf],
        library: &Library,
        given: &[String],
        look: impl Fn(Loaded) -> T + Sync,
    ) -> Vec<T> {
        /// To start a thread for fewer takes longer than to load them.
        const FEW: usize = 16;
        let load = |files: &[PathBuf]| -> Vec<T> {
            files
                .iter()
                .map(|file| look(self.load(file, library, given)))
                .collect()
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let share = files.len().div_ceil(threads).max(FEW);
        if files.len() <= share {
            return load(files);
        }
        thread::scope(|scope| {
            let threads: Vec<_> = files
                .chunks(share)
                .map(|files| scope.spawn(move || load(files)))
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        })
    }

    /// Loads a scenario file, lints it and finds its packs. `given` are the variables that the command line gives.
    fn load(&self, path: &Path, library: &Library, given: &[String]) -> Loaded {
        let name = self.name(path);
        let (folder, beside) = self.folder_of(path, library);
        let text = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                return unreadable(name, folder, &format!("can't read the file: {error}"));
            }
        };
        let Ok(text) = String::from_utf8(text) else {
            return unreadable(name, folder, "the file is not UTF-8 text");
        };
        let source = Source::new(&name, path, text);
        let (document, mut problems) = scenario::load(&source, folder.clone(), &beside);
        let mut packs = FilePacks::default();
        if let Some(document) = &document {
            let (found, missing) = document.resolve_packs(library);
            problems.extend(missing);
            problems = lint::lint(document, problems, &found, given);
            packs = found;
        }
        Loaded {
            name,
            document,
            problems,
            packs: packs.packs,
            default_pack: packs.default,
            folder,
            beside,
        }
    }

    /// The folder whose files a scenario file may name, and the file's place below it.
    fn folder_of(&self, path: &Path, library: &Library) -> (Folder, String) {
        let parent = path.parent().unwrap_or(Path::new("/"));
        let base = match library.enclosing_folder(path) {
            Some(pack) => pack,
            None if path.starts_with(&self.root) => self.root.clone(),
            None => parent.to_owned(),
        };
        let beside = parent.strip_prefix(&base).unwrap_or(Path::new(""));
        let beside = beside
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        (Folder::Disk(base), beside)
    }
}

fn unreadable(name: String, folder: Folder, why: &str) -> Loaded {
    let place =
        crate::source::Place::new(&Source::new(&name, "", ""), crate::source::Span::default());
    let problems = vec![Diagnostic::error("unreadable-file", why).at(place)];
    Loaded {
        name,
        document: None,
        problems,
        packs: Vec::new(),
        default_pack: None,
        folder,
        beside: String::new(),
    }
}

/// Scenario files below a folder, hidden folders left out.
fn scenario_files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
        })
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy();
            name.ends_with(".scenario.yaml") || name.ends_with(".scenario.yml")
        })
        .map(walkdir::DirEntry::into_path)
}

fn no_scenarios(root: &Path) -> Diagnostic {
    Diagnostic::error(
        "no-scenarios",
        format!(
            "there is no folder `{DEFAULT_FOLDER}/` in `{}`",
            root.display()
        ),
    )
    .help("`probity init` makes a project with a first scenario")
    .help("or name files and folders: `probity run PATH…`")
}

/// A library that looks in the folders of `--packs` first.
///
/// # Errors
/// One of these is no folder.
pub(super) fn library(
    project: &Project,
    packs: &[PathBuf],
) -> Result<Arc<Library>, Vec<Diagnostic>> {
    if let Some(missing) = packs.iter().find(|folder| !folder.is_dir()) {
        let message = format!("`--packs {}`: there is no such folder", missing.display());
        return Err(vec![Diagnostic::error("path", message)]);
    }
    Ok(Arc::new(Library::new(&project.root, packs.to_vec())))
}
