//! The cookies of one scenario.

use super::{Egress, Url};
use cookie_store::CookieStore;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A jar of its own for each scenario: nothing of it is seen by another.
///
/// Cookies do not know ports (RFC 6265, 8.5), and all emulators share one host; so that the cookies of one provider do
/// not reach another, each emulator has a compartment of its own.
#[derive(Debug, Default)]
pub struct CookieJar {
    stores: Mutex<Vec<(Compartment, CookieStore)>>,
}

/// The port of an emulator, or none for all real hosts together.
type Compartment = Option<u16>;

impl CookieJar {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the `set-cookie` values of a response from `url`. What RFC 6265 tells a client to ignore is ignored.
    pub fn store<'a>(
        &self,
        url: &Url,
        egress: &Egress,
        set_cookies: impl IntoIterator<Item = &'a str>,
    ) {
        let compartment = compartment(url, egress);
        for line in set_cookies {
            let mut stores = self.lock();
            let at = stores.iter().position(|(have, _)| *have == compartment);
            let at = at.unwrap_or_else(|| {
                stores.push((compartment, CookieStore::default()));
                stores.len() - 1
            });
            let _ = stores[at].1.parse(line, url);
        }
    }

    /// The `cookie` header for a request to `url`, if there is anything to send: longer paths first (RFC 6265, 5.4),
    /// then by name, so that the same run sends the same bytes.
    #[must_use]
    pub fn header(&self, url: &Url, egress: &Egress) -> Option<String> {
        let stores = self.lock();
        let (_, store) = stores
            .iter()
            .find(|(have, _)| *have == compartment(url, egress))?;
        let mut cookies = store.matches(url);
        if cookies.is_empty() {
            return None;
        }
        cookies.sort_by_key(|cookie| {
            (
                std::cmp::Reverse(cookie.path.len()),
                cookie.name().to_owned(),
            )
        });
        let pairs: Vec<String> = cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        Some(pairs.join("; "))
    }

    /// The value of the cookie that a request to `url` would send under this name.
    #[must_use]
    pub fn value(&self, url: &Url, egress: &Egress, name: &str) -> Option<String> {
        let stores = self.lock();
        let (_, store) = stores
            .iter()
            .find(|(have, _)| *have == compartment(url, egress))?;
        store
            .matches(url)
            .into_iter()
            .filter(|cookie| cookie.name() == name)
            .max_by_key(|cookie| cookie.path.len())
            .map(|cookie| cookie.value().to_owned())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Compartment, CookieStore)>> {
        // The jar is whole after every single change, so a panic elsewhere does not spoil it.
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn compartment(url: &Url, egress: &Egress) -> Compartment {
    egress
        .is_emulator(url)
        .then(|| url.port_or_known_default())
        .flatten()
}
