//! The level of one line, and whether it belongs to the one before: from the line alone.

use super::words::{self, Head};
use super::{Level, access, json_level};

/// What one line says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Classified {
    /// What its writer called it; `None` where the line says nothing of it.
    pub level: Option<Level>,
    /// It is a further line of the record before it.
    pub continues: bool,
}

impl Classified {
    const SILENT: Self = Self { level: None, continues: false };
    const FURTHER: Self = Self { level: None, continues: true };

    fn of(level: Option<Level>) -> Self {
        Self { level, continues: false }
    }
}

/// More spaces than these before a level are an indentation; fewer align it.
const MOST_ALIGNED: usize = 2;

/// Reads one line by itself. What only the lines before tell, such as the last line of a traceback, is
/// [`Continuation`](super::Continuation)'s to say.
pub fn classify(text: &str) -> Classified {
    let line = text.as_bytes();
    let indent = line.iter().position(|byte| *byte != b' ' && *byte != b'\t').unwrap_or(line.len());
    let body = &line[indent..];
    let Some(first) = body.first() else { return Classified::SILENT };
    if indent > 0 {
        return indented(indent, body);
    }
    match first {
        b'{' => Classified::of(if body.len() > 1 { json_level::level(body) } else { None }),
        b'}' | b']' | b')' => Classified::FURTHER,
        b'0'..=b'9' => match redis(body) {
            Some(level) => Classified::of(Some(level)),
            None => by_head(body),
        },
        _ => known_start(body).unwrap_or_else(|| by_head(body)),
    }
}

/// Indented lines belong to what they are indented under, unless only the level is aligned: ` WARN disk is slow`.
fn indented(indent: usize, body: &[u8]) -> Classified {
    let aligned = indent <= MOST_ALIGNED && {
        let length = body.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
        let year = body.len() > 4 && body[..4].iter().all(u8::is_ascii_digit) && b"-/".contains(&body[4]);
        year || length >= 4 && Level::from_bytes(&body[..length]).is_some()
    };
    if aligned { by_head(body) } else { Classified::FURTHER }
}

/// Lines known by how they begin.
fn known_start(line: &[u8]) -> Option<Classified> {
    let is = |start: &str| line.starts_with(start.as_bytes());
    let found = match line[0] {
        b'.' if is("... ") => Classified::FURTHER,
        b'A' if is("API: ") => Classified::of(Some(Level::Error)),
        b'C' if is("Caused by: ") => Classified::FURTHER,
        b'D' if is("During handling of the above exception") => Classified::FURTHER,
        b'E' if is("Exception in thread ") => Classified::of(Some(Level::Error)),
        b'S' if is("Suppressed: ") => Classified::FURTHER,
        b'T' if is("Traceback (most recent call last)") => Classified::of(Some(Level::Error)),
        b'T' if is("The above exception was the direct cause") => Classified::FURTHER,
        b'[' if is("[signal ") => Classified::FURTHER,
        b'[' if is("[GIN] ") => Classified::of(access::gin(line)),
        b'f' if is("fatal error: ") => Classified::of(Some(Level::Fatal)),
        b'g' if is("goroutine ") && line.get(10).is_some_and(u8::is_ascii_digit) => Classified::FURTHER,
        b'n' if is("npm ERR!") || is("npm error ") => Classified::of(Some(Level::Error)),
        b'n' if is("npm WARN ") || is("npm warn ") => Classified::of(Some(Level::Warn)),
        b'n' if is("note: run with `RUST_BACKTRACE") => Classified::FURTHER,
        b's' if is("stack backtrace:") => Classified::FURTHER,
        b't' if is("thread '") && line.windows(11).any(|part| part == b"panicked at") => {
            Classified::of(Some(Level::Error))
        }
        _ => return None,
    };
    Some(found)
}

fn by_head(line: &[u8]) -> Classified {
    match words::head(line) {
        Head::Continues => Classified::FURTHER,
        // An access log's line is as grave as the answer that it tells of.
        Head::Level(Level::Info) => Classified::of(access::status(line).max(Some(Level::Info))),
        Head::Level(level) => Classified::of(Some(level)),
        Head::Silent => Classified::of(access::level(line)),
    }
}

/// `1:M 20 Nov 2026 10:00:00.123 * Ready to accept connections`: the sign behind the time is the level.
fn redis(line: &[u8]) -> Option<Level> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match &line[digits..] {
        [b':', b'M' | b'S' | b'C' | b'X', b' ', rest @ ..] => {
            let sign = rest.split(|byte| *byte == b' ').skip(3).take(2).find(|token| token.len() == 1)?;
            match sign[0] {
                b'.' | b'-' => Some(Level::Debug),
                b'*' => Some(Level::Info),
                b'#' => Some(Level::Warn),
                _ => None,
            }
        }
        _ => None,
    }
}
