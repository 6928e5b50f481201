//! Where packs are found, by name: in the folders that were given, beside the file that asks, in the project, in the binary.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::load::load_apart;
use super::lock::{ADDED_PACKS, LOCK_FILE, Lock, LockedPack};
use super::{Pack, built_in};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Folder;

/// Where packs are found that are part of the program.
const BUILT_IN: &str = "built in";

/// All packs that a run can use. Each is read once.
#[derive(Debug)]
pub struct Library {
    root: PathBuf,
    dirs: Vec<PathBuf>,
    /// The packs that were added to the project, or why the lock file can't say.
    lock: OnceLock<Result<Lock, Vec<Diagnostic>>>,
    cache: Mutex<Cache>,
}

/// A pack as it was found.
#[derive(Debug)]
pub struct Loaded {
    /// `None` where its manifest makes no sense.
    pub pack: Option<Arc<Pack>>,
    /// Where it was found: `scenarios/shop`, or `built in`.
    pub origin: String,
    /// What is wrong with its files.
    pub problems: Vec<Diagnostic>,
    /// How its files differ from what the lock file says of them: it is not the pack that was added.
    pub changes: Vec<Diagnostic>,
}

impl Loaded {
    /// What it is called: by its manifest, or where that makes no sense, by its folder.
    #[must_use]
    pub fn name(&self) -> &str {
        let folder = || self.origin.rsplit('/').next().unwrap_or_default();
        self.pack.as_ref().map_or_else(folder, |pack| &pack.name)
    }

    /// What keeps it from being used.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        let is_error = |problem: &&Diagnostic| problem.severity == Severity::Error;
        self.changes
            .iter()
            .chain(self.problems.iter().filter(is_error))
    }
}

#[derive(Debug, Default)]
struct Cache {
    /// By folder, or by name for those that are built in. A thread that needs a pack which another one is reading waits
    /// for it: two readings would be two packs.
    packs: HashMap<PathBuf, Arc<OnceLock<Arc<Loaded>>>>,
    /// The folder of the pack that a folder lies in.
    enclosing: HashMap<PathBuf, Option<PathBuf>>,
    /// Which folder a name means for files whose enclosing pack is this.
    places: HashMap<(Option<PathBuf>, String), Option<Found>>,
}

/// A pack of the name that was asked for, and another version than that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherVersion {
    /// None where the pack makes no sense.
    pub version: Option<semver::Version>,
    /// Where it is, as [`Loaded::origin`] says it.
    pub origin: String,
}

/// What a name was found to mean.
#[derive(Clone, Debug)]
enum Found {
    /// Its folder, whose links are resolved: one that is reached in several ways is one pack.
    Disk(PathBuf),
    BuiltIn(usize),
}

