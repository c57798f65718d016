//! A drawn buffer in forms that live outside a terminal: plain text, text with SGR sequences, and a picture.

mod ansi;
mod colour;
mod svg;
mod text;

pub use ansi::ansi;
pub use svg::svg;
pub use text::text;

use ratatui::buffer::{Buffer, Cell, CellWidth};

/// One row's cells with their columns, without the cells that a wide character to their left covers.
fn row(buffer: &Buffer, y: u16) -> impl Iterator<Item = (u16, &Cell)> {
    let mut covered_until = buffer.area.left();
    (buffer.area.left()..buffer.area.right()).filter_map(move |x| {
        let cell = buffer.cell((x, y))?;
        if x < covered_until {
            return None;
        }
        covered_until = x + cell.symbol().cell_width().max(1);
        Some((x, cell))
    })
}

#[cfg(test)]
mod tests;
