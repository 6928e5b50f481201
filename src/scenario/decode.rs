//! Reading scenario files from YAML.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::tables::{FILE, SCENARIO};
use super::{PackSettings, PackUse, Scenario, ScenarioFile};
use crate::diagnostic::Diagnostic;
use crate::document::{Decoder, Fields};
use crate::pack::{Action, SecretSpec};
use crate::source::{self, Entry, Folder, Node, Place, Source, Span, Yaml};
use crate::step::{PackName, Step, Variable};

/// Reads a scenario file. `folder` is where the files that it names are, `beside` its own place below it.
///
/// The file is `None` where it can't be read as YAML at all, or is no map. Everything else that is wrong is a problem
/// beside it: [`super::by_scenario`] tells which problems concern only one of the scenarios.
#[must_use]
pub fn load(
    source: &Arc<Source>,
    folder: Folder,
    beside: impl Into<String>,
) -> (Option<ScenarioFile>, Vec<Diagnostic>) {
    let (node, problems) = source::parse(source);
    let mut decoder = Decoder::new(source, folder, beside);
    decoder.problems = problems
        .into_iter()
        .map(|problem| Diagnostic::from_problem(source, problem))
        .collect();
    let written = decoder.problems.len();
    let file = node.and_then(|node| decode_file(&node, &mut decoder));
    drop_what_follows(&mut decoder.problems, written);
    if let Some(file) = &file {
        share(&mut decoder.problems[..written], file);
    }
    sort(&mut decoder.problems, source);
    (file, decoder.problems)
}

/// Drops what was only found since the text could not be read as it was meant: beyond the first `written`.
fn drop_what_follows(problems: &mut Vec<Diagnostic>, written: usize) {
    const CAUSES: [&str; 3] = ["comment-in-expression", "unknown-alias", "yaml-tag"];
    let line = |problem: &Diagnostic| {
        let place = problem.place.as_ref()?;
        Some((place.source.name.clone(), place.start().line))
    };
    let (text, _) = problems.split_at(written);
    let causes = text.iter().filter(|problem| CAUSES.contains(&problem.code));
    let lines: Vec<_> = causes.map(line).collect();
    let mut at = 0;
    problems.retain(|problem| {
        at += 1;
        let follows = matches!(
            problem.code,
            "expression-syntax" | "wrong-type" | "bad-jsonpath" | "empty"
        );
        at <= written || !follows || !lines.contains(&line(problem))
    });
}

/// Marks problems of the text that lie in a scenario, and that an alias brings into what is the file's too.
fn share(problems: &mut [Diagnostic], file: &ScenarioFile) {
    let lies_in_one = |place: &Place| {
        let mut scenarios = file.scenarios.iter();
        scenarios.any(|own| super::lies_in(place, &file.source, own.span))
    };
    for problem in problems {
        problem.of_file = problem.place.as_ref().is_some_and(lies_in_one)
            && problem.also.iter().any(|(place, _)| !lies_in_one(place));
    }
}

/// Puts problems in the order of their places, those of other files last.
fn sort(problems: &mut [Diagnostic], source: &Arc<Source>) {
    problems.sort_by_key(|problem| {
        let place = problem.place.as_ref();
        place.map(|place| (!Arc::ptr_eq(&place.source, source), place.span.start))
    });
}

fn decode_file(node: &Node, decoder: &mut Decoder) -> Option<ScenarioFile> {
    if matches!(node.value, Yaml::Null) {
        let problem = Diagnostic::error("empty", "this file is empty")
            .at(decoder.place(node))
            .help("a scenario file has at least `scenarios:` with one scenario in it");
        decoder.problem(problem);
        return None;
    }
    let fields = decoder.fields(node, &FILE);
    node.as_map()?;
    let before = decoder.problems.len();
    decoder.check_version(fields.get("version"));
    let mut file = ScenarioFile {
        source: Arc::clone(&decoder.source),
        name: fields
            .get("name")
            .and_then(|node| decoder.plain(node, "`name`"))
            .unwrap_or_else(|| default_name(&decoder.source.name)),
        description: text(&fields, "description", decoder),
        packs: fields
            .get("packs")
            .map(|node| decode_packs(node, decoder))
            .unwrap_or_default(),
        default_pack: fields
            .get("pack")
            .and_then(|node| PackName::decode(node, decoder)),
        tags: decode_tags(&fields, decoder),
        vars: decode_vars(&fields, decoder),
        secrets: fields
            .get("secrets")
            .map(|node| SecretSpec::decode_map(node, decoder))
            .unwrap_or_default(),
        actions: fields
            .get("actions")
            .map(|node| decode_actions(node, decoder))
            .unwrap_or_default(),
        settings: decode_settings(&fields, decoder),
        setup: steps(&fields, "setup", decoder),
        teardown: steps(&fields, "teardown", decoder),
        scenarios: Vec::new(),
    };
    if let Some(node) = fields.get("scenarios") {
        // What is the file's may stand in a scenario all the same, behind an alias.
        for problem in &mut decoder.problems[before..] {
            problem.of_file = problem
                .place
                .as_ref()
                .is_some_and(|place| super::lies_in(place, &file.source, node.span));
        }
        file.scenarios = decode_scenarios(node, decoder);
    }
    Some(file)
}

