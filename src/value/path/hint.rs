//! What to say about a text that is not a path: the message at its place, and the line as it should be written.

use super::PathError;
use super::ast::Selector;
use super::cursor::{Cursor, is_blank, is_name_char, is_name_first};
use super::filter::FUNCTIONS;
use super::parse::is_path;
use super::place::{push_index, push_name};

/// The text does not start with `$`.
pub(super) fn no_root(cursor: &Cursor<'_>) -> PathError {
    let text = cursor.text;
    let error = cursor.error("a JSONPath starts with `$`");
    match text.chars().next() {
        None => error.help("write `$` for the whole document"),
        Some(character) if is_blank(character) => error.help("remove the space before it"),
        Some('@') => error.help(format!(
            "`@` stands in filters only: write `${}`",
            &text[1..]
        )),
        Some('.' | '[') => error.help(format!("write `${text}`")),
        Some('/') => {
            let mut path = String::from("$");
            for step in text[1..].split('/') {
                if step.bytes().all(|byte| byte.is_ascii_digit()) && !step.is_empty() {
                    push_index(&mut path, step);
                } else {
                    push_name(&mut path, step);
                }
            }
            error.help(format!("write `{path}`"))
        }
        Some(_) => with_line(error, rooted(cursor, text)),
    }
}

/// The text after `$.`, in quotes if it must be.
fn rooted(cursor: &Cursor<'_>, text: &str) -> Option<String> {
    let line = format!("$.{text}");
    if cursor.plain || is_path(&line) {
        return Some(line);
    }
    quoted(&Cursor::new(&line), 1, 2)
}

/// The path is over, but the text is not.
pub(super) fn trailing(cursor: &Cursor<'_>) -> PathError {
    let rest = cursor.rest();
    if rest.chars().all(is_blank) {
        return cursor.error("the path ends with a space").help("remove it");
    }
    let found = rest.trim_start_matches(is_blank).chars().next();
    let error = cursor.error(format!(
        "expected `.`, `[` or the end of the path, found {}",
        cursor.shown()
    ));
    if cursor.at == 1 {
        return with_line(error, rooted(cursor, rest.trim_matches(is_blank)));
    }
    match (last_dotted(cursor), found) {
        (Some((_, name)), Some('(')) => function_outside(cursor, name),
        (_, Some('=' | '!' | '<' | '>')) => error.help(
            "a comparison stands in a filter, such as `$.items[?@.id == 3]`; to check a value write the path, a colon and what is expected",
        ),
        (Some((dot, _)), _) => match quoted(cursor, dot, cursor.at) {
            Some(line) => error.help(format!("write `{line}`")),
            None => error,
        },
        _ => error,
    }
}

fn function_outside(cursor: &Cursor<'_>, name: &str) -> PathError {
    let start = cursor.at - name.len();
    let path = &cursor.text[..start];
    let path = path.trim_end_matches('.');
    let error = cursor.error_at(
        start,
        format!("`{name}()` is not part of a path: functions stand in filters only"),
    );
    match name {
        "length" | "size" | "count" => error.help(format!(
            "check how many there are with the operator: `{path}: {{ length: 3 }}`"
        )),
        "min" | "max" | "sum" | "avg" | "first" | "last" => error,
        _ => error.help(format!(
            "for a key with parentheses in its name write `{path}['{name}()']`"
        )),
    }
}

/// The name in dot notation that ends at the cursor, and where its dot is.
fn last_dotted<'t>(cursor: &Cursor<'t>) -> Option<(usize, &'t str)> {
    let before = &cursor.text[..cursor.at];
    let name = before.rsplit(|character| !is_name_char(character)).next()?;
    let dot = before.len() - name.len();
    (!name.is_empty() && before[..dot].ends_with('.')).then(|| (dot - 1, name))
}

/// The path with what stands between the dot at `dot` and the next segment put in quotes, and later names likewise that
/// need it. `None` if that does not make a path.
fn quoted(cursor: &Cursor<'_>, dot: usize, least: usize) -> Option<String> {
    const MAX_NAMES: usize = 8;
    if cursor.plain {
        return None;
    }
    let mut line = with_quotes(cursor.text, dot, least)?;
    for _ in 0..MAX_NAMES {
        if is_path(&line) {
            return Some(line);
        }
        let mut next = Cursor::new(&line);
        next.plain = true;
        next.at = 1;
        next.query(true).ok()?;
        let (dot, _) = last_dotted(&next)?;
        line = with_quotes(&line, dot, next.at)?;
    }
    None
}

