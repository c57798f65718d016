//! A request to a service of this host, and its answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// The status and the body; the status is 0 where nobody answers.
pub fn request(port: u16, method: &str, path: &str, body: &str) -> (u16, String) {
    request_with(port, "Accept: */*", &format!("{method} {path}"), body)
}

/// The same with one header more; what is asked is a method and a path.
pub fn request_with(port: u16, header: &str, asked: &str, body: &str) -> (u16, String) {
    ask(port, header, asked, body).unwrap_or_default()
}

pub fn get(port: u16, path: &str) -> (u16, String) {
    request(port, "GET", path, "")
}

fn ask(port: u16, header: &str, asked: &str, body: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let length = body.len();
    write!(
        stream,
        "{asked} HTTP/1.0\r\nHost: localhost\r\n{header}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.trim().to_owned());
    Ok((status, body.unwrap_or_default()))
}
