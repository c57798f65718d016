//! The daemon's way to send two streams over one connection: a head of eight bytes (stream, three zeros, length) and
//! the payload.

use bytes::{Buf, Bytes, BytesMut};

const HEAD: usize = 8;
/// Frames are 16 or 32 KiB; a length beyond this is not a frame.
const FRAME_LIMIT: usize = 16 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Stdout,
    Stderr,
    /// The daemon itself reports that it cannot go on.
    DaemonError,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub channel: Channel,
    pub payload: Bytes,
}

/// What came is not such a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FrameError {
    /// It ended inside a frame: this many bytes of it are there.
    Cut(usize),
    /// No head looks like this.
    NotAFrame([u8; HEAD]),
}

impl std::fmt::Display for FrameError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cut(bytes) => {
                write!(formatter, "the stream was cut inside a frame, of which {bytes} bytes had come")
            }
            Self::NotAFrame(head) => write!(formatter, "the stream is not framed: a head reads {head:02x?}"),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Demultiplexer {
    buffer: BytesMut,
}

impl Demultiplexer {
    pub fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// The next whole frame, if it is there.
    pub fn next(&mut self) -> Result<Option<Frame>, FrameError> {
        let Some(head) = self.buffer.first_chunk::<HEAD>().copied() else { return Ok(None) };
        let channel = match head {
            // Stream 0 is stdin, which a daemon echoes as output.
            [0 | 1, 0, 0, 0, ..] => Channel::Stdout,
            [2, 0, 0, 0, ..] => Channel::Stderr,
            [3, 0, 0, 0, ..] => Channel::DaemonError,
            _ => return Err(FrameError::NotAFrame(head)),
        };
        let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
        if length > FRAME_LIMIT {
            return Err(FrameError::NotAFrame(head));
        }
        if self.buffer.len() < HEAD + length {
            return Ok(None);
        }
        self.buffer.advance(HEAD);
        Ok(Some(Frame { channel, payload: self.buffer.split_to(length).freeze() }))
    }

    /// To be asked when the stream has ended.
    pub fn finish(&self) -> Result<(), FrameError> {
        if self.buffer.is_empty() { Ok(()) } else { Err(FrameError::Cut(self.buffer.len())) }
    }
}

#[cfg(test)]
mod tests;
