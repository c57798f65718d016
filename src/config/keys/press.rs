//! One key press in its normal form, to and from text.

use std::fmt;
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The character that is typed: `g` and `G` are two.
    Char(char),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// Made by [`KeyPress::new`] or by parsing, so that one key press has one form only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPress {
    pub key: Key,
    pub ctrl: bool,
    pub alt: bool,
    /// Only with keys that type no character: `shift-tab`.
    pub shift: bool,
}

const NAMED: [(&str, Key); 25] = [
    ("space", Key::Char(' ')),
    ("enter", Key::Enter),
    ("esc", Key::Esc),
    ("tab", Key::Tab),
    ("backspace", Key::Backspace),
    ("delete", Key::Delete),
    ("insert", Key::Insert),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("pageup", Key::PageUp),
    ("pagedown", Key::PageDown),
    // Other names for the same; the first one of a key is the one that is shown.
    ("return", Key::Enter),
    ("escape", Key::Esc),
    ("del", Key::Delete),
    ("ins", Key::Insert),
    ("pgup", Key::PageUp),
    ("pgdn", Key::PageDown),
    ("↑", Key::Up),
    ("↓", Key::Down),
    ("←", Key::Left),
    ("→", Key::Right),
];

impl KeyPress {
    pub fn new(key: Key, ctrl: bool, alt: bool, shift: bool) -> Self {
        let (mut key, mut ctrl, mut shift) = (key, ctrl, shift);
        if let Key::Char(character) = key {
            // Terminals send the capital and may or may not report the shift key with it.
            if shift && character.is_ascii_lowercase() {
                key = Key::Char(character.to_ascii_uppercase());
            }
            shift = false;
            if ctrl {
                // On the wire these control codes are the same bytes as the keys.
                let same = match character.to_ascii_lowercase() {
                    'i' => Some(Key::Tab),
                    'm' => Some(Key::Enter),
                    '[' => Some(Key::Esc),
                    _ => None,
                };
                key = same.unwrap_or(Key::Char(character.to_ascii_lowercase()));
                ctrl = same.is_none();
            } else if let Key::Char('\t' | '\r' | '\n') = key {
                key = if character == '\t' { Key::Tab } else { Key::Enter };
            }
        }
        Self { key, ctrl, alt, shift }
    }

    /// A key without modifiers.
    pub fn plain(key: Key) -> Self {
        Self::new(key, false, false, false)
    }

    /// The character it types into a text field.
    pub fn typed(self) -> Option<char> {
        match self.key {
            Key::Char(character) if !self.ctrl && !self.alt => Some(character),
            _ => None,
        }
    }

    fn write(self, to: &mut impl fmt::Write) -> fmt::Result {
        let alt = if self.alt { "alt-" } else { "" };
        let shift = if self.shift { "shift-" } else { "" };
        let name = NAMED.iter().find(|(_, key)| *key == self.key).map(|(name, _)| *name);
        let ctrl = match (self.ctrl, self.key, name) {
            (false, _, _) => "",
            (true, Key::Char(_), None) => "^",
            (true, _, _) => "ctrl-",
        };
        write!(to, "{alt}{shift}{ctrl}")?;
        match (self.key, name) {
            (Key::Char(character), None) => to.write_char(character),
            (Key::F(number), _) => write!(to, "f{number}"),
            (_, name) => to.write_str(name.unwrap_or_default()),
        }
    }
}

impl fmt::Display for KeyPress {
    /// `^s`, `alt-x`, `shift-tab`, `space`, `G`; what is shown can be parsed again.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The keys on the bottom line are written anew for every frame, and stand in no column.
        if formatter.width().is_none() && formatter.precision().is_none() {
            return self.write(formatter);
        }
        let mut text = String::new();
        self.write(&mut text)?;
        formatter.pad(&text)
    }
}

impl FromStr for KeyPress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a key such as `r`, `^s`, `alt-x`, `space` or `f1`, found `{text}`");
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text.trim();
        loop {
            if rest.chars().count() > 1
                && let Some(after) = rest.strip_prefix('^')
            {
                (ctrl, rest) = (true, after);
                continue;
            }
            // `ctrl--` is control with the minus key: a separator needs a key after it.
            let Some((modifier, after)) = rest.split_once(['-', '+']).filter(|(_, after)| !after.is_empty())
            else {
                break;
            };
            match modifier.to_ascii_lowercase().as_str() {
                "ctrl" | "control" => ctrl = true,
                "alt" | "meta" => alt = true,
                "shift" => shift = true,
                _ => break,
            }
            rest = after;
        }
        let mut characters = rest.chars();
        let key = match (characters.next(), characters.next()) {
            (Some(character), None) if !character.is_control() => named(rest).unwrap_or(Key::Char(character)),
            (Some(_), Some(_)) => named(&rest.to_lowercase()).or_else(|| function(rest)).ok_or_else(wrong)?,
            _ => return Err(wrong()),
        };
        Ok(Self::new(key, ctrl, alt, shift))
    }
}

fn named(name: &str) -> Option<Key> {
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, key)| *key)
}

/// `f1` to `f24`
fn function(text: &str) -> Option<Key> {
    let digits = text.strip_prefix(['f', 'F']).filter(|digits| !digits.starts_with(['0', '+']))?;
    digits.parse().ok().filter(|number| (1..=24).contains(number)).map(Key::F)
}
