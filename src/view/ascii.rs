//! For terminals whose locale has no Unicode: every symbol of ours has a stand-in of one column, and text from outside
//! shows `?` for each character that cannot be written. One pass over the finished frame, so that nothing is missed.

use ratatui::buffer::{Buffer, CellWidth};

pub(super) fn fold(buffer: &mut Buffer) {
    let area = buffer.area;
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        while x < area.right() {
            let Some(cell) = buffer.cell_mut((x, y)) else { break };
            let columns = cell.symbol().cell_width().max(1);
            if !cell.symbol().is_ascii() {
                let stand_in = cell.symbol().chars().next().map_or(' ', stand_in);
                cell.set_char(stand_in);
                // A wide character leaves a second cell behind.
                for covered in x + 1..(x + columns).min(area.right()) {
                    if let Some(cell) = buffer.cell_mut((covered, y)) {
                        cell.set_char('?');
                    }
                }
            }
            x += columns;
        }
    }
}

/// Each row: characters, and what stands for them.
const STAND_INS: [(&str, char); 18] = [
    ("─━–—·▄", '-'),
    ("│┃▌▐", '|'),
    ("┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛▆✓", '+'),
    ("▇█●", '#'),
    ("░▒▓▂◌", '.'),
    ("▁", '_'),
    ("▃", ':'),
    ("▅‖", '='),
    ("○∅", 'o'),
    ("✗×", 'x'),
    ("⚠≠", '!'),
    ("◐", '%'),
    ("▾↓", 'v'),
    ("▸›→", '>'),
    ("←≤", '<'),
    ("↑", '^'),
    ("…", '~'),
    ("↻", '@'),
];

fn stand_in(character: char) -> char {
    match character {
        '⏎' => '$',
        '°' => ' ',
        '•' => '*',
        _ => STAND_INS
            .iter()
            .find(|(known, _)| known.contains(character))
            .map_or('?', |(_, stand_in)| *stand_in),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn nothing_but_ascii_is_left_and_columns_stay() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 16, 2));
        buffer.set_string(0, 0, "┌ ● up ▇░ 62°C…┐", Style::new());
        buffer.set_string(0, 1, "推理-1 é e\u{301}!", Style::new());
        fold(&mut buffer);
        let text = crate::view::export::text(&buffer);
        assert_eq!(text, "+ # up #. 62 C~+\n????-1 ? ?!\n");
    }
}
