//! What the rest of a line says when its head says no level: the status of an answered HTTP request, or a field.

use super::Level;
use super::json_level::is_level_key;

/// How far into a line it is looked for.
const REACH: usize = 512;
/// Longer names are none of a level.
const LONGEST_KEY: usize = 13;

/// Reads what stands between quotes for requests, and what stands outside of them for fields.
pub(super) fn level(line: &[u8]) -> Option<Level> {
    read(line, true)
}

/// Reads for requests alone: where the head says a level, a field such as `severity=` is part of the message.
pub(super) fn status(line: &[u8]) -> Option<Level> {
    read(line, false)
}

fn read(line: &[u8], fields: bool) -> Option<Level> {
    let line = &line[..line.len().min(REACH)];
    let mut opened: Option<usize> = None;
    for (at, byte) in line.iter().enumerate() {
        match (byte, opened) {
            (b'"', Some(start)) => {
                opened = None;
                if let Some(status) = status_after(&line[start..at], &line[at + 1..]) {
                    return Level::from_status(status);
                }
            }
            (b'"', None) => opened = Some(at + 1),
            (b'=', None) if fields => {
                if let Some(level) = field(line, at) {
                    return Some(level);
                }
            }
            _ => {}
        }
    }
    None
}

/// `"GET / HTTP/1.1" 200`
fn status_after(quoted: &[u8], rest: &[u8]) -> Option<u32> {
    let protocol = quoted.len().checked_sub(8).map_or(quoted, |start| &quoted[start..]);
    if !protocol.starts_with(b"HTTP/") && !protocol.ends_with(b" HTTP/2") {
        return None;
    }
    match rest {
        [b' ', hundreds @ b'1'..=b'5', tens @ b'0'..=b'9', ones @ b'0'..=b'9', after @ ..]
            if after.first().is_none_or(|byte| !byte.is_ascii_alphanumeric()) =>
        {
            Some([hundreds, tens, ones].iter().fold(0, |sum, digit| sum * 10 + u32::from(**digit - b'0')))
        }
        _ => None,
    }
}

/// `level=warn` with the `=` at this place.
fn field(line: &[u8], at: usize) -> Option<Level> {
    let from = at.saturating_sub(LONGEST_KEY + 1);
    let before = &line[from..at];
    let length = before.iter().rev().take_while(|byte| is_key_byte(**byte)).count();
    let key = &before[before.len() - length..];
    if !is_level_key(key) {
        return None;
    }
    let value = &line[at + 1..];
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    let end = value.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(value.len());
    super::json_level::of_value(key, &value[..end])
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.@-".contains(&byte)
}

/// Gin's own form: `[GIN] 2026/11/20 - 10:00:00 | 500 |    1.2ms | …`
pub(super) fn gin(line: &[u8]) -> Option<Level> {
    let bar = line.iter().take(REACH).position(|byte| *byte == b'|')?;
    let status = line[bar + 1..].trim_ascii_start().get(..3)?;
    Level::from_status(std::str::from_utf8(status).ok()?.parse().ok()?)
}
