//! The log of an attempt's steps, kept until it is known whether a report needs it, and then made into records.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use super::attempt::{Attempt, Problem};
use crate::event::{CaseProblem, ExchangeRecord, Offset, Outcome, StepName, StepRecord};
use crate::http::{
    Exchange, Rendering, Request, Response, ResponseParts, TransportError, curl, render_body,
};

/// Bytes of a body that are kept for reports: more than a person reads.
const KEPT_BODY: usize = 16 * 1024;

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
    request: Request,
    response: Result<Response, TransportError>,
    duration: Duration,
    /// It came to us.
    webhook: bool,
    /// Bytes cut off the bodies.
    request_cut: usize,
    response_cut: usize,
}

impl KeptExchange {
    pub fn new(mut exchange: Exchange, duration: Duration) -> Self {
        let mut request_cut = 0;
        if let Some(body) = &mut exchange.request.body {
            (*body, request_cut) = cut(body);
        }
        let mut response_cut = 0;
        let response = exchange.response.map(|response| {
            if response.body.len() <= KEPT_BODY {
                return response;
            }
            let parts: &ResponseParts = &response;
            let mut parts = parts.clone();
            (parts.body, response_cut) = cut(&parts.body);
            Response::from(parts)
        });
        Self {
            request: exchange.request,
            response,
            duration,
            webhook: false,
            request_cut,
            response_cut,
        }
    }

    /// A webhook, and how we answered it.
    pub fn webhook(exchange: Exchange) -> Self {
        Self {
            webhook: true,
            ..Self::new(exchange, Duration::ZERO)
        }
    }

    /// The request as it was sent, its body cut where it is long.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The exchange as reports show it, redacted.
    fn record(&self, attempt: &Attempt<'_>) -> ExchangeRecord {
        let clean = |text: &str| attempt.clean(text);
        let rendering = Rendering {
            limit: KEPT_BODY,
            redact: &clean,
        };
        let headers = |headers: &[(String, String)]| -> Vec<(String, String)> {
            headers
                .iter()
                .map(|(name, value)| (name.clone(), clean(value)))
                .collect()
        };
        let body = |headers: &[(String, String)], body: &Bytes, cut: usize| {
            (!body.is_empty()).then(|| with_cut(render_body(headers, body, &rendering), cut))
        };
        let request = &self.request;
        let mut record = ExchangeRecord {
            webhook: self.webhook,
            method: request.method.to_string(),
            url: clean(request.url.as_str()),
            request_headers: headers(&request.headers),
            request_body: request
                .body
                .as_ref()
                .and_then(|bytes| body(&request.headers, bytes, self.request_cut)),
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
            record.curl = curl(request, &rendering);
        }
        match &self.response {
            Ok(response) => {
                record.status = Some(response.status);
                record.reason = clean(&response.reason);
                record.response_headers = headers(&response.headers);
                record.response_body = body(&response.headers, &response.body, self.response_cut);
            }
            Err(error) => record.error = Some(clean(&error.message)),
        }
        record
    }
}

/// A body's text, and how much of it was not kept.
fn with_cut(text: String, cut: usize) -> String {
    if cut == 0 {
        text
    } else {
        format!("{text}\n… {cut} more bytes")
    }
}

/// The first bytes of a body, and how many there are besides. What is cut is copied, so that the rest can be freed.
fn cut(body: &Bytes) -> (Bytes, usize) {
    if body.len() <= KEPT_BODY {
        return (body.clone(), 0);
    }
    (
        Bytes::copy_from_slice(&body[..KEPT_BODY]),
        body.len() - KEPT_BODY,
    )
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

impl Problem {
    /// The problem as it may leave the program.
    pub fn record(&self, attempt: &Attempt<'_>) -> CaseProblem {
        CaseProblem {
            step: self.step.as_deref().map(str::to_owned),
            problem: attempt.clean_diagnostic(&self.diagnostic),
        }
    }
}
