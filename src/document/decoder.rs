//! Reading YAML maps by their tables.

use std::sync::Arc;

use super::{Table, foreign};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::expr::{Expr, Template, without_braces};
use crate::source::{Entry, Folder, Key, Node, Place, Source, Yaml, entry_help};

/// What decoding a file needs at hand and gathers on the way.
#[derive(Debug)]
pub struct Decoder {
    pub source: Arc<Source>,
    /// The folder whose files the document may name, and the document's own place below it.
    pub folder: Folder,
    pub beside: String,
    /// The place below the folder from which its steps read files: its own, but for the actions of a pack.
    pub read_from: String,
    /// What does the work of `env()` here, where that can't be called.
    pub instead_of_env: &'static str,
    pub problems: Vec<Diagnostic>,
}

impl Decoder {
    #[must_use]
    pub fn new(source: &Arc<Source>, folder: Folder, beside: impl Into<String>) -> Self {
        let beside = beside.into();
        Self {
            source: Arc::clone(source),
            folder,
            read_from: beside.clone(),
            instead_of_env: "declare a variable at the top of the file, `vars: {name: '${{ env(…) }}'}`, and read that",
            beside,
            problems: Vec::new(),
        }
    }

    #[must_use]
    pub fn place(&self, node: &Node) -> Place {
        Place::new(&self.source, node.span)
    }

    #[must_use]
    pub fn key_place(&self, key: &Key) -> Place {
        Place::new(&self.source, key.span)
    }

    /// Where a problem of a map as a whole is shown: all of it, or its first key if it goes over several lines.
    fn beginning(&self, node: &Node) -> Place {
        let text = self.source.text.get(node.span.range()).unwrap_or_default();
        match node.as_map().and_then(<[Entry]>::first) {
            Some(first) if text.contains('\n') => self.key_place(&first.key),
            _ => self.place(node),
        }
    }

    pub fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Says that `node` should have been something else: `expected a list, found a string`.
    pub fn expected(&mut self, what: &str, node: &Node) {
        let problem = Diagnostic::error(
            "wrong-type",
            format!("expected {what}, found {}", node.kind()),
        )
        .at(self.place(node))
        .label(format!("expected {what}"));
        let map = what.starts_with("a map");
        let slip = node.as_str().filter(|_| map).and_then(entry_help);
        self.problem(problem.help(slip.unwrap_or_default()));
    }

    /// An unknown key of what is called `owner`, without a word on what was meant.
    #[must_use]
    pub fn no_such_key(&self, key: &Key, owner: &str) -> Diagnostic {
        let message = format!("{} has no key `{}`", with_article(owner), key.text);
        Diagnostic::error("unknown-key", message)
            .at(self.key_place(key))
            .label("unknown key")
    }

