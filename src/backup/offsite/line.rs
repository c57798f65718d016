//! The way to the bucket: HTTP/1.1 over TCP or TLS, with the certificates that this host trusts (`SSL_CERT_FILE` names
//! others). A connection is used again when its answer has been read.

use super::patience::Patient;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderValue, USER_AGENT};
use hyper::http::uri::{PathAndQuery, Uri};
use hyper_util::rt::TokioIo;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpResponseBody, HttpService,
};
use std::error::Error;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// The other side may take long to put the parts of a large file together.
const SILENCE_LIMIT: Duration = Duration::from_mins(2);
/// More are not kept for later.
const IDLE: usize = 8;

#[derive(Debug)]
pub struct Lines;

impl HttpConnector for Lines {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Line::default()))
    }
}

#[derive(Default)]
struct Line {
    /// By the scheme and authority that they lead to.
    idle: Mutex<Vec<(String, SendRequest<HttpRequestBody>)>>,
    tls: OnceLock<TlsConnector>,
}

impl fmt::Debug for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Line")
    }
}

/// What `async_trait` makes of the one method of the trait, without another crate for it.
type Call<'call> = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'call>>;

impl HttpService for Line {
    fn call<'this, 'call>(&'this self, request: HttpRequest) -> Call<'call>
    where
        'this: 'call,
        Self: 'call,
    {
        Box::pin(self.exchange(request))
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Line {
    async fn exchange(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let uri = request.uri().clone();
        let to = format!("{}://{}", uri.scheme_str().unwrap_or("https"), authority(&uri));
        // Only what is signed is changed by nobody: a host is not named where the library leaves it to its client.
        if let Ok(host) = HeaderValue::from_str(&authority(&uri)) {
            request.headers_mut().entry(HOST).or_insert(host);
        }
        request.headers_mut().entry(USER_AGENT).or_insert(HeaderValue::from_static("mcp-tui"));
        *request.uri_mut() =
            uri.path_and_query().map_or(Uri::from_static("/"), |path: &PathAndQuery| path.clone().into());
        let mut sender = match self.take(&to) {
            Some(sender) => sender,
            None => self.open(&uri).await?,
        };
        let answer = sender.send_request(request).await.map_err(broken)?;
        self.keep(to, sender);
        let (head, body) = answer.into_parts();
        Ok(HttpResponse::from_parts(head, HttpResponseBody::new(body.map_err(broken))))
    }

    /// One whose last answer has been read.
    fn take(&self, to: &str) -> Option<SendRequest<HttpRequestBody>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, sender)| !sender.is_closed());
        let at = idle.iter().position(|(place, sender)| place == to && sender.is_ready())?;
        Some(idle.swap_remove(at).1)
    }

    fn keep(&self, to: String, sender: SendRequest<HttpRequestBody>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push((to, sender));
        }
    }

    async fn open(&self, uri: &Uri) -> Result<SendRequest<HttpRequestBody>, HttpError> {
        let failed = |error: io::Error| HttpError::new(HttpErrorKind::Connect, error);
        let timed = tokio::time::timeout(CONNECT_LIMIT, self.connect(uri)).await;
        let stream = timed.unwrap_or_else(|_| {
            let text = format!("no connection within {} seconds", CONNECT_LIMIT.as_secs());
            Err(io::Error::new(io::ErrorKind::TimedOut, text))
        });
        let stream = TokioIo::new(stream.map_err(failed)?);
        let (sender, connection) = http1::handshake(stream).await.map_err(broken)?;
        // It ends when nobody has the sender any more, or when the other side hangs up.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                log::debug!("a connection to a bucket ended: {error}");
            }
        });
        Ok(sender)
    }

    async fn connect(&self, uri: &Uri) -> io::Result<Box<dyn Stream>> {
        let secure = uri.scheme_str() != Some("http");
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream = Patient::new(TcpStream::connect((host.as_str(), port)).await?, SILENCE_LIMIT);
        if !secure {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        Ok(Box::new(self.tls()?.connect(name, stream).await?))
    }

    fn tls(&self) -> io::Result<&TlsConnector> {
        if let Some(known) = self.tls.get() {
            return Ok(known);
        }
        let mut roots = RootCertStore::empty();
        // One certificate that cannot be read must not take the others away.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(self.tls.get_or_init(|| TlsConnector::from(Arc::new(config))))
    }
}

/// As the signature has it: without the port that goes without saying.
fn authority(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    match uri.port_u16() {
        Some(port) if port != default => format!("{host}:{port}"),
        Some(_) | None => host.to_owned(),
    }
}

/// By the kind it is decided whether it is tried again.
fn broken(error: hyper::Error) -> HttpError {
    let mut source = error.source();
    let mut timed_out = error.is_timeout();
    while let Some(inner) = source {
        timed_out |= inner.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::TimedOut);
        source = inner.source();
    }
    let kind = if timed_out {
        HttpErrorKind::Timeout
    } else if error.is_canceled() {
        // A connection that was kept for later had ended: nothing was sent.
        HttpErrorKind::Request
    } else if error.is_parse() {
        HttpErrorKind::Decode
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, error)
}

/// Whether what the client reads can be handed over at all.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Incoming>();
};

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::its_own_port("https://minio:9000/b", "minio:9000")]
    #[case::the_usual_port("https://minio:443/b", "minio")]
    #[case::the_usual_port_of_the_other("http://minio:443/b", "minio:443")]
    #[case::none("http://minio/b", "minio")]
    fn the_host_is_named_as_it_is_signed(#[case] uri: &str, #[case] expected: &str) {
        assert_eq!(authority(&uri.parse().unwrap()), expected);
    }
}
