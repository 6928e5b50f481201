//! HTTP as plain data, and the one client that sends it: requests, responses, bodies, URLs, cookies, credentials,
//! the egress guard, and how an exchange reads in a report.
//!
//! Row 2. Nothing here knows scenarios: what may be addressed, what is secret and which cookies there are comes in a
//! [`Context`].

mod answer;
mod auth;
pub mod body;
mod budget;
mod classify;
mod client;
mod connect;
mod cookies;
mod curl;
mod decode;
mod egress;
mod error;
mod indent;
mod outgoing;
mod redirect;
mod render;
mod request;
mod response;
mod time_limit;
mod tls;
mod url;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use auth::{basic, bearer};
pub use budget::Share;
pub use client::{Client, ClientOptions, Context, Proxies};
pub use cookies::CookieJar;
pub use curl::curl;
pub use egress::{Egress, Origin, Refusal};
pub use error::{ErrorKind, Phase, TransportError};
pub use indent::compacted;
pub use render::{KeptBody, Rendering};
pub use request::{Exchange, Request};
pub use response::{Hop, JsonError, Response, ResponseParts};
pub use url::{Base, UrlError, append_query, decode_segment, encode_segment};

pub use ::http::Method;
pub use ::url::Url;
