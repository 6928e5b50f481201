//! Finding the project, its scenario files and their packs.

use std::panic::resume_unwind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use super::discover::{Discovered, ScenarioFile, Unreadable};
use super::terminal::env;
use super::{inner, root_file};
use crate::diagnostic::{Diagnostic, Repository, read_text};
use crate::event::InvalidFile;
use crate::lint;
use crate::pack::{Library, Pack};
use crate::plan::{Loaded, NamedCase};
use crate::scenario::{self, FilePacks};
use crate::source::{Folder, Source};

/// The folder in which `run` looks if no path is given.
pub(super) const DEFAULT_FOLDER: &str = "scenarios";

/// The file that marks a project's root.
pub(super) const ROOT_FILE: &str = "probity.yaml";

/// The project: where names and paths start.
#[derive(Debug)]
pub(super) struct Project {
    /// The nearest folder upwards with a `probity.yaml`, else the current folder.
    pub root: PathBuf,
    pub current: PathBuf,
}

/// What the paths of the command line come to.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Scenario files in sorted order, each once.
    pub files: Vec<ScenarioFile>,
    /// Cases that were named as `FILE::id`.
    pub named: Vec<NamedCase>,
    /// The folders of added packs that have scenarios of their own. Those are their author's tests and not the user's,
    /// so they are found only where such a folder, or something in it, is named.
    pub left_out: Vec<String>,
    /// The manifests of packs in the folders that were named.
    pub packs: Vec<PathBuf>,
    /// Files of packs that were named, none of which has scenarios.
    pub pack_files: Vec<PathBuf>,
    /// What can't be looked into.
    pub unreadable: Vec<Unreadable>,
    /// What looks wrong with where files lie, and how they are called.
    pub warnings: Vec<Diagnostic>,
}

impl Found {
    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.unreadable.is_empty()
    }

    /// Adds to a problem what may be the reason for that nothing was found.
    pub fn hint(&self, problem: Diagnostic) -> Diagnostic {
        let near = self
            .warnings
            .iter()
            .filter(|warning| warning.code == "near-miss");
        let problem = near.fold(problem, |problem, near| {
            problem.note(format!("{}: {}", near.message, near.notes.join(", ")))
        });
        match (self.told_left_out(), self.left_out.first()) {
            (Some(told), Some(first)) => problem
                .note(told)
                .help(format!("name their folder to run them: `{first}`")),
            _ => problem,
        }
    }

    /// What was left out, in one line; `None` where nothing was.
    pub fn told_left_out(&self) -> Option<String> {
        let folders = self.left_out.join(", ");
        (!folders.is_empty())
            .then(|| format!("left out: the scenarios of packs that were added ({folders})"))
    }
}

