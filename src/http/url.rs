//! Putting URLs together as text, so that what is addressed is what was typed: nothing is normalised away silently.

use super::Origin;
use ::url::{Position, Url};

/// Why a URL cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UrlError {
    pub message: String,
    /// What to write instead; may be empty.
    pub help: String,
}

impl UrlError {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }
}

/// A base URL, parsed once for all the paths that are joined to it.
#[derive(Clone, Debug)]
pub struct Base {
    text: String,
    /// `None` if it is not a URL, which each path that is joined to it tells.
    url: Option<Url>,
}

impl Base {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let url = Url::parse(&text).ok();
        Self { text, url }
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its path, without the `/` that may end it.
    #[must_use]
    pub fn path(&self) -> &str {
        let path = self.url.as_ref().map_or("", Url::path);
        path.trim_end_matches('/')
    }

    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        Origin::of(self.url.as_ref()?)
    }

    /// Joins a path to it as text: `https://host/v1` and `/customers?limit=1` give `https://host/v1/customers?limit=1`. A
    /// path that is itself an `http` or `https` URL stands alone.
    pub fn join(&self, path: &str) -> Result<Url, UrlError> {
        let base = &self.text;
        if is_absolute(path) {
            return parse(path, self.url.as_ref());
        }
        if !path.starts_with('/') {
            return Err(UrlError::new(
                format!("the path `{path}` does not begin with `/`"),
                "write `/path`, or a whole URL beginning with `https://`",
            ));
        }
        if base.contains(['?', '#']) {
            return Err(UrlError::new(
                format!("the base URL `{base}` has a query or a fragment"),
                "end it after its path",
            ));
        }
        let full = format!("{}{path}", base.strip_suffix('/').unwrap_or(base));
        parse(&full, self.url.as_ref())
    }
}

