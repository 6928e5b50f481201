//! The two halves of the client: one for plain HTTP that costs nothing to start, and one with the machine's
//! certificates that is built when the first `https` URL is met.

use super::client::{ClientOptions, Proxies};
use super::phase::WatchConnector;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;

/// Many servers close a connection after five idle seconds; one reused just then fails for no fault of theirs.
const IDLE: Duration = Duration::from_secs(4);

/// The client for `http`. It has a TLS configuration that trusts nobody, because building one that does takes time.
pub(super) fn plain_client(options: &ClientOptions) -> reqwest::Result<reqwest::Client> {
    builder(options)?
        .tls_backend_preconfigured(trusting_nobody())
        .build()
}

/// The client for `https`: the platform's verifier, or the roots of Mozilla where the system has no certificates, as
/// in an image without a CA bundle. Takes up to some hundred milliseconds.
pub(super) fn secure_client(options: &ClientOptions) -> reqwest::Result<reqwest::Client> {
    // An error says that a provider is installed already, which is as good.
    let _ = ring::default_provider().install_default();
    let extra = certificates(options.extra_roots.iter().map(Vec::as_slice))?;
    let platform = builder(options)?;
    let platform = if extra.is_empty() {
        platform
    } else {
        platform.tls_certs_merge(extra.clone())
    };
    platform.build().or_else(|_| {
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        let mut roots = certificates(bundled.iter().map(AsRef::as_ref))?;
        roots.extend(extra);
        builder(options)?.tls_certs_only(roots).build()
    })
}

fn builder(options: &ClientOptions) -> reqwest::Result<reqwest::ClientBuilder> {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .pool_idle_timeout(IDLE)
        .connector_layer(WatchConnector);
    add_proxies(builder, &options.proxies)
}

fn add_proxies(
    mut builder: reqwest::ClientBuilder,
    proxies: &Proxies,
) -> reqwest::Result<reqwest::ClientBuilder> {
    let direct = format!("localhost,127.0.0.0/8,::1,{}", proxies.none_for);
    let direct = reqwest::NoProxy::from_string(&direct);
    if let Some(proxy) = &proxies.http {
        builder = builder.proxy(reqwest::Proxy::http(proxy)?.no_proxy(direct.clone()));
    }
    if let Some(proxy) = &proxies.https {
        builder = builder.proxy(reqwest::Proxy::https(proxy)?.no_proxy(direct));
    }
    Ok(builder)
}

fn certificates<'a>(
    der: impl Iterator<Item = &'a [u8]>,
) -> reqwest::Result<Vec<reqwest::Certificate>> {
    der.map(reqwest::Certificate::from_der).collect()
}

fn trusting_nobody() -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the ring provider supports TLS 1.2 and 1.3")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}
