//! Reading `http` steps: the request line, what is sent with it, and its body.

use super::fields::{check_field, check_header};
use super::tables::{AUTH, BASIC, PART};
use super::{Auth, Body, Entries, Http};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::{Decoder, Fields, has_expression, inner, is_name};
use crate::expr::{Setting, Template};
use crate::http::{Method, Url};
use crate::source::{Entry, Node, Place, Yaml};

/// The methods that a request may have.
pub(super) const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];

/// The keys of which a request has at most one.
const BODIES: [&str; 5] = ["json", "form", "multipart", "text", "file"];

pub(super) fn decode(node: &Node, fields: &Fields<'_>, decoder: &mut Decoder) -> Option<Http> {
    let line = decode_line(node, decoder);
    let body = decode_body(fields, decoder);
    refuse_two_authorizations(fields, decoder);
    if let (Some(Body::Multipart(_)), Some(headers)) = (&body, fields.get("headers")) {
        refuse_no_boundary(headers, decoder);
    }
    let http = |(method, target): (Method, Template)| Http {
        method,
        target,
        query: fields
            .get("query")
            .map(|query| Entries::decode(query, decoder, decode_fields))
            .unwrap_or_default(),
        headers: fields
            .get("headers")
            .map(|headers| Entries::decode(headers, decoder, decode_headers))
            .unwrap_or_default(),
        body: body.map(Box::new),
        auth: fields
            .get("auth")
            .and_then(|auth| decode_auth(auth, decoder))
            .map(Box::new),
        follow_redirects: fields
            .get("follow_redirects")
            .and_then(|node| decoder.count_setting(node, 0, "`follow_redirects`"))
            .unwrap_or(Setting::Fixed(0)),
        validate: fields
            .get("validate")
            .and_then(|node| decoder.flag(node, "`validate`"))
            .unwrap_or(true),
    };
    line.map(http)
}

/// The fields of a query or a form.
fn decode_fields(node: &Node, decoder: &mut Decoder) -> Vec<(String, Template)> {
    let fields = decode_pairs(node, decoder);
    for (_, value) in &fields {
        check_field(value, &mut decoder.problems);
    }
    fields
}

fn decode_pairs(node: &Node, decoder: &mut Decoder) -> Vec<(String, Template)> {
    decoder
        .named(node)
        .iter()
        .map(|entry| (entry.key.text.clone(), decoder.template(&entry.value)))
        .collect()
}

/// `METHOD /path`.
fn decode_line(node: &Node, decoder: &mut Decoder) -> Option<(Method, Template)> {
    let Some(text) = node.as_str() else {
        let expected = "a request such as `GET /customers`";
        let problem = Diagnostic::error(
            "wrong-type",
            format!("expected {expected}, found {}", node.kind()),
        )
        .at(decoder.place(node))
        .label(format!("expected {expected}"))
        .help("write `http: METHOD /path`, with `json`, `headers` and the like beside it");
        decoder.problem(problem);
        return None;
    };
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let method_end = if trimmed.starts_with("${{") {
        trimmed.find("}}").map(|at| at + 2)
    } else {
        trimmed.find(char::is_whitespace)
    };
    let method_end = start + method_end.unwrap_or(trimmed.len());
    let method = &text[start..method_end];
    let known = known_method(node, method, trimmed, start..method_end, decoder)?;
    let rest = &text[method_end..start + trimmed.len()];
    let target_start = method_end + (rest.len() - rest.trim_start().len());
    let target = inner(node, text, target_start..start + trimmed.len());
    if !check_target(&target, method, decoder) {
        return None;
    }
    Some((known, decoder.template(&target)))
}

