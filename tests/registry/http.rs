//! As much of HTTP/1.1 as a daemon speaks with a registry.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::{Shutdown, TcpStream};

pub struct Request {
    pub method: String,
    /// Without the query.
    pub path: String,
    /// By name in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    cut: Option<usize>,
}

impl Reply {
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), cut: None }
    }

    pub fn bytes(kind: &str, body: Vec<u8>) -> Self {
        Self { body, ..Self::empty(200) }.header("Content-Type", kind)
    }

    pub fn json(status: u16, text: &str) -> Self {
        Self { status, ..Self::bytes("application/json", text.as_bytes().to_vec()) }
    }

    pub fn refusal(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &format!(r#"{{"errors":[{{"code":"{code}","message":"{message}"}}]}}"#))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends so much of the body and closes the connection.
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }
}

/// Answers one connection's requests until it ends.
pub fn serve(stream: TcpStream, mut answer: impl FnMut(&Request) -> Reply) {
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    while let Ok(Some(request)) = read(&mut reader) {
        let reply = answer(&request);
        if !write(&mut writer, &reply, request.method == "HEAD").unwrap_or(false) {
            let _ = writer.shutdown(Shutdown::Both);
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let (method, path) = (method.to_owned(), target.split('?').next().unwrap_or_default().to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let mut body = Vec::new();
    if headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size)?;
            let size = u64::from_str_radix(size.trim(), 16).unwrap_or(0);
            reader.by_ref().take(size).read_to_end(&mut body)?;
            reader.read_line(&mut String::new())?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = headers.get("content-length").and_then(|length| length.parse().ok()) {
        reader.by_ref().take(length).read_to_end(&mut body)?;
    }
    Ok(Some(Request { method, path, headers, body }))
}

/// Whether the connection goes on.
fn write(writer: &mut impl Write, reply: &Reply, head_only: bool) -> Result<bool> {
    let mut head = format!("HTTP/1.1 {} Status\r\nContent-Length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("Docker-Distribution-Api-Version: registry/2.0\r\n\r\n");
    writer.write_all(head.as_bytes())?;
    if !head_only {
        let end = reply.cut.unwrap_or(reply.body.len()).min(reply.body.len());
        writer.write_all(&reply.body[..end])?;
    }
    writer.flush()?;
    Ok(reply.cut.is_none())
}
