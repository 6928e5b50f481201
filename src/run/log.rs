//! The log of an attempt's steps, kept until it is known whether a report needs it, and then made into records.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use super::attempt::Attempt;
use super::problem::Problem;
use crate::event::{ExchangeRecord, Offset, Outcome, StepName, StepRecord};
use crate::http::{
    Exchange, KeptBody, Rendering, Request, Response, ResponseParts, TransportError, curl,
};

/// Bytes of a body that reports show: more than a person reads.
const SHOWN_BODY: usize = 16 * 1024;

/// Turns at the beginning of a loop that the log keeps, and as many at its end: they tell its story.
const KEPT_TURNS: u64 = 10;

/// The turn that the log lets go of now that this one is over, if it is one.
pub(super) fn forgotten_turn(over: u64) -> Option<u64> {
    (over >= 2 * KEPT_TURNS).then(|| over - KEPT_TURNS)
}

/// Says how many of a loop's turns the log left out.
pub(super) fn turns_left_out(turns: u64) -> Option<String> {
    let left_out = turns.checked_sub(2 * KEPT_TURNS).filter(|&some| some > 0)?;
    Some(format!(
        "{turns} turns, of which {left_out} in the middle are left out here"
    ))
}

/// A step that is over.
pub(super) struct StepLog {
    pub path: Rc<str>,
    pub title: String,
    /// Place among the scenario's own steps, from 1, and how many there are.
    pub number: usize,
    pub of: usize,
    pub outcome: Outcome,
    pub duration: Duration,
    pub checks: usize,
    pub problems: Vec<Problem>,
    pub note: Option<String>,
    pub exchanges: Vec<KeptExchange>,
}

/// An exchange with its bodies cut, so that a log does not hold on to large ones.
pub(super) struct KeptExchange {
    /// Its body, like the response's, is only what was kept of it.
    request: Request,
    response: Result<Response, TransportError>,
    request_body: Option<KeptBody>,
    response_body: Option<KeptBody>,
    duration: Duration,
    /// It came to us.
    webhook: bool,
}

impl KeptExchange {
    pub fn new(exchange: Exchange) -> Self {
        let keep = |body: &Bytes| (!body.is_empty()).then(|| KeptBody::new(body, SHOWN_BODY));
        let mut request = exchange.request;
        let request_body = request.body.as_ref().and_then(keep);
        request.body = request_body.as_ref().map(KeptBody::bytes);
        let response_body = match &exchange.response {
            Ok(response) => keep(&response.body),
            Err(_) => None,
        };
        let response = exchange.response.map(|response| match &response_body {
            Some(body) if body.whole().is_none() => {
                let parts: &ResponseParts = &response;
                Response::from(ResponseParts {
                    body: body.bytes(),
                    ..parts.clone()
                })
            }
            _ => response,
        });
        Self {
            request,
            response,
            request_body,
            response_body,
            duration: exchange.duration,
            webhook: false,
        }
    }

    /// A webhook, and how we answered it.
    pub fn webhook(exchange: Exchange) -> Self {
        Self {
            webhook: true,
            ..Self::new(exchange)
        }
    }

    /// The exchange as reports show it, redacted.
    fn record(&self, attempt: &Attempt<'_>) -> ExchangeRecord {
        let clean = |text: &str| attempt.clean(text);
        let rendering = Rendering {
            limit: SHOWN_BODY,
            redact: &|text, extent| attempt.clean_part(text, extent),
        };
        let headers = |headers: &[(String, String)]| -> Vec<(String, String)> {
            headers
                .iter()
                .map(|(name, value)| (name.clone(), clean(value)))
                .collect()
        };
        let body = |headers: &[(String, String)], body: &Option<KeptBody>| {
            body.as_ref().map(|body| body.render(headers, &rendering))
        };
        let request = &self.request;
        let mut record = ExchangeRecord {
            webhook: self.webhook,
            method: request.method.to_string(),
            url: clean(request.url.as_str()),
            request_headers: headers(&request.headers),
            request_body: body(&request.headers, &self.request_body),
            status: None,
            reason: String::new(),
            response_headers: Vec::new(),
            response_body: None,
            error: None,
            duration: Offset(self.duration),
            curl: String::new(),
        };
        // Nobody but the provider could send a webhook so that it is signed, and a case's emulator is gone by now.
        if !self.webhook && !attempt.is_emulators(request.url.as_str()) {
            record.curl = curl(request, self.request_body.as_ref(), &clean);
        }
        match &self.response {
            Ok(response) => {
                record.status = Some(response.status);
                record.reason = clean(&response.reason);
                record.response_headers = headers(&response.headers);
                record.response_body = body(&response.headers, &self.response_body);
            }
            Err(error) => record.error = Some(clean(&error.message)),
        }
        record
    }
}

impl StepLog {
    /// The step as reports tell of it, redacted; its exchanges only where they are asked for.
    pub fn record(&self, attempt: &Attempt<'_>, with_exchanges: bool) -> StepRecord {
        let exchanges: &[KeptExchange] = if with_exchanges { &self.exchanges } else { &[] };
        StepRecord {
            step: self.name(attempt),
            outcome: self.outcome,
            duration: Offset(self.duration),
            checks: self.checks,
            problems: self
                .problems
                .iter()
                .map(|problem| attempt.clean_diagnostic(&problem.diagnostic))
                .collect(),
            note: self.note.as_deref().map(|note| attempt.clean(note)),
            exchanges: exchanges
                .iter()
                .map(|exchange| exchange.record(attempt))
                .collect(),
        }
    }

    fn name(&self, attempt: &Attempt<'_>) -> StepName {
        StepName {
            path: self.path.to_string(),
            title: attempt.clean(&self.title),
            number: self.number,
            of: self.of,
        }
    }
}
