//! Answers that are streams of JSON objects, one a line: events, pulls, builds.

use super::failure;
use super::raw::ByteStream;
use crate::domain::{Fault, FaultKind};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::Value;

/// No message is this long; what is has no end.
const LINE_LIMIT: usize = 1024 * 1024;

/// How a call names itself in its faults.
pub(super) type Blame = Box<dyn Fn(bollard::errors::Error) -> Fault + Send>;

pub(super) struct Messages {
    bytes: ByteStream,
    buffer: BytesMut,
    operation: &'static str,
    object: String,
    blame: Blame,
}

impl Messages {
    pub fn new(bytes: ByteStream, operation: &'static str, object: &str) -> Self {
        let owned = object.to_owned();
        let blame: Blame = Box::new(move |error| failure::fault(error, operation, &owned));
        Self { bytes, buffer: BytesMut::new(), operation, object: object.to_owned(), blame }
    }

    /// The same, with words of one's own for what the daemon refuses.
    pub fn blaming(mut self, blame: Blame) -> Self {
        self.blame = blame;
        self
    }

    /// The next object; `None` when the daemon has ended its answer.
    pub async fn next(&mut self) -> Option<Result<Value, Fault>> {
        loop {
            while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(end + 1).freeze();
                if let Some(read) = self.read(&line) {
                    return Some(read);
                }
            }
            if self.buffer.len() > LINE_LIMIT {
                return Some(Err(self.fault("a message of the daemon has no end")));
            }
            match self.bytes.next().await {
                Some(Ok(chunk)) => self.buffer.extend_from_slice(&chunk),
                Some(Err(error)) => return Some(Err((self.blame)(error))),
                None => {
                    let rest = self.buffer.split().freeze();
                    return self.read(&rest).map(|read| read.map_err(|_| self.cut()));
                }
            }
        }
    }

    fn read(&self, line: &Bytes) -> Option<Result<Value, Fault>> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        Some(
            serde_json::from_slice(line)
                .map_err(|error| self.fault("what the daemon says is not JSON").because(error.to_string())),
        )
    }

    fn cut(&self) -> Fault {
        Fault::new(FaultKind::Unreachable, self.operation, self.object.as_str())
            .because("the daemon's answer was cut off")
            .hint("the connection to the daemon broke; did it restart?")
    }

    fn fault(&self, cause: &str) -> Fault {
        Fault::new(FaultKind::Refused, self.operation, self.object.as_str()).because(cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    async fn all(chunks: &[&'static str]) -> Vec<Result<Value, FaultKind>> {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))).collect();
        let mut messages = Messages::new(Box::pin(stream::iter(chunks)), "pull image", "nginx");
        let mut read = Vec::new();
        while let Some(message) = messages.next().await {
            read.push(message.map_err(|fault| fault.kind));
        }
        read
    }

    #[tokio::test]
    async fn objects_are_read_however_they_are_cut() {
        let expected = vec![Ok(serde_json::json!({ "a": 1 })), Ok(serde_json::json!({ "b": 2 }))];
        assert_eq!(all(&["{\"a\":1}\r\n{\"b\":2}\r\n"]).await, expected);
        assert_eq!(all(&["{\"a\"", ":1}\r", "\n\r\n{\"b\":", "2}"]).await, expected);
        assert_eq!(all(&["", "\n"]).await, []);
    }

    #[tokio::test]
    async fn what_is_not_json_is_told() {
        assert_eq!(all(&["<html>\n"]).await, [Err(FaultKind::Refused)]);
        assert_eq!(all(&["{\"a\":"]).await, [Err(FaultKind::Unreachable)]);
    }
}
