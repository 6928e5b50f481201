//! `http` steps: rendering a request, sending it, and trying again where a fault may be transient.

use std::rc::Rc;
use std::time::Duration;

use super::attempt::OpenPack;
use super::body::{render_body, texts};
use super::capture::redact_secrets;
use super::context::{Cx, Retries};
use super::done::Done;
use super::frame::SentRequest;
use super::headers::headers;
use super::log::KeptExchange;
use super::problem::Problem;
use super::scope::StepScope;
use crate::diagnostic::Diagnostic;
use crate::expr::{Rendered as Piece, Scope, Template};
use crate::http::{self, Context, Exchange, Request, Url};
use crate::source::Place;
use crate::step::{Http, RetryCause, Step};

/// How long a request may take where neither its step nor its pack says.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Renders the request and sends it, again where `retry` says so.
pub(super) async fn perform<'p>(cx: &Cx<'_, 'p>, step: &Step, http: &Http) -> Done<'p> {
    let scope = cx.scope();
    let prepared = cx
        .pack_of(step)
        .and_then(|pack| prepare(cx, step, http, &pack, &scope).map(|request| (pack, request)));
    let (pack, prepared) = match prepared {
        Ok(prepared) => prepared,
        Err(problem) => return Done::errored(problem),
    };
    let mut done = Done {
        title: Some(format!(
            "{} {}",
            prepared.request.method, prepared.operation
        )),
        operation: Some((
            prepared.request.method.to_string(),
            prepared.operation.clone(),
        )),
        ..Done::default()
    };
    match send_with_retry(cx, step, &pack, &prepared, &mut done).await {
        Ok(()) => {
            if step.replay.is_some() || cx.caller.replays {
                done.state.request = done.operation.clone().map(|operation| {
                    Rc::new(SentRequest {
                        pack,
                        request: prepared.request,
                        operation,
                    })
                });
            }
            done
        }
        Err(problem) => {
            done.problems.push(Problem::errored(problem));
            done.over = true;
            done
        }
    }
}

struct Prepared {
    request: Request,
    /// The path below the base URL, without the query: what the contract knows.
    operation: String,
}

async fn send_with_retry<'p>(
    cx: &Cx<'_, 'p>,
    step: &Step,
    pack: &OpenPack,
    prepared: &Prepared,
    done: &mut Done<'p>,
) -> Result<(), Diagnostic> {
    let retries = retries(cx, step)?;
    let mut pause = retries.as_ref().map_or(Duration::ZERO, |retry| retry.every);
    for attempt in 1.. {
        let mut exchange = send(cx, pack, prepared.request.clone()).await?;
        let share = std::mem::take(&mut exchange.share);
        let again = retries
            .as_ref()
            .filter(|retry| attempt < retry.attempts && is_transient(&retry.causes, &exchange));
        let asked = retry_after(&exchange, cx);
        done.state.response = exchange.response.as_ref().ok().cloned();
        done.error = exchange.response.as_ref().err().cloned();
        let covers = cx.attempt.shared.options.coverage;
        done.sent = covers.then(|| exchange.request.clone());
        done.exchanges.push(KeptExchange::new(exchange));
        let Some(retry) = again else {
            done.share = share;
            break;
        };
        drop(share);
        redact_secrets(cx, step, &done.state);
        if !cx.pause(asked.unwrap_or(pause)).await {
            done.interrupt(cx, step);
            break;
        }
        pause = grow(pause, retry.backoff, None);
        done.note = Some(format!("sent {} times", attempt + 1));
    }
    Ok(())
}

/// How the step's requests are tried again: as it says itself, or else as its caller does.
pub(super) fn retries(cx: &Cx<'_, '_>, step: &Step) -> Result<Option<Retries>, Diagnostic> {
    let Some(retry) = &step.retry else {
        return Ok(cx.caller.retry.clone());
    };
    let scope = cx.scope();
    Ok(Some(Retries {
        causes: retry.causes.clone(),
        attempts: retry.attempts.resolve(&scope)?,
        every: retry.every.resolve(&scope)?,
        backoff: retry.backoff.resolve(&scope)?,
    }))
}

/// The next pause: longer by the factor, up to a limit.
pub(super) fn grow(pause: Duration, factor: f64, limit: Option<Duration>) -> Duration {
    let longer =
        Duration::try_from_secs_f64(pause.as_secs_f64() * factor.max(0.0)).unwrap_or(Duration::MAX);
    limit.map_or(longer, |limit| longer.min(limit))
}

fn is_transient(causes: &[RetryCause], exchange: &Exchange) -> bool {
    causes
        .iter()
        .any(|cause| match (&exchange.response, cause) {
            (Err(error), RetryCause::Transport) => error.kind != http::ErrorKind::Refused,
            (Ok(response), RetryCause::Status(status)) => response.status == *status,
            (Ok(response), RetryCause::StatusClass(class)) => response.status / 100 == *class,
            _ => false,
        })
}

