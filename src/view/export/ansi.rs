//! Characters with SGR sequences, for a terminal, a pager or a snapshot.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

/// The style of a cell, as far as SGR can say it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Pen {
    foreground: Color,
    background: Color,
    modifier: Modifier,
}

impl Pen {
    const PLAIN: Self =
        Self { foreground: Color::Reset, background: Color::Reset, modifier: Modifier::empty() };

    fn of(cell: &Cell) -> Self {
        Self { foreground: cell.fg, background: cell.bg, modifier: cell.modifier }
    }

    /// Whether a blank drawn with this pen can be told from no character at all.
    fn shows_on_blanks(self) -> bool {
        self.background != Color::Reset
            || self.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT)
    }

    fn sequence(self) -> String {
        let mut codes = String::from("\u{1b}[0");
        for (modifier, code) in [
            (Modifier::BOLD, 1),
            (Modifier::DIM, 2),
            (Modifier::ITALIC, 3),
            (Modifier::UNDERLINED, 4),
            (Modifier::REVERSED, 7),
            (Modifier::CROSSED_OUT, 9),
        ] {
            if self.modifier.contains(modifier) {
                push_code(&mut codes, code);
            }
        }
        push_colour(&mut codes, self.foreground, 30);
        push_colour(&mut codes, self.background, 40);
        codes.push('m');
        codes
    }
}

/// The buffer with its colours, a line for each row. Each line begins and ends plain, so that lines can be cut out.
pub fn ansi(buffer: &Buffer) -> String {
    let mut out = String::with_capacity(buffer.content().len() * 2);
    for y in buffer.area.top()..buffer.area.bottom() {
        let cells: Vec<_> = super::row(buffer, y).map(|(_, cell)| cell).collect();
        let end = cells
            .iter()
            .rposition(|cell| cell.symbol() != " " || Pen::of(cell).shows_on_blanks())
            .map_or(0, |at| at + 1);
        let mut pen = Pen::PLAIN;
        for cell in &cells[..end] {
            let next = Pen::of(cell);
            let blank = cell.symbol() == " " && !next.shows_on_blanks() && !pen.shows_on_blanks();
            if next != pen && !blank {
                out.push_str(&next.sequence());
                pen = next;
            }
            out.push_str(cell.symbol());
        }
        if pen != Pen::PLAIN {
            out.push_str("\u{1b}[0m");
        }
        out.push('\n');
    }
    out
}

fn push_code(codes: &mut String, code: u8) {
    // Writing to a string cannot fail.
    let _ = write!(codes, ";{code}");
}

fn push_colour(codes: &mut String, colour: Color, base: u8) {
    let indexed = match colour {
        Color::Reset => return,
        Color::Rgb(red, green, blue) => {
            let _ = write!(codes, ";{};2;{red};{green};{blue}", base + 8);
            return;
        }
        other => super::colour::index(other),
    };
    match indexed {
        0..8 => push_code(codes, base + indexed),
        8..16 => push_code(codes, base + 60 + indexed - 8),
        16.. => {
            let _ = write!(codes, ";{};5;{indexed}", base + 8);
        }
    }
}
