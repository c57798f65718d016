//! Characters only.

use ratatui::buffer::Buffer;

/// The buffer's characters, a line for each row, without blanks at the ends of lines.
pub fn text(buffer: &Buffer) -> String {
    let mut out = String::with_capacity(buffer.content().len() + usize::from(buffer.area.height));
    for y in buffer.area.top()..buffer.area.bottom() {
        let start = out.len();
        for (_, cell) in super::row(buffer, y) {
            out.push_str(cell.symbol());
        }
        out.truncate(start + out[start..].trim_end_matches(' ').len());
        out.push('\n');
    }
    out
}
