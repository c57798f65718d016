//! A small HTTP client that hides nothing: one request on one connection.

use serde_json::Value;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub struct Client {
    socket: PathBuf,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// The body ended as its headers promised.
    pub whole: bool,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn message(&self) -> String {
        self.json().get("message").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

impl Client {
    pub fn new(socket: &Path) -> Self {
        Self { socket: socket.to_owned() }
    }

    /// Sends a request and leaves the answer to be read from the stream.
    pub fn open(&self, method: &str, path: &str, body: Option<&Value>, extra: &str) -> UnixStream {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let body = body.map(Value::to_string).unwrap_or_default();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: d\r\n{kind}{extra}Content-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        stream
    }

    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut stream = self.open(method, path, body, "Connection: close\r\n");
        let mut bytes = Vec::new();
        let broken = stream.read_to_end(&mut bytes).is_err();
        parse(&bytes, broken)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body))
    }

    pub fn act(&self, path: &str) -> Answer {
        self.send("POST", path, None)
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None)
    }

    /// Creates a container of the small image; gives its id.
    pub fn create(&self, name: &str, command: &[&str], more: &Value) -> String {
        let mut body = serde_json::json!({ "Image": "debian:bookworm-slim", "Cmd": command });
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        let answer = self.post(&format!("/containers/create?name={name}"), &body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["Id"].as_str().unwrap().to_owned()
    }

    pub fn inspect(&self, id: &str) -> Value {
        self.get(&format!("/containers/{id}/json")).json()
    }

    pub fn state(&self, id: &str) -> String {
        self.inspect(id)["State"]["Status"].as_str().unwrap().to_owned()
    }
}

fn parse(bytes: &[u8], broken: bool) -> Answer {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let rest = bytes.get(end + 4..).unwrap_or_default();
    let (body, whole) = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        chunks(rest)
    } else {
        (rest.to_vec(), !broken)
    };
    Answer { status, head, body, whole }
}

/// Undoes the chunks; `false` when the last one is missing.
pub fn chunks(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return (body, true);
        }
        let chunk = rest.get(end + 2..end + 2 + size).unwrap_or(&rest[end + 2..]);
        body.extend_from_slice(chunk);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    (body, false)
}

/// The frames of a multiplexed stream: which stream, and the text.
pub fn frames(mut bytes: &[u8]) -> Vec<(u8, String)> {
    let mut found = Vec::new();
    while bytes.len() >= 8 {
        let size = u32::from_be_bytes(bytes[4..8].try_into().unwrap()) as usize;
        found.push((bytes[0], String::from_utf8_lossy(&bytes[8..8 + size]).into_owned()));
        bytes = &bytes[8 + size..];
    }
    assert!(bytes.is_empty(), "half a frame");
    found
}
