//! The headers of a request: the pack's, those that were set, the step's own, and a caller's.

use std::rc::Rc;

use super::attempt::OpenPack;
use super::context::Cx;
use super::frame::{Frame, Home};
use super::scope::StepScope;
use crate::diagnostic::Diagnostic;
use crate::expr::{Outcome as Rendered, Scope, Template};
use crate::http;
use crate::source::Place;
use crate::step::{Auth, Entries, Http, field_text, given_map, header_name};
use crate::value::Value;

/// A header; `None` removes it.
pub(super) type Header = (String, Option<String>);

/// The headers of a request, what is nearer to it over what is further away: the step's own over those that were set, and
/// these over the pack's. A caller's go over all of them.
pub(super) fn headers(
    cx: &Cx<'_, '_>,
    http: &Http,
    pack: &Rc<OpenPack>,
    scope: &StepScope<'_, '_>,
) -> Result<Vec<Header>, Diagnostic> {
    let mut headers = default_headers(cx, pack)?;
    let mut merge = |more: Vec<Header>| {
        for header in more {
            merge_header(&mut headers, header);
        }
    };
    if !cx.cleaning {
        merge(pack.headers.borrow().clone());
    }
    if let Some(auth) = &http.auth {
        let value = authorization(auth, scope)?;
        merge(vec![("authorization".to_owned(), Some(value))]);
    }
    merge(render_entries(&http.headers, scope)?);
    merge(cx.caller.headers.clone());
    Ok(headers)
}

/// The headers that every request of the pack carries. They see the pack's own names only.
fn default_headers(cx: &Cx<'_, '_>, pack: &Rc<OpenPack>) -> Result<Vec<Header>, Diagnostic> {
    let specs = &pack.bound.pack.request.headers;
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    let frame = Frame::new(Home::Pack {
        pack: Rc::clone(pack),
    });
    let path = format!("{}.request", cx.path);
    let scope = StepScope::new(cx.attempt, &frame, None, &path);
    render_headers(specs, &scope)
}

/// Headers with their values; one that is `omit` is left out.
pub(super) fn render_headers(
    headers: &[(String, Template)],
    scope: &dyn Scope,
) -> Result<Vec<Header>, Diagnostic> {
    let mut rendered = Vec::with_capacity(headers.len());
    for (name, template) in headers {
        if let Rendered::Value(value) = template.render(scope)? {
            rendered.push((name.clone(), header_text(&value, &template.place)?));
        }
    }
    Ok(rendered)
}

/// Headers that may be given by an expression: then their names are looked at only now.
pub(super) fn render_entries(
    headers: &Entries,
    scope: &dyn Scope,
) -> Result<Vec<Header>, Diagnostic> {
    let Some(given) = headers.given() else {
        return render_headers(headers, scope);
    };
    let place = &given.place;
    let mut rendered: Vec<Header> = Vec::new();
    for (name, value) in given_map(given, scope)? {
        header_name(&name, place)?;
        let mut known = rendered.iter();
        if known.any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            let message = format!("the header `{name}` is given twice");
            return Err(Diagnostic::error("duplicate-header", message).at(place.clone()));
        }
        let text = header_text(&value, place);
        let text = text.map_err(|problem| headers.naming(&name, problem))?;
        rendered.push((name, text));
    }
    Ok(rendered)
}

fn header_text(value: &Value, place: &Place) -> Result<Option<String>, Diagnostic> {
    match value {
        Value::Null => Ok(None),
        value => field_text(value, place).map(Some),
    }
}

/// Sets a header in place of one of the same name, in whatever case.
pub(super) fn merge_header(headers: &mut Vec<Header>, header: Header) {
    match headers
        .iter_mut()
        .find(|(name, _)| name.eq_ignore_ascii_case(&header.0))
    {
        Some(have) => *have = header,
        None => headers.push(header),
    }
}

fn authorization(auth: &Auth, scope: &dyn Scope) -> Result<String, Diagnostic> {
    match auth {
        Auth::Basic { username, password } => Ok(http::basic(
            &username.render_text(scope)?,
            &password.render_text(scope)?,
        )),
        Auth::Bearer(token) => Ok(http::bearer(&token.render_text(scope)?)),
    }
}
