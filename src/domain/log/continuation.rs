//! Which lines of one stream are one record: what a line alone does not tell, the lines before it do.

use super::Level;
use super::classify::{Classified, classify};
use super::words::of_exception;

/// A record ends here even when its lines go on: what indents all that it writes must not be one record for ever.
const MOST_LINES: u16 = 1000;

/// The state of one stream, four bytes of it. Keep one for each container and stream, and push the lines as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Continuation {
    level: Option<Level>,
    within: Within,
    /// Lines of the record so far; 0 before the first line.
    lines: u16,
}

/// What kind of record is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Within {
    /// Any: only lines that say so themselves continue it.
    #[default]
    Record,
    /// Python's traceback, up to the line that names the exception.
    Traceback,
    /// Behind that line: another traceback may follow.
    Raised,
    /// Go prints everything it has after a panic.
    Panic,
    /// The line after Rust's `panicked at` is the message.
    Panicked,
    /// `MinIO`'s block of `Name: value` lines.
    Block,
}

impl Continuation {
    /// Takes the next line of the stream. A line that continues a record has that record's level.
    pub fn push(&mut self, text: &str) -> Classified {
        let own = classify(text);
        let (continues, within) = self.judge(text, own);
        self.within = within;
        if continues && self.lines > 0 && self.lines < MOST_LINES {
            self.lines += 1;
            return Classified { level: self.level, continues: true };
        }
        // What goes on about a record that is not there, or is too long, begins one of its own.
        self.level = if continues && self.lines > 0 { self.level } else { own.level };
        self.lines = 1;
        Classified { level: self.level, continues: false }
    }

    fn judge(self, text: &str, own: Classified) -> (bool, Within) {
        let traceback = text.starts_with("Traceback (most recent call last)");
        let blank = text.trim_ascii_start().is_empty();
        let indented = text.starts_with([' ', '\t']);
        match self.within {
            Within::Traceback if own.continues || blank || traceback => return (true, self.within),
            // The exception itself stands unindented, whatever its message looks like.
            Within::Traceback if own.level.is_none() || names_exception(text) => {
                return (true, Within::Raised);
            }
            Within::Raised if own.continues || blank || traceback => {
                let within = if traceback { Within::Traceback } else { Within::Raised };
                return (true, within);
            }
            Within::Panic if own.continues || blank || own.level.is_none() => return (true, self.within),
            Within::Panicked if own.level.is_none() => return (true, Within::Record),
            Within::Block if own.continues || is_of_block(text) => return (true, self.within),
            Within::Record
            | Within::Traceback
            | Within::Raised
            | Within::Panic
            | Within::Panicked
            | Within::Block => {}
        }
        if own.continues {
            return (true, Within::Record);
        }
        if traceback {
            // `logger.exception` writes its line first; a traceback of nobody's is a record of its own.
            return (self.level >= Some(Level::Warn), Within::Traceback);
        }
        if names_class(text) && self.level >= Some(Level::Warn) {
            // Java's loggers write the exception below the line.
            return (true, Within::Record);
        }
        (false, opened(text, own, indented))
    }
}

/// What kind of record the line opens.
fn opened(text: &str, own: Classified, indented: bool) -> Within {
    if indented || own.level < Some(Level::Error) {
        return Within::Record;
    }
    if text.starts_with("panic: ") || text.starts_with("fatal error: ") {
        Within::Panic
    } else if text.starts_with("thread '") {
        Within::Panicked
    } else if text.starts_with("API: ") {
        Within::Block
    } else {
        Within::Record
    }
}

/// `ValueError: …`, `KeyboardInterrupt`, `module.Custom: …`.
fn names_exception(text: &str) -> bool {
    let (token, is_last) = first_token(text);
    of_exception(token, is_last).is_some()
}

/// `com.example.BrokenException: …`: with its package, so that no other message is taken for one.
fn names_class(text: &str) -> bool {
    let (token, is_last) = first_token(text);
    token.contains(&b'.') && of_exception(token, is_last) == Some(Level::Error)
}

fn first_token(text: &str) -> (&[u8], bool) {
    let line = text.as_bytes();
    match line.iter().position(|byte| *byte == b' ') {
        Some(end) => (&line[..end], false),
        None => (line, true),
    }
}

fn is_of_block(text: &str) -> bool {
    const NAMES: [&str; 8] = [
        "Time: ",
        "DeploymentID: ",
        "RequestID: ",
        "RemoteHost: ",
        "Host: ",
        "UserAgent: ",
        "Error: ",
        "VersionID: ",
    ];
    NAMES.iter().any(|name| text.starts_with(name))
}
