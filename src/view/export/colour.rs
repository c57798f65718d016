//! Colours as numbers: the index of a named one, and the red, green and blue that a picture needs.

use ratatui::style::Color;

/// What a dark terminal shows for the sixteen colours whose exact values it chooses itself.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0x1c, 0x21, 0x2b),
    (0xe0, 0x6c, 0x75),
    (0x8c, 0xc2, 0x6d),
    (0xe2, 0xb8, 0x6b),
    (0x6c, 0xa6, 0xe8),
    (0xc0, 0x85, 0xdc),
    (0x5c, 0xbb, 0xc4),
    (0xc3, 0xca, 0xd5),
    (0x6b, 0x75, 0x85),
    (0xf2, 0x8b, 0x91),
    (0xa8, 0xd9, 0x8b),
    (0xf2, 0xd0, 0x8f),
    (0x93, 0xc1, 0xf5),
    (0xd4, 0xa6, 0xec),
    (0x86, 0xd6, 0xdd),
    (0xf1, 0xf4, 0xf8),
];

/// The index of a colour in the table of 256; plain text's for the ones that have none.
pub(super) fn index(colour: Color) -> u8 {
    match colour {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray | Color::Reset | Color::Rgb(..) => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(index) => index,
    }
}

/// Red, green and blue of a colour; `None` for the terminal's own.
pub(super) fn rgb(colour: Color) -> Option<(u8, u8, u8)> {
    match colour {
        Color::Reset => None,
        Color::Rgb(red, green, blue) => Some((red, green, blue)),
        other => Some(match index(other) {
            low @ 0..16 => SIXTEEN[usize::from(low)],
            cube @ 16..232 => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let cube = cube - 16;
                (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
            }
            grey => {
                let level = 8 + 10 * (grey - 232);
                (level, level, level)
            }
        }),
    }
}
