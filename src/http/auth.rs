//! Values of the `authorization` header.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Basic authentication (RFC 7617), in UTF-8.
#[must_use]
pub fn basic(username: &str, password: &str) -> String {
    format!(
        "Basic {}",
        STANDARD.encode(format!("{username}:{password}"))
    )
}

/// A bearer token (RFC 6750).
#[must_use]
pub fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn basic_is_rfc_7617() {
        assert_eq!(
            super::basic("Aladdin", "open sesame"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        assert_eq!(super::basic("test", "123£"), "Basic dGVzdDoxMjPCow==");
        assert_eq!(super::bearer("abc"), "Bearer abc");
    }
}
