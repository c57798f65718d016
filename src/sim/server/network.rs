//! `net.sock`: the network as health checks see it. See the room's own text for the protocol.

use crate::sim::scenario::spec::{Answer, Endpoint};
use crate::sim::shared::Shared;
use crate::sim::world::reach::Reached;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

const LONGEST_REQUEST: usize = 512;
/// A connection that nobody closes is closed after this long.
const LONGEST_LIFE: Duration = Duration::from_mins(10);

pub async fn take(shared: &Arc<Shared>, listener: UnixListener) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                // A client that goes away is no error of ours.
                let _ = tokio::time::timeout(LONGEST_LIFE, meet(shared, stream)).await;
            });
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Reads up to the end of the first line, and not a byte more.
async fn first_line(stream: &mut UnixStream) -> io::Result<String> {
    let mut line = Vec::new();
    while line.len() < LONGEST_REQUEST {
        match stream.read_u8().await? {
            b'\n' => break,
            byte => line.push(byte),
        }
    }
    String::from_utf8(line).map_err(io::Error::other)
}

fn target(line: &str) -> Option<(&str, u16)> {
    let (host, port) = line.trim().strip_prefix("CONNECT ")?.rsplit_once(':')?;
    Some((host, port.parse().ok()?))
}

async fn meet(shared: Arc<Shared>, mut stream: UnixStream) -> io::Result<()> {
    let line = first_line(&mut stream).await?;
    let Some((host, port)) = target(&line) else {
        return stream.write_all(b"REFUSED\n").await;
    };
    match shared.with(|world| world.reach(host, port)) {
        Reached::Refused => stream.write_all(b"REFUSED\n").await,
        Reached::Silence => std::future::pending().await,
        Reached::Listener => {
            stream.write_all(b"OK\n").await?;
            listen(stream).await
        }
        Reached::Service(endpoint) => {
            stream.write_all(b"OK\n").await?;
            if endpoint.http.is_empty() { listen(stream).await } else { http(stream, endpoint).await }
        }
    }
}

/// Takes what comes until the client goes, and answers the greetings by which databases are checked, as those would.
async fn listen(mut stream: UnixStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let length = stream.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        if let Some(answer) = greeting(&buffer[..length]) {
            stream.write_all(answer).await?;
        }
    }
}

/// PostgreSQL asks a client of protocol 3.0 for its password; Redis answers a ping.
fn greeting(said: &[u8]) -> Option<&'static [u8]> {
    if said.get(4..8) == Some(&[0, 3, 0, 0]) {
        Some(b"R\0\0\0\x08\0\0\0\x03")
    } else {
        said.starts_with(b"PING\r\n").then_some(b"+PONG\r\n")
    }
}

async fn http(stream: UnixStream, endpoint: Endpoint) -> io::Result<()> {
    let endpoint = Arc::new(endpoint);
    let service = service_fn(move |request: Request<Incoming>| {
        let endpoint = Arc::clone(&endpoint);
        async move {
            tokio::time::sleep(endpoint.latency.0).await;
            Ok::<_, Infallible>(answer(&endpoint, request.uri().path()))
        }
    });
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.map_err(io::Error::other)
}

fn answer(endpoint: &Endpoint, path: &str) -> Response<Full<Bytes>> {
    let missing = Answer { status: 404, body: "404 page not found\n".to_owned(), content_type: None };
    let found = endpoint.http.get(path).or_else(|| endpoint.http.get("*")).unwrap_or(&missing);
    let mut response = Response::new(Full::from(found.body.clone()));
    *response.status_mut() = StatusCode::from_u16(found.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = found.content_type.as_deref().unwrap_or("text/plain; charset=utf-8");
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}
