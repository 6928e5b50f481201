//! Reading steps from YAML: the kinds, and what every step may have.

use super::entries::{Entries, decode_given};
use super::kinds::{COMMON, KINDS, check_keys, kind_of};
use super::tables::{REPEAT, SET, STEP};
use super::{ActionName, Group, Http, Input, Kind, PackName, Repeat, Set, Step, Uses, Variable};
use crate::check::{Expect, Subject};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::{Decoder, Fields, has_expression};
use crate::expr::{Expr, Setting, Template};
use crate::http::Method;
use crate::source::{Entry, Node, Place, Yaml, entry_help};
use crate::value::Value;

impl Step {
    /// Decodes a list of steps. Steps that can't be made sense of do nothing, with problems that say why.
    pub fn decode_list(node: &Node, decoder: &mut Decoder) -> Vec<Self> {
        if node.as_map().is_some() {
            let problem = Diagnostic::error("wrong-type", "expected a list of steps, found a map")
                .at(decoder.place(node))
                .label("expected a list")
                .help("begin each step with a hyphen: `- http: GET /path`");
            decoder.problem(problem);
            return Vec::new();
        }
        decoder
            .list(node)
            .iter()
            .filter_map(|item| Self::decode(item, decoder))
            .collect()
    }

    /// Decodes one step; `None` where it can't be made sense of, with problems that say why.
    pub fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        if let Some(text) = node.as_str() {
            let problem = Diagnostic::error("wrong-type", "expected a step, found a string")
                .at(decoder.place(node))
                .label("expected a map");
            decoder.problem(problem.help(step_help(text)));
            return None;
        }
        let before = decoder.problems.len();
        let fields = decoder.fields(node, &STEP);
        let entries = node.as_map()?;
        if entries.iter().any(|entry| entry.key.text == "uses") {
            explain_inputs(entries, before, decoder);
        }
        let Some((spec, entry)) = kind_of(&fields, decoder.place(node), decoder) else {
            let common = Common::decode("", &fields, decoder);
            return Some(common.with_kind(nothing(node, decoder), decoder.place(node)));
        };
        check_keys(spec, entries, decoder);
        let kind = decode_kind(spec.key, entry, &fields, decoder);
        let common = Common::decode(spec.key, &fields, decoder);
        let kind = match (kind, spec.key) {
            (Some(kind), _) => kind,
            (None, "http" | "uses" | "receive") => nothing(node, decoder),
            (None, _) => Kind::Check(Vec::new()),
        };
        Some(common.with_kind(kind, decoder.key_place(&entry.key)))
    }
}

/// What stands for a request that could not be read: it is never sent, since its problem makes the scenario invalid, but
/// its id and captures are known to the steps after it.
fn nothing(node: &Node, decoder: &Decoder) -> Kind {
    let target = Template {
        place: decoder.place(node),
        kind: crate::expr::Kind::Literal(Value::String("/".to_owned())),
    };
    Kind::Http(Box::new(Http {
        method: Method::GET,
        target,
        query: Entries::default(),
        headers: Entries::default(),
        body: None,
        auth: None,
        follow_redirects: Setting::Fixed(0),
        validate: false,
    }))
}

/// Says of unknown keys beside `uses` that an action has its inputs elsewhere, unless they look like one that goes there.
fn explain_inputs(entries: &[Entry], before: usize, decoder: &mut Decoder) {
    let own = KINDS.iter().find(|kind| kind.key == "uses");
    let own = own.map_or(&[][..], |kind| kind.keys);
    for entry in entries {
        let at_key = |problem: &&mut Diagnostic| {
            let place = problem.place.as_ref();
            place.is_some_and(|place| place.span == entry.key.span)
        };
        let Some(problem) = decoder.problems[before..].iter_mut().find(at_key) else {
            continue;
        };
        let key = &entry.key.text;
        let goes_there = own.iter().chain(&COMMON);
        if did_you_mean(key, goes_there.copied().chain(["uses"])).is_none()
            && !problem.help.iter().any(|help| help.contains("`with`"))
        {
            problem.help = vec![format!(
                "an input of the action is given under `with`: `with: {{ {key}: … }}`"
            )];
        }
    }
}

/// How a step that was written as a mere string should look.
fn step_help(text: &str) -> String {
    let method = text.split_whitespace().next().unwrap_or_default();
    if super::request::METHODS.contains(&method) {
        format!("write `http: {text}`")
    } else if let Some(help) = entry_help(text) {
        help
    } else {
        "a step is a map such as `http: GET /path`".to_owned()
    }
}

