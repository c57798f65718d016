//! What of a line is drawn: its text as it was written, or the message and the fields of a structured one.

use crate::app::store::logs::Line;
use crate::config::theme::{ColourDepth, Theme};
use crate::domain::LogSource;
use crate::domain::log::{Level, Structured};
use crate::domain::safe::TextStyle;
use std::borrow::Cow;
use std::ops::Range;

#[derive(Default)]
pub(super) struct Body<'a> {
    /// In rows, a line feed between each two.
    pub(super) text: Cow<'a, str>,
    /// The whole text in pieces, each with its look.
    pub(super) pieces: Vec<(Range<usize>, TextStyle)>,
}

impl<'a> Body<'a> {
    /// That of its first piece.
    pub(super) fn look(&self) -> TextStyle {
        self.pieces.first().map(|(_, look)| *look).unwrap_or_default()
    }

    /// The text alone, which is enough to count rows.
    pub(super) fn text(line: &Line<'a>) -> Cow<'a, str> {
        match Structured::parse(line.text) {
            Some(structured) => {
                let mut built = Built::default();
                built.structured(&structured, line, TextStyle::default(), TextStyle::default());
                Cow::Owned(built.text)
            }
            None => Cow::Borrowed(line.text),
        }
    }

    pub(super) fn new(line: &Line<'a>, source: LogSource, theme: &Theme, depth: ColourDepth) -> Self {
        let base = look(line, source, theme);
        if let Some(structured) = Structured::parse(line.text) {
            let mut built = Built::default();
            built.structured(&structured, line, base, theme.dim);
            return Self { text: Cow::Owned(built.text), pieces: built.pieces };
        }
        let mut start = 0;
        let pieces = line.pieces().map(|(piece, own)| {
            let range = start..start + piece.len();
            start = range.end;
            (range, over(base, depth.style(own)))
        });
        let pieces = pieces.collect();
        Self { text: Cow::Borrowed(line.text), pieces }
    }
}

/// A text on its way, in pieces.
#[derive(Default)]
struct Built {
    text: String,
    pieces: Vec<(Range<usize>, TextStyle)>,
}

impl Built {
    fn push(&mut self, text: &str, look: TextStyle) {
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push((start..self.text.len(), look));
    }

    /// `warn  slow query table=jobs took=3s`; each field has a row of its own in an unfolded line. The time stands
    /// before the line already.
    fn structured(&mut self, structured: &Structured, line: &Line<'_>, base: TextStyle, dim: TextStyle) {
        if let Some(level) = structured.level.or(line.level) {
            self.push(&format!("{:<5} ", level.name()), base);
        }
        let mut blank = "";
        if let Some(message) = &structured.message {
            self.push(message, base);
            blank = " ";
        }
        let (before, between) = if line.is_open { ("\n    ", ": ") } else { (" ", "=") };
        let written = structured.time.as_ref().filter(|_| line.is_open).map(|time| ("time", time.as_str()));
        let pairs = structured.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        for (key, value) in written.into_iter().chain(pairs) {
            if line.is_open || !blank.is_empty() {
                self.push(before, dim);
            }
            blank = " ";
            self.push(key, dim);
            self.push(between, dim);
            let quoted = !line.is_open && (value.is_empty() || value.contains([' ', '"', '=']));
            if quoted {
                self.push(&format!("{value:?}"), base);
            } else {
                self.push(value, base);
            }
        }
        if structured.left_out > 0 {
            self.push(before, dim);
            self.push(&format!("… {} more fields", structured.left_out), dim);
        }
    }
}

/// By the level; where there is none, by the stream. A program that colours its lines has said by that what it means.
fn look(line: &Line<'_>, source: LogSource, theme: &Theme) -> TextStyle {
    match line.level.filter(|_| line.runs.is_empty()) {
        Some(Level::Fatal) => TextStyle { bold: true, ..theme.bad },
        Some(Level::Error) => theme.bad,
        Some(Level::Warn) => theme.warning,
        Some(Level::Info) => theme.stdout,
        Some(Level::Debug | Level::Trace) => theme.dim,
        None => match source {
            LogSource::Stdout | LogSource::Console => theme.stdout,
            LogSource::Stderr => theme.stderr,
        },
    }
}

/// The writer's style over the stream's.
fn over(base: TextStyle, own: TextStyle) -> TextStyle {
    TextStyle {
        foreground: own.foreground.or(base.foreground),
        background: own.background.or(base.background),
        bold: own.bold || base.bold,
        dim: own.dim || base.dim,
        italic: own.italic || base.italic,
        underline: own.underline || base.underline,
        reverse: own.reverse || base.reverse,
    }
}
