//! The egress guard: which origins may be addressed at all.

use super::Url;
use std::fmt;

/// Scheme, host and port: what a credential belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

/// Why a URL may not be addressed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    pub message: String,
    pub help: String,
}

impl Refusal {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }
}

impl Origin {
    /// The origin of an `http` or `https` URL; `None` for any other.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: normal_host(url.host_str()?).to_owned(),
            port: url.port_or_known_default()?,
        })
    }

    /// Reads an entry of a pack's `hosts`: `https://host`, `host` (which means https) or `host:port`.
    pub fn parse(entry: &str) -> Result<Self, Refusal> {
        let problem = |message: String| {
            Refusal::new(
                message,
                "write `host`, `host:port` or `https://host:port`; there are no wildcards",
            )
        };
        let full = if entry.contains("://") {
            entry.to_owned()
        } else {
            format!("https://{entry}")
        };
        let url = Url::parse(&full)
            .map_err(|error| problem(format!("`{entry}` is not a host: {error}")))?;
        if has_userinfo(&url)
            || url.query().is_some()
            || url.fragment().is_some()
            || url.path() != "/"
        {
            return Err(problem(format!("`{entry}` is more than a host")));
        }
        if entry.contains('*') {
            return Err(problem(format!("`{entry}` has a wildcard")));
        }
        Self::of(&url).ok_or_else(|| problem(format!("`{entry}` is neither http nor https")))
    }

    /// The host, lower case, without the dot that may end it.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, the scheme's own one if none was written.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is reached by TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.scheme == "https"
    }

    /// Whether a URL has this origin.
    #[must_use]
    pub fn covers(&self, url: &Url) -> bool {
        url.scheme() == self.scheme
            && url.port_or_known_default() == Some(self.port)
            && url.host_str().map(normal_host) == Some(&self.host)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port } = self;
        match (scheme.as_str(), port) {
            ("http", 80) | ("https", 443) => write!(f, "{scheme}://{host}"),
            _ => write!(f, "{scheme}://{host}:{port}"),
        }
    }
}

/// The origins that may be addressed, and the hosts that never may.
#[derive(Clone, Debug, Default)]
pub struct Egress {
    allowed: Vec<Origin>,
    emulators: Vec<Origin>,
    refused: Vec<String>,
}

impl Egress {
    /// A guard that lets nothing pass.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows an origin.
    pub fn allow(&mut self, origin: Origin) {
        if !self.allowed.contains(&origin) {
            self.allowed.push(origin);
        }
    }

    /// Allows the origin of an emulator: the program's own transport headers go to these alone, and its cookies are
    /// its own though all emulators share one host.
    pub fn allow_emulator(&mut self, origin: Origin) {
        if !self.emulators.contains(&origin) {
            self.emulators.push(origin);
        }
    }

    /// Refuses a host, on every port and whatever else allows it. An entry of a pack's `refuse` is a host name.
    pub fn refuse(&mut self, host: &str) -> Result<(), Refusal> {
        let help = "write the host alone: it is refused with every scheme and port";
        let origin = Origin::parse(host).map_err(|refusal| Refusal::new(refusal.message, help))?;
        if host.contains("://") || origin.port != 443 || host.ends_with(":443") {
            return Err(Refusal::new(format!("`{host}` is more than a host"), help));
        }
        self.refused.push(origin.host);
        Ok(())
    }

    /// Whether a URL may be addressed.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        if has_userinfo(url) {
            return Err(Refusal::new(
                "the URL carries a user name or password",
                "send credentials with `auth: {basic: {username: …, password: …}}`",
            ));
        }
        if let Some(host) = self.refused_host(url) {
            return Err(Refusal::new(
                format!("the host `{host}` is refused by its pack and is never addressed"),
                "address the provider's sandbox or the emulator instead",
            ));
        }
        if self.origins().any(|origin| origin.covers(url)) {
            return Ok(());
        }
        let Some(origin) = Origin::of(url) else {
            return Err(Refusal::new(
                format!("`{}:` URLs cannot be addressed", url.scheme()),
                "use `http` or `https`",
            ));
        };
        Err(Refusal::new(
            format!("the origin `{origin}` is not allowed"),
            self.allowed_help(),
        ))
    }

    /// The host of a URL, if it is one that is refused.
    #[must_use]
    pub fn refused_host<'u>(&self, url: &'u Url) -> Option<&'u str> {
        let host = url.host_str().map(normal_host)?;
        self.refused
            .iter()
            .any(|refused| refused == host)
            .then_some(host)
    }

    /// Whether a `host` header names a host that is refused: sent to an allowed address, it would still be answered
    /// by the other.
    pub(super) fn refuses_host_header(&self, value: &str) -> bool {
        Origin::parse(value).is_ok_and(|origin| self.refused.contains(&origin.host))
    }

    /// Whether a URL leads to an emulator.
    #[must_use]
    pub fn is_emulator(&self, url: &Url) -> bool {
        self.emulators.iter().any(|origin| origin.covers(url))
    }

    fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.emulators.iter().chain(&self.allowed)
    }

    fn allowed_help(&self) -> String {
        let names: Vec<String> = self.origins().map(|origin| format!("`{origin}`")).collect();
        match names.as_slice() {
            [] => "no origin is allowed here".to_owned(),
            names => format!(
                "allowed are {}; a pack adds others in its `hosts`",
                names.join(", ")
            ),
        }
    }
}

