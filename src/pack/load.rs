//! Loading a pack: its manifest, its actions, its contract.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Action, EmulatorFile, Environment, Pack, Target, decode};
use crate::diagnostic::{Diagnostic, read_text};
use crate::document::Decoder;
use crate::source::{self, Folder, Place, Source, Span};

/// Reads the pack that lies in `folder`. `name` is how the folder is called in messages, such as `scenarios/shop`.
///
/// The pack is `None` where its manifest makes no sense. Everything that is wrong with its files is a problem, placed in
/// the file that it is in.
#[must_use]
pub fn load(folder: &Folder, name: &str) -> (Option<Pack>, Vec<Diagnostic>) {
    let (pack, mut problems) = load_apart(folder, name);
    let emulator = pack.iter().flat_map(|pack| &pack.emulator_problems);
    problems.extend(emulator.cloned());
    (pack, problems)
}

/// Reads the pack; what is wrong with its emulator is with the pack, and not among the problems.
pub(super) fn load_apart(folder: &Folder, name: &str) -> (Option<Pack>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let Some((mut decoder, node)) = open(folder, name, "pack.yaml", &mut problems) else {
        return (None, problems);
    };
    let pack = decode::decode(&node, &mut decoder);
    problems.append(&mut decoder.problems);
    let Some(mut pack) = pack else {
        return (None, problems);
    };
    name.clone_into(&mut pack.origin);
    pack.actions = load_actions(folder, name, &mut problems);
    load_emulator(&mut pack, name);
    problems.extend(idle_emulator(&pack));
    (Some(pack), problems)
}

/// Reads a YAML file of the pack; a decoder for it, and its tree.
fn open(
    folder: &Folder,
    name: &str,
    path: &str,
    problems: &mut Vec<Diagnostic>,
) -> Option<(Decoder, source::Node)> {
    let full = in_pack(name, path);
    let disk = match folder {
        Folder::Disk(root) => root.join(path),
        Folder::Embedded(_) => path.into(),
    };
    let source = match folder.read("", path) {
        Ok(bytes) => read_text(full, disk, bytes),
        Err(message) => {
            let empty = Place::new(&Source::new(full, "", ""), Span::default());
            Err(Diagnostic::error("unreadable-file", message).at(empty))
        }
    };
    let source = source.map_err(|problem| problems.push(problem)).ok()?;
    let (node, found) = source::parse(&source);
    problems.extend(
        found
            .into_iter()
            .map(|problem| Diagnostic::from_problem(&source, problem)),
    );
    let beside = path.rsplit_once('/').map_or("", |(beside, _)| beside);
    let mut decoder = Decoder::new(&source, folder.clone(), beside);
    decoder.read_from = String::new();
    decoder.instead_of_env = "a pack reads no variables but its secrets: declare one, `secrets: {name: {env: …}}`, and read `secrets.name`";
    Some((decoder, node?))
}

/// Reads the emulator's file, which an environment may need.
fn load_emulator(pack: &mut Pack, name: &str) {
    if pack.folder.contains("emulator.yaml") {
        match EmulatorFile::load(&pack.folder, &in_pack(name, "emulator.yaml")) {
            Ok(emulator) => pack.emulator = Some(emulator),
            Err(found) => pack.emulator_problems = found,
        }
        return;
    }
    let needs_one = |environment: &&Environment| matches!(environment.target, Target::Emulator);
    if let Some(environment) = pack.environments.iter().find(needs_one) {
        let problem = Diagnostic::error("no-emulator", "this pack has no `emulator.yaml`")
            .at(environment.place.clone())
            .label("needs an emulator")
            .help("add the file, or list `environments` without an emulator");
        pack.emulator_problems.push(problem);
    }
}

/// That the pack has an emulator in which nothing is ever run.
fn idle_emulator(pack: &Pack) -> Option<Diagnostic> {
    let emulated = |one: &Environment| matches!(one.target, Target::Emulator);
    if !pack.folder.contains("emulator.yaml") || pack.environments.iter().any(emulated) {
        return None;
    }
    let first = pack.environments.first();
    let place = first.map_or(&pack.name_place, |first| &first.place);
    let message = "this pack has an `emulator.yaml`, and no environment that is its emulator";
    let problem = Diagnostic::warning("idle-emulator", message)
        .at(place.clone())
        .label("not on the emulator")
        .help("write `emulator: { emulator: true }` under `environments`");
    Some(problem)
}

/// A file of the pack as messages call it.
fn in_pack(name: &str, path: &str) -> String {
    if name.is_empty() {
        path.to_owned()
    } else {
        format!("{name}/{path}")
    }
}

fn load_actions(
    folder: &Folder,
    name: &str,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Arc<Action>> {
    let mut actions = BTreeMap::new();
    let files = match folder.list("actions") {
        Ok(files) => files,
        Err(message) => {
            problems.push(Diagnostic::error("unreadable-file", message));
            return actions;
        }
    };
    for file in files {
        let Some(stem) = file.strip_suffix(".yaml").or(file.strip_suffix(".yml")) else {
            continue;
        };
        let path = format!("actions/{file}");
        let Some((mut decoder, node)) = open(folder, name, &path, problems) else {
            continue;
        };
        let place = Place::new(&decoder.source, Span::new(0, 0));
        decoder.check_name(stem, "an action", place.clone());
        if let Some(action) = Action::decode(stem, place, &node, &mut decoder) {
            actions.insert(stem.to_owned(), Arc::new(action));
        }
        problems.append(&mut decoder.problems);
    }
    actions
}
