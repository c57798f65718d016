//! A flood is read where the daemon keeps it. The daemon sends a follower each line by itself, which takes more of its
//! time than to write them down, so that a flood is told later and later; this host's own file can be read as fast as
//! it grows, and costs the daemon nothing.

use super::Heard;
use crate::domain::{ContainerId, Fault, LogGates, LogLines, LogSource, RawLine};
use crate::engine::{LogBlock, LogPieces};
use crate::probe::json_log::{Entry, FollowedLog, Mark};
use jiff::Timestamp;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Lines of a second that are a flood.
const FLOOD: u128 = 4_000;
const WINDOW: Duration = Duration::from_millis(500);
/// A longer line may have been written in several pieces.
const PIECE: usize = 16 * 1024;

/// How often the file is looked at: while it grows, and when it has not for a while.
const GROWING: Duration = Duration::from_millis(15);
const RESTING: Duration = Duration::from_millis(60);
const QUIET: u32 = 100;
/// What was read at once; there may be more already.
const MUCH: usize = 192 << 10;

/// How many lines come, of those that were not there before.
pub(super) struct Pace {
    opened: Timestamp,
    since: Instant,
    lines: usize,
}

impl Pace {
    pub(super) fn new(opened: Timestamp, now: Instant) -> Self {
        Self { opened, since: now, lines: 0 }
    }

    /// The line behind which to read on elsewhere, once there is a flood.
    pub(super) fn overtaken(&mut self, block: &LogBlock, now: Instant) -> Option<Mark> {
        let last = block.line(block.len().checked_sub(1)?)?;
        let time = last.time.filter(|time| *time >= self.opened)?;
        self.lines += block.len();
        let passed = now.duration_since(self.since);
        if passed < WINDOW {
            return None;
        }
        let flood = self.lines as u128 * 1_000 >= FLOOD * passed.as_millis();
        (self.since, self.lines) = (now, 0);
        (flood && last.bytes.len() < PIECE).then_some(Mark { time, source: last.source })
    }
}

/// Finds the place; `None` where the file is not ours to read, or the line not in it.
pub(super) fn open(path: &Path, mark: Mark) -> Option<FollowedLog> {
    match FollowedLog::behind(path, mark) {
        Ok(file) => file,
        Err(error) => {
            log::debug!("{} cannot be read: {error}", path.display());
            None
        }
    }
}

/// Reads until the container has ended or nobody listens; blocks.
pub(super) fn follow(
    mut file: FollowedLog,
    container: &ContainerId,
    terminal: bool,
    mut gates: LogGates,
    heard: &mpsc::Sender<Heard>,
    is_open: impl Fn() -> bool,
) -> Option<Fault> {
    let mut pieces = LogPieces::new(terminal);
    let mut quiet = 0;
    while !heard.is_closed() {
        // Asked before: what it writes until it ends is read then.
        let open = is_open();
        let bytes = match file.read() {
            Ok(bytes) => bytes,
            Err(error) => return Some(Fault::io("read the log of container", container.short(), &error)),
        };
        let mut lines = LogLines::default();
        let mut emit = |line: RawLine<'_>| lines.push(container, line, &mut gates);
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match Entry::parse(line) {
                Some(entry) => pieces.push(entry.source(), entry.time, entry.piece().as_bytes(), &mut emit),
                // What a full disk or a power cut left of an entry is shown as it is.
                None => emit(RawLine { time: None, source: LogSource::Stdout, bytes: line, cut_bytes: 0 }),
            }
        }
        let (nothing, more) = (bytes.is_empty(), bytes.len() >= MUCH);
        if nothing && !open {
            pieces.finish(&mut emit);
        }
        if !lines.is_empty() && heard.blocking_send(Heard::Lines(lines)).is_err() {
            return None;
        }
        if nothing && !open {
            return None;
        }
        quiet = if nothing { quiet + 1 } else { 0 };
        if !more {
            sleep(if quiet < QUIET { GROWING } else { RESTING });
        }
    }
    None
}

#[cfg(test)]
mod tests;