impl Library {
    /// `root` is the project's root, `dirs` are the folders that `--packs` named, first come first searched.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>, dirs: Vec<PathBuf>) -> Self {
        let root = root.into();
        Self {
            root: root.canonicalize().unwrap_or(root),
            dirs,
            lock: OnceLock::new(),
            cache: Mutex::default(),
        }
    }

    /// The pack of that name, as the file at `path` means it; `None` if there is none.
    #[must_use]
    pub fn find(&self, name: &str, path: &Path) -> Option<Arc<Loaded>> {
        let enclosing = self.enclosing_folder(path);
        let key = (enclosing, name.to_owned());
        let known = self.cache().places.get(&key).cloned();
        let found = known.unwrap_or_else(|| {
            let found = self.candidates(name, key.0.as_deref()).into_iter().next();
            self.cache().places.insert(key, found.clone());
            found
        });
        found.map(|found| self.load(&found))
    }

    /// The first pack of that name whose version is one of `required`.
    ///
    /// # Errors
    /// There is none; the others that have the name.
    pub fn find_version(
        &self,
        name: &str,
        required: &semver::VersionReq,
        path: &Path,
    ) -> Result<Arc<Loaded>, Vec<OtherVersion>> {
        let mut others = Vec::new();
        for found in self.candidates(name, self.enclosing_folder(path).as_deref()) {
            let loaded = self.load(&found);
            let version = loaded.pack.as_ref().map(|pack| pack.version.clone());
            if version.as_ref().is_some_and(|own| required.matches(own)) {
                return Ok(loaded);
            }
            others.push(OtherVersion {
                version,
                origin: loaded.origin.clone(),
            });
        }
        Err(others)
    }

    /// The pack in whose folder the file at `path` lies.
    #[must_use]
    pub fn enclosing(&self, path: &Path) -> Option<Arc<Loaded>> {
        let folder = self.enclosing_folder(path)?;
        Some(self.load(&Found::Disk(folder)))
    }

    /// Whether the file at `path` is one of those that make a pack: its manifest, its emulator, an action, its contract.
    #[must_use]
    pub fn is_own_file(&self, path: &Path) -> bool {
        let Some(pack) = self.enclosing_folder(path) else {
            return false;
        };
        let Ok(within) = path.strip_prefix(&pack) else {
            return false;
        };
        let is_yaml = within
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml");
        let name = within.file_name().unwrap_or_default().to_string_lossy();
        if name.contains(".scenario.") {
            return false;
        }
        let is_action = is_yaml && within.parent() == Some(Path::new("actions"));
        is_action
            || within == Path::new("pack.yaml")
            || within == Path::new("emulator.yaml")
            || is_contract(path)
    }

    /// The names of all packs that the file at `path` could use, sorted.
    #[must_use]
    pub fn names(&self, path: &Path) -> Vec<String> {
        let enclosing = self.enclosing_folder(path);
        let mut names: Vec<String> = self
            .shelves(enclosing.as_deref())
            .iter()
            .flat_map(|shelf| packs_in(shelf))
            .collect();
        names.extend(enclosing.as_deref().and_then(name_of));
        names.extend(built_in::PACKS.iter().map(|(name, _)| (*name).to_owned()));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Every pack that the file at `path` could use and that makes sense, by name.
    #[must_use]
    pub fn all(&self, path: &Path) -> Vec<Arc<Pack>> {
        let found = self.names(path);
        found
            .iter()
            .filter_map(|name| self.find(name, path)?.pack.clone())
            .collect()
    }

    /// The packs that were read so far, sorted by where they were found.
    #[must_use]
    pub fn loaded(&self) -> Vec<Arc<Loaded>> {
        let mut packs: Vec<Arc<Loaded>> = self
            .cache()
            .packs
            .values()
            .filter_map(|pack| pack.get().cloned())
            .collect();
        packs.sort_by(|left, right| left.origin.cmp(&right.origin));
        packs
    }

    /// The packs of the project's own that were read so far: those that are neither built in nor were added.
    #[must_use]
    pub fn own(&self) -> Vec<Arc<Loaded>> {
        let mut packs = self.loaded();
        packs.retain(|loaded| {
            loaded.origin != BUILT_IN && self.added(&self.root.join(&loaded.origin)).is_none()
        });
        packs
    }

    /// What is wrong with the files of the packs that were read so far.
    #[must_use]
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.loaded()
            .iter()
            .flat_map(|loaded| {
                let pack = loaded.pack.iter();
                let emulator = pack.flat_map(|pack| &pack.emulator_problems);
                let problems = loaded.changes.iter().chain(&loaded.problems);
                problems.chain(emulator).cloned().collect::<Vec<_>>()
            })
            .collect()
    }

    /// Which packs were added to the project.
    ///
    /// # Errors
    /// The lock file can't be read, or makes no sense.
    pub fn lock(&self) -> Result<&Lock, &[Diagnostic]> {
        let lock = self.lock.get_or_init(|| Lock::read(&self.root));
        lock.as_ref().map_err(Vec::as_slice)
    }

    /// The pack of the lock file whose folder this is, if it is one.
    #[must_use]
    pub fn added(&self, folder: &Path) -> Option<(&str, &LockedPack)> {
        let packs = &self.lock().ok()?.packs;
        let (name, pack) = packs.get_key_value(folder.file_name()?.to_str()?)?;
        (folder.parent()? == self.root.join(ADDED_PACKS)).then_some((name, pack))
    }

    /// How the pack in a folder differs from the one that was added there, if one was.
    fn changes(&self, folder: &Path) -> Vec<Diagnostic> {
        match self.lock() {
            // Any pack of the project may be one of those that the file would tell of.
            Err(problems) if folder.parent() == Some(&self.root.join(ADDED_PACKS)) => {
                let message = format!("`{LOCK_FILE}` does not say which packs were added");
                let problem = Diagnostic::error("lock-file", message);
                let first = problems.first().map(Diagnostic::one_line);
                vec![problem.note(first.unwrap_or_default())]
            }
            Err(_) => Vec::new(),
            Ok(_) => self
                .added(folder)
                .map(|(name, pack)| pack.check(&self.root, name))
                .unwrap_or_default(),
        }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // What a panicking thread left behind is whole: entries are only ever added.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The folders that packs lie in, in the order in which they are searched.
    fn shelves(&self, enclosing: Option<&Path>) -> Vec<PathBuf> {
        let mut shelves = self.dirs.clone();
        shelves.extend(enclosing.and_then(Path::parent).map(Path::to_owned));
        shelves.push(self.root.join("scenarios"));
        shelves
    }

    /// What a name can mean, in the order in which it is looked for.
    fn candidates(&self, name: &str, enclosing: Option<&Path>) -> Vec<Found> {
        let own = enclosing.filter(|folder| name_of(folder).as_deref() == Some(name));
        let given = self.dirs.iter().map(|dir| dir.join(name));
        let others = self.shelves(enclosing);
        let others = others
            .iter()
            .skip(self.dirs.len())
            .map(|shelf| shelf.join(name));
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in given.chain(own.map(Path::to_owned)).chain(others) {
            // One that was added and is gone is missed: no other of its name takes its place.
            let there = is_pack(&folder) || self.added(&folder).is_some();
            let folder = self.resolved(folder);
            if there && !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        let built_in = built_in::PACKS.iter().position(|(own, _)| *own == name);
        let on_disk = folders.into_iter().map(Found::Disk);
        on_disk.chain(built_in.map(Found::BuiltIn)).collect()
    }

    fn load(&self, found: &Found) -> Arc<Loaded> {
        let key = match found {
            Found::Disk(folder) => folder.clone(),
            Found::BuiltIn(index) => {
                PathBuf::from(format!("built in: {}", built_in::PACKS[*index].0))
            }
        };
        let pack = Arc::clone(self.cache().packs.entry(key).or_default());
        Arc::clone(pack.get_or_init(|| Arc::new(self.read(found))))
    }

    fn read(&self, found: &Found) -> Loaded {
        let (folder, origin, name) = match found {
            Found::BuiltIn(index) => {
                let (name, files) = built_in::PACKS[*index];
                (
                    Ok(Folder::Embedded(files)),
                    BUILT_IN.to_owned(),
                    name.to_owned(),
                )
            }
            Found::Disk(path) => (
                Folder::on_disk(path),
                self.display(path),
                name_of(path).unwrap_or_default(),
            ),
        };
        let changes = match found {
            Found::BuiltIn(_) => Vec::new(),
            Found::Disk(path) => self.changes(path),
        };
        let folder = match folder {
            Ok(folder) => folder,
            Err(error) => {
                let problem =
                    Diagnostic::error("unreadable-file", format!("can't read `{origin}`: {error}"));
                return Loaded {
                    pack: None,
                    origin,
                    problems: Vec::from_iter(changes.is_empty().then_some(problem)),
                    changes,
                };
            }
        };
        let shown = match found {
            Found::BuiltIn(_) => format!("built in: {name}"),
            Found::Disk(_) => origin.clone(),
        };
        let (mut pack, mut problems) = load_apart(&folder, &shown);
        if let Some(pack) = &mut pack {
            origin.clone_into(&mut pack.origin);
            if let Found::Disk(path) = found
                && !self.is_found_by(&pack.name, path)
            {
                problems.extend(misnamed(pack, &name));
            }
        }
        Loaded {
            pack: pack.map(Arc::new),
            origin,
            problems,
            changes,
        }
    }

    /// A pack's folder with its links resolved. One that was added stays where it was put, as the lock file knows it there.
    fn resolved(&self, folder: PathBuf) -> PathBuf {
        match self.lock() {
            Ok(_) if self.added(&folder).is_none() => folder.canonicalize().unwrap_or(folder),
            _ => folder,
        }
    }

    /// A folder as outputs call it: relative to the root where it lies below it, with `/`; elsewhere, as packs are looked for.
    fn display(&self, folder: &Path) -> String {
        let link = if folder.starts_with(&self.root) {
            None
        } else {
            self.entry_of(folder)
        };
        let shown = link.as_deref().unwrap_or(folder);
        let shown = shown.strip_prefix(&self.root).unwrap_or(shown);
        shown.to_string_lossy().replace('\\', "/")
    }

    /// By which entry of the folders that packs are looked for in a folder is found.
    fn entry_of(&self, folder: &Path) -> Option<PathBuf> {
        self.shelves(None).into_iter().find_map(|shelf| {
            let mut names = packs_in(&shelf);
            names.sort_unstable();
            let mut entries = names.into_iter().map(|name| shelf.join(name));
            entries.find(|entry| leads_to(entry, folder))
        })
    }

    /// Whether looking for a pack of that name leads to the folder.
    fn is_found_by(&self, name: &str, folder: &Path) -> bool {
        let mut shelves = self.shelves(Some(folder)).into_iter();
        name_of(folder).as_deref() == Some(name)
            || shelves.any(|shelf| leads_to(&shelf.join(name), folder))
    }

    /// The folder of the pack that the file at `path` lies in, if it lies in one.
    #[must_use]
    pub fn enclosing_folder(&self, path: &Path) -> Option<PathBuf> {
        let folder = path.parent()?;
        if let Some(known) = self.cache().enclosing.get(folder) {
            return known.clone();
        }
        let found = folder
            .ancestors()
            .find(|folder| is_pack(folder))
            .map(|folder| self.resolved(folder.to_owned()));
        self.cache()
            .enclosing
            .insert(folder.to_owned(), found.clone());
        found
    }
}

/// A pack is looked up by its folder's name, so the two must agree.
fn misnamed(pack: &Pack, folder: &str) -> Option<Diagnostic> {
    (!pack.name.is_empty() && pack.name != folder).then(|| {
        Diagnostic::error(
            "misnamed-pack",
            format!(
                "this pack is called `{}`, and its folder `{folder}`",
                pack.name
            ),
        )
        .at(pack.name_place.clone())
        .label(format!("expected `{folder}`"))
        .help("a pack is found by its folder's name: give both the same")
    })
}

fn is_pack(folder: &Path) -> bool {
    folder.join("pack.yaml").is_file()
}

/// Whether a file is an OpenAPI document, be it one that makes no sense.
fn is_contract(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = text.lines().map(str::trim_end);
    lines.any(|line| line.starts_with("openapi:") || line.trim_start().starts_with("\"openapi\":"))
}

fn leads_to(entry: &Path, folder: &Path) -> bool {
    entry.canonicalize().is_ok_and(|own| own == folder)
}

fn name_of(folder: &Path) -> Option<String> {
    Some(folder.file_name()?.to_string_lossy().into_owned())
}

/// The names of the packs that lie directly in a folder.
fn packs_in(shelf: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(shelf).into_iter().flatten().flatten();
    entries
        .filter(|entry| is_pack(&entry.path()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_that_several_threads_ask_for_is_read_once() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let library = Library::new(root, Vec::new());
        let file = root.join("case.scenario.yaml");
        let any = packs_in(&root.join("scenarios")).swap_remove(0);
        let start = std::sync::Barrier::new(8);
        let found: Vec<Arc<Loaded>> = std::thread::scope(|scope| {
            let ask = || {
                start.wait();
                library.find(&any, &file).expect("there is one")
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined.map(|found| found.expect("no panic")).collect()
        });
        assert!(found.iter().all(|loaded| Arc::ptr_eq(loaded, &found[0])));
    }

    #[cfg(unix)]
    #[test]
    fn a_pack_that_is_reached_in_several_ways_is_one_and_has_one_name() {
        let (project, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = project.path().canonicalize().unwrap();
        let pack = |folder: &Path, name: &str| {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join("pack.yaml"), format!("pack: {name}\n")).unwrap();
            folder.canonicalize().unwrap()
        };
        let near = pack(&root.join("packs/near"), "near");
        let far = pack(&elsewhere.path().join("far-v2"), "far");
        std::fs::create_dir(root.join("scenarios")).unwrap();
        for (name, target) in [("near", &near), ("far", &far)] {
            std::os::unix::fs::symlink(target, root.join("scenarios").join(name)).unwrap();
        }
        let library = Library::new(&root, Vec::new());
        for (name, target, origin) in [
            ("near", &near, "packs/near"),
            ("far", &far, "scenarios/far"),
        ] {
            let link = root.join("scenarios").join(name);
            let by_name = library.find(name, &root.join("a.scenario.yaml")).unwrap();
            let by_link = library.enclosing(&link.join("a.scenario.yaml")).unwrap();
            let by_path = library.enclosing(&target.join("a.scenario.yaml")).unwrap();
            assert!(Arc::ptr_eq(&by_name, &by_link) && Arc::ptr_eq(&by_name, &by_path));
            assert_eq!(by_name.origin, origin);
            assert!(by_name.errors().next().is_none(), "{by_name:?}");
        }
    }
}
