//! TLS, as a witness and not as a guard: whatever certificate is shown is taken and written down, with what would be
//! said against it by who trusts what this host trusts. A check wants to name the trouble, and sends no secret.

use super::dial::Stream;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// What a server has shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    /// Its own certificate.
    pub(super) own: Option<CertificateDer<'static>>,
    /// What speaks against it, where something does.
    pub(super) against: Option<Error>,
}

/// Connects under this name, which is an address where there is none.
pub(super) async fn wrap(stream: Box<dyn Stream>, host: &str) -> Result<(Box<dyn Stream>, Shown), String> {
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| format!("TLS: {host} is no name of a server"))?;
    let provider = Arc::new(ring::default_provider());
    let witness = Arc::new(Witness { provider: Arc::clone(&provider), shown: Mutex::default() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS: {error}"))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
        Ok(stream) => {
            let shown = witness.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Ok((Box::new(stream), shown))
        }
        Err(error) => Err(format!("TLS: {error}")),
    }
}

/// Reading the host's certificates takes some milliseconds, so it is done once, and only when a check needs them.
/// `None` where this host trusts nobody.
fn trusted(provider: &Arc<CryptoProvider>) -> Option<&'static Arc<WebPkiServerVerifier>> {
    static TRUSTED: OnceLock<Option<Arc<WebPkiServerVerifier>>> = OnceLock::new();
    let verifier = TRUSTED.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        // One certificate that cannot be read must not take the others away.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().ok()
    });
    verifier.as_ref()
}

#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    shown: Mutex<Shown>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let against = match trusted(&self.provider) {
            Some(verifier) => {
                verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now).err()
            }
            None => Some(Error::InvalidCertificate(tokio_rustls::rustls::CertificateError::UnknownIssuer)),
        };
        let own = Some(end_entity.clone().into_owned());
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Shown { own, against };
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
