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

/// Chunks that hold whole frames, as a daemon sends them, are not copied.
#[derive(Debug, Default)]
pub(super) struct Demultiplexer {
    chunk: Bytes,
    /// Where a frame came in several chunks. What it holds came before the chunk.
    joined: BytesMut,
}

impl Demultiplexer {
    pub fn push(&mut self, chunk: Bytes) {
        if self.joined.is_empty() && self.chunk.is_empty() {
            self.chunk = chunk;
        } else {
            self.joined.extend_from_slice(&self.chunk);
            self.joined.extend_from_slice(&chunk);
            self.chunk.clear();
        }
    }

    /// The next whole frame, if it is there.
    pub fn next(&mut self) -> Result<Option<Frame>, FrameError> {
        let held: &[u8] = if self.joined.is_empty() { &self.chunk } else { &self.joined };
        let Some((channel, length)) = head(held)? else { return Ok(None) };
        if held.len() < HEAD + length {
            return Ok(None);
        }
        let payload = if self.joined.is_empty() {
            self.chunk.advance(HEAD);
            self.chunk.split_to(length)
        } else {
            self.joined.advance(HEAD);
            self.joined.split_to(length).freeze()
        };
        Ok(Some(Frame { channel, payload }))
    }

    /// To be asked when the stream has ended.
    pub fn finish(&self) -> Result<(), FrameError> {
        match self.joined.len() + self.chunk.len() {
            0 => Ok(()),
            bytes => Err(FrameError::Cut(bytes)),
        }
    }
}

/// What the frame at the beginning is, and how long its payload.
fn head(bytes: &[u8]) -> Result<Option<(Channel, usize)>, FrameError> {
    let Some(head) = bytes.first_chunk::<HEAD>().copied() else { return Ok(None) };
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
    Ok(Some((channel, length)))
}

#[cfg(test)]
mod tests;