fn decode_kind(
    key: &str,
    entry: &Entry,
    fields: &Fields<'_>,
    decoder: &mut Decoder,
) -> Option<Kind> {
    let value = &entry.value;
    match key {
        "http" => {
            super::request::decode(value, fields, decoder).map(|http| Kind::Http(Box::new(http)))
        }
        "uses" => decode_uses(value, fields, decoder).map(|uses| Kind::Uses(Box::new(uses))),
        "receive" => super::receive::decode(value, fields, decoder)
            .map(|receive| Kind::Receive(Box::new(receive))),
        "wait" => decoder.duration_setting(value).map(Kind::Wait),
        "set" => Some(Kind::Set(Box::new(decode_set(value, decoder)))),
        "check" => Some(Kind::Check(decode_check(value, decoder))),
        "steps" => decode_group(value, fields, decoder).map(|group| Kind::Group(Box::new(group))),
        "parallel" => {
            let steps = Step::decode_list(value, decoder);
            refuse_empty(&entry.value, "`parallel` has no steps", decoder);
            Some(Kind::Parallel(steps))
        }
        _ => None,
    }
}

/// Says that a list that must have something in it is empty.
fn refuse_empty(node: &Node, message: &str, decoder: &mut Decoder) {
    let empty = match &node.value {
        Yaml::Null => true,
        Yaml::List(items) => items.is_empty(),
        _ => false,
    };
    if empty {
        let problem = Diagnostic::error("empty", message)
            .at(decoder.place(node))
            .label("nothing in it");
        decoder.problem(problem);
    }
}

fn decode_uses(node: &Node, fields: &Fields<'_>, decoder: &mut Decoder) -> Option<Uses> {
    let action = decode_action_name(node, decoder);
    let given = fields
        .get("with")
        .and_then(|with| decode_given(with, decoder));
    let with = fields
        .get("with")
        .filter(|_| given.is_none())
        .map(|with| decode_inputs(with, decoder))
        .unwrap_or_default();
    let headers = fields
        .get("headers")
        .map(|headers| Entries::decode(headers, decoder, super::request::decode_headers))
        .unwrap_or_default();
    let validate = fields
        .get("validate")
        .and_then(|node| decoder.flag(node, "`validate`"))
        .unwrap_or(true);
    Some(Uses {
        action: action?,
        with,
        given,
        headers,
        validate,
    })
}

/// `pack/action` or `./name`.
fn decode_action_name(node: &Node, decoder: &mut Decoder) -> Option<ActionName> {
    let text = decoder.plain(node, "the name of an action")?;
    let place = decoder.place(node);
    let bad = |decoder: &mut Decoder, message: String, help: &str| {
        let problem = Diagnostic::error("bad-action", message)
            .at(decoder.place(node))
            .label("expected `pack/action` or `./name`")
            .help(help);
        decoder.problem(problem);
        None
    };
    let Some((pack, name)) = text.split_once('/') else {
        let help = match text.split_once('.') {
            Some((pack, name)) if !pack.is_empty() => format!("write `uses: {pack}/{name}`"),
            _ => {
                format!("write `uses: pack/{text}`, or `uses: ./{text}` for an action of this file")
            }
        };
        return bad(decoder, format!("`{text}` names no pack"), &help);
    };
    if name.contains('/') || pack.is_empty() || name.is_empty() {
        return bad(
            decoder,
            format!("`{text}` is not the name of an action"),
            "an action is named by its pack and its file's name without `.yaml`: `pack/action`",
        );
    }
    if let Some(stem) = name.strip_suffix(".yaml").or(name.strip_suffix(".yml")) {
        return bad(
            decoder,
            format!("`{text}` is a file, not the name of an action"),
            &format!("write `uses: {pack}/{stem}`"),
        );
    }
    let pack = (pack != ".").then(|| pack.to_owned());
    if let Some(pack) = &pack
        && !decoder.check_hyphenated_name(pack, "a pack", place.clone())
    {
        return None;
    }
    if !decoder.check_name(name, "an action", place.clone()) {
        return None;
    }
    Some(ActionName {
        pack,
        name: name.to_owned(),
        place,
    })
}

fn decode_inputs(node: &Node, decoder: &mut Decoder) -> Vec<Input> {
    decoder
        .map(node)
        .iter()
        .map(|entry| Input {
            name: entry.key.text.clone(),
            place: decoder.key_place(&entry.key),
            value: decoder.template(&entry.value),
        })
        .collect()
}

