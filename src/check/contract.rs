//! A pack's contract: an OpenAPI 3.1 document that responses are held to.

use crate::http::Response;

/// A parsed contract, ready to check responses.
#[derive(Debug)]
pub struct Contract(());

/// A call as the contract sees it: the method, and the path without the base URL's.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    pub method: &'a str,
    pub path: &'a str,
}

impl Contract {
    /// All ways in which a response breaks the contract.
    #[must_use]
    pub fn breaches(&self, operation: Operation<'_>, response: &Response) -> Vec<String> {
        let _ = (operation, response);
        todo!()
    }
}
