//! What the servers that tests open have in common of HTTP/1.1: the head of a request, and a reply.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, Result, Write};

pub struct Head {
    pub method: String,
    /// As it was sent, with the query.
    pub target: String,
    /// By name in lower case.
    pub headers: BTreeMap<String, String>,
}

impl Head {
    /// `None` where the other side has asked all it wanted.
    pub fn read(reader: &mut impl BufRead) -> Result<Option<Self>> {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace();
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        Ok(Some(Self { method: method.to_owned(), target: target.to_owned(), headers }))
    }
}

pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    cut: Option<usize>,
}

impl Reply {
    pub fn empty(status: u16) -> Self {
        Self::bytes(status, Vec::new())
    }

    pub fn bytes(status: u16, body: Vec<u8>) -> Self {
        Self { status, headers: Vec::new(), body, cut: None }
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

    /// Answers a request of this method. Whether the connection goes on.
    pub fn write(&self, writer: &mut impl Write, method: &str) -> Result<bool> {
        let mut head = format!("HTTP/1.1 {} Status\r\nContent-Length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        writer.write_all(head.as_bytes())?;
        if method != "HEAD" {
            let end = self.cut.unwrap_or(self.body.len()).min(self.body.len());
            writer.write_all(&self.body[..end])?;
        }
        writer.flush()?;
        Ok(self.cut.is_none())
    }
}
