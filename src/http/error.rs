//! Why a request got no response: one message that says in which phase it happened, and what to do.

use std::fmt;

/// What kind of failure it was. `expect: {error: …}` uses the words of the first three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The request's time was over.
    Timeout,
    /// No connection, or it ended early: DNS, refused, reset, closed, half a body.
    Connection,
    /// The TLS handshake or the certificate.
    Tls,
    /// The answer is not HTTP.
    Protocol,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The body is not what its `content-encoding` says.
    Decode,
    /// Nothing was sent: the egress guard said no, or the request cannot be written as HTTP.
    Refused,
}

impl ErrorKind {
    /// The word for it in `expect: {error: …}` and in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::BodyTooLarge => "body-too-large",
            Self::Decode => "decode",
            Self::Refused => "refused",
        }
    }
}

/// How far an exchange had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before anything was sent.
    Preparing,
    /// Resolving the name, opening the connection, TLS.
    Connecting,
    /// The connection is there; the request is on its way or the answer's head is awaited.
    Waiting,
    /// The head has arrived, the body is being read.
    Reading,
}

impl Phase {
    pub(super) fn doing(self) -> &'static str {
        match self {
            Self::Preparing => "preparing the request",
            Self::Connecting => "connecting",
            Self::Waiting => "waiting for the response",
            Self::Reading => "reading the response body",
        }
    }
}

/// A request that got no response that could be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    pub kind: ErrorKind,
    pub phase: Phase,
    /// Lower case, with the origin concerned; no path, query or header of the request is in it.
    pub message: String,
    /// What to do next; may be empty.
    pub help: String,
}

impl TransportError {
    pub(super) fn new(kind: ErrorKind, phase: Phase, message: impl Into<String>) -> Self {
        Self {
            kind,
            phase,
            message: message.into(),
            help: String::new(),
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Nothing was sent.
    pub(super) fn refused(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(ErrorKind::Refused, Phase::Preparing, message).help(help)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TransportError {}
