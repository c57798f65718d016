//! As much of HTTP/1.1 as a daemon speaks with a registry.

use crate::support::http::{Head, Reply};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Result};
use std::net::{Shutdown, TcpStream};

pub struct Request {
    pub method: String,
    /// Without the query.
    pub path: String,
    /// By name in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

pub fn typed(status: u16, kind: &str, body: Vec<u8>) -> Reply {
    Reply::bytes(status, body).header("Content-Type", kind)
}

pub fn json(status: u16, text: &str) -> Reply {
    typed(status, "application/json", text.as_bytes().to_vec())
}

pub fn refusal(status: u16, code: &str, message: &str) -> Reply {
    json(status, &format!(r#"{{"errors":[{{"code":"{code}","message":"{message}"}}]}}"#))
}

/// Answers one connection's requests until it ends.
pub fn serve(stream: TcpStream, mut answer: impl FnMut(&Request) -> Reply) {
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    while let Ok(Some(request)) = read(&mut reader) {
        let reply = answer(&request).header("Docker-Distribution-Api-Version", "registry/2.0");
        if !reply.write(&mut writer, &request.method).unwrap_or(false) {
            let _ = writer.shutdown(Shutdown::Both);
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Result<Option<Request>> {
    let Some(Head { method, target, headers }) = Head::read(reader)? else { return Ok(None) };
    let path = target.split('?').next().unwrap_or_default().to_owned();
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
