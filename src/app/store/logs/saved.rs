//! Lines on their way to a file: a picture of the ring that shares its segments, so that nothing is copied for it and
//! whoever writes it can take their time while the ring goes on.

use super::{Line, LineKind, LogStore};
use crate::app::dialog::save::SaveAs;
use crate::domain::safe::{Colour, TextStyle};
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// Bytes of text that are made at a time, about.
const PIECE: usize = 64 << 10;

#[derive(Clone)]
pub struct Saved {
    logs: LogStore,
    choice: SaveAs,
}

impl Saved {
    pub(super) fn new(logs: &LogStore, choice: SaveAs) -> Self {
        Self { logs: logs.clone(), choice }
    }

    /// The text, in pieces of whole lines: each with its time and its container.
    pub fn pieces(&self) -> impl Iterator<Item = String> + '_ {
        let all = self.choice == SaveAs::Everything;
        let mut lines = self.logs.lines_from(self.logs.first()).filter(move |line| all || line.is_kept);
        std::iter::from_fn(move || {
            let mut piece = String::new();
            while piece.len() < PIECE
                && let Some(line) = lines.next()
            {
                write_line(&mut piece, &line, self.choice == SaveAs::Coloured);
            }
            (!piece.is_empty()).then_some(piece)
        })
    }
}

/// The same lines, and not others that read the same.
impl PartialEq for Saved {
    fn eq(&self, other: &Self) -> bool {
        let (own, others) = (&self.logs.segments, &other.logs.segments);
        self.choice == other.choice
            && own.len() == others.len()
            && own.iter().zip(others).all(|(own, other)| Arc::ptr_eq(own, other))
    }
}

impl fmt::Debug for Saved {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Saved({} lines, {:?})", self.logs.len(), self.choice)
    }
}

fn write_line(text: &mut String, line: &Line<'_>, coloured: bool) {
    // Writing to a string does not fail.
    if let Some(time) = line.time {
        let _ = write!(text, "{time} ");
    }
    let _ = match line.kind {
        LineKind::Written(_) if coloured => {
            let _ = write!(text, "{} ", line.tag);
            for (piece, style) in line.pieces() {
                if style == TextStyle::default() {
                    text.push_str(piece);
                } else {
                    let _ = write!(text, "\u{1b}[{}m{piece}\u{1b}[0m", codes(style));
                }
            }
            writeln!(text)
        }
        LineKind::Written(_) => writeln!(text, "{} {}", line.tag, line.text),
        LineKind::Gap(count) => writeln!(text, "{} … {count} lines not shown", line.tag),
        LineKind::Note => writeln!(text, "{} — {}", line.tag, line.text),
    };
}

/// A style as SGR says it.
fn codes(style: TextStyle) -> String {
    let switches =
        [(style.bold, 1), (style.dim, 2), (style.italic, 3), (style.underline, 4), (style.reverse, 7)];
    let mut codes: Vec<String> =
        switches.iter().filter(|(on, _)| *on).map(|(_, code)| code.to_string()).collect();
    for (colour, base) in [(style.foreground, 38), (style.background, 48)] {
        match colour {
            Some(Colour::Indexed(index)) => codes.push(format!("{base};5;{index}")),
            Some(Colour::Rgb(red, green, blue)) => codes.push(format!("{base};2;{red};{green};{blue}")),
            None => {}
        }
    }
    codes.join(";")
}