/// A file's name without its folder and `.scenario.yaml`.
fn default_name(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    [".scenario.yaml", ".scenario.yml", ".yaml", ".yml"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
        .to_owned()
}

fn text(fields: &Fields<'_>, key: &'static str, decoder: &mut Decoder) -> Option<String> {
    fields
        .get(key)
        .and_then(|node| decoder.plain(node, &format!("`{key}`")))
}

fn steps(fields: &Fields<'_>, key: &str, decoder: &mut Decoder) -> Vec<Step> {
    fields
        .get(key)
        .map(|node| Step::decode_list(node, decoder))
        .unwrap_or_default()
}

fn decode_vars(fields: &Fields<'_>, decoder: &mut Decoder) -> Vec<Variable> {
    fields
        .get("vars")
        .map(|node| Variable::decode_vars(node, decoder))
        .unwrap_or_default()
}

fn decode_tags(fields: &Fields<'_>, decoder: &mut Decoder) -> Vec<String> {
    let Some(node) = fields.get("tags") else {
        return Vec::new();
    };
    let words = decoder.words(node, "a tag");
    words
        .into_iter()
        .filter_map(|(tag, node)| {
            let place = decoder.place(&node);
            decoder
                .check_hyphenated_name(&tag, "a tag", place)
                .then_some(tag)
        })
        .collect()
}

/// `[pack, …]` or `{alias: pack, …}`, each with the versions that will do: `acme@^1`.
fn decode_packs(node: &Node, decoder: &mut Decoder) -> Vec<PackUse> {
    let mut packs: Vec<PackUse> = Vec::new();
    if let Yaml::Map(entries) = &node.value {
        for entry in entries {
            let place = decoder.key_place(&entry.key);
            decoder.check_hyphenated_name(&entry.key.text, "a pack", place.clone());
            let Some(text) = decoder.plain(&entry.value, "the name of a pack") else {
                continue;
            };
            if let Some(used) = decode_pack(&text, &entry.value, decoder) {
                let alias = entry.key.text.clone();
                packs.push(PackUse { alias, ..used });
                check_alias(&packs, place, decoder);
            }
        }
        return packs;
    }
    for (text, node) in decoder.words(node, "the name of a pack") {
        let Some(used) = decode_pack(&text, &node, decoder) else {
            continue;
        };
        if let Some(earlier) = packs.iter().find(|pack| pack.alias == used.alias) {
            let message = format!("`{}` is listed twice", used.alias);
            let problem = Diagnostic::error("duplicate-pack", message)
                .at(used.place)
                .label("listed again")
                .also(earlier.place.clone(), "first listed here");
            decoder.problem(problem);
            continue;
        }
        let place = used.place.clone();
        packs.push(used);
        check_alias(&packs, place, decoder);
    }
    packs
}

/// In expressions a hyphen is `_`: two packs must differ in more.
fn check_alias(packs: &[PackUse], place: Place, decoder: &mut Decoder) {
    let Some((last, others)) = packs.split_last() else {
        return;
    };
    let in_expressions = |pack: &PackUse| pack.alias.replace('-', "_");
    let name = in_expressions(last);
    if let Some(earlier) = others.iter().find(|pack| in_expressions(pack) == name) {
        let (first, second) = (&earlier.alias, &last.alias);
        let message =
            format!("`{first}` and `{second}` are one name in expressions: `packs.{name}`");
        let problem = Diagnostic::error("duplicate-pack", message)
            .at(place)
            .label("the second one")
            .also(earlier.place.clone(), "the first one")
            .help("give one of them another name: `packs: {name: pack}`");
        decoder.problem(problem);
    }
}

/// `pack`, or `pack@versions`.
fn decode_pack(text: &str, node: &Node, decoder: &mut Decoder) -> Option<PackUse> {
    let place = decoder.place(node);
    let (name, versions) = match text.split_once('@') {
        Some((name, versions)) => (name, Some(versions)),
        None => (text, None),
    };
    if !decoder.check_hyphenated_name(name, "a pack", place.clone()) {
        return None;
    }
    let versions = match versions.map(semver::VersionReq::parse).transpose() {
        Ok(versions) => versions,
        Err(error) => {
            let problem = Diagnostic::error(
                "bad-version",
                format!("what follows the `@` of `{text}` names no versions: {error}"),
            )
            .at(place)
            .label(format!("expected something like `{name}@^1`"));
            decoder.problem(problem);
            return None;
        }
    };
    Some(PackUse {
        alias: name.to_owned(),
        pack: name.to_owned(),
        versions,
        place,
    })
}

fn decode_actions(node: &Node, decoder: &mut Decoder) -> BTreeMap<String, Arc<Action>> {
    decoder
        .map(node)
        .iter()
        .filter_map(|entry| {
            let place = decoder.key_place(&entry.key);
            decoder.check_name(&entry.key.text, "an action", place.clone());
            let action = Action::decode(&entry.key.text, place, &entry.value, decoder)?;
            Some((entry.key.text.clone(), Arc::new(action)))
        })
        .collect()
}

fn decode_settings(fields: &Fields<'_>, decoder: &mut Decoder) -> Vec<PackSettings> {
    let Some(node) = fields.get("settings") else {
        return Vec::new();
    };
    decoder
        .map(node)
        .iter()
        .map(|entry| PackSettings {
            pack: PackName {
                name: entry.key.text.clone(),
                place: decoder.key_place(&entry.key),
            },
            values: Variable::decode_settings(&entry.value, decoder),
        })
        .collect()
}

fn decode_scenarios(node: &Node, decoder: &mut Decoder) -> Vec<Scenario> {
    if node.as_list().is_some() {
        let problem = Diagnostic::error("wrong-type", "expected a map of scenarios, found a list")
            .at(decoder.place(node))
            .label("expected a map")
            .help("give each scenario an id: `scenarios: {approve: {steps: […]}}`");
        decoder.problem(problem);
        return Vec::new();
    }
    let entries = decoder.map(node);
    if entries.is_empty() && matches!(node.value, Yaml::Null | Yaml::Map(_)) {
        let problem = Diagnostic::error("empty", "this file has no scenarios")
            .at(decoder.place(node))
            .label("nothing in it");
        decoder.problem(problem);
    }
    entries
        .iter()
        .map(|entry| {
            let before = decoder.problems.len();
            let scenario = decode_scenario(entry, decoder);
            let id = decoder.key_place(&entry.key);
            concern(&mut decoder.problems[before..], &id, whole(entry));
            scenario
        })
        .collect()
}

/// The id of a scenario and everything under it.
fn whole(entry: &Entry) -> Span {
    Span {
        start: entry.key.span.start,
        end: entry.value.span.end.max(entry.key.span.end),
    }
}

/// Marks problems that were found on behalf of a scenario but lie elsewhere, such as behind an alias or in a file of
/// cases, as concerning it.
fn concern(problems: &mut [Diagnostic], id: &Place, span: Span) {
    for problem in problems {
        let inside = problem
            .place
            .as_ref()
            .is_some_and(|place| super::lies_in(place, &id.source, span));
        if !inside {
            problem
                .also
                .push((id.clone(), "in this scenario".to_owned()));
        }
    }
}

/// Always gives a scenario, however little of it could be read, so that its problems are its own.
fn decode_scenario(entry: &Entry, decoder: &mut Decoder) -> Scenario {
    let place = decoder.key_place(&entry.key);
    decoder.check_hyphenated_name(&entry.key.text, "a scenario", place.clone());
    let node = &entry.value;
    let fields = decoder.fields(node, &SCENARIO);
    let steps_node = fields.get("steps");
    let no_steps = steps_node.is_some_and(|node| match &node.value {
        Yaml::Null => true,
        Yaml::List(items) => items.is_empty(),
        _ => false,
    });
    if no_steps {
        let problem = Diagnostic::error("empty", "this scenario has no steps")
            .at(place.clone())
            .label("does nothing");
        decoder.problem(problem);
    }
    Scenario {
        id: entry.key.text.clone(),
        place,
        span: whole(entry),
        name: text(&fields, "name", decoder),
        description: text(&fields, "description", decoder),
        tags: decode_tags(&fields, decoder),
        skip: fields
            .get("skip")
            .map(|node| Box::new(decoder.reason(node, "skip"))),
        condition: fields.get("if").and_then(|node| decoder.expression(node)),
        vars: decode_vars(&fields, decoder),
        rows: super::rows::decode(&fields, decoder),
        settings: decode_settings(&fields, decoder),
        timeout: fields
            .get("timeout")
            .and_then(|node| decoder.duration_setting(node)),
        reruns: fields
            .get("reruns")
            .and_then(|node| decoder.count(node, 0, "`reruns`")),
        steps: steps(&fields, "steps", decoder),
        teardown: steps(&fields, "teardown", decoder),
    }
}