/// How long the server asks to wait: seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(exchange: &Exchange, cx: &Cx<'_, '_>) -> Option<Duration> {
    let value = exchange.response.as_ref().ok()?.header("retry-after")?;
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value.trim()).ok()?.timestamp();
    let wait = date.duration_since(cx.attempt.clock.now());
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

/// Sends a request once.
pub(super) async fn send(
    cx: &Cx<'_, '_>,
    pack: &OpenPack,
    request: Request,
) -> Result<Exchange, Diagnostic> {
    let attempt = cx.attempt;
    let destination = attempt.destination(pack)?;
    let redactor = attempt.redactor.borrow().clone();
    let context = Context {
        cookies: &attempt.jar,
        egress: &destination.egress,
        secrets: &redactor,
        credential_headers: &[],
        transport_headers: &destination.transport,
    };
    let _turn = attempt.shared.limits[pack.index].enter().await;
    cx.mark_sent();
    // Before it is sent, since the step may be given up while it is under way.
    attempt.count_request();
    let exchange = attempt.client.send(request, &context).await;
    if !exchange.sent {
        attempt.uncount_request();
    }
    Ok(exchange)
}

fn prepare(
    cx: &Cx<'_, '_>,
    step: &Step,
    http: &Http,
    pack: &std::rc::Rc<OpenPack>,
    scope: &StepScope<'_, '_>,
) -> Result<Prepared, Diagnostic> {
    let target = target(&http.target, scope)?;
    let destination = cx.attempt.destination(pack)?;
    let mut url = destination.base.join(&target).map_err(|error| {
        Diagnostic::error("url", error.message)
            .at(http.target.place.clone())
            .help(error.help)
    })?;
    for (name, value, place) in http.query.render(scope)? {
        for text in texts(&http.query, &name, &value, place)? {
            http::append_query(&mut url, &name, &text);
        }
    }
    let operation = operation_path(destination.base.path(), &url);
    let mut request = Request::new(http.method.clone(), url);
    request.timeout = timeout(step, pack, scope)?;
    request.follow_redirects =
        u32::try_from(http.follow_redirects.resolve(scope)?).unwrap_or(u32::MAX);
    let mut headers = headers(cx, http, pack, scope)?;
    let body = http
        .body
        .as_ref()
        .map(|body| render_body(body, scope))
        .transpose()?;
    if let Some((content_type, bytes)) = body {
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            headers.push(("content-type".to_owned(), Some(content_type)));
        }
        request.body = Some(bytes);
    }
    for (name, value) in headers {
        match value {
            Some(value) => request.header(name, value),
            None => request.without.push(name.to_ascii_lowercase()),
        }
    }
    Ok(Prepared { request, operation })
}

/// The path of a URL below the base URL's own path.
fn operation_path(base: &str, url: &Url) -> String {
    let path = url.path();
    path.strip_prefix(base).unwrap_or(path).to_owned()
}

/// The path or URL, what came out of expressions encoded as one segment each.
fn target(template: &Template, scope: &dyn Scope) -> Result<String, Diagnostic> {
    let mut target = String::new();
    let mut pieces = template.render_pieces(scope)?.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Literal(text) | Piece::Raw(text) => target.push_str(&text),
            Piece::Value {
                text,
                type_name,
                place,
            } => {
                let last = match pieces.peek() {
                    Some(Piece::Literal(next)) => next.starts_with(['/', '?', '#']),
                    Some(_) => false,
                    None => true,
                };
                let whole = last && target.ends_with('/') && !target.contains(['?', '#']);
                match type_name {
                    "array" | "object" => return Err(no_segment(type_name, place)),
                    "null" if whole => return Err(no_segment("null", place)),
                    _ if whole && text.is_empty() => return Err(no_segment("empty", place)),
                    _ => {}
                }
                let segment = http::encode_segment(&text).map_err(|error| {
                    Diagnostic::error("url", error.message)
                        .at(template.place.clone())
                        .help(error.help)
                })?;
                target.push_str(&segment);
            }
        }
    }
    Ok(target)
}

/// What is asked for one thing by an id that is missing would ask for another, such as all of them.
fn no_segment(what: &str, place: Place) -> Diagnostic {
    let (what, help) = match what {
        "array" => ("an array", "name one of its items, as in `ids[0]`"),
        "object" => ("an object", "name one of its members, as in `customer.id`"),
        _ => (
            what,
            "if it is meant so, write it out, or put it in as it is with `| raw`",
        ),
    };
    let message = match what {
        "null" | "empty" => format!("a segment of the path is {what}"),
        _ => format!("{what} can't stand in a path"),
    };
    Diagnostic::error("bad-segment", message)
        .at(place)
        .label(format!("this is {what}"))
        .help(help)
}

fn timeout(step: &Step, pack: &OpenPack, scope: &dyn Scope) -> Result<Duration, Diagnostic> {
    match step
        .timeout
        .as_ref()
        .or(pack.bound.pack.request.timeout.as_ref())
    {
        Some(timeout) => timeout.resolve(scope),
        None => Ok(DEFAULT_TIMEOUT),
    }
}