/// A name with a final dot is the same host to the resolver.
fn normal_host(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

fn has_userinfo(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn entries_are_read_as_origins() {
        for (entry, origin) in [
            ("api.example", "https://api.example"),
            ("API.Example.", "https://api.example"),
            ("api.example:443", "https://api.example"),
            ("api.example:8443", "https://api.example:8443"),
            ("https://api.example", "https://api.example"),
            ("https://api.example:8443/", "https://api.example:8443"),
            ("http://api.example", "http://api.example"),
            ("http://api.example:80", "http://api.example"),
            ("[::1]:8080", "https://[::1]:8080"),
            ("http://[0:0::1]", "http://[::1]"),
            ("bücher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(Origin::parse(entry).unwrap().to_string(), origin);
        }
        for (entry, message) in [
            ("", "`` is not a host: empty host"),
            ("*.example", "`*.example` has a wildcard"),
            ("api.example/v1", "`api.example/v1` is more than a host"),
            ("user@api.example", "`user@api.example` is more than a host"),
            ("api.example?a", "`api.example?a` is more than a host"),
            (
                "ftp://api.example",
                "`ftp://api.example` is neither http nor https",
            ),
            (
                "api.example:99999",
                "`api.example:99999` is not a host: invalid port number",
            ),
        ] {
            assert_eq!(Origin::parse(entry).unwrap_err().message, message);
        }
    }

    #[test]
    fn only_what_is_allowed_passes_and_refusal_wins() {
        let mut egress = Egress::new();
        for origin in ["api.example", "http://[::1]:8080", "production.example"] {
            egress.allow(Origin::parse(origin).unwrap());
        }
        egress.allow_emulator(Origin::parse("http://127.0.0.1:9000").unwrap());
        egress.refuse("Production.Example").unwrap();
        for (text, message) in [
            ("https://api.example/v1?a", ""),
            ("https://API.example.:443/v1", ""),
            ("http://[::1]:8080/", ""),
            ("http://127.1:9000/", ""),
            (
                "http://api.example/",
                "the origin `http://api.example` is not allowed",
            ),
            (
                "https://api.example:444/",
                "the origin `https://api.example:444` is not allowed",
            ),
            (
                "https://api.example.evil.example/",
                "the origin `https://api.example.evil.example` is not allowed",
            ),
            (
                "https://evil.example/api.example",
                "the origin `https://evil.example` is not allowed",
            ),
            (
                "http://localhost:9000/",
                "the origin `http://localhost:9000` is not allowed",
            ),
            (
                "https://u@api.example/",
                "the URL carries a user name or password",
            ),
            (
                "https://:p@api.example/",
                "the URL carries a user name or password",
            ),
            (
                "https://production.example/",
                "the host `production.example` is refused by its pack and is never addressed",
            ),
            (
                "http://production.example.:81/",
                "the host `production.example` is refused by its pack and is never addressed",
            ),
            ("file:///etc/passwd", "`file:` URLs cannot be addressed"),
        ] {
            let checked = egress
                .check(&url(text))
                .err()
                .map(|refusal| refusal.message);
            assert_eq!(checked.unwrap_or_default(), message, "{text}");
        }
        let help = egress
            .check(&url("https://other.example/"))
            .unwrap_err()
            .help;
        assert!(help.contains("`https://api.example`"), "{help}");
        assert!(egress.is_emulator(&url("http://127.0.0.1:9000/x")));
        assert!(!egress.is_emulator(&url("https://api.example/")));
    }

    #[test]
    fn a_refused_entry_is_a_host_alone() {
        let mut egress = Egress::new();
        for entry in ["api.example", "[::1]", "10.0.0.1"] {
            assert!(egress.refuse(entry).is_ok(), "{entry}");
        }
        for entry in [
            "https://api.example",
            "api.example:443",
            "api.example:8443",
            "*.example",
            "a/b",
            "",
        ] {
            assert!(egress.refuse(entry).is_err(), "{entry}");
        }
    }
}
