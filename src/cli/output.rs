//! Standard output, of which nothing goes past [`Safe`].

use super::arguments::Ansi;
use crate::domain::{Fault, Safe};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, IsTerminal, Write};

/// Where a command writes, and how.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub json: bool,
    /// Only a terminal gets colours, and only when nobody objects.
    pub colour: bool,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Standard,
    /// Standard output is somebody else's.
    Error,
    Nowhere,
}

/// What a piece of text means; its colour follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Dim,
    Good,
    Warning,
    Bad,
}

impl Output {
    pub fn new(json: bool, ansi: Ansi) -> Self {
        let objected = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = match ansi {
            Ansi::Auto => !objected() && io::stdout().is_terminal(),
            Ansi::Never => false,
            Ansi::Always => true,
        };
        Self { json, colour: !json && colour, place: Place::Standard }
    }

    #[must_use]
    pub fn without_colour(self) -> Self {
        Self { colour: false, ..self }
    }

    /// For what is said beside a program's own output: to standard error.
    #[must_use]
    pub fn aside() -> Self {
        Self { json: false, colour: false, place: Place::Error }
    }

    /// For what nobody wants to hear of.
    #[must_use]
    pub fn silent() -> Self {
        Self { json: false, colour: false, place: Place::Nowhere }
    }

    /// Whether an operator looks at it.
    pub fn is_terminal(self) -> bool {
        self.place == Place::Standard && io::stdout().is_terminal()
    }

    /// How wide the terminal is; `None` for a file or a pipe, which take lines of any length.
    pub fn columns(self) -> Option<usize> {
        self.size().map(|(columns, _)| columns)
    }

    /// Columns and rows of the terminal, if it is one.
    pub fn size(self) -> Option<(usize, usize)> {
        let (columns, rows) = self.is_terminal().then(crossterm::terminal::size)?.ok()?;
        Some((usize::from(columns), usize::from(rows))).filter(|(columns, rows)| *columns > 0 && *rows > 0)
    }

    /// One line, made safe.
    pub fn line(self, text: impl AsRef<str>) -> Result<(), Fault> {
        self.toned(&[(Tone::Plain, text.as_ref())])
    }

    /// One line of pieces, each made safe.
    pub fn toned(self, pieces: &[(Tone, &str)]) -> Result<(), Fault> {
        let mut line: String = pieces.iter().map(|(tone, text)| self.piece(*tone, text)).collect();
        line.push('\n');
        self.put(&line)
    }

    /// A part of a line, made safe and coloured.
    pub fn piece(self, tone: Tone, text: &str) -> String {
        let text = Safe::new(text);
        match tone.code().filter(|_| self.colour) {
            Some(code) => format!("\x1b[{code}m{text}\x1b[0m"),
            None => text.to_string(),
        }
    }

    /// Whole lines. For a terminal they are made safe before.
    pub fn bytes(self, lines: &[u8]) -> Result<(), Fault> {
        match self.place {
            Place::Standard => Self::write(lines),
            Place::Error => io::stderr()
                .lock()
                .write_all(lines)
                .map_err(|error| Fault::io("write", "standard error", &error)),
            Place::Nowhere => Ok(()),
        }
    }

    /// A question, with the cursor after it.
    pub fn prompt(self, text: &str) -> Result<(), Fault> {
        self.put(&Safe::new(text))
    }

    fn put(self, text: &str) -> Result<(), Fault> {
        self.bytes(text.as_bytes())
    }

    /// A reader that has seen enough (`| head`) ends the program quietly.
    fn write(bytes: &[u8]) -> Result<(), Fault> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
            other => other.map_err(|error| Fault::io("write", "standard output", &error)),
        }
    }
}

/// Text of ours in several lines: Markdown, a frame.
pub fn print_document(text: &str) -> Result<(), Fault> {
    Output::write(text.as_bytes())
}

/// JSON or YAML of ours whose strings hold text from outside.
pub fn print_resolved(text: &str) -> Result<(), Fault> {
    Output::write(escape(text).as_bytes())
}

/// One JSON document on one line.
pub fn print_json<T: Serialize + ?Sized>(value: &T) -> Result<(), Fault> {
    let text = to_json(value)?;
    Output::write(format!("{text}\n").as_bytes())
}

impl Tone {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Dim => Some("2"),
            Self::Good => Some("32"),
            Self::Warning => Some("33"),
            Self::Bad => Some("31"),
        }
    }
}

/// JSON in which even a terminal finds nothing to act on: JSON's own escapes leave C1 controls and bidirectional
/// overrides as they are.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, Fault> {
    let text = serde_json::to_string(value)
        .map_err(|error| Fault::new(crate::domain::FaultKind::Internal, "write", "JSON").caused_by(&error))?;
    Ok(escape(&text))
}

fn escape(text: &str) -> String {
    let hidden = |c: char| {
        matches!(
            c,
            '\u{7f}'..='\u{9f}'
                | '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
    };
    if !text.contains(hidden) {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_hides_what_a_terminal_would_act_on_and_loses_nothing() {
        let wild = "a\u{1b}[31m\u{9b}31m\u{202e}\u{e0041}é";
        let text = to_json(wild).unwrap();
        assert!(text.chars().all(|c| !c.is_control() && c != '\u{202e}' && c != '\u{e0041}'), "{text:?}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), wild);
    }
}
