//! The head of a line: what stands there before the message, and the level among it.
//!
//! Times, process numbers, loggers' names and what is in brackets are stepped over. Words of prose are counted, and
//! behind the first of them only a level that is marked as one counts: `no errors` and `found 3 ERROR lines` have none.

use super::Level;

/// Heads are shorter; what comes after is message.
const REACH: usize = 200;
/// More words than these before a level, and it is a sentence.
const MOST_PROSE: usize = 3;

/// What the head of a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Level(Level),
    /// `PostgreSQL` goes on about the record before.
    Continues,
    Silent,
}

pub(super) fn head(line: &[u8]) -> Head {
    let mut scan = Scan { line, at: 0, words: 0, prose: 0, bracket: None, stamped: false, separated: true };
    while scan.at < line.len().min(REACH) && scan.prose <= MOST_PROSE {
        if let Some(head) = scan.step() {
            return head;
        }
    }
    Head::Silent
}

struct Scan<'a> {
    line: &'a [u8],
    at: usize,
    words: usize,
    /// Words of prose since the start or the last separator.
    prose: usize,
    bracket: Option<u8>,
    /// A number came: a time, most likely.
    stamped: bool,
    /// Right before stands the start of the line, or a ` - ` or ` | `.
    separated: bool,
}

impl Scan<'_> {
    fn step(&mut self) -> Option<Head> {
        let byte = self.line[self.at];
        match byte {
            b'[' | b'(' | b'<' | b'{' => {
                self.bracket = Some(byte);
                self.at += 1;
            }
            b']' | b')' | b'>' | b'}' => {
                self.bracket = None;
                self.at += 1;
                // The tag of syslog: `host app[123]: `.
                if self.line.get(self.at) == Some(&b':') {
                    self.prose = 0;
                }
            }
            b'|' => self.separate(),
            b'-' if self.line.get(self.at + 1).is_none_or(|next| b" -".contains(next)) => self.separate(),
            // What is quoted is said, not logged.
            b'"' => return Some(Head::Silent),
            b'0'..=b'9' => {
                self.stamped = true;
                self.separated = false;
                self.words += 1;
                self.skip_token();
            }
            b'A'..=b'Z' | b'a'..=b'z' => return self.word(),
            _ => self.at += 1,
        }
        None
    }

    fn separate(&mut self) {
        self.prose = 0;
        self.separated = true;
        self.at += 1;
    }

    fn skip_token(&mut self) {
        self.at = self.token_end();
    }

    fn token_end(&self) -> usize {
        let rest = &self.line[self.at..];
        let length = rest.iter().position(|byte| b" []()<>|\"".contains(byte)).unwrap_or(rest.len());
        self.at + length.max(1)
    }

    fn word(&mut self) -> Option<Head> {
        let rest = &self.line[self.at..];
        let length = rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
        let word = &rest[..length];
        let after = &rest[length..];
        if length == 1 {
            if let Some(level) = self.letter(word[0], after) {
                return Some(Head::Level(level));
            }
        } else if let Some(level) = Level::from_bytes(word).filter(|_| self.is_level(word, after)) {
            return Some(Head::Level(level));
        } else if self.prose == 0 && after.starts_with(b":  ") && is_continuation(word) {
            return Some(Head::Continues);
        }
        self.step_over(word, after)
    }

    /// Counts the word as what it is, and stands behind it.
    fn step_over(&mut self, word: &[u8], after: &[u8]) -> Option<Head> {
        match after.first() {
            // What follows in `[core:error]` may be the level.
            Some(b':') if self.bracket.is_some() => {
                self.at += word.len() + 1;
                return None;
            }
            Some(b'=') if after.get(1) == Some(&b'"') => return Some(Head::Silent),
            _ => {}
        }
        let end = self.token_end();
        let token = &self.line[self.at..end];
        let first = self.words == 0;
        if self.prose == 0
            && self.words <= 2
            && self.bracket.is_none()
            && let Some(level) = of_exception(token, self.line.len() == end)
        {
            return Some(Head::Level(level));
        }
        // `nginx: [emerg] …` begins with a name; what has points, strokes or digits in it is no word of a sentence.
        let plain = match &token[word.len()..] {
            [] => true,
            [b':'] => !first,
            [sign] => b",!?.;'".contains(sign),
            _ => false,
        };
        if plain && self.bracket.is_none() && !is_calendar(word) && !is_zone(word) {
            self.prose += 1;
        }
        self.words += 1;
        self.separated = false;
        self.at = end;
        None
    }

    /// Whether this word, which can be a level, is meant as one here.
    fn is_level(&self, word: &[u8], after: &[u8]) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.line[at]);
        let next = after.first().copied();
        let exact = matches!(before, Some(b'[' | b'<' | b':')) && matches!(next, Some(b']' | b'>'));
        let colon = next == Some(b':') && after.get(1).is_none_or(|byte| *byte == b' ');
        if self.bracket.is_some_and(|bracket| bracket != b'(')
            && (exact || is_alone_in_brackets(before, after))
        {
            return self.prose < MOST_PROSE;
        }
        if word.iter().all(u8::is_ascii_uppercase) {
            return match word {
                b"LOG" => self.prose == 0 && colon,
                b"NOTE" => false,
                _ => self.prose == 0 && next.is_none_or(|byte| b" :])>|,/![;0123456789".contains(&byte)),
            };
        }
        if !word[1..].iter().all(u8::is_ascii_lowercase) || self.bracket.is_some() || self.prose > 0 {
            return false;
        }
        match word.to_ascii_lowercase_first() {
            // These are words of everyday, too.
            b'l' | b'n' if !word.eq_ignore_ascii_case(b"notice") => false,
            b's' => false,
            _ if colon => true,
            // zap's columns and those of the like: `2026-11-20T10:00:00Z  error  message`.
            _ if self.stamped && after.starts_with(b"  ") => true,
            _ => {
                let following = after.trim_ascii_start();
                self.separated
                    && next == Some(b' ')
                    && (following.starts_with(b"- ") || following.starts_with(b"| "))
            }
        }
    }

    /// The one letter of klog `E1120 10:00:00.1`, Jupyter `[E 10:00:00 …]` and TensorFlow `10:00:00.1: E core/…`.
    fn letter(&self, letter: u8, after: &[u8]) -> Option<Level> {
        let level = Level::from_letter(letter)?;
        let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let then = &after[digits..];
        let timed = then.first() == Some(&b' ') && then.get(1).is_some_and(u8::is_ascii_digit);
        let before = self.at.checked_sub(1).map(|at| self.line[at]);
        let is_level = match digits {
            4 | 8 => timed && self.prose == 0,
            0 if before == Some(b'[') => timed || then.first() == Some(&b']'),
            0 => {
                self.stamped
                    && self.prose == 0
                    && self.line[..self.at].ends_with(b": ")
                    && then.starts_with(b" ")
            }
            _ => false,
        };
        is_level.then_some(level)
    }
}

