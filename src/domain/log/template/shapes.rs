//! The pieces of a line: what stays, and the shapes that are masked.

use super::QUOTED;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Plain,
    Masked(&'static str),
}

/// A quoted string longer than this is left as it is, and masked within.
const LONGEST_QUOTED: usize = 4096;
/// From this length on letters and digits in turn are an id and no word.
const SHORTEST_ID: usize = 8;

/// The length of the piece that begins at this place, and what it is.
pub(super) fn next(text: &str, at: usize) -> (usize, Shape) {
    let rest = &text[at..];
    let bytes = rest.as_bytes();
    let before = at.checked_sub(1).map(|at| text.as_bytes()[at]);
    match bytes[0] {
        b'"' | b'\'' => match quoted(bytes, before) {
            Some(length) => (length, Shape::Masked(if bytes[0] == b'"' { DOUBLE } else { SINGLE })),
            None => (1, Shape::Plain),
        },
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => word(bytes, before, &text.as_bytes()[..at]),
        b':' => match address_v6(bytes) {
            Some(length) => (length, Shape::Masked("‹ip›")),
            None => (1, Shape::Plain),
        },
        _ => (rest.chars().next().map_or(1, char::len_utf8), Shape::Plain),
    }
}

const DOUBLE: &str = "\"‹s›\"";
const SINGLE: &str = "'‹s›'";

/// The length of a quoted string with its quotes. The request of an access log is none: its path is what matters.
fn quoted(bytes: &[u8], before: Option<u8>) -> Option<usize> {
    let quote = bytes[0];
    if before.is_some_and(|before| before.is_ascii_alphanumeric() || before >= 0x80) {
        return None;
    }
    let window = &bytes[1..bytes.len().min(LONGEST_QUOTED)];
    let length = window.iter().position(|byte| *byte == quote)?;
    let inside = &window[..length];
    let after = bytes.get(length + 2);
    // `don't … can't` quotes nothing.
    if quote == b'\'' && after.is_some_and(|after| after.is_ascii_alphanumeric() || *after >= 0x80) {
        return None;
    }
    let request =
        inside.first().is_some_and(u8::is_ascii_uppercase) && inside.windows(5).any(|part| part == b"HTTP/");
    (!request && inside != QUOTED.as_bytes() && length > 0).then_some(length + 2)
}

fn word(bytes: &[u8], before: Option<u8>, head: &[u8]) -> (usize, Shape) {
    let run = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let joined = before.is_some_and(|before| before.is_ascii_alphanumeric());
    if bytes[0].is_ascii_digit() && !joined {
        if STATUS[1..].iter().any(|class| class.as_bytes() == &bytes[..run]) {
            return (run, Shape::Plain);
        }
        if is_status(&bytes[..run], head) {
            return (run, Shape::Masked(STATUS[usize::from(bytes[0] - b'0')]));
        }
        if let Some(length) = uuid(bytes) {
            return (length, Shape::Masked("‹uuid›"));
        }
        if let Some(length) = time(bytes) {
            return (length, Shape::Masked("‹time›"));
        }
        if let Some(length) = address_v4(bytes) {
            return (length, Shape::Masked("‹ip›"));
        }
        if let Some(length) = address_v6(bytes) {
            return (length, Shape::Masked("‹ip›"));
        }
        return number(bytes, run);
    }
    if joined || !bytes[..run].iter().any(u8::is_ascii_digit) {
        // A word, or what stands beside a part of one that was masked: up to its next digit.
        let plain = bytes[..run].iter().position(u8::is_ascii_digit).unwrap_or(run);
        if plain > 0 {
            let addressed = !joined && run <= 4 && bytes.get(run) == Some(&b':');
            return match address_v6(bytes).filter(|_| addressed).or_else(|| uuid(bytes).filter(|_| !joined)) {
                Some(length) => (length, Shape::Masked(if addressed { "‹ip›" } else { "‹uuid›" })),
                None => (plain, Shape::Plain),
            };
        }
        return (bytes.iter().take_while(|byte| byte.is_ascii_digit()).count(), Shape::Masked("‹n›"));
    }
    if let Some(length) = uuid(bytes) {
        return (length, Shape::Masked("‹uuid›"));
    }
    if let Some(length) = address_v6(bytes) {
        return (length, Shape::Masked("‹ip›"));
    }
    mixed(&bytes[..run])
}

