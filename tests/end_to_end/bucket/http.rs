//! As much of HTTP/1.1 as a client of a bucket speaks, over TCP or TLS.

use super::Trouble;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Result, Write};
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

pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub fn bytes(status: u16, body: Vec<u8>) -> Self {
        Self { body, ..Self::empty(status) }
    }

    pub fn xml(status: u16, text: &str) -> Self {
        Self::bytes(status, text.as_bytes().to_vec()).header("Content-Type", "application/xml")
    }

    pub fn refusal(status: u16, code: &str, message: &str) -> Self {
        Self::xml(status, &format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
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
    let Some(mut request) = head(stream)? else { return Ok(false) };
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
        Trouble::Busy => Reply::refusal(503, "SlowDown", "Please reduce your request rate."),
        Trouble::Full => Reply::refusal(507, "XMinioStorageFull", "The drive is full."),
        _ => server.answer(&request),
    };
    let mut head = format!("HTTP/1.1 {} Status\r\nContent-Length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    let cut = if let Trouble::CutAnswer(bytes) = trouble { Some(bytes) } else { None };
    let writer = stream.get_mut();
    writer.write_all(head.as_bytes())?;
    if request.method != "HEAD" {
        let end = cut.unwrap_or(reply.body.len()).min(reply.body.len());
        writer.write_all(&reply.body[..end])?;
    }
    writer.flush()?;
    Ok(cut.is_none())
}

fn head(reader: &mut impl BufRead) -> Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let (method, target) = (method.to_owned(), target.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let query = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    let path = decoded(path);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    Ok(Some(Request { method, path, target, query, headers, body: Vec::new() }))
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
