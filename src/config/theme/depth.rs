//! How many colours a terminal has, and colours made to fit.

use crate::domain::safe::{Colour, TextStyle};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColourDepth {
    /// No colour at all; states are told apart by symbols, bold and reverse.
    None,
    Sixteen,
    TwoFiftySix,
    True,
}

impl ColourDepth {
    /// From the environment, given as a lookup.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name| variable(name).unwrap_or_default();
        let term = variable("TERM");
        if !variable("NO_COLOR").is_empty() || term.is_empty() || term == "dumb" || term.starts_with("vt") {
            return Self::None;
        }
        let colour_term = variable("COLORTERM");
        let direct = ["alacritty", "foot", "wezterm", "xterm-ghostty", "xterm-kitty"];
        if matches!(colour_term.as_str(), "truecolor" | "24bit")
            || term.ends_with("-direct")
            || direct.iter().any(|name| term.starts_with(name))
        {
            Self::True
        } else if term.contains("256") || term.starts_with("tmux") || !colour_term.is_empty() {
            Self::TwoFiftySix
        } else {
            Self::Sixteen
        }
    }

    /// The nearest colour that can be shown; `None` stands for the terminal's own.
    pub fn colour(self, colour: Colour) -> Option<Colour> {
        match (self, colour) {
            (Self::None, _) => None,
            (Self::True, colour)
            | (Self::TwoFiftySix, colour @ Colour::Indexed(_))
            | (Self::Sixteen, colour @ Colour::Indexed(0..16)) => Some(colour),
            (Self::TwoFiftySix, Colour::Rgb(red, green, blue)) => {
                Some(Colour::Indexed(nearest_of_256([red, green, blue])))
            }
            (Self::Sixteen, Colour::Rgb(red, green, blue)) => {
                Some(Colour::Indexed(nearest_of_16([red, green, blue])))
            }
            (Self::Sixteen, Colour::Indexed(index)) => Some(Colour::Indexed(nearest_of_16(palette(index)))),
        }
    }

    /// The style in colours that can be shown. A ground that would get lost becomes reverse video.
    pub fn style(self, style: TextStyle) -> TextStyle {
        let ground_is_lost = match (self, style.background) {
            (Self::None, Some(_)) => true,
            // Of sixteen colours, only black, white and one grey in between are shades of grey.
            (Self::Sixteen, Some(Colour::Indexed(index @ 16..))) => is_grey(palette(index)),
            (Self::Sixteen, Some(Colour::Rgb(red, green, blue))) => is_grey([red, green, blue]),
            (_, _) => false,
        };
        TextStyle {
            foreground: style.foreground.filter(|_| !ground_is_lost).and_then(|colour| self.colour(colour)),
            background: style.background.filter(|_| !ground_is_lost).and_then(|colour| self.colour(colour)),
            reverse: style.reverse || ground_is_lost,
            ..style
        }
    }
}

/// The steps of the 6×6×6 cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// What xterm shows for a number from 16 on.
fn palette(index: u8) -> [u8; 3] {
    match index {
        232.. => [8 + 10 * (index - 232); 3],
        16.. => {
            let index = usize::from(index - 16);
            [STEPS[index / 36], STEPS[index / 6 % 6], STEPS[index % 6]]
        }
        _ => [0; 3],
    }
}

fn nearest_of_256(colour: [u8; 3]) -> u8 {
    let distance = |index: &u8| -> u32 {
        let shown = palette(*index);
        (0..3).map(|part| u32::from(colour[part].abs_diff(shown[part])).pow(2)).sum()
    };
    (16..=255).min_by_key(distance).unwrap_or(7)
}

fn is_grey([red, green, blue]: [u8; 3]) -> bool {
    red.max(green).max(blue) - red.min(green).min(blue) < 32
}

/// By hue rather than by distance: a soft green stays a green and does not turn grey.
fn nearest_of_16(colour: [u8; 3]) -> u8 {
    let most = colour.iter().copied().max().unwrap_or_default();
    if is_grey(colour) {
        return match most {
            0..48 => 0,
            48..160 => 8,
            160..224 => 7,
            224.. => 15,
        };
    }
    let least = colour.iter().copied().min().unwrap_or_default();
    let middle = u8::midpoint(most, least);
    let bit = |part: usize| u8::from(colour[part] > middle) << part;
    bit(0) + bit(1) + bit(2) + if most >= 192 { 8 } else { 0 }
}