/// `[ info ]` and `[INFO ]`.
fn is_alone_in_brackets(before: Option<u8>, after: &[u8]) -> bool {
    matches!(before, Some(b'[' | b'<' | b' '))
        && matches!(after.trim_ascii_start().first(), Some(b']' | b'>'))
}

trait FirstLetter {
    fn to_ascii_lowercase_first(&self) -> u8;
}

impl FirstLetter for [u8] {
    fn to_ascii_lowercase_first(&self) -> u8 {
        self.first().map_or(0, u8::to_ascii_lowercase)
    }
}

/// `PostgreSQL`'s further lines of one report.
fn is_continuation(word: &[u8]) -> bool {
    matches!(word, b"DETAIL" | b"HINT" | b"STATEMENT" | b"CONTEXT" | b"QUERY" | b"LOCATION")
}

/// `ValueError: …`, `java.io.IOException: …` or, alone on its line, without the colon.
pub(super) fn of_exception(token: &[u8], is_last: bool) -> Option<Level> {
    let name = match token.iter().position(|byte| *byte == b':') {
        Some(colon) if colon + 1 == token.len() => &token[..colon],
        None if is_last => token,
        Some(_) | None => return None,
    };
    let class = name.rsplit(|byte| b".$".contains(byte)).next()?;
    if !class.first()?.is_ascii_uppercase()
        || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._$".contains(byte))
    {
        return None;
    }
    if [&b"Error"[..], b"Exception", b"Interrupt"].iter().any(|end| class.ends_with(end)) {
        // A lone `Error` at the end of a line is a word.
        return (name.len() < token.len() || class.len() > b"Exception".len()).then_some(Level::Error);
    }
    (class.ends_with(b"Warning") && name.len() < token.len()).then_some(Level::Warn)
}

fn is_calendar(word: &[u8]) -> bool {
    const NAMES: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDecMonTueWedThuFriSatSun";
    word.len() == 3 && NAMES.chunks_exact(3).any(|name| name == word)
}

/// `UTC`, `CET` and other words of large letters, which are no prose.
fn is_zone(word: &[u8]) -> bool {
    word.len() <= 5 && word.len() > 1 && word.iter().all(u8::is_ascii_uppercase)
}
