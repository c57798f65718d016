//! TLS for `https`, trusting what this host trusts.

use super::dial::Stream;
use std::sync::{Arc, OnceLock};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Reading the host's certificates takes some milliseconds, so it is done once, and only when a check needs them.
static CONNECTOR: OnceLock<Result<TlsConnector, String>> = OnceLock::new();

pub(super) async fn wrap(stream: Box<dyn Stream>, host: &str) -> Result<Box<dyn Stream>, String> {
    let connector = CONNECTOR.get_or_init(connector).as_ref().map_err(Clone::clone)?;
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| format!("TLS: {host} is no name of a server"))?;
    match connector.connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(format!("TLS: {error}")),
    }
}

fn connector() -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    // One certificate that cannot be read must not take the others away.
    roots.add_parsable_certificates(found.certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