impl Project {
    pub fn find(current: &Path) -> Self {
        let current = current
            .canonicalize()
            .unwrap_or_else(|_| current.to_owned());
        let root = current
            .ancestors()
            .find(|folder| folder.join(ROOT_FILE).is_file());
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

    /// The repository that the project lies in, as GitHub says where it is checked out.
    pub fn repository(&self) -> Repository {
        let workspace = env("GITHUB_WORKSPACE").filter(|folder| !folder.is_empty());
        let folder = workspace.and_then(|folder| Path::new(&folder).canonicalize().ok());
        folder.map_or_else(Repository::default, |folder| {
            Repository::around(&folder, &self.root)
        })
    }

    /// A file of the project itself, for those who ask what it can use.
    pub fn file(&self) -> PathBuf {
        self.root.join(ROOT_FILE)
    }

    /// The file that marks the root as an invalid one, if there is anything in it.
    pub fn invalid_root_file(&self) -> Option<InvalidFile> {
        let problems = root_file::problems(&self.file());
        (!problems.is_empty()).then(|| InvalidFile {
            file: ROOT_FILE.to_owned(),
            problems,
        })
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

    /// The scenario files that paths name.
    pub fn find_files(&self, paths: &[String], library: &Library) -> Result<Found, Diagnostic> {
        let mut found = Found::default();
        let mut discovered = Discovered::default();
        if paths.is_empty() {
            let folder = self.root.join(DEFAULT_FOLDER);
            if !folder.is_dir() {
                return Err(no_scenarios(&self.root));
            }
            discovered.search(&folder, library);
        }
        for path in paths {
            let (path, case) = self.part(path);
            let file = self.locate(path)?;
            if file.path.is_dir() {
                if case.is_some() {
                    return Err(Diagnostic::error(
                        "path",
                        format!("`{path}` is a folder, and `::` names a scenario of a file"),
                    ));
                }
                discovered.search(&file.called, library);
                continue;
            }
            if library.is_own_file(&file.path) {
                found.pack_files.push(file.path);
                continue;
            }
            if let Some(case) = case {
                found.named.push(NamedCase {
                    file: self.name(&file.called),
                    name: case.to_owned(),
                });
            }
            discovered.files.push(file);
        }
        discovered.finish(&self.root);
        // A file that is also named whole is not narrowed down.
        found.named.retain(|named| {
            !paths.iter().any(|path| {
                self.part(path).1.is_none()
                    && self
                        .locate(path)
                        .is_ok_and(|file| self.root.join(&named.file).starts_with(file.called))
            })
        });
        let paths: Vec<&Path> = discovered.files.iter().map(|file| &*file.path).collect();
        found.warnings = inner::warnings(self, &paths);
        found
            .warnings
            .extend(near_misses(self, &discovered.near_misses));
        found.left_out = discovered
            .left_out
            .iter()
            .map(|pack| self.name(pack))
            .collect();
        found.files = discovered.files;
        found.packs = discovered.packs;
        found.unreadable = discovered.unreadable;
        Ok(found)
    }

    /// That a file which was named has no scenarios, since it is one of a pack.
    pub fn refuse_pack_files(&self, found: &Found, library: &Library) -> Result<(), Diagnostic> {
        let Some(file) = found.pack_files.first() else {
            return Ok(());
        };
        let folder = library.enclosing_folder(file);
        let folder = self.name(folder.as_deref().unwrap_or(file));
        let message = format!(
            "`{}` is a file of the pack `{folder}`, and has no scenarios",
            self.name(file)
        );
        Err(Diagnostic::error("path", message)
            .help(format!("`probity lint {folder}` checks the pack, `probity run {folder}` runs the scenarios beside it")))
    }

    /// `PATH` or `FILE::id` in its parts. A path may have `::` in it, and then what is there tells where it ends.
    fn part<'t>(&self, typed: &'t str) -> (&'t str, Option<&'t str>) {
        if !typed.contains("::") || self.locate(typed).is_ok() {
            return (typed, None);
        }
        let mut splits = typed
            .match_indices("::")
            .map(|(at, _)| (&typed[..at], Some(&typed[at + 2..])));
        let first = splits.clone().next();
        let there = splits.find(|(path, _)| self.locate(path).is_ok());
        there.or(first).unwrap_or((typed, None))
    }

    /// A path of the command line: from the current folder, or, as reports print it, from the root.
    fn locate(&self, path: &str) -> Result<ScenarioFile, Diagnostic> {
        for typed in [self.current.join(path), self.root.join(path)] {
            let Ok(path) = typed.canonicalize() else {
                continue;
            };
            let link = without_dots(&typed);
            let leads_there = || link.canonicalize().is_ok_and(|target| target == path);
            let by_link =
                !path.starts_with(&self.root) && link.starts_with(&self.root) && leads_there();
            let called = if by_link { link } else { path.clone() };
            return Ok(ScenarioFile { called, path });
        }
        let problem = Diagnostic::error("path", format!("there is no file or folder `{path}`"));
        let problem = if is_word(path) {
            problem.help(format!(
                "to select by a tag or by a name, write `-t {path}` or `-k {path}`"
            ))
        } else {
            problem
        };
        Err(problem.help("paths are relative to the current folder, or to the project root as reports print them"))
    }

    /// Loads scenario files on several threads, and says of each in order what `look` makes of it; then of what can't be
    /// looked into.
    pub fn load_all<T: Send>(
        &self,
        found: &Found,
        library: &Library,
        given: &[String],
        look: impl Fn(Loaded) -> T + Sync,
    ) -> Vec<T> {
        /// To start a thread for fewer takes longer than to load them.
        const FEW: usize = 16;
        let load = |files: &[ScenarioFile]| -> Vec<T> {
            files
                .iter()
                .map(|file| look(self.load(file, library, given)))
                .collect()
        };
        let files = found.files.as_slice();
        let lost = found.unreadable.iter().map(|lost| {
            let folder = Folder::Disk(self.root.clone());
            look(unreadable(self.name(&lost.path), folder, &lost.why))
        });
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let share = files.len().div_ceil(threads).max(FEW);
        if files.len() <= share {
            return load(files).into_iter().chain(lost).collect();
        }
        let mut loaded: Vec<T> = thread::scope(|scope| {
            let threads: Vec<_> = files
                .chunks(share)
                .map(|files| scope.spawn(move || load(files)))
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        });
        loaded.extend(lost);
        loaded
    }

    /// Loads a scenario file, lints it and finds its packs. `given` are the variables that the command line gives.
    fn load(&self, file: &ScenarioFile, library: &Library, given: &[String]) -> Loaded {
        let ScenarioFile { called, path } = file;
        let name = self.name(called);
        let (folder, beside) = self.folder_of(path, library);
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                return unreadable(name, folder, &format!("can't read the file: {error}"));
            }
        };
        let source = match read_text(&name, path, bytes) {
            Ok(source) => source,
            Err(problem) => return unloadable(name, folder, problem),
        };
        let (document, mut problems) = scenario::load(&source, folder.clone(), &beside);
        let (mut packs, mut used) = (FilePacks::default(), Vec::new());
        if let Some(document) = &document {
            let (found, mut missing) = document.resolve_packs(library);
            inner::explain(self, path, &mut missing);
            problems.extend(missing);
            problems = lint::lint(document, problems, &found, given);
            used = lint::used(document, &found, given);
            packs = found;
        }
        Loaded {
            name,
            document: document.map(Box::new),
            problems,
            packs: packs.packs,
            default_pack: packs.default,
            folder,
            beside,
            used,
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

/// Whether what should be a path looks like the name of something else.
fn is_word(path: &str) -> bool {
    let is_of_names = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    !path.is_empty() && path.chars().all(is_of_names)
}

/// A path without `.` and `..`, links left as they are.
fn without_dots(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                tidy.pop();
            }
            part => tidy.push(part),
        }
    }
    tidy
}

