//! Columns of text, as wide as what stands in them.

use super::output::{Output, Tone};
use crate::domain::{Fault, Safe};
use unicode_width::UnicodeWidthStr;

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
        if self.rows.is_empty() {
            return output.line(self.empty);
        }
        let titles: Vec<_> = self.titles.iter().map(|title| (Tone::Dim, Safe::new(title))).collect();
        let widths: Vec<usize> = (0..titles.len())
            .map(|column| {
                let cells = std::iter::once(&titles).chain(&self.rows).filter_map(|row| row.get(column));
                cells.map(|(_, text)| text.width()).max().unwrap_or(0)
            })
            .collect();
        for row in std::iter::once(&titles).chain(&self.rows) {
            let mut pieces = Vec::new();
            let last = row.iter().rposition(|(_, text)| !text.is_empty()).unwrap_or(0);
            for (column, (tone, text)) in row.iter().enumerate().take(last + 1) {
                let gap = if column == last { 0 } else { widths[column].saturating_sub(text.width()) + 3 };
                pieces.push((*tone, text.to_string()));
                pieces.push((Tone::Plain, " ".repeat(gap)));
            }
            let pieces: Vec<_> = pieces.iter().map(|(tone, text)| (*tone, text.as_str())).collect();
            output.toned(&pieces)?;
        }
        Ok(())
    }
}
