//! The level of a JSON line, found without parsing it: keys and values are stepped over up to the one that says it.

use super::Level;

/// How far into a line it is looked for.
const REACH: usize = 4096;

pub(super) fn level(line: &[u8]) -> Option<Level> {
    let line = &line[..line.len().min(REACH)];
    let mut scan = Scan { line, at: 1, status: None };
    scan.object().or_else(|| scan.status.and_then(Level::from_status))
}

/// Whether a field of this name holds the level.
pub(super) fn is_level_key(key: &[u8]) -> bool {
    const KEYS: [&str; 13] = [
        "level",
        "lvl",
        "severity",
        "levelname",
        "loglevel",
        "log_level",
        "level_name",
        "log.level",
        "@level",
        "@l",
        "severity_text",
        "severitytext",
        "levelno",
    ];
    KEYS.iter().any(|known| key.eq_ignore_ascii_case(known.as_bytes())) || key == b"PRIORITY"
}

/// What the value of such a field means.
pub(super) fn of_value(key: &[u8], value: &[u8]) -> Option<Level> {
    let number = || std::str::from_utf8(value).ok()?.parse().ok();
    match value.first()? {
        b'0'..=b'9' => number().and_then(|number: u32| match number {
            // Python's scale stands ten under pino's.
            10..=50 if key.eq_ignore_ascii_case(b"levelno") => Level::from_scale(number + 10),
            _ => Level::from_scale(number),
        }),
        _ => Level::from_bytes(value),
    }
}

struct Scan<'a> {
    line: &'a [u8],
    at: usize,
    /// The status of an answered HTTP request, which stands in for a level.
    status: Option<u32>,
}

impl<'a> Scan<'a> {
    /// The level that the fields from here on say.
    fn object(&mut self) -> Option<Level> {
        loop {
            match self.next()? {
                b'"' => {}
                b',' => continue,
                _ => return None,
            }
            let key = self.string()?;
            if self.next()? != b':' {
                return None;
            }
            let value = match self.next()? {
                b'"' => self.string()?,
                b'{' if key == b"log" => {
                    // Elastic's schema: `"log": {"level": "info", …}`.
                    if let Some(level) = self.object() {
                        return Some(level);
                    }
                    continue;
                }
                b'{' | b'[' => {
                    self.leave()?;
                    continue;
                }
                _ => self.literal(),
            };
            if is_level_key(key) {
                if let Some(level) = of_value(key, value) {
                    return Some(level);
                }
            } else if key == b"s" && !value.is_empty() && value.len() <= 2 {
                // MongoDB's severity: one letter, and for debugging a digit after it.
                if let Some(level) = Level::from_letter(value[0]) {
                    return Some(level);
                }
            } else if key == b"status" && value.len() == 3 {
                self.status = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
            }
        }
    }

    /// The next byte that is no space, and steps behind it.
    fn next(&mut self) -> Option<u8> {
        while self.line.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.at += 1;
        Some(self.line[self.at - 1])
    }

    /// The rest of a string whose opening quote was read, as it is written.
    fn string(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        loop {
            match self.line.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(&self.line[start..self.at - 1])
    }

    /// A number, `true`, `false` or `null` whose first byte was read.
    fn literal(&mut self) -> &'a [u8] {
        let start = self.at - 1;
        while self.line.get(self.at).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
        {
            self.at += 1;
        }
        &self.line[start..self.at]
    }

    /// Steps behind the object or list that was opened.
    fn leave(&mut self) -> Option<()> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
        }
        Some(())
    }
}
