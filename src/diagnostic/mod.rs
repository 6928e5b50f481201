//! A problem with its code, place, labels and help; the one renderer of it; and "did you mean".

mod escape;
mod github;
mod json;
mod redact;
mod render;
mod repository;
mod sarif;
mod suggest;
#[cfg(test)]
mod tests;
mod text;
mod wrap;

use crate::source::{Place, Problem, Source};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

pub use escape::{escaped, escaped_line, is_escaped};
pub use github::{ANNOTATIONS_SHOWN, github, workflow_command};
pub use json::json;
pub use render::{Style, render};
pub use repository::Repository;
pub use sarif::sarif;
pub use suggest::{did_you_mean, equally_near};
pub use text::read_text;
pub use wrap::wrap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// A problem that a person is to understand and mend.
///
/// Messages are lower case, in the present tense, with backticks round what the user typed, and end without a full stop.
///
/// It is as small as a pointer, since nearly everything may fail and so has room for one.
#[derive(Clone, Debug)]
pub struct Diagnostic(Box<Details>);

/// What a diagnostic says.
#[derive(Clone, Debug)]
pub struct Details {
    pub severity: Severity,
    /// A stable name for the kind of problem, such as `unknown-key`; the docs list them.
    pub code: &'static str,
    pub message: String,
    pub place: Option<Place>,
    /// A few words beside the carets; may be empty.
    pub label: String,
    /// Other places that explain this one.
    pub also: Vec<(Place, String)>,
    /// Whether it concerns its file as a whole, though it lies in what is only a part of that: behind an alias.
    pub of_file: bool,
    /// Facts below the source, such as `body: {…}`; one line or several each.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
    /// What was sent and answered, and how to see it again: below all else, since it may be long.
    pub evidence: Vec<String>,
    /// What is covered up where it stands in a line of source that is shown.
    pub concealed: Arc<[Place]>,
}

impl Deref for Diagnostic {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Diagnostic {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

/// For what takes diagnostics and what wraps them alike.
impl AsRef<Self> for Diagnostic {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Diagnostic {
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            severity: Severity::Error,
            code,
            message: message.into(),
            place: None,
            label: String::new(),
            also: Vec::new(),
            of_file: false,
            notes: Vec::new(),
            help: Vec::new(),
            evidence: Vec::new(),
            concealed: Arc::default(),
        }))
    }

    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        let mut warning = Self::error(code, message);
        warning.severity = Severity::Warning;
        warning
    }

    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    #[must_use]
    pub fn also(mut self, place: Place, label: impl Into<String>) -> Self {
        self.also.push((place, label.into()));
        self
    }

    /// Covers up what stands at these places in the lines of source that are shown.
    #[must_use]
    pub fn concealing(mut self, places: &Arc<[Place]>) -> Self {
        self.concealed = Arc::clone(places);
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// What to do next; an empty text says nothing, and is left out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help
            .extend(Some(help.into()).filter(|help| !help.trim().is_empty()));
        self
    }

    /// Adds "did you mean" where one of `candidates` is close to `word`.
    #[must_use]
    pub fn suggest<'a>(self, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match did_you_mean(word, candidates) {
            Some(close) => self.help(format!("did you mean `{close}`?")),
            None => self,
        }
    }

    /// Its message alone.
    #[must_use]
    pub fn into_message(self) -> String {
        self.0.message
    }

    /// `file:line:column: message`, for a note in another diagnostic.
    #[must_use]
    pub fn one_line(&self) -> String {
        match &self.place {
            None => self.message.clone(),
            Some(place) => {
                let (name, start) = (&place.source.name, place.start());
                format!("{name}:{}:{}: {}", start.line, start.column, self.message)
            }
        }
    }

    #[must_use]
    pub fn from_problem(source: &Arc<Source>, problem: Problem) -> Self {
        let mut diagnostic = Self::error(problem.code, problem.message)
            .at(Place::new(source, problem.span))
            .label(problem.label);
        diagnostic.also = problem
            .also
            .into_iter()
            .map(|(span, label)| (Place::new(source, span), label))
            .collect();
        diagnostic.help = problem.help.into_iter().collect();
        diagnostic
    }

    /// The words of it without its place, for formats that have a field for text alone.
    fn plain_text(&self) -> String {
        let mut lines = vec![self.message.clone()];
        // Many a label says in a word what the message says in a sentence.
        let label = Some(&self.label).filter(|label| !self.message.contains(&***label));
        lines.extend(label.cloned());
        lines.extend(self.notes.iter().cloned());
        lines.extend(self.help.iter().map(|help| format!("help: {help}")));
        lines.join("\n")
    }
}

/// By file and place; a problem that was found twice is said once, with all that it was found to concern.
pub fn sort(problems: &mut Vec<Diagnostic>) {
    let key = |problem: &Diagnostic| {
        let place = problem
            .place
            .as_ref()
            .map(|place| (place.source.name.clone(), place.span.start));
        (place, problem.code, problem.message.clone())
    };
    problems.sort_by_key(key);
    problems.dedup_by(|twin, first| {
        let same = key(twin) == key(first);
        if same {
            first.merge(std::mem::take(&mut twin.also), twin.of_file);
        }
        same
    });
}

impl Diagnostic {
    fn merge(&mut self, also: Vec<(Place, String)>, of_file: bool) {
        self.of_file |= of_file;
        for (place, label) in also {
            let known = |(own, text): &(Place, String)| {
                own.span == place.span && own.source.name == place.source.name && *text == label
            };
            if !self.also.iter().any(known) {
                self.also.push((place, label));
            }
        }
    }
}