fn is_absolute(path: &str) -> bool {
    let scheme = |scheme: &str| {
        path.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    scheme("http://") || scheme("https://")
}

/// Parses a URL, and refuses what the parser would quietly change into another request. What it begins with as `base` does is
/// not parsed again.
fn parse(full: &str, base: Option<&Url>) -> Result<Url, UrlError> {
    if full.contains('#') {
        return Err(UrlError::new(
            "a `#` begins a fragment, which is never sent",
            "write `%23` for the character itself",
        ));
    }
    if full.contains(|c: char| c.is_control()) {
        return Err(UrlError::new(
            format!("the URL `{}` has a control character", full.escape_debug()),
            "percent-encode it",
        ));
    }
    let (address, _) = full.split_once('?').unwrap_or((full, ""));
    if address.contains('\\') {
        return Err(UrlError::new(
            "a `\\` in a path would be read as `/`",
            "write `%5C` for the character itself",
        ));
    }
    if let Some(segment) = address.split('/').skip(3).find(|segment| is_dots(segment)) {
        return Err(dots(segment));
    }
    // The parser trims spaces at the end; elsewhere it writes them so itself.
    let spaced = full.contains(' ').then(|| full.replace(' ', "%20"));
    let text = spaced.as_deref().unwrap_or(full);
    let url = match base.and_then(|base| of_same_origin(text, base)) {
        Some(url) => Ok(url),
        None => Url::parse(text),
    };
    let url = url.map_err(|error| {
        UrlError::new(
            format!("`{full}` is not a URL: {error}"),
            "a URL has a host, and may have a port in digits, such as `http://localhost:8080/path`",
        )
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlError::new(
            format!("`{}:` URLs cannot be addressed", url.scheme()),
            "use `http` or `https`",
        ));
    }
    Ok(url)
}

/// The URL, if it begins with the very text of another's origin.
fn of_same_origin(text: &str, base: &Url) -> Option<Url> {
    let path = text.strip_prefix(&base[..Position::BeforePath])?;
    // Two slashes would begin another host.
    let plain = path.starts_with('/') && !path.starts_with("//");
    plain.then(|| base.join(path).ok())?
}

fn dots(segment: &str) -> UrlError {
    UrlError::new(
        format!("the path has the segment `{segment}`, which would address another path"),
        "write the path that is meant",
    )
}

/// Whether a segment is `.` or `..`, in any of the spellings that URL parsers take for them (WHATWG URL, 4.3).
fn is_dots(segment: &str) -> bool {
    /// The longest of them: two dots, each percent-encoded.
    const LONGEST: usize = "%2e%2e".len();
    segment.len() <= LONGEST && {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        matches!(plain.as_str(), "." | "..")
    }
}

/// Percent-encodes a value as one path segment: RFC 3986's unreserved characters stay as they are.
pub fn encode_segment(value: &str) -> Result<String, UrlError> {
    if matches!(value, "." | "..") {
        return Err(dots(value));
    }
    let mut encoded = String::with_capacity(value.len());
    percent_encode(value, &mut encoded);
    Ok(encoded)
}

/// The text of a path's segment; a `%` that begins no escape stands for itself.
#[must_use]
pub fn decode_segment(segment: &str) -> String {
    if !segment.contains('%') {
        return segment.to_owned();
    }
    let bytes = segment.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| segment.get(at + 1..at + 3))
            .flatten()
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Adds a query parameter, percent-encoded (a space as `%20`), after those that are there.
pub fn append_query(url: &mut Url, name: &str, value: &str) {
    let mut query = url.query().unwrap_or_default().to_owned();
    if !query.is_empty() {
        query.push('&');
    }
    percent_encode(name, &mut query);
    query.push('=');
    percent_encode(value, &mut query);
    url.set_query(Some(&query));
}

/// Writes `text` with all but RFC 3986's unreserved characters percent-encoded.
pub(super) fn percent_encode(text: &str, into: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(char::from(HEX[usize::from(byte >> 4)]));
            into.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn join(base: &str, path: &str) -> Result<Url, UrlError> {
        Base::new(base).join(path)
    }

    #[test]
    fn base_and_path_are_joined_as_text() {
        for (base, path, want) in [
            ("https://h/v1", "/customers", "https://h/v1/customers"),
            ("https://h/v1/", "/customers", "https://h/v1/customers"),
            ("https://h", "/", "https://h/"),
            ("https://h:443", "/a", "https://h/a"),
            ("http://[::1]:8080", "/a", "http://[::1]:8080/a"),
            ("https://h", "//evil.example/a", "https://h//evil.example/a"),
            (
                "https://h/v1",
                "/a?b=c&d=e%20f",
                "https://h/v1/a?b=c&d=e%20f",
            ),
            ("https://h", "/a?path=../b", "https://h/a?path=../b"),
            ("https://h", "/a b ", "https://h/a%20b%20"),
            ("https://h", "/ä", "https://h/%C3%A4"),
            ("https://h", "/a%2Fb", "https://h/a%2Fb"),
            ("https://h", "/a..b/...", "https://h/a..b/..."),
            ("https://h", "https://other/x", "https://other/x"),
            ("https://h", "HTTPS://other/x", "https://other/x"),
        ] {
            assert_eq!(join(base, path).unwrap().as_str(), want, "{base} {path}");
        }
    }

    #[test]
    fn what_a_parser_would_quietly_change_is_refused() {
        for (base, path, part) in [
            ("https://h", "customers", "does not begin with `/`"),
            ("https://h", "", "does not begin with `/`"),
            ("https://h", "/a/../b", "`..`"),
            ("https://h", "/a/.", "`.`"),
            ("https://h", "/a/%2e%2E/b", "`%2e%2E`"),
            ("https://h", "/a/.%2e", "`.%2e`"),
            ("https://h", "https://other/a/../b", "`..`"),
            ("https://h", "/a#b", "fragment"),
            ("https://h", "/a\\..\\b", "`\\`"),
            ("https://h", "/a\tb", "control character"),
            ("https://h?x", "/a", "has a query"),
            ("ftp://h", "/a", "`ftp:`"),
            ("nonsense", "/a", "is not a URL"),
            ("https://", "/a", ""),
        ] {
            let error = join(base, path);
            // An empty host is taken from the path by the parser; the egress guard judges that one.
            if let Err(error) = error {
                assert!(error.message.contains(part), "{base} {path}: {error}");
            } else {
                assert_eq!(base, "https://", "{path} is accepted");
            }
        }
    }

    #[test]
    fn segments_and_queries_are_percent_encoded() {
        assert_eq!(
            encode_segment("a/b?c#d e%é").unwrap(),
            "a%2Fb%3Fc%23d%20e%25%C3%A9"
        );
        assert_eq!(encode_segment("A-Z_a.z~0").unwrap(), "A-Z_a.z~0");
        assert!(encode_segment(".").is_err());
        assert!(encode_segment("..").is_err());
        let mut url = join("https://h", "/a?x=1").unwrap();
        append_query(&mut url, "filter[a]", "b c&d=e+f");
        append_query(&mut url, "empty", "");
        assert_eq!(
            url.as_str(),
            "https://h/a?x=1&filter%5Ba%5D=b%20c%26d%3De%2Bf&empty="
        );
    }

    proptest! {
        #[test]
        fn a_segment_stays_one_segment_and_comes_back(value in any::<String>()) {
            prop_assume!(value != "." && value != "..");
            let url = join("https://h/v1", &format!("/a/{}/z", encode_segment(&value).unwrap())).unwrap();
            let segments: Vec<&str> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 4);
            let back = percent_decode(segments[2]);
            prop_assert_eq!(back, value.into_bytes());
        }

        #[test]
        fn a_query_comes_back(name in any::<String>(), value in any::<String>()) {
            let mut url = join("https://h", "/a").unwrap();
            append_query(&mut url, &name, &value);
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(pairs, vec![(name, value)]);
        }

        #[test]
        fn what_is_joined_can_be_sent(path in "/\\PC{0,20}", value in any::<String>()) {
            if let Ok(mut url) = join("https://h/v1", &path) {
                append_query(&mut url, &value, &value);
                prop_assert_eq!(url.host_str(), Some("h"));
                prop_assert!(url.path().starts_with("/v1/"));
                prop_assert!(url.as_str().parse::<::http::Uri>().is_ok(), "{}", url);
            }
        }

        #[test]
        fn a_base_that_is_known_changes_nothing(
            base in "https?://(h|127\\.0\\.0\\.1|\\[::1\\]|u@h|ä)(:443|:80|:8080)?(/v1)?/?",
            path in "(/|//)?[a.%?/:@ 2eEü]{0,12}",
        ) {
            let full = format!("{base}{path}");
            let known = Url::parse(&base).unwrap();
            prop_assert_eq!(parse(&full, Some(&known)), parse(&full, None));
        }

        #[test]
        fn joining_never_panics(base in any::<String>(), path in any::<String>()) {
            let _ = join(&base, &path);
        }
    }

    fn percent_decode(text: &str) -> Vec<u8> {
        let bytes = text.as_bytes();
        let mut decoded = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'%' {
                decoded.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
                at += 3;
            } else {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
        decoded
    }
}