/// Whether it begins as an absolute URL does: with a scheme, not with a path that has a URL in it.
fn begins_with_scheme(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

fn known_method(
    node: &Node,
    method: &str,
    line: &str,
    range: std::ops::Range<usize>,
    decoder: &mut Decoder,
) -> Option<Method> {
    if METHODS.contains(&method) {
        return Method::from_bytes(method.as_bytes()).ok();
    }
    let place = Place::new(&decoder.source, node.inner_span(range));
    let upper = method.to_ascii_uppercase();
    let rest = line[method.len()..].trim_start();
    let problem = if method.is_empty() || method.starts_with('/') || method.contains("://") {
        Diagnostic::error("bad-method", "this request has no method")
            .label("expected a method")
            .help(format!(
                "write the method in front of the path: `http: GET {}`",
                if method.is_empty() { "/path" } else { method }
            ))
    } else if method.starts_with("${{") {
        Diagnostic::error("bad-method", "the method can't be given by an expression")
            .label("expected a method")
            .help(format!("write it out: {}", METHODS.join(", ")))
    } else if METHODS.contains(&upper.as_str()) {
        Diagnostic::error("bad-method", "methods are written in capitals")
            .label(format!("write `{upper}`"))
            .help(format!("write `http: {upper} {rest}`"))
    } else {
        let problem = Diagnostic::error("bad-method", format!("there is no method `{method}`"))
            .label("unknown method");
        match did_you_mean(&upper, METHODS) {
            Some(close) => problem.help(format!("did you mean `{close}`?")),
            None => problem.help(format!("methods are {}", METHODS.join(", "))),
        }
    };
    decoder.problem(problem.at(place));
    None
}

fn check_target(target: &Node, method: &str, decoder: &mut Decoder) -> bool {
    let text = target.as_str().unwrap_or_default();
    let place = decoder.place(target);
    let absolute = text.starts_with("http://") || text.starts_with("https://");
    let problem = if text.is_empty() {
        Diagnostic::error("bad-path", "this request has no path")
            .label("expected a path after the method")
            .help(format!("write `http: {method} /path`"))
    } else if !absolute && begins_with_scheme(text) {
        Diagnostic::error("bad-path", "only `http` and `https` URLs can be requested")
            .label("another scheme")
    } else if !text.starts_with('/') && !absolute && !text.starts_with("${{") {
        Diagnostic::error("bad-path", "the path does not begin with `/`")
            .label("expected a path or an absolute URL")
            .help(format!("write `http: {method} /{text}`"))
    } else if let Some(problem) = bad_origin(text).filter(|_| absolute) {
        problem
    } else {
        return check_letters(target, text, decoder);
    };
    decoder.problem(problem.at(place));
    false
}

/// What is wrong with the beginning of an absolute URL, up to its path, where that is written out.
fn bad_origin(text: &str) -> Option<Diagnostic> {
    let (scheme, rest) = text.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let origin = format!("{scheme}://{}", &rest[..end]);
    if scheme.contains("${{") || rest[..end].contains("${{") {
        return None;
    }
    let error = Url::parse(&origin).err()?;
    let problem = Diagnostic::error("bad-path", format!("`{origin}` is not a URL: {error}"));
    Some(problem.label("not a URL").help(
        "a URL has a host, and may have a port in digits, such as `http://localhost:8080/path`; a path alone goes to the pack's base URL",
    ))
}

/// Refuses what can't stand in a URL as it is, outside of expressions.
fn check_letters(target: &Node, text: &str, decoder: &mut Decoder) -> bool {
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("${{") {
            // Braces that are never closed are found when the expression is read.
            at = text[at..].find("}}").map_or(text.len(), |end| at + end + 2);
            continue;
        }
        let letter = text[at..].chars().next().unwrap_or('/');
        let range = at..at + letter.len_utf8();
        at = range.end;
        let (message, help) = match letter {
            '#' => (
                "a fragment is never sent",
                "leave it out, or write `%23` for the character `#`",
            ),
            letter if letter.is_whitespace() || letter.is_control() => (
                "a path can't have a space in it",
                "write `%20` for a space, or put parameters under `query`",
            ),
            '{' if text[range.end..]
                .starts_with(|next: char| next.is_alphabetic() || next == '{') =>
            {
                ("a path has no `{placeholder}`", "")
            }
            _ => continue,
        };
        let help = match help {
            "" => expression_for(&text[range.start..]),
            help => help.to_owned(),
        };
        let problem = Diagnostic::error("bad-path", message)
            .at(Place::new(&decoder.source, target.inner_span(range)))
            .label("here")
            .help(help);
        decoder.problem(problem);
        return false;
    }
    true
}

