//! From the client library's errors to ours: which kind it is, what happened, and what to do.

use super::Origin;
use super::connect::ThroughProxy;
use super::error::{ErrorKind, Phase, TransportError};
use hyper_util::client::legacy;
use std::error::Error;
use std::io;

/// Where an exchange was when it failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) origin: &'a Origin,
    pub(super) phase: Phase,
    /// Bytes of the body that had come, and how many were announced.
    pub(super) received: usize,
    pub(super) announced: Option<u64>,
}

impl At<'_> {
    fn error(&self, kind: ErrorKind, message: String) -> TransportError {
        TransportError::new(kind, self.phase, message)
    }
}

/// Says what an error of the client library means.
pub(super) fn classify(error: &(dyn Error + 'static), at: At<'_>) -> TransportError {
    if let Some(tls) = find::<rustls::Error>(error) {
        return tls_error(tls, at);
    }
    if find::<legacy::Error>(error).is_some_and(legacy::Error::is_connect) {
        return connect_error(error, at);
    }
    if let Some(http) = find::<hyper::Error>(error)
        && http.is_parse()
    {
        return at.error(
            ErrorKind::Protocol,
            format!(
                "`{}` does not answer in HTTP: {}",
                at.origin,
                parse_problem(http)
            ),
        );
    }
    broken_exchange(error, at)
}

fn tls_error(error: &rustls::Error, at: At<'_>) -> TransportError {
    let failure = at.error(
        ErrorKind::Tls,
        format!("the TLS handshake with `{}` fails: {error}", at.origin),
    );
    match error {
        rustls::Error::InvalidCertificate(_) => failure.help(
            "check that the host is the right one; a certificate authority of your own is trusted if the system \
             trusts it, or if `SSL_CERT_FILE` names its file",
        ),
        rustls::Error::InvalidMessage(_) => failure.help(
            "the server may not speak TLS on this port: try `http://`, or another port",
        ),
        _ => failure,
    }
}

fn connect_error(error: &(dyn Error + 'static), at: At<'_>) -> TransportError {
    let origin = at.origin;
    if let Some(proxy) = find::<ThroughProxy>(error) {
        return at
            .error(
                ErrorKind::Connection,
                format!(
                    "no connection to `{origin}` through the proxy: {}",
                    root_cause(proxy)
                ),
            )
            .help("check the proxy settings");
    }
    if chain(error).any(|cause| cause.to_string().starts_with("dns error")) {
        return at
            .error(
                ErrorKind::Connection,
                format!(
                    "the host `{}` cannot be resolved: {}",
                    origin.host(),
                    root_cause(error)
                ),
            )
            .help("check the spelling of the host, and the network");
    }
    let kind = io_kind(error);
    if kind == Some(io::ErrorKind::ConnectionRefused) {
        return at
            .error(
                ErrorKind::Connection,
                format!("`{origin}` refuses the connection"),
            )
            .help("check that the server is running, and its port");
    }
    if origin.is_secure()
        && matches!(
            kind,
            Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset)
        )
    {
        return at
            .error(
                ErrorKind::Tls,
                format!("`{origin}` closes the connection during the TLS handshake"),
            )
            .help("the server may not speak TLS on this port: try `http://`, or another port");
    }
    at.error(
        ErrorKind::Connection,
        format!("no connection to `{origin}`: {}", root_cause(error)),
    )
}

fn parse_problem(error: &hyper::Error) -> String {
    if error.is_parse_status() {
        "the status line is not valid".to_owned()
    } else if error.is_parse_version_h2() {
        "it speaks HTTP/2 where HTTP/1.1 was asked for".to_owned()
    } else {
        root_cause(error)
    }
}

/// The connection was there, and something went wrong on it.
fn broken_exchange(error: &(dyn Error + 'static), at: At<'_>) -> TransportError {
    let origin = at.origin;
    let io = io_kind(error);
    let cut_short = find::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message)
        || io == Some(io::ErrorKind::UnexpectedEof);
    let lost = matches!(
        io,
        Some(
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::ConnectionAborted
        )
    );
    let unreadable = matches!(
        io,
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
    );
    match at.phase {
        Phase::Reading if unreadable => at.error(
            ErrorKind::Protocol,
            format!(
                "the response body from `{origin}` is not valid HTTP: {}",
                root_cause(error)
            ),
        ),
        Phase::Reading => {
            let announced = at
                .announced
                .map_or(String::new(), |all| format!(" of {all}"));
            let how = if cut_short || lost {
                "the connection ends".to_owned()
            } else {
                root_cause(error)
            };
            at.error(
                ErrorKind::Connection,
                format!("the response body from `{origin}` is incomplete: {how} after {}{announced} bytes", at.received),
            )
        }
        _ if cut_short || lost => at.error(
            ErrorKind::Connection,
            format!("`{origin}` closes the connection before it answers"),
        ),
        _ => at.error(
            ErrorKind::Connection,
            format!("the exchange with `{origin}` fails: {}", root_cause(error)),
        ),
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error: &&'a (dyn Error + 'static)| {
        // An I/O error shows its cause's source, not the cause itself.
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(cause) => Some(cause as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

/// The kind of the innermost I/O error: outer ones only wrap it.
fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let errors = chain(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
    errors.last().map(io::Error::kind)
}

fn root_cause(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}
