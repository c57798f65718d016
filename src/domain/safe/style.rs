//! SGR, the only control sequence that is kept.

use serde::{Deserialize, Serialize};
use vte::Params;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// 0–7 normal, 8–15 bright, then the 256-colour cube.
    Indexed(u8),
    Rgb(u8, u8, u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "SGR attributes are independent switches")]
pub struct TextStyle {
    pub foreground: Option<Colour>,
    pub background: Option<Colour>,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underline: bool,
    pub reverse: bool,
}

/// A style and the byte of the text from which on it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StyleRun {
    pub start: u32,
    pub style: TextStyle,
}

impl TextStyle {
    /// Takes in the parameters of one `CSI … m`. Concealed text (8) and blinking (5) are ignored on purpose: a log
    /// must not hide anything from its reader.
    pub(super) fn select(&mut self, params: &Params) {
        let mut params = params.iter();
        while let Some(param) = params.next() {
            match param[0] {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 => self.underline = param.get(1) != Some(&0),
                7 => self.reverse = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                27 => self.reverse = false,
                code @ 30..=37 => self.foreground = indexed(code - 30),
                code @ 90..=97 => self.foreground = indexed(code - 82),
                code @ 40..=47 => self.background = indexed(code - 40),
                code @ 100..=107 => self.background = indexed(code - 92),
                39 => self.foreground = None,
                49 => self.background = None,
                code @ (38 | 48) => {
                    let colour = if param.len() > 1 {
                        extended(&mut param[1..].iter().copied())
                    } else {
                        extended(&mut params.by_ref().map(|param| param[0]))
                    };
                    *(if code == 38 { &mut self.foreground } else { &mut self.background }) = colour;
                }
                _ => {}
            }
        }
    }
}

fn indexed(code: u16) -> Option<Colour> {
    u8::try_from(code).ok().map(Colour::Indexed)
}

/// `5;n` or `2;r;g;b`, with semicolons or colons; with colons an empty colour space may stand before the red.
fn extended(rest: &mut dyn Iterator<Item = u16>) -> Option<Colour> {
    let byte = |value: u16| u8::try_from(value).ok();
    match rest.next()? {
        5 => rest.next().and_then(indexed),
        2 => {
            let (red, green, blue) = (rest.next()?, rest.next()?, rest.next()?);
            Some(Colour::Rgb(byte(red)?, byte(green)?, byte(blue)?))
        }
        _ => None,
    }
}
