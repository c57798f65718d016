//! From the bytes of a log stream to lines.
//!
//! The daemon cuts what a program writes at line feeds and, where none comes, every 16 KiB; it puts a timestamp
//! before each such piece, not only before each line. Without a terminal each piece is a frame; with one they simply
//! follow each other.

use super::frames::{Channel, Demultiplexer, FrameError};
use crate::domain::{ContainerId, Gate, LogLine, LogSource};
use jiff::Timestamp;

/// A line is rejoined up to this size; what is beyond is counted and dropped.
pub(super) const LINE_CEILING: usize = 64 * 1024;
/// The daemon's piece of a line that has no end in sight.
const PIECE: usize = 16 * 1024;
/// `2026-11-20T10:31:04.120000000+01:00`, the longest timestamp.
const TIME_LIMIT: usize = 35;

/// What a log stream can end in besides its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LogError {
    Frame(FrameError),
    /// The daemon's words.
    Daemon(String),
}

/// One per container and stream, so that a colour that stderr left open does not reach stdout.
#[derive(Debug)]
struct Assembler {
    source: LogSource,
    gate: Gate,
    time: Option<Timestamp>,
    text: Vec<u8>,
    dropped: usize,
    /// Whether a line has been begun: an empty one has no text.
    open: bool,
}

impl Assembler {
    fn new(source: LogSource) -> Self {
        Self { source, gate: Gate::default(), time: None, text: Vec::new(), dropped: 0, open: false }
    }

    /// A line has the time of its first piece.
    fn begin(&mut self, time: Option<Timestamp>) {
        if !self.open {
            self.open = true;
            self.time = time;
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        let room = LINE_CEILING - self.text.len();
        let (kept, dropped) = bytes.split_at(bytes.len().min(room));
        self.text.extend_from_slice(kept);
        self.dropped += dropped.len();
    }

    fn end(&mut self, container: &ContainerId) -> LogLine {
        let dropped = u32::try_from(std::mem::take(&mut self.dropped)).unwrap_or(u32::MAX);
        if dropped > 0 {
            self.text.extend_from_slice("…".as_bytes());
        }
        let mut line = self.gate.line(&self.text);
        line.cut_bytes = line.cut_bytes.saturating_add(dropped);
        self.text.clear();
        self.open = false;
        LogLine { container: container.clone(), time: self.time.take(), source: self.source, line }
    }

    /// What is left when the stream ends.
    fn rest(&mut self, container: &ContainerId) -> Option<LogLine> {
        self.open.then(|| self.end(container))
    }
}

/// The lines of one container.
#[derive(Debug)]
pub(super) struct Lines {
    container: ContainerId,
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
    pub fn new(container: ContainerId, terminal: bool) -> Self {
        let form = if terminal {
            Form::Terminal {
                console: Assembler::new(LogSource::Console),
                state: TerminalState::Head,
                pending: Vec::new(),
            }
        } else {
            Form::Framed {
                frames: Demultiplexer::default(),
                stdout: Assembler::new(LogSource::Stdout),
                stderr: Assembler::new(LogSource::Stderr),
            }
        };
        Self { container, form }
    }

    pub fn push(&mut self, chunk: &[u8], mut emit: impl FnMut(LogLine)) -> Result<(), LogError> {
        let container = &self.container;
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
                    for piece in frame.payload.split_inclusive(|byte| *byte == b'\n') {
                        let (time, text) = match timestamp(piece) {
                            Head::Time(time, length) => (Some(time), &piece[length..]),
                            Head::More | Head::Nothing => (None, piece),
                        };
                        assembler.begin(time);
                        match text.strip_suffix(b"\n") {
                            Some(text) => {
                                assembler.extend(text);
                                emit(assembler.end(container));
                            }
                            None => assembler.extend(text),
                        }
                    }
                }
            }
            Form::Terminal { console, state, pending } => {
                pending.extend_from_slice(chunk);
                let used = read_terminal(pending, state, console, container, &mut emit);
                pending.drain(..used);
            }
        }
        Ok(())
    }

    /// The stream has ended: what is left are lines too.
    pub fn finish(&mut self, mut emit: impl FnMut(LogLine)) -> Result<(), LogError> {
        let container = &self.container;
        match &mut self.form {
            Form::Framed { frames, stdout, stderr } => {
                let whole = frames.finish().map_err(LogError::Frame);
                [stdout, stderr].into_iter().filter_map(|assembler| assembler.rest(container)).for_each(emit);
                whole
            }
            Form::Terminal { console, pending, .. } => {
                if !pending.is_empty() {
                    console.begin(None);
                    console.extend(pending);
                    pending.clear();
                }
                console.rest(container).into_iter().for_each(&mut emit);
                Ok(())
            }
        }
    }
}

/// Takes what can be told apart already; at most a timestamp's length stays behind.
fn read_terminal(
    bytes: &[u8],
    state: &mut TerminalState,
    console: &mut Assembler,
    container: &ContainerId,
    emit: &mut impl FnMut(LogLine),
) -> usize {
    let mut used = 0;
    while used < bytes.len() {
        let rest = &bytes[used..];
        match *state {
            TerminalState::Head => {
                match timestamp(rest) {
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
                let end = window.iter().position(|byte| *byte == b'\n');
                let end = end.or_else(|| (rest.get(left) == Some(&b'\n')).then_some(left));
                if let Some(end) = end {
                    console.extend(&rest[..end]);
                    emit(console.end(container));
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

enum Head {
    /// And how many bytes it takes, the space after it included.
    Time(Timestamp, usize),
    /// What has come could be the beginning of one.
    More,
    Nothing,
}

fn timestamp(bytes: &[u8]) -> Head {
    let window = &bytes[..bytes.len().min(TIME_LIMIT + 1)];
    let length = window.iter().position(|byte| !(byte.is_ascii_digit() || b"-:.+TZ".contains(byte)));
    match length {
        None if bytes.len() <= TIME_LIMIT => Head::More,
        Some(length) if length >= 20 && window[length] == b' ' => {
            let time = std::str::from_utf8(&window[..length]).ok().and_then(|text| text.parse().ok());
            time.map_or(Head::Nothing, |time| Head::Time(time, length + 1))
        }
        None | Some(_) => Head::Nothing,
    }
}

#[cfg(test)]
mod tests;
