//! `--var` and `--vars-file`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::document::{bad_variable, plain_value};
use crate::source::{Entry, Node, Place, Source, Span, Yaml, parse};
use crate::value::Value;

/// The variables given on the command line; `--var` over `--vars-file`, later over earlier.
pub(super) fn read(
    files: &[PathBuf],
    vars: &[String],
) -> Result<Vec<(String, Value)>, Vec<Diagnostic>> {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        match read_file(file) {
            Ok(values) => values
                .into_iter()
                .for_each(|(name, value)| set(&mut all, name, value)),
            Err(found) => problems.extend(found),
        }
    }
    for var in vars {
        match read_var(var) {
            Ok((name, value)) => set(&mut all, name, value),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        Ok(all)
    } else {
        Err(problems)
    }
}

fn set(all: &mut Vec<(String, Value)>, name: String, value: Value) {
    all.retain(|(have, _)| *have != name);
    all.push((name, value));
}

fn read_file(path: &Path) -> Result<Vec<(String, Value)>, Vec<Diagnostic>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        vec![Diagnostic::error(
            "vars-file",
            format!("can't read `{name}`: {error}"),
        )]
    })?;
    let source = Source::new(name.as_str(), path, text);
    let node = parse_yaml(&source)?;
    match node.value {
        Yaml::Null => Ok(Vec::new()),
        Yaml::Map(entries) => read_entries(&source, &entries),
        _ => Err(vec![Diagnostic::error(
            "vars-file",
            format!("`{name}` is not a map of variables"),
        )]),
    }
}

fn read_entries(
    source: &Arc<Source>,
    entries: &[Entry],
) -> Result<Vec<(String, Value)>, Vec<Diagnostic>> {
    let bad: Vec<Diagnostic> = entries
        .iter()
        .filter_map(|entry| bad_variable(&entry.key.text, Place::new(source, entry.key.span)))
        .collect();
    if !bad.is_empty() {
        return Err(bad);
    }
    Ok(entries
        .iter()
        .map(|entry| (entry.key.text.clone(), plain_value(&entry.value)))
        .collect())
}

fn read_var(text: &str) -> Result<(String, Value), Vec<Diagnostic>> {
    let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
        let problem = Diagnostic::error("var", format!("`--var {text}` is not NAME=VALUE"));
        return Err(vec![problem]);
    };
    let typed = Source::new("--var", "--var", format!("{name}=…"));
    if let Some(problem) = bad_variable(name, Place::new(&typed, Span::new(0, name.len()))) {
        return Err(vec![problem]);
    }
    if let Some(problem) = comment(name, value) {
        return Err(vec![problem]);
    }
    let node = parse_yaml(&Source::new("--var", "--var", value.to_owned()))?;
    match node.value {
        Yaml::List(_) | Yaml::Map(_) => {
            let problem = Diagnostic::error(
                "var",
                format!(
                    "the value of `--var {name}` is {}, not a scalar",
                    node.kind()
                ),
            );
            Err(vec![problem.help("give lists and maps in a `--vars-file`")])
        }
        // An empty value is an empty text: nobody types `NAME=` to say null.
        Yaml::Null if value.trim().is_empty() => {
            Ok((name.to_owned(), Value::String(String::new())))
        }
        _ => Ok((name.to_owned(), plain_value(&node))),
    }
}

/// YAML would leave out what follows a `#`; on a command line nobody comments, and the shell's own quotes do not reach it.
fn comment(name: &str, value: &str) -> Option<Diagnostic> {
    let plain = !value.trim_start().starts_with(['\'', '"']);
    let comment = value.starts_with('#') || value.contains(" #");
    (plain && comment).then(|| {
        let message = format!("in the value of `--var {name}` the `#` begins a comment");
        Diagnostic::error("var", message)
            .help(format!("quote it for YAML, too: `--var \"{name}='…'\"`"))
    })
}

fn parse_yaml(source: &Arc<Source>) -> Result<Node, Vec<Diagnostic>> {
    let (node, problems) = parse(source);
    match node {
        Some(node) if problems.is_empty() => Ok(node),
        _ => Err(problems
            .into_iter()
            .map(|problem| Diagnostic::from_problem(source, problem))
            .collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Value {
        read(&[], &[text.to_owned()]).unwrap().remove(0).1
    }

    #[test]
    fn values_are_yaml_scalars() {
        assert_eq!(one("a=5").to_string(), "5");
        assert_eq!(one("a=100.10").to_string(), "100.10");
        assert_eq!(one("a='5'").to_string(), "\"5\"");
        assert_eq!(one("a=true").to_string(), "true");
        assert_eq!(one("a='b # c'").to_string(), "\"b # c\"");
        assert_eq!(one("a=b#c").to_string(), "\"b#c\"");
        assert_eq!(one("a=x=y").to_string(), "\"x=y\"");
        assert_eq!(one("a=").to_string(), "\"\"");
        for bad in ["a", "=1", "A=1", "a=[1]", "a=012", "a=#5", "a=b # c"] {
            assert!(read(&[], &[bad.to_owned()]).is_err(), "{bad}");
        }
    }

    #[test]
    fn later_wins() {
        let vars = read(&[], &["a=1".to_owned(), "a=2".to_owned()]).unwrap();
        assert_eq!(vars.len(), 1);
        assert_eq!(vars[0].1.to_string(), "2");
    }
}
