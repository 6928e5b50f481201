//! A pack's contract: an OpenAPI 3.1 document that responses are held to.

use std::fmt;

use crate::http::Response;
use crate::value::Redactor;

/// A parsed contract, ready to check responses.
#[derive(Debug)]
pub struct Contract(());

/// A call as the contract sees it: the method, and the path without the base URL's.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    pub method: &'a str,
    pub path: &'a str,
}

/// One way in which a response breaks the contract. Its `Display` is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    pub message: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Contract {
    /// All ways in which a response breaks the contract. Secrets are taken out of what is quoted.
    #[must_use]
    pub fn breaches(
        &self,
        operation: Operation<'_>,
        response: &Response,
        redactor: Option<&Redactor>,
    ) -> Vec<Breach> {
        let _ = (operation, response, redactor);
        todo!()
    }
}