fn unreadable(name: String, folder: Folder, why: &str) -> Loaded {
    let place =
        crate::source::Place::new(&Source::new(&name, "", ""), crate::source::Span::default());
    unloadable(
        name,
        folder,
        Diagnostic::error("unreadable-file", why).at(place),
    )
}

fn unloadable(name: String, folder: Folder, problem: Diagnostic) -> Loaded {
    Loaded {
        name,
        document: None,
        problems: vec![problem],
        packs: Vec::new(),
        default_pack: None,
        folder,
        beside: String::new(),
        used: Vec::new(),
    }
}

/// That files look like scenarios, and are not found by their names.
fn near_misses(project: &Project, files: &[PathBuf]) -> Option<Diagnostic> {
    let names: Vec<String> = files
        .iter()
        .map(|file| format!("`{}`", project.name(file)))
        .collect();
    let message = match names.len() {
        0 => return None,
        1 => "a file looks like scenarios, and is not called `….scenario.yaml`".to_owned(),
        many => format!("{many} files look like scenarios, and are not called `….scenario.yaml`"),
    };
    let problem = Diagnostic::warning("near-miss", message).note(names.join(", "));
    Some(problem.help("rename what is meant to be run; a file that is named on the command line may have any name"))
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

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_tells_where_a_path_ends() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["a.yaml", "b::c.yaml"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let project = Project::find(folder.path());
        for (typed, parts) in [
            ("a.yaml", ("a.yaml", None)),
            ("a.yaml::id", ("a.yaml", Some("id"))),
            ("a.yaml::id [x::y]", ("a.yaml", Some("id [x::y]"))),
            ("b::c.yaml", ("b::c.yaml", None)),
            ("b::c.yaml::id", ("b::c.yaml", Some("id"))),
            ("gone.yaml::id", ("gone.yaml", Some("id"))),
        ] {
            assert_eq!(project.part(typed), parts, "{typed}");
        }
    }
}
