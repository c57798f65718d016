//! As much of HTTP/1.1 as a client of a bucket speaks, over TCP or TLS.

use super::Trouble;
use crate::support::http::{Head, Reply};
use std::collections::BTreeMap;
use std::io::{BufReader, Read, Result, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

pub struct Request {
    pub method: String,
    /// Decoded, without the query.
    pub path: String,
    /// As it was sent, with the query.
    pub target: String,
    /// Decoded.
    pub query: BTreeMap<String, String>,
    /// By name in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    /// Without its body.
    fn of(head: Head) -> Self {
        let Head { method, target, headers } = head;
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let query = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
        Self { method, path: decoded(path), target, query, headers, body: Vec::new() }
    }
}

pub fn xml(status: u16, text: &str) -> Reply {
    Reply::bytes(status, text.as_bytes().to_vec()).header("Content-Type", "application/xml")
}

pub fn refusal(status: u16, code: &str, message: &str) -> Reply {
    xml(status, &format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
}

pub trait Server {
    /// Asked when the head has been read.
    fn trouble(&self, request: &Request) -> Trouble;
    fn answer(&self, request: &Request) -> Reply;
}

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// Answers one connection's requests until it ends.
pub fn serve(stream: TcpStream, tls: Option<Arc<ServerConfig>>, server: &impl Server) {
    let Ok(line) = stream.try_clone() else { return };
    let stream: Box<dyn Stream> = match tls {
        None => Box::new(stream),
        Some(config) => {
            let Ok(connection) = ServerConnection::new(config) else { return };
            Box::new(StreamOwned::new(connection, stream))
        }
    };
    let mut stream = BufReader::new(stream);
    while let Ok(true) = exchange(&mut stream, server) {}
    let _ = line.shutdown(Shutdown::Both);
}

/// Whether the connection goes on.
fn exchange(stream: &mut BufReader<Box<dyn Stream>>, server: &impl Server) -> Result<bool> {
    let Some(head) = Head::read(stream)? else { return Ok(false) };
    let mut request = Request::of(head);
    let length = request.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let trouble = server.trouble(&request);
    match trouble {
        Trouble::Silence => {
            // Until the other side has had enough.
            std::io::copy(stream, &mut std::io::sink())?;
            return Ok(false);
        }
        Trouble::CutRequest(bytes) => {
            std::io::copy(&mut stream.take(bytes as u64), &mut std::io::sink())?;
            return Ok(false);
        }
        Trouble::None | Trouble::Busy | Trouble::Full | Trouble::CutAnswer(_) => {}
    }
    stream.by_ref().take(length).read_to_end(&mut request.body)?;
    let reply = match trouble {
        Trouble::Busy => refusal(503, "SlowDown", "Please reduce your request rate."),
        Trouble::Full => refusal(507, "XMinioStorageFull", "The drive is full."),
        Trouble::CutAnswer(bytes) => server.answer(&request).cut_after(bytes),
        _ => server.answer(&request),
    };
    reply.write(stream.get_mut(), &request.method)
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
