//! Where a redirect leads, and what of the request goes there (RFC 9110, 15.4).

use super::client::Context;
use super::error::{ErrorKind, Phase, TransportError};
use super::outgoing::Outgoing;
use super::{Method, Origin, Url};
use std::borrow::Cow;

/// The URL that a response redirects to, if it does.
pub(super) fn target(
    status: u16,
    headers: &[(String, String)],
    from: &Url,
) -> Result<Option<Url>, TransportError> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some((_, location)) = headers.iter().find(|(name, _)| name == "location") else {
        return Ok(None);
    };
    let mut to = from.join(location).map_err(|error| {
        TransportError::new(
            ErrorKind::Protocol,
            Phase::Waiting,
            format!("the `location` of the redirect is not a URL: {error}"),
        )
    })?;
    to.set_fragment(None);
    Ok(Some(to))
}

/// The request that follows a redirect: its method, what of its body and headers goes on, and the cookies of where it
/// goes.
pub(super) fn follow<'a>(
    mut outgoing: Outgoing<'a>,
    status: u16,
    to: Url,
    context: &Context<'_>,
) -> Result<Outgoing<'a>, TransportError> {
    let stays = Origin::of(&outgoing.url) == Origin::of(&to);
    if becomes_get(status, &outgoing.method) {
        if *outgoing.method != Method::HEAD {
            outgoing.method = Cow::Owned(Method::GET);
        }
        outgoing.body = None;
        outgoing
            .headers
            .to_mut()
            .retain(|(name, _)| !describes_content(name));
    }
    if !stays {
        if let Some(body) = &outgoing.body
            && context.is_secret(&String::from_utf8_lossy(body))
        {
            return Err(TransportError::refused(
                "the redirect would send a secret in the body to another origin",
                "send the request to that origin itself if it is meant to get it",
            ));
        }
        outgoing.headers.to_mut().retain(|(name, value)| {
            !belongs_to_origin(name) && !context.is_credential(name, value)
        });
    }
    if outgoing.cookies_from_jar {
        let headers = outgoing.headers.to_mut();
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
        if let Some(cookie) = context.cookies.header(&to, context.egress) {
            headers.push(("cookie".to_owned(), cookie));
        }
    }
    outgoing.url = Cow::Owned(to);
    Ok(outgoing)
}

/// 303 means "see there"; for 301 and 302, what every client does with a POST has become the rule.
fn becomes_get(status: u16, method: &Method) -> bool {
    match status {
        303 => *method != Method::GET,
        301 | 302 => *method == Method::POST,
        _ => false,
    }
}

fn describes_content(name: &str) -> bool {
    const OF_CONTENT: [&str; 6] = [
        "content-type",
        "content-length",
        "content-encoding",
        "content-language",
        "content-location",
        "transfer-encoding",
    ];
    OF_CONTENT
        .iter()
        .any(|of_content| name.eq_ignore_ascii_case(of_content))
}

/// Headers that mean the origin they were written for, whatever their value.
fn belongs_to_origin(name: &str) -> bool {
    const OF_ORIGIN: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "host"];
    OF_ORIGIN
        .iter()
        .any(|of_origin| name.eq_ignore_ascii_case(of_origin))
}