    /// The entries of a map whose keys are names of the user's own.
    pub fn map<'n>(&mut self, node: &'n Node) -> &'n [Entry] {
        match &node.value {
            Yaml::Map(entries) => entries,
            Yaml::Null => &[],
            _ => {
                self.expected("a map", node);
                &[]
            }
        }
    }

    /// As [`Self::map`], of names that go out or are compared as they are written.
    pub fn named<'n>(&mut self, node: &'n Node) -> &'n [Entry] {
        let entries = self.map(node);
        for entry in entries
            .iter()
            .filter(|entry| entry.key.text.contains("${{"))
        {
            let problem = Diagnostic::error("expression-in-key", "a key can't be an expression")
                .at(self.key_place(&entry.key))
                .label("would be taken literally")
                .help(
                    "write the name out; for another name, write another step and choose by `if`",
                );
            self.problem(problem);
        }
        entries
    }

    pub fn list<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        match &node.value {
            Yaml::List(items) => items,
            Yaml::Null => &[],
            _ => {
                self.expected("a list", node);
                &[]
            }
        }
    }

    /// A plain string, without expressions.
    pub fn text(&mut self, node: &Node) -> Option<String> {
        if let Some(text) = node.as_str() {
            return Some(text.to_owned());
        }
        self.expected("a string", node);
        None
    }

    pub fn boolean(&mut self, node: &Node) -> Option<bool> {
        if let Yaml::Bool(value) = node.value {
            return Some(value);
        }
        let meant = match node.as_str().map(str::to_ascii_lowercase).as_deref() {
            Some("yes" | "on" | "true" | "y") => "true",
            Some("no" | "off" | "false" | "n") => "false",
            _ => {
                self.expected("`true` or `false`", node);
                return None;
            }
        };
        let problem = Diagnostic::error("wrong-type", "expected `true` or `false`, found a string")
            .at(self.place(node))
            .label("a string")
            .help(format!("write `{meant}`"));
        self.problem(problem);
        None
    }

    pub fn template(&mut self, node: &Node) -> Template {
        let template = self.variable(node);
        for expr in template.expressions() {
            self.refuse_env(expr);
        }
        template
    }

    /// A variable, which may come from the environment.
    pub fn variable(&mut self, node: &Node) -> Template {
        let template = Template::decode(node, &self.source, &mut self.problems);
        for expr in template.expressions() {
            self.check_calls(expr);
        }
        template
    }

    /// A text, which another scalar becomes too; `what` says what it is of.
    pub fn text_template(&mut self, node: &Node, what: &str) -> Template {
        if matches!(node.value, Yaml::List(_) | Yaml::Map(_) | Yaml::Null) {
            self.expected(what, node);
        }
        self.template(node)
    }

    /// The reason that `key` takes: words, since whether it holds is not asked.
    pub fn reason(&mut self, node: &Node, key: &str) -> Template {
        if node.as_str().is_none_or(|text| text.trim().is_empty()) {
            let found = match node.as_str() {
                Some(_) => "a blank one".to_owned(),
                None => node.kind().to_owned(),
            };
            let message = format!("`{key}` takes the reason as a text, found {found}");
            let problem = Diagnostic::error("wrong-type", message)
                .at(self.place(node))
                .label("expected a reason")
                .help(format!("write `{key}: 'why'`, or remove the line"));
            self.problem(problem);
        }
        self.template(node)
    }

    /// An expression where the braces may be left out.
    pub fn expression(&mut self, node: &Node) -> Option<Expr> {
        let (text, range) = match &node.value {
            Yaml::String(text) => {
                let range = without_braces(&text.value);
                (&text.value[range.clone()], range)
            }
            Yaml::Bool(true) => ("true", 0..4),
            Yaml::Bool(false) => ("false", 0..5),
            _ => {
                self.expected("an expression", node);
                return None;
            }
        };
        let place = Place::new(&self.source, node.inner_span(range));
        match Expr::parse(text, place) {
            Ok(expr) => {
                self.check_calls(&expr);
                self.refuse_env(&expr);
                Some(expr)
            }
            Err(problem) => {
                self.problem(problem);
                None
            }
        }
    }

    /// Reads a map by its table: unknown keys and missing required ones become problems. A misspelt key is then read as
    /// the one that was meant, so that no other problem follows from it.
    pub fn fields<'n>(&mut self, node: &'n Node, table: &'static Table) -> Fields<'n> {
        let entries = node.as_map().unwrap_or_else(|| {
            self.expected(&format!("a map ({})", with_article(table.name)), node);
            &[]
        });
        let mut fields = Fields {
            entries,
            table,
            all_known: true,
        };
        for entry in entries {
            if !table.keys.iter().any(|key| key.name == entry.key.text) {
                fields.all_known = false;
                let problem = unknown_key(
                    self,
                    &entry.key,
                    table.name,
                    table.keys.iter().map(|key| key.name),
                );
                self.problem(problem);
            }
        }
        if node.as_map().is_some() {
            for key in table.keys.iter().filter(|key| key.required) {
                if fields.entry(key.name).is_none() {
                    let problem = Diagnostic::error(
                        "missing-key",
                        format!("this {} has no `{}`", table.name, key.name),
                    )
                    .at(self.beginning(node))
                    .help(format!("`{}`: {}", key.name, key.doc));
                    self.problem(problem);
                }
            }
        }
        fields
    }
}

/// An unknown key, and what was likely meant.
#[must_use]
pub fn unknown_key<'a>(
    decoder: &Decoder,
    key: &Key,
    owner: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let problem = decoder.no_such_key(key, owner);
    if let Some(ours) = foreign::ours(&key.text, &known) {
        return problem.help(ours);
    }
    match did_you_mean(&key.text, known.clone()) {
        Some(close) => problem.help(format!("did you mean `{close}`?")),
        None => problem.help(format!(
            "{} may have: {}",
            with_article(owner),
            known.collect::<Vec<_>>().join(", ")
        )),
    }
}

/// `a step`, `an action`.
pub(super) fn with_article(noun: &str) -> String {
    let article = if noun
        .trim_start_matches('`')
        .starts_with(['a', 'e', 'i', 'o', 'u'])
    {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}

/// A map read by its table.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'n> {
    entries: &'n [Entry],
    table: &'static Table,
    all_known: bool,
}

impl<'n> Fields<'n> {
    /// The entry of a key of the table, or the one whose key was meant for it.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&'n Entry> {
        debug_assert!(
            self.table.keys.iter().any(|key| key.name == name),
            "`{name}` is not in the table of a {}",
            self.table.name
        );
        let mut entries = self.entries.iter();
        match entries.find(|entry| entry.key.text == name) {
            None if !self.all_known => self.misspelt(name),
            found => found,
        }
    }

    /// The first entry whose key is unknown and looks like this one.
    fn misspelt(&self, name: &str) -> Option<&'n Entry> {
        let names = || self.table.keys.iter().map(|key| key.name);
        let unknown = |entry: &&Entry| names().all(|known| known != entry.key.text);
        self.entries.iter().filter(unknown).find(|entry| {
            let key = entry.key.text.as_str();
            let meant = foreign::same(key, &names()).map(str::to_owned);
            meant.or_else(|| did_you_mean(key, names())).as_deref() == Some(name)
        })
    }

    /// Whether all keys of the map are in the table.
    #[must_use]
    pub fn all_known(&self) -> bool {
        self.all_known
    }

    /// The value of a key of the table.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.entry(name).map(|entry| &entry.value)
    }
}