/// A run of letters and digits that begins with a letter, or is no number with a unit.
fn mixed(run: &[u8]) -> (usize, Shape) {
    let hexadecimal = run.iter().all(u8::is_ascii_hexdigit) && run.iter().any(u8::is_ascii_alphabetic);
    if run.len() >= 6 && hexadecimal {
        return (run.len(), Shape::Masked("‹hex›"));
    }
    let turns = run.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    if run.len() >= SHORTEST_ID && turns >= 3 {
        return (run.len(), Shape::Masked("‹id›"));
    }
    match run.iter().position(u8::is_ascii_digit) {
        Some(0) => (run.iter().take_while(|byte| byte.is_ascii_digit()).count(), Shape::Masked("‹n›")),
        Some(letters) => (letters, Shape::Plain),
        None => (run.len(), Shape::Plain),
    }
}

/// A number, with its unit a duration or a size, or what only begins like one.
fn number(bytes: &[u8], run: usize) -> (usize, Shape) {
    if bytes.starts_with(b"0x") && run > 2 && bytes[2..run].iter().all(u8::is_ascii_hexdigit) {
        return (run, Shape::Masked("‹hex›"));
    }
    let mut length = 0;
    let mut durations = 0;
    loop {
        let digits = decimal(&bytes[length..]);
        if digits == 0 {
            break;
        }
        let unit = unit(&bytes[length + digits..]);
        match unit {
            Some((letters, true)) => {
                length += digits + letters;
                durations += 1;
            }
            Some((letters, false)) if durations == 0 => return (digits + letters, Shape::Masked("‹size›")),
            Some(_) | None => break,
        }
    }
    let ends = |length: usize| !bytes.get(length).is_some_and(u8::is_ascii_alphanumeric);
    if durations > 0 && ends(length) {
        return (length, Shape::Masked("‹dur›"));
    }
    let digits = decimal(bytes);
    if ends(digits) {
        return (digits, Shape::Masked("‹n›"));
    }
    if run > digits || bytes[..digits].contains(&b'.') {
        // Floating point's exponent: `1.5e-09`.
        let exponent = exponent(&bytes[digits..]);
        if exponent > 0 && ends(digits + exponent) {
            return (digits + exponent, Shape::Masked("‹n›"));
        }
    }
    mixed(&bytes[..run])
}

/// Digits with one point or with commas by the thousand.
fn decimal(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    if length == 0 {
        return 0;
    }
    while bytes.get(length) == Some(&b',') && digits(length + 1) == 3 {
        length += 4;
    }
    match bytes.get(length) {
        Some(b'.') if digits(length + 1) > 0 => length + 1 + digits(length + 1),
        _ => length,
    }
}

fn exponent(bytes: &[u8]) -> usize {
    let sign = usize::from(matches!(bytes.get(1), Some(b'+' | b'-')));
    match bytes.first() {
        Some(b'e' | b'E') => match decimal(bytes.get(1 + sign..).unwrap_or_default()) {
            0 => 0,
            digits => 1 + sign + digits,
        },
        _ => 0,
    }
}

/// The length of a unit and whether it is one of time. A number may go on behind one of time: `1m30s`.
fn unit(bytes: &[u8]) -> Option<(usize, bool)> {
    const UNITS: [(&str, bool); 31] = [
        ("ns", true),
        ("us", true),
        ("µs", true),
        ("μs", true),
        ("ms", true),
        ("msec", true),
        ("sec", true),
        ("secs", true),
        ("min", true),
        ("s", true),
        ("m", true),
        ("h", true),
        ("d", true),
        ("B", false),
        ("b", false),
        ("k", false),
        ("K", false),
        ("M", false),
        ("G", false),
        ("T", false),
        ("kB", false),
        ("KB", false),
        ("MB", false),
        ("GB", false),
        ("TB", false),
        ("KiB", false),
        ("MiB", false),
        ("GiB", false),
        ("TiB", false),
        ("Ki", false),
        ("Mi", false),
    ];
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count().min(5);
    let (_, is_time) = UNITS.iter().find(|(unit, _)| unit.as_bytes() == &bytes[..letters])?;
    let goes_on = bytes.get(letters).is_some_and(u8::is_ascii_alphanumeric);
    (!goes_on || *is_time && bytes[letters].is_ascii_digit()).then_some((letters, *is_time))
}

const STATUS: [&str; 6] = ["", "1xx", "2xx", "3xx", "4xx", "5xx"];

/// The three digits behind the request of an access log.
fn is_status(run: &[u8], head: &[u8]) -> bool {
    let Some(request) = head.strip_suffix(b"\" ") else { return false };
    let protocol = &request[request.len().saturating_sub(10)..];
    run.len() == 3 && (b'1'..=b'5').contains(&run[0]) && run.iter().all(u8::is_ascii_digit) && {
        protocol.windows(5).any(|part| part == b"HTTP/")
    }
}