/// Puts the name after the dot at `dot` in quotes; it goes on at least to `least`.
fn with_quotes(text: &str, dot: usize, least: usize) -> Option<String> {
    let end = text[least..]
        .find(['.', '[', ']', '\'', '"', '(', '?', ','])
        .map_or(text.len(), |end| least + end);
    let name = text[dot + 1..end].trim_end_matches(is_blank);
    // What looks like another language's operator or a template is no name that somebody forgot to quote.
    let odd = |c: char| matches!(c, '|' | '&' | '{' | '}' | '=' | '<' | '>') || c.is_control();
    if name.contains(odd) {
        return None;
    }
    let descends = text[..dot].ends_with('.');
    let mut line = text[..if descends { dot + 1 } else { dot }].to_owned();
    let mut key = String::new();
    push_name(&mut key, name);
    line.push_str(if descends {
        key.trim_start_matches('.')
    } else {
        &key
    });
    line.push_str(text[end..].trim_end_matches(is_blank));
    Some(line)
}

/// A dot without a name after it.
pub(super) fn after_dot(cursor: &Cursor<'_>) -> PathError {
    let dot = cursor.at - 1;
    let (before, rest) = (&cursor.text[..dot], cursor.rest());
    let error = cursor.expected("a name or `*` after `.`");
    match rest.chars().next() {
        None => error.help(format!("write `{before}`")),
        Some('[') => error.help(format!("write `{before}{rest}`")),
        Some(character) if is_blank(character) => error.help("write no space after `.`"),
        Some('0'..='9') => {
            let end = rest
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(rest.len());
            match rest[end..].chars().next() {
                None | Some('.' | '[') => {
                    let (digits, after) = rest.split_at(end);
                    error.help(format!(
                        "write `{before}[{digits}]{after}` for an element of a list, or \
                         `{before}['{digits}']{after}` for a key"
                    ))
                }
                Some(_) => with_line(error, quoted(cursor, dot, cursor.at)),
            }
        }
        Some(quote @ ('\'' | '"')) => match rest[1..].find(quote) {
            Some(end) => error.help(format!(
                "write `{before}[{}]{}`",
                &rest[..end + 2],
                &rest[end + 2..]
            )),
            None => error,
        },
        Some(_) => with_line(error, quoted(cursor, dot, cursor.at)),
    }
}

fn with_line(error: PathError, line: Option<String>) -> PathError {
    match line {
        Some(line) => error.help(format!("write `{line}`")),
        None => error,
    }
}

/// `..` without a name after it.
pub(super) fn after_dots(cursor: &Cursor<'_>) -> PathError {
    let error = cursor.expected("a name, `*` or `[` after `..`");
    let before = &cursor.text[..cursor.at - 2];
    match cursor.peek() {
        None => error.help(format!(
            "write `{before}` for the value itself, or `{before}..*` for all values in it"
        )),
        Some('.') => error.help("two dots look at every depth; there are never three"),
        Some(_) => with_line(error, quoted(cursor, cursor.at - 1, cursor.at)),
    }
}

/// No selector after `[` or `,`.
pub(super) fn no_selector(cursor: &Cursor<'_>) -> PathError {
    let error = cursor.expected("a name in quotes, an index, `*`, a slice or a filter");
    let rest = cursor.rest();
    match rest.chars().next() {
        Some(']') if cursor.text[..cursor.at].trim_end().ends_with(',') => {
            error.help("remove the `,`")
        }
        Some(']') => error.help("write `[*]` for all elements, or `[0]` for the first"),
        Some('(') => error
            .help("scripts are not part of JSONPath: `[-1]` is the last element, `[?…]` a filter"),
        Some('@') => error.help("a filter starts with `?`: `[?@.id == 3]`"),
        Some('+') => error.help("write an index without `+`"),
        Some(character) if is_name_first(character) => {
            let end = rest
                .find([']', ',', '=', '<', '>', '!', '~'])
                .unwrap_or(rest.len());
            let name = rest[..end].trim_end_matches(is_blank);
            if rest[end..].starts_with([']', ',']) || end == rest.len() {
                let key = name.replace('\\', "\\\\").replace('\'', "\\'");
                error.help(format!("put the name in quotes: `['{key}']`"))
            } else {
                with_line(error, filter_of(name, &rest[end..]))
            }
        }
        _ => error,
    }
}

/// A filter from a name and what stands after it up to the bracket, such as `id` and `=3]`.
fn filter_of(name: &str, rest: &str) -> Option<String> {
    let rest = &rest[..rest.find(']')?];
    let end = rest.find(|c| !matches!(c, '=' | '<' | '>' | '!' | '~'))?;
    let comparison = match &rest[..end] {
        known @ ("!=" | "<" | "<=" | ">" | ">=") => known,
        _ => "==",
    };
    let value = rest[end..].trim_matches(is_blank);
    let mut filter = String::from("[?@");
    push_name(&mut filter, name);
    let plain = format!("{filter} {comparison} {value}]");
    if is_path(&format!("${plain}")) {
        return Some(plain);
    }
    let quoted = format!("{filter} {comparison} '{value}']");
    is_path(&format!("${quoted}")).then_some(quoted)
}

