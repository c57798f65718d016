//! Messages in the bodies of HTTP/2: a byte that says that they are not compressed, their length, themselves.

use super::{INTERNAL, OK, Status, UNKNOWN};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;
use hyper::header::HeaderMap;
use prost::Message;
use std::fmt::{Display, Write as _};

const HEAD: usize = 5;
/// More than any message of a builder.
const LIMIT: usize = 64 * 1024 * 1024;

pub fn frame(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut bytes = BytesMut::with_capacity(HEAD + length);
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    bytes.extend_from_slice(&message.encode_to_vec());
    bytes.freeze()
}

/// The messages of one body.
pub struct Received<B> {
    body: B,
    buffer: BytesMut,
    /// Known from the head already, or from the trailers at the end.
    status: Option<Status>,
}

impl<B> Received<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Display,
{
    pub fn new(body: B) -> Self {
        Self { body, buffer: BytesMut::new(), status: None }
    }

    /// The same, of an answer with this head.
    pub fn answered(body: B, head: &HeaderMap) -> Self {
        Self { status: status(head), ..Self::new(body) }
    }

    /// The next message; `None` when there are no more, which is not yet to say that all went well.
    pub async fn next<M: Message + Default>(&mut self) -> Option<Result<M, Status>> {
        loop {
            match self.cut() {
                Ok(Some(bytes)) => {
                    let wrong = |error| Status::new(INTERNAL, format!("a message cannot be read: {error}"));
                    return Some(M::decode(bytes).map_err(wrong));
                }
                Ok(None) => {}
                Err(status) => return Some(Err(status)),
            }
            match self.body.frame().await? {
                Ok(frame) => match frame.into_data() {
                    Ok(data) => self.buffer.extend_from_slice(&data),
                    Err(frame) => {
                        if let Ok(trailers) = frame.into_trailers() {
                            self.status = status(&trailers);
                        }
                    }
                },
                Err(error) => {
                    return Some(Err(Status::broken(format!("the connection broke: {error}"))));
                }
            }
        }
    }

    fn cut(&mut self) -> Result<Option<Bytes>, Status> {
        if self.buffer.len() < HEAD {
            return Ok(None);
        }
        let length = u32::from_be_bytes([self.buffer[1], self.buffer[2], self.buffer[3], self.buffer[4]]);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if self.buffer[0] != 0 || length > LIMIT {
            return Err(Status::new(INTERNAL, "a message is compressed or longer than any should be"));
        }
        if self.buffer.len() < HEAD + length {
            return Ok(None);
        }
        self.buffer.advance(HEAD);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }

    /// How the call ended, once there are no more messages.
    pub fn end(self) -> Result<(), Status> {
        match self.status {
            Some(status) if status.code == OK => Ok(()),
            Some(status) => Err(status),
            None => Err(Status::broken("the answer was cut off")),
        }
    }
}

fn status(headers: &HeaderMap) -> Option<Status> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let code = text("grpc-status")?.parse().unwrap_or(UNKNOWN);
    Some(Status::new(code, unescaped(text("grpc-message").unwrap_or_default())))
}

/// Words in a header, which holds no bytes but ASCII's.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if (b' '..=b'~').contains(&byte) && byte != b'%' {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let code = match (first, more) {
            (b'%', [high, low, ..]) => char::from(*high)
                .to_digit(16)
                .zip(char::from(*low).to_digit(16))
                .and_then(|(high, low)| u8::try_from(high * 16 + low).ok()),
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &more[2..] } else { more };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
pub fn there_and_back(text: &str) -> String {
    unescaped(&escaped(text))
}
