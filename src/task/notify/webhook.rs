//! A POST of the message as JSON. Unlike a check, it trusts only the certificates that this host trusts.

use super::Failure;
use super::message::Message;
use crate::domain::check::HttpUrl;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

pub async fn post(url: &str, message: &Message) -> Result<(), Failure> {
    let target = HttpUrl::parse(url).map_err(|_| Failure::lasting("its address is no URL of HTTP"))?;
    let body = serde_json::to_vec(message).map_err(Failure::lasting)?;
    let stream = TcpStream::connect((target.host.as_str(), target.port)).await.map_err(Failure::passing)?;
    if !target.secure {
        return exchange(stream, &target, body).await;
    }
    let name = ServerName::try_from(target.host.clone()).map_err(Failure::lasting)?;
    let stream = connector().map_err(Failure::lasting)?.connect(name, stream).await;
    exchange(stream.map_err(|error| Failure::passing(format!("TLS: {error}")))?, &target, body).await
}

fn connector() -> Result<TlsConnector, tokio_rustls::rustls::Error> {
    let mut roots = RootCertStore::empty();
    // One certificate that cannot be read must not take the others away.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    target: &HttpUrl,
    body: Vec<u8>,
) -> Result<(), Failure> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(Failure::passing)?;
    let request = Request::post(&target.path)
        .header(header::HOST, &target.authority)
        .header(header::USER_AGENT, "mcp-tui")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONNECTION, "close")
        .body(Full::new(Bytes::from(body)))
        .map_err(Failure::lasting)?;
    let exchange = async { sender.send_request(request).await.map_err(Failure::passing) };
    tokio::pin!(exchange);
    // The connection is driven here; once the answer's head is there, both are dropped.
    let answer = tokio::select! {
        biased;
        answer = &mut exchange => answer,
        _ = connection => exchange.await,
    }?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Err(Failure::passing(format!("it answered {status}")))
        }
        status => Err(Failure::lasting(format!("it answered {status}"))),
    }
}