/// After a selector comes neither `,` nor `]`.
pub(super) fn after_selector(
    cursor: &Cursor<'_>,
    open: usize,
    selector: Option<&Selector>,
) -> PathError {
    if cursor.peek().is_none() {
        return cursor
            .error_at(open, "the bracket is not closed")
            .help("end it with `]`");
    }
    if matches!(selector, Some(Selector::Filter(_))) {
        let error = cursor.expected("`&&`, `||` or `]`");
        return match cursor.peek() {
            Some('*' | '+' | '-' | '/' | '%') => error.help("a filter does no arithmetic"),
            Some(')') => error.help("remove it, or open a parenthesis before"),
            _ => error,
        };
    }
    cursor.expected("`,` or `]`")
}

/// Another language's operator between two conditions.
pub(super) fn instead_of_operator(cursor: &Cursor<'_>) -> Option<PathError> {
    let rest = cursor.rest();
    let (wrong, right) = [("and", "&&"), ("or", "||"), ("&", "&&"), ("|", "||")]
        .into_iter()
        .find(|(wrong, right)| {
            rest.strip_prefix(wrong).is_some_and(|after| {
                let longer = wrong.starts_with(is_name_char) && after.starts_with(is_name_char);
                !longer && !rest.starts_with(right)
            })
        })?;
    Some(
        cursor
            .error(format!("`{wrong}` is not an operator of a filter"))
            .help(format!("write `{right}`")),
    )
}

/// Another language's comparison.
pub(super) fn instead_of_comparison(cursor: &Cursor<'_>) -> Option<PathError> {
    const WRONG: [(&str, &str); 9] = [
        ("===", "write `==`"),
        ("!==", "write `!=`"),
        ("=~", "write `search(@.name, 'pattern')`"),
        ("<>", "write `!=`"),
        ("=>", "write `>=`"),
        ("=<", "write `<=`"),
        ("~", "write `search(@.name, 'pattern')`"),
        ("in ", "write `@.name == 'a' || @.name == 'b'`"),
        ("=", "write `==`"),
    ];
    let rest = cursor.rest();
    let (wrong, help) = WRONG
        .into_iter()
        .find(|(wrong, _)| rest.starts_with(wrong))?;
    if wrong == "=" && rest.starts_with("==") {
        return None;
    }
    Some(
        cursor
            .error(format!("`{}` is not a comparison", wrong.trim_end()))
            .help(help),
    )
}

/// Nothing that a filter may hold.
pub(super) fn no_term(cursor: &Cursor<'_>) -> PathError {
    let error = cursor.expected("`@`, `$`, a literal or a function");
    let rest = cursor.rest();
    match rest.chars().next() {
        Some('.') if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
            error.help("write a digit before the point: `0.5`")
        }
        Some('.') => error.help(format!("write `@{}`", word(rest, 1))),
        Some('+') => error.help("write a number without `+`"),
        Some('[' | '{') => error.help(
            "a literal is a string, a number, `true`, `false` or `null`; compare lists and objects outside the path",
        ),
        Some('=') => error.help("write `==` between two values"),
        Some(character) if is_name_first(character) => {
            let word = word(rest, 0);
            match word.to_ascii_lowercase().as_str() {
                "not" => error.help("write `!`"),
                lower @ ("true" | "false" | "null") => error.help(format!("write `{lower}`")),
                "none" | "nil" | "undefined" => error.help("write `null`"),
                _ if rest[word.len()..].starts_with('(') => unknown_function(cursor, cursor.at, word),
                _ => error.help(format!("write `@.{word}` for a key, `'{word}'` for a string")),
            }
        }
        _ => error,
    }
}

/// The first `skip` bytes and the name after them.
fn word(rest: &str, skip: usize) -> &str {
    let end = rest[skip..]
        .find(|character| !is_name_char(character))
        .map_or(rest.len(), |end| skip + end);
    &rest[..end]
}

pub(super) fn unknown_function(cursor: &Cursor<'_>, start: usize, name: &str) -> PathError {
    let known: Vec<String> = FUNCTIONS
        .iter()
        .map(|(_, usage)| format!("`{usage}`"))
        .collect();
    cursor
        .error_at(start, format!("there is no function `{name}`"))
        .help(format!("the functions are {}", known.join(", ")))
}
