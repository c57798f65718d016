//! Columns of text, as wide as what stands in them.

use super::output::{Output, Tone};
use crate::domain::{Fault, Safe};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Between two columns.
const GAP: usize = 3;
/// What the last column has on the narrowest terminal.
const LEAST: usize = 8;

pub struct Table {
    titles: Vec<String>,
    /// What is said in the place of a table without rows.
    empty: &'static str,
    rows: Vec<Vec<(Tone, Safe)>>,
}

impl Table {
    pub fn new(titles: &[&str], empty: &'static str) -> Self {
        Self { titles: titles.iter().map(|title| (*title).to_owned()).collect(), empty, rows: Vec::new() }
    }

    pub fn row(&mut self, cells: Vec<(Tone, String)>) {
        self.rows.push(cells.into_iter().map(|(tone, text)| (tone, Safe::from(text))).collect());
    }

    pub fn plain_row(&mut self, cells: Vec<String>) {
        self.row(cells.into_iter().map(|text| (Tone::Plain, text)).collect());
    }

    pub fn print(&self, output: Output) -> Result<(), Fault> {
        self.print_within(None, output)
    }

    /// The same with lines no longer than so many columns, as far as that takes no more than the last column.
    pub fn print_within(&self, columns: Option<usize>, output: Output) -> Result<(), Fault> {
        if self.rows.is_empty() {
            return output.line(self.empty);
        }
        for line in self.lines(columns) {
            let pieces: Vec<_> = line.iter().map(|(tone, text)| (*tone, text.as_str())).collect();
            output.toned(&pieces)?;
        }
        Ok(())
    }

    fn lines(&self, columns: Option<usize>) -> Vec<Vec<(Tone, String)>> {
        let titles: Vec<_> = self.titles.iter().map(|title| (Tone::Dim, Safe::new(title))).collect();
        let widths: Vec<usize> = (0..titles.len())
            .map(|column| {
                let cells = std::iter::once(&titles).chain(&self.rows).filter_map(|row| row.get(column));
                cells.map(|(_, text)| text.width()).max().unwrap_or(0)
            })
            .collect();
        let before: usize = widths.iter().rev().skip(1).map(|width| width + GAP).sum();
        let room = columns.map(|columns| columns.saturating_sub(before).max(LEAST));
        let line = |row: &Vec<(Tone, Safe)>| {
            let mut pieces = Vec::new();
            let last = row.iter().rposition(|(_, text)| !text.is_empty()).unwrap_or(0);
            for (column, (tone, text)) in row.iter().enumerate().take(last + 1) {
                let gap = if column == last { 0 } else { widths[column].saturating_sub(text.width()) + GAP };
                let text = match room.filter(|_| column + 1 == widths.len()) {
                    Some(room) => cut(text, room),
                    None => text.to_string(),
                };
                pieces.push((*tone, text));
                pieces.push((Tone::Plain, " ".repeat(gap)));
            }
            pieces
        };
        std::iter::once(&titles).chain(&self.rows).map(line).collect()
    }
}

/// The text within so many columns; one that was cut ends with `…`.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        if kept.width() + grapheme.width() + 1 > columns {
            break;
        }
        kept.push_str(grapheme);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(table: &Table, columns: Option<usize>) -> Vec<String> {
        let lines = table.lines(columns).into_iter();
        lines.map(|line| line.into_iter().map(|(_, text)| text).collect()).collect()
    }

    #[test]
    fn the_last_column_is_cut_to_the_terminal_and_to_nothing_else() {
        let mut table = Table::new(&["ID", "RESULT"], "nothing");
        table.plain_row(vec!["up-1".to_owned(), "pulled 推理服务 and started everything".to_owned()]);
        table.plain_row(vec!["down-2".to_owned(), "done".to_owned()]);
        let whole = ["ID       RESULT", "up-1     pulled 推理服务 and started everything", "down-2   done"];
        assert_eq!(texts(&table, None), whole);
        assert_eq!(texts(&table, Some(80)), whole);
        let cut = ["ID       RESULT", "up-1     pulled 推理…", "down-2   done"];
        assert_eq!(texts(&table, Some(22)), cut);
        assert_eq!(texts(&table, Some(21)), cut, "no half of a wide character");
        assert_eq!(texts(&table, Some(3))[1], "up-1     pulled …", "something is left of it");
    }
}
