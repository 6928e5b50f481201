//! What TLS trusts: set up when the first `https` URL is met, as reading the machine's certificates takes time.

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The TLS configuration of all connections.
#[derive(Debug)]
pub(super) struct Tls {
    extra_roots: Vec<Vec<u8>>,
    config: OnceCell<Arc<ClientConfig>>,
}

impl Tls {
    /// Trusts these certificates (DER) of authorities besides those that the system trusts.
    pub(super) fn new(extra_roots: Vec<Vec<u8>>) -> Self {
        Self {
            extra_roots,
            config: OnceCell::new(),
        }
    }

    /// The configuration; the first one to ask has it built.
    pub(super) async fn config(&self) -> Result<Arc<ClientConfig>, String> {
        self.config.get_or_try_init(|| self.build()).await.cloned()
    }

    async fn build(&self) -> Result<Arc<ClientConfig>, String> {
        let extra = self
            .extra_roots
            .iter()
            .cloned()
            .map(CertificateDer::from)
            .collect();
        // Some hundred milliseconds for a cold machine, which would hold up everything else on this thread.
        tokio::task::spawn_blocking(move || build(extra))
            .await
            .map_err(|error| error.to_string())?
            .map(Arc::new)
            .map_err(|error| error.to_string())
    }
}

fn build(extra: Vec<CertificateDer<'static>>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> =
        match Verifier::new_with_extra_roots(extra.clone(), Arc::clone(&provider)) {
            Ok(platform) => Arc::new(platform),
            // An image without a CA bundle has none: Mozilla's roots are as good.
            Err(_) => bundled(extra, Arc::clone(&provider))?,
        };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn bundled(
    extra: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    for certificate in extra {
        roots.add(certificate)?;
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))
}
