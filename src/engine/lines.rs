//! From the bytes of a log stream to lines.
//!
//! The daemon cuts what a program writes at line feeds and, where none comes, every 16 KiB; it puts a timestamp
//! before each such piece, not only before each line. Without a terminal each piece is a frame; with one they simply
//! follow each other. A line that came in one piece, as nearly all do, is handed on where it lies.

mod time;

use super::frames::{Channel, Demultiplexer, FrameError};
use crate::domain::{LogSource, RawLine};
use bytes::Bytes;
use jiff::Timestamp;
use memchr::memchr;
use time::{Clock, Head};

/// The daemon's piece of a line that has no end in sight.
const PIECE: usize = 16 * 1024;

/// What a log stream can end in besides its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LogError {
    Frame(FrameError),
    /// The daemon's words.
    Daemon(String),
}

/// How the lines of a stream are put together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    /// The container has a terminal.
    pub terminal: bool,
    /// The daemon was asked for times.
    pub timed: bool,
    /// A line is rejoined up to so many bytes; what is beyond is counted and dropped.
    pub ceiling: usize,
}

/// Puts one stream's pieces together.
#[derive(Debug)]
pub(super) struct Assembler {
    source: LogSource,
    ceiling: usize,
    time: Option<Timestamp>,
    text: Vec<u8>,
    dropped: usize,
    /// Whether a line has been begun: an empty one has no text.
    open: bool,
}

impl Assembler {
    pub(super) fn new(source: LogSource, ceiling: usize) -> Self {
        Self { source, ceiling, time: None, text: Vec::new(), dropped: 0, open: false }
    }

    /// A line has the time of its first piece.
    pub(super) fn begin(&mut self, time: Option<Timestamp>) {
        if !self.open {
            self.open = true;
            self.time = time;
        }
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        let room = self.ceiling - self.text.len();
        let (kept, dropped) = bytes.split_at(bytes.len().min(room));
        self.text.extend_from_slice(kept);
        self.dropped += dropped.len();
    }

    /// A line ends with these bytes.
    pub(super) fn end(&mut self, bytes: &[u8], emit: &mut impl FnMut(RawLine<'_>)) {
        if self.text.is_empty() && bytes.len() <= self.ceiling {
            emit(self.line(bytes, 0));
        } else {
            self.extend(bytes);
            emit(self.line(&self.text, self.dropped));
            self.text.clear();
            // What a long line took is given back.
            self.text.shrink_to(PIECE);
            self.dropped = 0;
        }
        (self.open, self.time) = (false, None);
    }

    fn line<'a>(&self, bytes: &'a [u8], dropped: usize) -> RawLine<'a> {
        // A terminal gets a carriage return before each line feed, which is nothing the program wrote.
        let bytes = match self.source {
            LogSource::Console => bytes.strip_suffix(b"\r").unwrap_or(bytes),
            LogSource::Stdout | LogSource::Stderr => bytes,
        };
        let cut_bytes = u32::try_from(dropped).unwrap_or(u32::MAX);
        RawLine { time: self.time, source: self.source, bytes, cut_bytes }
    }

    /// What is left when the stream ends.
    pub(super) fn finish(&mut self, emit: &mut impl FnMut(RawLine<'_>)) {
        if self.open {
            self.end(b"", emit);
        }
    }
}

/// The lines of one container.
#[derive(Debug)]
pub(super) struct Lines {
    /// Reads times, where there are any.
    clock: Option<Clock>,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Framed { frames: Demultiplexer, stdout: Assembler, stderr: Assembler },
    Terminal { console: Assembler, state: TerminalState, pending: Vec<u8> },
}

/// Where in a terminal's stream we are.
#[derive(Debug, Clone, Copy)]
enum TerminalState {
    /// A timestamp may stand here.
    Head,
    /// In a piece, with this many bytes until another timestamp may stand there.
    Body(usize),
}

impl Lines {
    pub fn new(format: Format) -> Self {
        let Format { terminal, timed, ceiling } = format;
        let form = if terminal {
            Form::Terminal {
                console: Assembler::new(LogSource::Console, ceiling),
                state: TerminalState::Head,
                pending: Vec::new(),
            }
        } else {
            Form::Framed {
                frames: Demultiplexer::default(),
                stdout: Assembler::new(LogSource::Stdout, ceiling),
                stderr: Assembler::new(LogSource::Stderr, ceiling),
            }
        };
        Self { clock: timed.then(Clock::default), form }
    }

