//! A request for a page: 200 to 399 is up, and so is a service that asks for credentials.

use super::{Answer, Dialer, Outcome, dial, tls};
use crate::domain::secret;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use std::time::{Duration, Instant};
use tokio::time::timeout;

const REDIRECTS: usize = 3;
/// An answer is read so far and no further.
const BODY_LIMIT: usize = 64 * 1024;
/// A page that begins to answer and then stalls, or a stream of events that never ends, is not waited for.
const BODY_TIME: Duration = Duration::from_millis(500);

pub(super) async fn ask(dialer: &Dialer, url: &str, expect: Option<u16>) -> Outcome {
    let start = Instant::now();
    let mut target = match Target::parse(url) {
        Ok(target) => target,
        Err(why) => return Outcome::down(why),
    };
    for redirects in 0..=REDIRECTS {
        let (status, location) = match get(dialer, &target).await {
            Ok(answer) => answer,
            Err(why) => return Outcome::down(why),
        };
        let expected = expect == Some(status.as_u16());
        match location.filter(|_| !expected) {
            Some(_) if redirects == REDIRECTS => break,
            Some(location) => match target.follow(&location) {
                Ok(next) => target = next,
                Err(why) => return Outcome::down(format!("{}: {why}", words(status))),
            },
            None => return judge(status, expect).after(start.elapsed()),
        }
    }
    Outcome::down(format!("more than {REDIRECTS} redirects"))
}

fn judge(status: StatusCode, expect: Option<u16>) -> Outcome {
    let text = words(status);
    match (expect, status.as_u16()) {
        (Some(wanted), code) if code == wanted => Outcome::new(Answer::Up, text),
        (Some(wanted), _) => Outcome::down(format!("{text}, expected {wanted}")),
        (None, 401 | 403) => Outcome::new(Answer::Up, format!("{text}: alive, asks for credentials")),
        (None, 200..=399) => Outcome::new(Answer::Up, text),
        (None, _) => Outcome::down(text),
    }
}

/// `503 Service Unavailable`
fn words(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// The status, and where it redirects to.
async fn get(dialer: &Dialer, target: &Target) -> Result<(StatusCode, Option<String>), String> {
    let stream = dialer.connect(&target.host, target.port).await;
    let mut stream = stream.map_err(|error| dial::words(&error, &target.host))?;
    if target.secure {
        stream = tls::wrap(stream, &target.host).await?;
    }
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| describe(&error))?;
    let request = Request::get(&target.path)
        .header(header::HOST, &target.authority)
        .header(header::USER_AGENT, "mcp-tui")
        .header(header::ACCEPT, "*/*")
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|error| error.to_string())?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(|error| describe(&error))?;
        let status = answer.status();
        let location = status.is_redirection().then(|| location(&answer)).flatten();
        drain(answer.into_body()).await;
        Ok((status, location))
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

/// Reads on for a moment, so that a service that sends a short page is not hung up on in the middle of it.
async fn drain(mut body: Incoming) {
    let reading = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read >= BODY_LIMIT {
                return;
            }
        }
    };
    // Whether it ended or not, the status has been given.
    let _ended = timeout(BODY_TIME, reading).await;
}

fn describe(error: &hyper::Error) -> String {
    if error.is_parse() {
        return "the answer is not HTTP".to_owned();
    }
    if error.is_incomplete_message() || error.is_canceled() {
        return "connection closed before the answer".to_owned();
    }
    let source = std::error::Error::source(error);
    let io = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    io.map_or_else(|| error.to_string(), |io| dial::words(io, "it"))
}

#[derive(Debug, PartialEq, Eq)]
struct Target {
    secure: bool,
    host: String,
    port: u16,
    /// As the `Host` header names it.
    authority: String,
    /// With the query.
    path: String,
}

impl Target {
    fn parse(url: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("the URL {} is wrong: {why}", secret::mask_text(url));
        // A fragment is the browser's own affair.
        let sent = url.split('#').next().unwrap_or(url);
        let uri: Uri =
            sent.parse().map_err(|error: hyper::http::uri::InvalidUri| wrong(&error.to_string()))?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong("it must begin with http:// or https://")),
        };
        let bracketed =
            uri.host().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it names no host"))?;
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let authority = authority.rsplit_once('@').map_or(authority, |(_user, rest)| rest);
        let port = match authority.strip_prefix(bracketed).and_then(|rest| rest.strip_prefix(':')) {
            None | Some("") if secure => 443,
            None | Some("") => 80,
            Some(port) => port.parse().map_err(|_| wrong("its port is no number up to 65535"))?,
        };
        Ok(Self {
            secure,
            host: bracketed.trim_matches(['[', ']']).to_owned(),
            port,
            authority: authority.to_owned(),
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        })
    }

    /// Where a `Location` leads from here.
    fn follow(&self, location: &str) -> Result<Self, String> {
        let scheme = if self.secure { "https" } else { "http" };
        if location.contains("://") {
            Self::parse(location)
        } else if location.starts_with("//") {
            Self::parse(&format!("{scheme}:{location}"))
        } else if location.starts_with('/') {
            Self::parse(&format!("{scheme}://{}{location}", self.authority))
        } else {
            let path = self.path.split('?').next().unwrap_or_default();
            let directory = &path[..=path.rfind('/').unwrap_or_default()];
            Self::parse(&format!("{scheme}://{}{directory}{location}", self.authority))
        }
    }
}

#[cfg(test)]
mod tests;
