//! Placeholder until the module lands.

#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
}

#[derive(Clone, Debug)]
pub struct TransportError {
    pub message: String,
}
