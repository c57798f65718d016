//! One page, over as many redirects as are allowed, and of its body no more than is wanted.

use super::words;
use crate::domain::check::HttpUrl;
use crate::health::line::Line;
use crate::health::{Outcome, certificate, dial, tls};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use std::time::{Duration, Instant};
use tokio::time::timeout;

const REDIRECTS: usize = 3;
pub(super) const NOT_HTTP: &str = "the answer is not HTTP";

#[derive(Debug, Clone, Copy)]
pub(in crate::health) struct Want {
    /// This one is the answer even where it leads elsewhere.
    pub(in crate::health) status: Option<u16>,
    /// So much of the body.
    pub(in crate::health) bytes: usize,
    /// So long for the body; `None` where nothing can be told without it.
    pub(in crate::health) patience: Option<Duration>,
}

pub(in crate::health) struct Page {
    pub(in crate::health) status: StatusCode,
    pub(in crate::health) body: Vec<u8>,
    /// Whether the body came to its end.
    pub(in crate::health) complete: bool,
    /// Until the status of the last answer.
    pub(in crate::health) latency: Duration,
    /// Of `https`: what there is against the certificate.
    pub(in crate::health) doubt: Option<certificate::Doubt>,
}

pub(in crate::health) async fn fetch(line: Line<'_>, url: &str, want: Want) -> Result<Page, Outcome> {
    let start = Instant::now();
    let mut target = HttpUrl::parse(url).map_err(Outcome::refused)?;
    for redirects in 0..=REDIRECTS {
        let (mut page, location) = get(line, &target, want, start).await?;
        let expected = want.status == Some(page.status.as_u16());
        match location.filter(|_| !expected) {
            Some(_) if redirects == REDIRECTS => break,
            Some(location) => {
                let next = target.follow(&location);
                target = next.map_err(|why| Outcome::refused(format!("{}: {why}", words(page.status))))?;
            }
            None => {
                page.body.truncate(want.bytes);
                return Ok(page);
            }
        }
    }
    Err(Outcome::refused(format!("more than {REDIRECTS} redirects")))
}

/// The answer, and where it redirects to.
async fn get(
    line: Line<'_>,
    target: &HttpUrl,
    want: Want,
    start: Instant,
) -> Result<(Page, Option<String>), Outcome> {
    let mut stream = line.connect(&target.host, target.port).await?;
    let mut doubt = None;
    if target.secure {
        let (secured, shown) = tls::wrap(stream, &target.host).await.map_err(Outcome::refused)?;
        stream = secured;
        // A replica is not known to the world by its service's name.
        let name = (!line.means(&target.host)).then_some(target.host.as_str());
        doubt = certificate::doubt(&shown, name, jiff::Timestamp::now());
    }
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| describe(&error))?;
    let request = Request::get(&target.path)
        .header(header::HOST, &target.authority)
        .header(header::USER_AGENT, "mcp-tui")
        .header(header::ACCEPT, "*/*")
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|error| Outcome::refused(error.to_string()))?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(|error| describe(&error))?;
        let (status, latency) = (answer.status(), start.elapsed());
        let location = status.is_redirection().then(|| location(&answer)).flatten();
        let (body, complete) = read(answer.into_body(), want).await;
        Ok((Page { status, body, complete, latency, doubt }, location))
    };
    // The connection is driven by whoever holds it; when the exchange is over, both are dropped.
    tokio::pin!(exchange);
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        // However the connection ended, what came over it before that is in the exchange's hands.
        _ = connection => exchange.await,
    }
}

fn location(answer: &Response<Incoming>) -> Option<String> {
    // 304 and its like redirect nowhere and are answers in themselves.
    let value = answer.headers().get(header::LOCATION)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Reads on even where nobody asks what it says, so that a service that sends a short page is not hung up on in the
/// middle of it.
async fn read(mut body: Incoming, want: Want) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let reading = async {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            if let Some(data) = frame.data_ref() {
                let room = want.bytes.saturating_sub(bytes.len());
                bytes.extend_from_slice(&data[..data.len().min(room)]);
                if data.len() > room {
                    return false;
                }
            }
        }
        true
    };
    let complete = match want.patience {
        // Whether it ended or not, the status has been given.
        Some(patience) => timeout(patience, reading).await.unwrap_or(false),
        None => reading.await,
    };
    (bytes, complete)
}

fn describe(error: &hyper::Error) -> Outcome {
    if error.is_parse() {
        return Outcome::refused(NOT_HTTP);
    }
    if error.is_incomplete_message() || error.is_canceled() {
        return Outcome::refused("connection closed before the answer");
    }
    let source = std::error::Error::source(error);
    let io = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    Outcome::down(io.map_or_else(|| error.to_string(), |io| dial::words(io, "it")))
}
