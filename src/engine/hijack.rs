//! Connections of one's own to the daemon: for the heads of its answers, and for those that become another protocol.
//!
//! bollard gives its callers neither, so this dials by itself, by the same address and the same certificates.

use super::connect::{ANSWER_LIMIT, Engine};
use super::endpoint::{Address, Endpoint};
use super::failure;
use super::raw::BODY_LIMIT;
use crate::domain::{Fault, FaultKind};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, HeaderMap, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A daemon under load takes its time before it hands a connection over.
const UPGRADE_LIMIT: Duration = Duration::from_secs(30);

/// The daemon's newest version of the API, as the head of its shortest answer tells it. To answer `/version` a daemon
/// may run other programs first, for their versions. `None` where nothing is told, or where a connection of one's own
/// would cost more than that.
pub(super) async fn pinged_version(endpoint: &Endpoint) -> Option<String> {
    if matches!(endpoint.address, Address::Tls { .. }) {
        return None;
    }
    let request =
        Request::get("/_ping").header(HOST, host(&endpoint.address)).body(Empty::<Bytes>::new()).ok()?;
    let stream = dial(&endpoint.address).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await.ok()?;
    Some(response.headers().get("api-version")?.to_str().ok()?.to_owned())
}

fn host(address: &Address) -> &str {
    match address {
        Address::Unix(_) => "docker",
        Address::Tcp(authority) | Address::Tls { authority, .. } => authority,
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Engine {
    /// What the daemon says about itself in the head of its shortest answer.
    pub(super) async fn ping_head(&self) -> Result<HeaderMap, Fault> {
        let operation = "ask the Docker daemon which builder it has";
        let request = self.request(&Method::GET, "/_ping", &[], operation)?;
        let asked = tokio::time::timeout(ANSWER_LIMIT, self.send(request, operation)).await;
        let response = asked.map_err(|_| failure::late(operation, "", ANSWER_LIMIT))??;
        Ok(response.headers().clone())
    }

    /// Makes one connection another protocol's.
    pub(super) async fn upgrade(
        &self,
        path: &str,
        headers: &[(&str, String)],
        operation: &str,
    ) -> Result<TokioIo<Upgraded>, Fault> {
        let mut request = self.request(&Method::POST, path, headers, operation)?;
        let head = request.headers_mut();
        head.insert(CONNECTION, hyper::header::HeaderValue::from_static("Upgrade"));
        head.insert(UPGRADE, hyper::header::HeaderValue::from_static("h2c"));
        let open = async {
            let response = self.send(request, operation).await?;
            if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                return Err(refused(response, operation).await);
            }
            let broken = |error| Fault::new(FaultKind::Unreachable, operation, "").caused_by(&error);
            hyper::upgrade::on(response).await.map(TokioIo::new).map_err(broken)
        };
        tokio::time::timeout(UPGRADE_LIMIT, open)
            .await
            .map_err(|_| failure::late(operation, "", UPGRADE_LIMIT))?
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, String)],
        operation: &str,
    ) -> Result<Request<Empty<Bytes>>, Fault> {
        let (major, minor) = self.version;
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("/v{major}.{minor}{path}"))
            .header(HOST, host(&self.endpoint.address));
        for (name, value) in headers {
            builder = builder.header(*name, value);
        }
        let wrong = |error| Fault::new(FaultKind::Invalid, operation, "").caused_by(&error);
        builder.body(Empty::new()).map_err(wrong)
    }

    async fn send(
        &self,
        request: Request<Empty<Bytes>>,
        operation: &str,
    ) -> Result<Response<Incoming>, Fault> {
        let broken = |error: &dyn std::error::Error| {
            Fault::new(FaultKind::Unreachable, operation, self.endpoint.describe().as_str()).caused_by(error)
        };
        let stream = dial(&self.endpoint.address).await.map_err(|error| broken(&error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
        tokio::spawn(connection.with_upgrades());
        sender.send_request(request).await.map_err(|error| broken(&error))
    }
}

/// The daemon's own words for why it does not want to.
async fn refused(response: Response<Incoming>, operation: &str) -> Fault {
    let status = response.status();
    let body = Limited::new(response.into_body(), BODY_LIMIT).collect().await;
    let text = body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned()).unwrap_or_default();
    let json: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let message = json.as_ref().and_then(|json| json.get("message")?.as_str()).unwrap_or(text.trim());
    Fault::new(FaultKind::Refused, operation, "")
        .because(format!("the daemon answered {status}: {message}"))
        .hint("does a proxy before the daemon's socket keep `/grpc` and `/session` from its clients? DOCKER_BUILDKIT=0 builds without them")
}

async fn dial(address: &Address) -> std::io::Result<Box<dyn Stream>> {
    Ok(match address {
        Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
        Address::Tcp(authority) => Box::new(TcpStream::connect(authority).await?),
        Address::Tls { authority, certificates } => {
            let stream = TcpStream::connect(authority).await?;
            let host = authority.rsplit_once(':').map_or(authority.as_str(), |(host, _)| host);
            let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
                .map_err(std::io::Error::other)?;
            let connector = TlsConnector::from(Arc::new(settings(certificates)?));
            Box::new(connector.connect(name, stream).await?)
        }
    })
}

/// As with all other calls: what this host trusts, what the directory says, and who asks.
fn settings(directory: &Path) -> std::io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(certificates(&directory.join("ca.pem"))?);
    let key = PrivateKeyDer::from_pem_file(directory.join("key.pem")).map_err(std::io::Error::other)?;
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates(&directory.join("cert.pem"))?, key)
        .map_err(std::io::Error::other)
}

fn certificates(path: &Path) -> std::io::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).map_err(std::io::Error::other)?;
    read.collect::<Result<_, _>>().map_err(std::io::Error::other)
}
