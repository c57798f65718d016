//! A style in words: `bold cyan on 236`.

use crate::domain::safe::{Colour, TextStyle};

pub(super) const EXPECTED: &str = "a style such as `bold cyan on 236`";
pub(super) const EXPECTED_COLOUR: &str = "a colour: a name such as `bright-blue`, 0 to 255, or \"#rrggbb\"";

const NAMES: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/// The style, or the word that is none.
pub(super) fn parse(text: &str) -> Result<TextStyle, String> {
    let mut style = TextStyle::default();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "bold" => style.bold = true,
            "dim" => style.dim = true,
            "italic" => style.italic = true,
            "underline" => style.underline = true,
            "reverse" => style.reverse = true,
            "default" => style.foreground = None,
            "on" => {
                let ground = words.next().ok_or_else(|| "on".to_owned())?;
                if ground != "default" {
                    style.background = Some(colour(ground).ok_or_else(|| ground.to_owned())?);
                }
            }
            _ => style.foreground = Some(colour(word).ok_or_else(|| word.to_owned())?),
        }
    }
    Ok(style)
}

/// `blue`, `bright-blue`, `grey`, `0`–`255`, `#5fafff`.
pub(super) fn colour(word: &str) -> Option<Colour> {
    if let Some(digits) = word.strip_prefix('#') {
        let all_hexadecimal = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| all_hexadecimal)?;
        let [_, red, green, blue] = value.to_be_bytes();
        return Some(Colour::Rgb(red, green, blue));
    }
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.parse().ok().map(Colour::Indexed);
    }
    let index = |name: &str| NAMES.iter().position(|known| *known == name);
    let index = match word.strip_prefix("bright-") {
        Some(name) => index(name)? + 8,
        None if matches!(word, "grey" | "gray") => 8,
        None => index(word)?,
    };
    u8::try_from(index).ok().map(Colour::Indexed)
}
