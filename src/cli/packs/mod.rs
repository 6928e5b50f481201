//! `probity pack`: packs of others are added to a project, listed and verified.

mod source;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use self::source::{Fetched, fetch};
use super::args::{AddArgs, PackCommand};
use super::exit::Exit;
use super::project::{Project, library};
use super::table::table;
use super::terminal::{Terminal, stdout_width, write_stdout};
use crate::diagnostic::{Diagnostic, Severity};
use crate::pack::{
    ADDED_PACKS, LOCK_FILE, Lock, LockedPack, Pack, PackFiles, digests, load, read_folder,
};
use crate::report::AtomicFile;
use crate::source::Folder;
use crate::value::counted;

/// Does what was asked for, and prints what came of it.
pub(super) fn run(command: &PackCommand, terminal: Terminal, current: &Path) -> Exit {
    let project = Project::find(current);
    let done = match command {
        PackCommand::Add(args) => add(args, &project, current),
        PackCommand::List => list(&project),
        PackCommand::Verify { names, accept } => verify(&project, names, *accept),
    };
    match done {
        Ok(said) => {
            write_stdout(&said);
            Exit::Passed
        }
        Err(problems) => {
            terminal.show(&problems);
            Exit::Invalid
        }
    }
}

fn add(args: &AddArgs, project: &Project, current: &Path) -> Result<String, Vec<Diagnostic>> {
    let mut lock = Lock::read(&project.root)?;
    let fetched = fetch(
        &args.source,
        args.path.as_deref(),
        args.rev.as_deref(),
        current,
    )
    .map_err(|problem| vec![problem])?;
    if !fetched.files.contains_key("pack.yaml") {
        let problem = Diagnostic::error(
            "pack-source",
            format!("`{}` has no `pack.yaml`", args.source),
        );
        return Err(vec![problem.help(where_packs_are(&fetched.files))]);
    }
    let shelf = project.root.join(ADDED_PACKS);
    let failed = |error: std::io::Error| vec![unwritable(ADDED_PACKS, &error)];
    fs::create_dir_all(&shelf).map_err(failed)?;
    // Hidden, so that nobody takes what is half there for a pack.
    let staging = tempfile::Builder::new()
        .prefix(".adding-")
        .tempdir_in(&shelf)
        .map_err(failed)?;
    let staged = staging.path().join("pack");
    write_files(&staged, &fetched.files).map_err(failed)?;
    let pack = read_pack(&staged, &args.source)?;
    let name = &pack.name;
    let target = shelf.join(name);
    if !args.force {
        may_be_replaced(&lock, project, name, &target)?;
    }
    let shown = format!("{ADDED_PACKS}/{name}");
    let replaced = target.exists();
    if replaced {
        fs::rename(&target, staging.path().join("before"))
            .map_err(|error| vec![unwritable(&shown, &error)])?;
    }
    fs::rename(&staged, &target).map_err(|error| vec![unwritable(&shown, &error)])?;
    let said = said_of_added(&pack, &shown, &fetched, lock.packs.get(name));
    lock.packs
        .insert(name.clone(), locked(&pack, args, fetched));
    write_lock(&project.root, &lock)?;
    Ok(said)
}

fn said_of_added(
    pack: &Pack,
    shown: &str,
    fetched: &Fetched,
    before: Option<&LockedPack>,
) -> String {
    let (name, version) = (&pack.name, &pack.version);
    let files = counted(fetched.files.len(), "file");
    let verb = match before {
        Some(before) if before.version != version.to_string() => {
            format!("updated {name} {} to {version}", before.version)
        }
        Some(_) => format!("added {name} {version} again"),
        None => format!("added {name} {version}"),
    };
    format!(
        "{verb}: {shown}, {files}; see `probity list actions`, and use it with `packs: [{name}]`\n"
    )
}

fn locked(pack: &Pack, args: &AddArgs, fetched: Fetched) -> LockedPack {
    LockedPack {
        version: pack.version.to_string(),
        files: digests(&fetched.files),
        source: fetched.source,
        path: args.path.clone(),
        rev: fetched.rev,
    }
}

/// The folders that do have a `pack.yaml`, if there are any.
fn where_packs_are(files: &PackFiles) -> String {
    let folders: Vec<String> = files
        .keys()
        .filter_map(|path| path.strip_suffix("/pack.yaml"))
        .map(|folder| format!("`--path {folder}`"))
        .collect();
    if folders.is_empty() {
        "a pack is a folder with a `pack.yaml`".to_owned()
    } else {
        format!("there are packs in it: {}", folders.join(", "))
    }
}

fn write_files(folder: &Path, files: &PackFiles) -> std::io::Result<()> {
    for (path, bytes) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        // New ones only: on a disk that tells no case apart, two names could be one file.
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)?
            .write_all(bytes)?;
    }
    Ok(())
}