fn decode_set(node: &Node, decoder: &mut Decoder) -> Set {
    let known = decoder.problems.len();
    let fields = decoder.fields(node, &SET);
    for problem in &mut decoder.problems[known..] {
        if let Some(key @ "pack") = problem.place.as_ref().map(Place::text) {
            problem.help = vec![format!("`{key}` stands beside `set`, not in it")];
        }
    }
    if node.as_map().is_some_and(<[Entry]>::is_empty) {
        refuse_nothing(node, decoder);
    }
    Set {
        vars: fields
            .get("vars")
            .map(|vars| Variable::decode_map(vars, decoder))
            .unwrap_or_default(),
        headers: fields
            .get("headers")
            .map(|headers| super::request::decode_headers(headers, decoder))
            .unwrap_or_default(),
    }
}

fn refuse_nothing(node: &Node, decoder: &mut Decoder) {
    let problem = Diagnostic::error("empty", "`set` sets nothing")
        .at(decoder.place(node))
        .label("nothing in it")
        .help("write `set: {vars: {name: value}}`");
    decoder.problem(problem);
}

impl Variable {
    /// Decodes a map of variables, such as `vars`.
    pub fn decode_map(node: &Node, decoder: &mut Decoder) -> Vec<Self> {
        Self::decode_by(node, decoder, Decoder::template)
    }

    fn decode_by(
        node: &Node,
        decoder: &mut Decoder,
        value: fn(&mut Decoder, &Node) -> Template,
    ) -> Vec<Self> {
        decoder
            .map(node)
            .iter()
            .map(|entry| {
                let place = decoder.key_place(&entry.key);
                decoder.check_variable(&entry.key.text, place.clone());
                Self {
                    name: entry.key.text.clone(),
                    place,
                    value: value(decoder, &entry.value),
                }
            })
            .collect()
    }

    /// Decodes the `vars` of a scenario file, which may come from the environment.
    pub fn decode_vars(node: &Node, decoder: &mut Decoder) -> Vec<Self> {
        Self::decode_by(node, decoder, Decoder::variable)
    }

    /// Decodes the settings of an emulator: names and values.
    pub fn decode_settings(node: &Node, decoder: &mut Decoder) -> Vec<Self> {
        decoder
            .map(node)
            .iter()
            .map(|entry| Self {
                name: entry.key.text.clone(),
                place: decoder.key_place(&entry.key),
                value: decoder.template(&entry.value),
            })
            .collect()
    }
}

fn decode_check(node: &Node, decoder: &mut Decoder) -> Vec<Expr> {
    refuse_empty(node, "`check` has no expression", decoder);
    match &node.value {
        Yaml::List(items) => items
            .iter()
            .filter_map(|item| decoder.expression(item))
            .collect(),
        Yaml::Null => Vec::new(),
        _ => decoder.expression(node).into_iter().collect(),
    }
}

fn decode_group(node: &Node, fields: &Fields<'_>, decoder: &mut Decoder) -> Option<Group> {
    let steps = Step::decode_list(node, decoder);
    refuse_empty(node, "this group has no steps", decoder);
    let repeat = match fields.get("repeat") {
        Some(repeat) => Some(decode_repeat(repeat, decoder)?),
        None => None,
    };
    Some(Group { steps, repeat })
}

fn decode_repeat(node: &Node, decoder: &mut Decoder) -> Option<Repeat> {
    let fields = decoder.fields(node, &REPEAT);
    let condition = fields
        .get("while")
        .and_then(|condition| decoder.expression(condition));
    let max = fields
        .get("max")
        .and_then(|max| decoder.count_setting(max, 1, "`max`"));
    Some(Repeat {
        condition: condition?,
        max: max?,
    })
}

/// What every step may have, whatever its kind.
struct Common {
    id: Option<String>,
    name: Option<Template>,
    condition: Option<Expr>,
    for_each: Option<Template>,
    expect: Option<Expect>,
    capture: Vec<super::Capture>,
    poll: Option<Box<super::Poll>>,
    retry: Option<Box<super::Retry>>,
    replay: Option<Box<super::Replay>>,
    cleanup: Vec<Step>,
    timeout: Option<Setting<std::time::Duration>>,
    soft: Setting<bool>,
    pack: Option<PackName>,
}

impl Common {
    fn decode(kind: &str, fields: &Fields<'_>, decoder: &mut Decoder) -> Self {
        let expect = fields.get("expect").map(|node| {
            let expect = Expect::decode(node, decoder);
            check_subjects(kind, &expect, fields, decoder);
            expect
        });
        Self {
            id: fields.get("id").and_then(|node| decode_id(node, decoder)),
            name: fields
                .get("name")
                .map(|node| decoder.text_template(node, "a name")),
            condition: fields.get("if").and_then(|node| decoder.expression(node)),
            for_each: fields
                .get("for_each")
                .and_then(|node| decode_for_each(node, decoder)),
            expect,
            capture: fields
                .get("capture")
                .map(|node| decode_capture(kind, node, decoder))
                .unwrap_or_default(),
            poll: fields
                .get("poll")
                .and_then(|node| super::Poll::decode(node, decoder))
                .map(Box::new),
            retry: fields
                .get("retry")
                .and_then(|node| super::Retry::decode(node, decoder))
                .map(Box::new),
            replay: fields
                .get("replay")
                .and_then(|node| super::Replay::decode(node, decoder))
                .map(Box::new),
            cleanup: fields
                .get("cleanup")
                .map(|node| decode_cleanup(node, decoder))
                .unwrap_or_default(),
            timeout: fields
                .get("timeout")
                .and_then(|node| decoder.duration_setting(node)),
            soft: fields
                .get("soft")
                .and_then(|node| decoder.boolean_setting(node))
                .unwrap_or(Setting::Fixed(false)),
            pack: fields
                .get("pack")
                .and_then(|node| PackName::decode(node, decoder)),
        }
    }

