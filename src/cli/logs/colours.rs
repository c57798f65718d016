//! The colours that a program gave its lines, for a terminal: made anew from what passed the gate.

use crate::domain::safe::{Colour, StyleRun, TextStyle};
use std::io::Write as _;

/// The text with its colours, which end with it.
pub fn write(text: &str, runs: &[StyleRun], out: &mut Vec<u8>) {
    let first = runs.first().map_or(text.len(), |run| run.start as usize);
    out.extend_from_slice(&text.as_bytes()[..first]);
    let ends = runs.iter().skip(1).map(|run| run.start as usize).chain([text.len()]);
    for (run, end) in runs.iter().zip(ends) {
        out.extend_from_slice(b"\x1b[0");
        select(run.style, out);
        out.push(b'm');
        out.extend_from_slice(&text.as_bytes()[run.start as usize..end]);
    }
    if runs.last().is_some_and(|run| run.style != TextStyle::default()) {
        out.extend_from_slice(b"\x1b[0m");
    }
}

fn select(style: TextStyle, out: &mut Vec<u8>) {
    let TextStyle { foreground, background, bold, dim, italic, underline, reverse } = style;
    for (on, code) in [(bold, 1), (dim, 2), (italic, 3), (underline, 4), (reverse, 7)] {
        if on {
            let _ = write!(out, ";{code}");
        }
    }
    for (colour, code) in [(foreground, 38), (background, 48)] {
        // Writing to memory does not fail.
        let _ = match colour {
            Some(Colour::Indexed(index)) => write!(out, ";{code};5;{index}"),
            Some(Colour::Rgb(red, green, blue)) => write!(out, ";{code};2;{red};{green};{blue}"),
            None => Ok(()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Gate;

    #[test]
    fn what_is_written_means_what_was_read_and_ends_with_its_line() {
        for line in [
            "plain",
            "\u{1b}[31;1mred\u{1b}[0m and \u{1b}[4;48;5;208munder",
            "a \u{1b}[38;2;1;2;3mrgb\u{1b}[m",
            "\u{1b}]0;title\u{7}\u{1b}[2Jx\u{1b}[7;2;3my",
        ] {
            let before = Gate::default().line(line.as_bytes());
            let mut out = Vec::new();
            write(&before.text, &before.runs, &mut out);
            let mut gate = Gate::default();
            assert_eq!(gate.line(&out), before, "{line:?}");
            assert!(gate.line(b"next").runs.is_empty(), "{line:?} leaves a colour open");
        }
    }
}