/// The pack in a folder, if there is nothing wrong with it.
fn read_pack(folder: &Path, shown: &str) -> Result<Pack, Vec<Diagnostic>> {
    let folder = Folder::on_disk(folder).map_err(|error| vec![unwritable(shown, &error)])?;
    let (pack, mut problems) = load(&folder, shown);
    problems.retain(|problem| problem.severity == Severity::Error);
    match pack {
        Some(pack) if problems.is_empty() => Ok(pack),
        _ => Err(problems),
    }
}

/// What the user wrote is not replaced, nor what they changed.
fn may_be_replaced(
    lock: &Lock,
    project: &Project,
    name: &str,
    target: &Path,
) -> Result<(), Vec<Diagnostic>> {
    if !target.exists() {
        return Ok(());
    }
    let shown = format!("{ADDED_PACKS}/{name}");
    let Some(locked) = lock.packs.get(name) else {
        let problem = Diagnostic::error(
            "pack-exists",
            format!("there is a `{shown}`, which was not added"),
        )
        .help("move it away, or replace it with `--force`");
        return Err(vec![problem]);
    };
    let changed = locked.check(&project.root, name);
    if changed.is_empty() {
        return Ok(());
    }
    let mut problem =
        Diagnostic::error("pack-exists", format!("`{shown}` has changes of your own"));
    problem.notes = changed.into_iter().map(Diagnostic::into_message).collect();
    Err(vec![problem.help(
        "keep a copy of them, then replace the folder with `--force`",
    )])
}

fn list(project: &Project) -> Result<String, Vec<Diagnostic>> {
    let lock = Lock::read(&project.root)?;
    let library = library(project, &[])?;
    let rows: Vec<[String; 4]> = library
        .all(&project.file())
        .iter()
        .map(|pack| {
            let added = lock
                .packs
                .get(&pack.name)
                .filter(|_| pack.origin == format!("{ADDED_PACKS}/{}", pack.name));
            let from = added.map(|locked| {
                let changed = !locked.check(&project.root, &pack.name).is_empty();
                let state = if changed { ", changed since" } else { "" };
                let rev = locked
                    .rev
                    .as_ref()
                    .map(|rev| format!(" at {}", &rev[..rev.len().min(12)]));
                format!(
                    "added from {}{}{state}",
                    locked.source,
                    rev.unwrap_or_default()
                )
            });
            [
                pack.name.clone(),
                pack.version.to_string(),
                pack.origin.clone(),
                from.unwrap_or_default(),
            ]
        })
        .collect();
    let rows: Vec<&[String]> = rows.iter().map(<[String; 4]>::as_slice).collect();
    Ok(table(&rows, stdout_width()))
}

fn verify(project: &Project, names: &[String], accept: bool) -> Result<String, Vec<Diagnostic>> {
    let mut lock = Lock::read(&project.root)?;
    let known: Vec<String> = lock.packs.keys().cloned().collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        let problem = Diagnostic::error(
            "unknown-pack",
            format!("no pack `{name}` was added to this project"),
        )
        .suggest(name, known.iter().map(String::as_str));
        return Err(vec![problem]);
    }
    if known.is_empty() {
        return Ok("no pack was added to this project\n".to_owned());
    }
    let mut said = String::new();
    let mut problems = Vec::new();
    for (name, locked) in &mut lock.packs {
        if !names.is_empty() && !names.contains(name) {
            continue;
        }
        let changes = locked.check(&project.root, name);
        if changes.is_empty() {
            said += &format!(
                "{name} {}: {} as added\n",
                locked.version,
                counted(locked.files.len(), "file")
            );
        } else if accept {
            take(locked, project, name)?;
            said += &format!(
                "{name} {}: accepted {}\n",
                locked.version,
                counted(changes.len(), "change")
            );
        } else {
            problems.extend(changes);
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if accept {
        write_lock(&project.root, &lock)?;
    }
    Ok(said)
}

/// Takes the pack's files as they are.
fn take(locked: &mut LockedPack, project: &Project, name: &str) -> Result<(), Vec<Diagnostic>> {
    let folder = project.root.join(ADDED_PACKS).join(name);
    let pack = read_pack(&folder, &format!("{ADDED_PACKS}/{name}"))?;
    locked.version = pack.version.to_string();
    locked.files = digests(&read_folder(&folder).map_err(|problem| vec![problem])?);
    Ok(())
}

fn write_lock(root: &Path, lock: &Lock) -> Result<(), Vec<Diagnostic>> {
    let write = || {
        let file = AtomicFile::create(&root.join(LOCK_FILE))?;
        let mut writer = file.writer()?;
        writer.write_all(lock.text().as_bytes())?;
        writer.flush()?;
        file.commit()
    };
    write().map_err(|error| vec![unwritable(LOCK_FILE, &error)])
}

fn unwritable(path: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("pack", format!("can't write `{path}`: {error}"))
}