/// The expression that is meant by `{id}` or `{{ id }}` at the start of a text.
fn expression_for(text: &str) -> String {
    let inner = text.trim_start_matches('{');
    let name = inner.split('}').next().unwrap_or_default().trim();
    let name = if is_name(name) { name } else { "name" };
    format!("put the value there with an expression: `${{{{ {name} }}}}`")
}

/// Headers by name. Names are unique without regard to case.
pub(crate) fn decode_headers(node: &Node, decoder: &mut Decoder) -> Vec<(String, Template)> {
    let entries = node.as_map().unwrap_or_default();
    for (index, entry) in entries.iter().enumerate() {
        check_header_name(entry, decoder);
        let earlier = entries[..index]
            .iter()
            .find(|other| other.key.text.eq_ignore_ascii_case(&entry.key.text));
        if let Some(earlier) = earlier {
            let problem = Diagnostic::error(
                "duplicate-header",
                format!("the header `{}` is given twice", entry.key.text),
            )
            .at(decoder.key_place(&entry.key))
            .label("given again")
            .also(decoder.key_place(&earlier.key), "first given here")
            .help("the names of headers are the same in any case");
            decoder.problem(problem);
        }
    }
    let headers = decode_pairs(node, decoder);
    for (_, value) in &headers {
        check_header(value, &mut decoder.problems);
    }
    headers
}

fn check_header_name(entry: &Entry, decoder: &mut Decoder) {
    // That a key can't be an expression is said already.
    if entry.key.text.contains("${{") {
        return;
    }
    if let Err(problem) = header_name(&entry.key.text, &decoder.key_place(&entry.key)) {
        decoder.problem(problem);
    }
}

/// # Errors
/// No header can have this name.
pub fn header_name(name: &str, place: &Place) -> Result<(), Diagnostic> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !name.is_empty() && name.bytes().all(token) {
        return Ok(());
    }
    let problem = Diagnostic::error("bad-header", format!("`{name}` can't be a header's name"))
        .at(place.clone())
        .label("not a header's name")
        .help("names of headers are letters, digits and hyphens, such as `x-api-key`");
    Err(problem)
}

/// The boundary between the parts is made when they are sent, and a type that does not name it can't be read.
fn refuse_no_boundary(headers: &Node, decoder: &mut Decoder) {
    for header in headers.as_map().unwrap_or_default() {
        let name = &header.key.text;
        let names_none = header.value.as_str().is_some_and(|text| {
            let text = text.to_ascii_lowercase();
            text.starts_with("multipart/") && !text.contains("boundary=")
        });
        if name.eq_ignore_ascii_case("content-type") && names_none {
            let problem = Diagnostic::error(
                "bad-header",
                format!("this `{name}` names no boundary, and so the parts can't be told apart"),
            )
            .at(decoder.place(&header.value))
            .label("no `boundary`")
            .help("leave it out: `multipart` sends the type with its boundary");
            decoder.problem(problem);
        }
    }
}

fn decode_body(fields: &Fields<'_>, decoder: &mut Decoder) -> Option<Body> {
    let mut bodies: Vec<(&str, &Entry)> = BODIES
        .iter()
        .filter_map(|key| Some((*key, fields.entry(key)?)))
        .collect();
    bodies.sort_by_key(|(_, entry)| entry.key.span.start);
    if let [(first, first_entry), (second, second_entry), ..] = bodies.as_slice() {
        let problem = Diagnostic::error(
            "key-conflict",
            format!("this request has two bodies: `{first}` and `{second}`"),
        )
        .at(decoder.key_place(&second_entry.key))
        .label("a second body")
        .also(decoder.key_place(&first_entry.key), "the first body")
        .help(format!("a request has one of {}", BODIES.join(", ")));
        decoder.problem(problem);
    }
    let (key, entry) = bodies.first()?;
    let node = &entry.value;
    Some(match *key {
        "json" => {
            warn_of_missing_blanks(node, decoder);
            Body::Json(decoder.template(node))
        }
        "form" => Body::Form(Entries::decode(node, decoder, decode_fields)),
        "multipart" => Body::Multipart(Entries::decode(node, decoder, decode_parts)),
        "text" => Body::Text(decoder.text_template(node, "text")),
        _ => Body::File(file_path(node, decoder)),
    })
}