    fn with_kind(self, kind: Kind, place: crate::source::Place) -> Step {
        Step {
            place,
            id: self.id,
            name: self.name.map(Box::new),
            kind,
            condition: self.condition,
            for_each: self.for_each.map(Box::new),
            expect: self.expect,
            capture: self.capture,
            poll: self.poll,
            retry: self.retry,
            replay: self.replay,
            cleanup: self.cleanup,
            timeout: self.timeout,
            soft: self.soft,
            pack: self.pack.map(Box::new),
        }
    }
}

fn decode_id(node: &Node, decoder: &mut Decoder) -> Option<String> {
    let id = decoder.plain(node, "an id")?;
    let place = decoder.place(node);
    decoder.check_name(&id, "a step", place).then_some(id)
}

impl PackName {
    /// The name of a pack, written out.
    pub fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let name = decoder.plain(node, "the name of a pack")?;
        let place = decoder.place(node);
        decoder
            .check_hyphenated_name(&name, "a pack", place.clone())
            .then_some(Self { name, place })
    }
}

/// A list, or an expression that gives one; the braces may be left out.
fn decode_for_each(node: &Node, decoder: &mut Decoder) -> Option<Template> {
    match &node.value {
        Yaml::List(_) => Some(decoder.template(node)),
        Yaml::String(_) if has_expression(node) => Some(decoder.template(node)),
        Yaml::String(text) => {
            let before = decoder.problems.len();
            let Some(expr) = decoder.expression(node) else {
                if text.value.contains(',')
                    && let Some(problem) = decoder.problems.get_mut(before)
                {
                    let help = format!("for a list of values, write `[{}]`", text.value);
                    problem.help.push(help);
                }
                return None;
            };
            Some(Template {
                place: decoder.place(node),
                kind: crate::expr::Kind::Expr(expr),
            })
        }
        _ => {
            decoder.expected("a list, or an expression that gives one", node);
            None
        }
    }
}

fn decode_cleanup(node: &Node, decoder: &mut Decoder) -> Vec<Step> {
    match &node.value {
        Yaml::Map(_) | Yaml::String(_) => Step::decode(node, decoder).into_iter().collect(),
        _ => Step::decode_list(node, decoder),
    }
}

fn decode_capture(kind: &str, node: &Node, decoder: &mut Decoder) -> Vec<super::Capture> {
    let captures = super::Capture::decode_map(node, decoder);
    if kind == "receive" {
        for capture in &captures {
            capture.refuse_unfit_for_webhooks(decoder);
        }
    }
    captures
}

/// Refuses checks that are about something which a step of this kind does not bring to light.
fn check_subjects(kind: &str, expect: &Expect, fields: &Fields<'_>, decoder: &mut Decoder) {
    match kind {
        "receive" => return expect.refuse_unfit_for_webhooks(decoder),
        "" => {}
        _ => expect.refuse_signature(decoder),
    }
    let replay = fields.get("replay");
    let concurrent = replay.is_some_and(|replay| replay.get("concurrent").is_some());
    for check in &expect.checks {
        let (subject, owner) = match check.subject {
            Subject::Passed if concurrent => continue,
            Subject::Passed => ("passed", "parallel"),
            _ if kind == "parallel" => ("", "parallel"),
            _ => continue,
        };
        if subject.is_empty() {
            let problem =
                Diagnostic::error("key-conflict", "`parallel` has no response of its own")
                    .at(check.place.clone())
                    .label("only `passed` can be checked here")
                    .help("put the checks on the steps themselves, or write `expect: {passed: 1}`");
            decoder.problem(problem);
        } else if owner != kind && !kind.is_empty() {
            let problem = Diagnostic::error(
                "key-conflict",
                format!("`{subject}` goes with `{owner}`, not with `{kind}`"),
            )
            .at(check.place.clone())
            .label("never there");
            decoder.problem(problem);
        }
    }
}
