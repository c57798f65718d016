//! The theme's styles as the buffer takes them.

use crate::domain::safe::{Colour, TextStyle};
use ratatui::style::{Color, Modifier, Style};

pub(super) fn style(style: TextStyle) -> Style {
    let modifiers = [
        (style.bold, Modifier::BOLD),
        (style.dim, Modifier::DIM),
        (style.italic, Modifier::ITALIC),
        (style.underline, Modifier::UNDERLINED),
        (style.reverse, Modifier::REVERSED),
    ];
    Style {
        fg: style.foreground.map(colour),
        bg: style.background.map(colour),
        add_modifier: modifiers.iter().filter(|(on, _)| *on).map(|(_, modifier)| *modifier).collect(),
        ..Style::new()
    }
}

fn colour(colour: Colour) -> Color {
    match colour {
        // The sixteen are written by their short codes, which every terminal obeys.
        Colour::Indexed(index @ 0..16) => NAMED[usize::from(index)],
        Colour::Indexed(index) => Color::Indexed(index),
        Colour::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}

const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];