/// A text is JSON too, and yet not what is meant where it reads like a map.
fn warn_of_missing_blanks(node: &Node, decoder: &mut Decoder) {
    if let Some(help) = node.entries_help(&decoder.source.text) {
        let problem =
            Diagnostic::warning("text-for-map", "this is sent as a text, not as an object")
                .at(decoder.place(node))
                .label("a text")
                .help(format!("{help}; where the text is meant, quote it"));
        decoder.problem(problem);
    }
}

/// The path of a file that is sent; one that is written out is there.
fn file_path(node: &Node, decoder: &mut Decoder) -> Template {
    if let Some(path) = node.as_str().filter(|_| !has_expression(node)) {
        let place = decoder.place(node);
        decoder.check_file(path, place);
    }
    decoder.text_template(node, "a file's path")
}

fn decode_parts(node: &Node, decoder: &mut Decoder) -> Vec<(String, Template)> {
    check_parts(node, decoder);
    decode_pairs(node, decoder)
}

/// Checks the parts of a multipart body: values, files, and lists of these.
fn check_parts(node: &Node, decoder: &mut Decoder) {
    for entry in decoder.map(node) {
        let parts = entry
            .value
            .as_list()
            .unwrap_or(std::slice::from_ref(&entry.value));
        for part in parts {
            match &part.value {
                Yaml::Map(_) => {
                    let fields = decoder.fields(part, &PART);
                    fields.get("file").map(|node| file_path(node, decoder));
                    for (key, what) in [("filename", "a file's name"), ("type", "a media type")] {
                        fields
                            .get(key)
                            .map(|node| decoder.text_template(node, what));
                    }
                }
                Yaml::List(_) => decoder.expected("a value or a file", part),
                _ => {}
            }
        }
    }
}

/// `auth` is the `authorization` header, which a step gives once.
fn refuse_two_authorizations(fields: &Fields<'_>, decoder: &mut Decoder) {
    let headers = fields.get("headers").and_then(Node::as_map);
    let mut headers = headers.unwrap_or_default().iter();
    let header = headers.find(|entry| entry.key.text.eq_ignore_ascii_case("authorization"));
    if let (Some(auth), Some(header)) = (fields.entry("auth"), header) {
        let message = "this request is authorized twice: by `auth` and by a header";
        let problem = Diagnostic::error("key-conflict", message)
            .at(decoder.key_place(&header.key))
            .label("the same header")
            .also(decoder.key_place(&auth.key), "`auth` sends it too")
            .help("leave one of them out");
        decoder.problem(problem);
    }
}

fn decode_auth(node: &Node, decoder: &mut Decoder) -> Option<Auth> {
    let fields = decoder.fields(node, &AUTH);
    match (fields.get("basic"), fields.get("bearer")) {
        (Some(basic), None) => {
            if basic.as_str().is_some() {
                let problem = Diagnostic::error("wrong-type", "expected a map, found a string")
                    .at(decoder.place(basic))
                    .label("expected a map")
                    .help("write `basic: { username: …, password: … }`");
                decoder.problem(problem);
                return None;
            }
            let basic = decoder.fields(basic, &BASIC);
            Some(Auth::Basic {
                username: decoder.text_template(basic.get("username")?, "a user name"),
                password: decoder.text_template(basic.get("password")?, "a password"),
            })
        }
        (None, Some(bearer)) => Some(Auth::Bearer(decoder.text_template(bearer, "a token"))),
        (first, _) => {
            if node.as_map().is_some() && (first.is_some() || fields.all_known()) {
                let message = if first.is_some() {
                    "`auth` has both `basic` and `bearer`"
                } else {
                    "`auth` has neither `basic` nor `bearer`"
                };
                let problem = Diagnostic::error("key-conflict", message)
                    .at(decoder.place(node))
                    .label("expected one of the two")
                    .help("write `auth: {bearer: '${{ secrets.token }}'}`");
                decoder.problem(problem);
            }
            None
        }
    }
}