fn uuid(bytes: &[u8]) -> Option<usize> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let text = bytes.get(..36)?;
    let fits = text
        .iter()
        .enumerate()
        .all(|(at, byte)| if DASHES.contains(&at) { *byte == b'-' } else { byte.is_ascii_hexdigit() });
    (fits && !bytes.get(36).is_some_and(u8::is_ascii_alphanumeric)).then_some(36)
}

fn address_v4(bytes: &[u8]) -> Option<usize> {
    let mut length = 0;
    for part in 0..4 {
        if part > 0 {
            (bytes.get(length) == Some(&b'.')).then_some(())?;
            length += 1;
        }
        let digits = bytes[length..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        (1..=3).contains(&digits).then_some(())?;
        length += digits;
    }
    let goes_on = bytes.get(length).is_some_and(u8::is_ascii_alphanumeric)
        || bytes.get(length) == Some(&b'.') && bytes.get(length + 1).is_some_and(u8::is_ascii_digit);
    (!goes_on).then(|| length + port(&bytes[length..]))
}

/// `fe80::1`, `::1`, `[2001:db8::2]` without its brackets, and hardware addresses.
fn address_v6(bytes: &[u8]) -> Option<usize> {
    let length = bytes.iter().take_while(|byte| byte.is_ascii_hexdigit() || **byte == b':').count();
    let text = &bytes[..length];
    let colons = text.split(|byte| *byte == b':').count() - 1;
    let groups = text.split(|byte| *byte == b':').all(|group| group.len() <= 4);
    let double = text.windows(2).any(|pair| pair == b"::");
    let digit = text.iter().any(u8::is_ascii_digit);
    let enough = colons >= 5 || double && colons >= 2;
    let goes_on = bytes.get(length).is_some_and(u8::is_ascii_alphanumeric);
    (groups && digit && enough && !goes_on && !text.ends_with(b":")).then_some(length)
}

fn port(bytes: &[u8]) -> usize {
    let digits = bytes.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
    if bytes.first() == Some(&b':') && (1..=5).contains(&digits) { digits + 1 } else { 0 }
}

/// A date, a time of day, or both: `2026-11-20T10:00:00.123Z`, `2026/11/20 10:00:00`, `20/Nov/2026:10:00:00 +0000`.
fn time(bytes: &[u8]) -> Option<usize> {
    let day = date(bytes);
    let Some(day) = day else { return clock(bytes) };
    let rest = &bytes[day..];
    let between = usize::from(matches!(rest.first(), Some(b'T' | b't' | b' ' | b':' | b'_')));
    let of_day = rest.get(between..).filter(|_| between > 0).and_then(clock);
    match of_day {
        Some(length) => Some(day + between + length),
        None => (!rest.first().is_some_and(u8::is_ascii_alphanumeric)).then_some(day),
    }
}

/// Each `0` is a digit, each `a` a letter, the rest itself.
fn fits(bytes: &[u8], shape: &str) -> Option<usize> {
    let text = bytes.get(..shape.len())?;
    let fits = text.iter().zip(shape.bytes()).all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_alphabetic(),
        other => *byte == other,
    });
    fits.then_some(shape.len())
}

fn date(bytes: &[u8]) -> Option<usize> {
    const SHAPES: [&str; 6] =
        ["0000-00-00", "0000/00/00", "00/aaa/0000", "00 aaa 0000", "00-aaa-0000", "00/00/0000"];
    let length = SHAPES.iter().find_map(|shape| fits(bytes, shape))?;
    (!bytes.get(length).is_some_and(u8::is_ascii_digit)).then_some(length)
}

fn clock(bytes: &[u8]) -> Option<usize> {
    let mut length = fits(bytes, "00:00:00").or_else(|| fits(bytes, "0:00:00"))?;
    if matches!(bytes.get(length), Some(b'.' | b',')) {
        let digits = bytes[length + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        length += if digits > 0 { digits + 1 } else { 0 };
    }
    let rest = &bytes[length..];
    length += match rest {
        [b'Z' | b'z', ..] => 1,
        [b' ', b'U', b'T', b'C', ..] => 4,
        _ => ["+00:00", "-00:00", "+0000", "-0000", " +0000", " -0000"]
            .iter()
            .find_map(|shape| fits(rest, shape))
            .unwrap_or(0),
    };
    (!bytes.get(length).is_some_and(u8::is_ascii_alphanumeric)).then_some(length)
}
