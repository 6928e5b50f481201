//! Where an emulator may deliver to: never to an address that a scenario or a pack chose.

use std::net::IpAddr;

use url::{Host, Url};

use super::{Receiver, SYMBOLIC_ORIGIN};

/// The addresses to which emulators deliver.
#[derive(Clone)]
pub enum Destinations {
    /// A run's own receiver alone.
    Receiver(Receiver),
    /// Any server of this machine.
    Loopback,
}

impl Destinations {
    /// Where a delivery to `url` really goes.
    ///
    /// # Errors
    /// Why it does not go anywhere.
    pub fn resolve(&self, url: &str) -> Result<Url, String> {
        match self {
            Self::Receiver(receiver) => receiver.resolve(url),
            Self::Loopback => loopback(url),
        }
    }
}

impl Receiver {
    fn resolve(&self, url: &str) -> Result<Url, String> {
        let bases = [Some(SYMBOLIC_ORIGIN), self.0.options.public.as_deref()];
        let path = bases.into_iter().flatten().find_map(|base| {
            let rest = url.strip_prefix(base.trim_end_matches('/'))?;
            rest.starts_with('/').then_some(rest)
        });
        let Some(path) = path else {
            return Err(
                "emulators deliver only to the run's own receiver, `${{ webhooks.url }}`"
                    .to_owned(),
            );
        };
        let mut address = self.listen()?;
        if address.ip().is_unspecified() {
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
                IpAddr::V6(_) => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
            });
        }
        Url::parse(&format!("http://{address}{path}")).map_err(|error| error.to_string())
    }
}

fn loopback(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("it is not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it is neither http nor https".to_owned());
    }
    let here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    if here {
        Ok(url)
    } else {
        Err(
            "emulators deliver only to this machine: `localhost`, `127.0.0.1` or `[::1]`"
                .to_owned(),
        )
    }
}