    pub fn push(&mut self, chunk: Bytes, mut emit: impl FnMut(RawLine<'_>)) -> Result<(), LogError> {
        let clock = &mut self.clock;
        match &mut self.form {
            Form::Framed { frames, stdout, stderr } => {
                frames.push(chunk);
                while let Some(frame) = frames.next().map_err(LogError::Frame)? {
                    let assembler = match frame.channel {
                        Channel::Stdout => &mut *stdout,
                        Channel::Stderr => &mut *stderr,
                        Channel::DaemonError => {
                            return Err(LogError::Daemon(
                                String::from_utf8_lossy(&frame.payload).trim().to_owned(),
                            ));
                        }
                    };
                    read_frame(&frame.payload, clock, assembler, &mut emit);
                }
            }
            Form::Terminal { console, state, pending } => {
                if pending.is_empty() {
                    let used = read_terminal(&chunk, clock, state, console, &mut emit);
                    pending.extend_from_slice(&chunk[used..]);
                } else {
                    pending.extend_from_slice(&chunk);
                    let used = read_terminal(pending, clock, state, console, &mut emit);
                    pending.drain(..used);
                }
            }
        }
        Ok(())
    }

    /// The stream has ended: what is left are lines too.
    pub fn finish(&mut self, mut emit: impl FnMut(RawLine<'_>)) -> Result<(), LogError> {
        match &mut self.form {
            Form::Framed { frames, stdout, stderr } => {
                stdout.finish(&mut emit);
                stderr.finish(&mut emit);
                frames.finish().map_err(LogError::Frame)
            }
            Form::Terminal { console, pending, .. } => {
                if !pending.is_empty() {
                    console.begin(None);
                    console.extend(pending);
                    pending.clear();
                }
                console.finish(&mut emit);
                Ok(())
            }
        }
    }
}

fn read_frame(
    payload: &[u8],
    clock: &mut Option<Clock>,
    assembler: &mut Assembler,
    emit: &mut impl FnMut(RawLine<'_>),
) {
    let mut rest = payload;
    while !rest.is_empty() {
        match clock.as_mut().map(|clock| clock.read(rest)) {
            Some(Head::Time(time, length)) => {
                assembler.begin(Some(time));
                rest = &rest[length..];
            }
            Some(Head::More | Head::Nothing) | None => assembler.begin(None),
        }
        if let Some(end) = memchr(b'\n', rest) {
            assembler.end(&rest[..end], emit);
            rest = &rest[end + 1..];
        } else {
            assembler.extend(rest);
            return;
        }
    }
}

/// Takes what can be told apart already; at most a timestamp's length stays behind.
fn read_terminal(
    bytes: &[u8],
    clock: &mut Option<Clock>,
    state: &mut TerminalState,
    console: &mut Assembler,
    emit: &mut impl FnMut(RawLine<'_>),
) -> usize {
    let mut used = 0;
    while used < bytes.len() {
        let rest = &bytes[used..];
        match *state {
            TerminalState::Head => {
                let Some(clock) = clock else {
                    // Nothing stands between the pieces, so that only line feeds matter.
                    console.begin(None);
                    *state = TerminalState::Body(usize::MAX);
                    continue;
                };
                match clock.read(rest) {
                    Head::More => break,
                    Head::Time(time, length) => {
                        console.begin(Some(time));
                        used += length;
                    }
                    Head::Nothing => console.begin(None),
                }
                *state = TerminalState::Body(PIECE);
            }
            TerminalState::Body(left) => {
                let window = &rest[..rest.len().min(left)];
                // A line of exactly one piece ends with a line feed that no longer counts.
                let end = memchr(b'\n', window);
                let end = end.or_else(|| (rest.get(left) == Some(&b'\n')).then_some(left));
                if let Some(end) = end {
                    console.end(&rest[..end], emit);
                    used += end + 1;
                    *state = TerminalState::Head;
                } else if window.len() < left {
                    console.extend(window);
                    used += window.len();
                    *state = TerminalState::Body(left - window.len());
                } else if rest.len() > left || left == 0 {
                    console.extend(window);
                    used += window.len();
                    *state = TerminalState::Head;
                } else {
                    // What follows the piece decides, and it has not come yet.
                    console.extend(window);
                    used += window.len();
                    *state = TerminalState::Body(0);
                }
            }
        }
    }
    used
}

#[cfg(test)]
mod tests;
