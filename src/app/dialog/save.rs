//! What of the logs is saved.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Save {
    pub choice: SaveAs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveAs {
    /// What the filters keep, as text.
    Plain,
    /// The same in the colours that its writers gave it.
    Coloured,
    /// All lines that are held, as text.
    Everything,
}

impl SaveAs {
    pub const ALL: [Self; 3] = [Self::Plain, Self::Coloured, Self::Everything];

    /// The key that chooses it.
    pub fn key(self) -> char {
        match self {
            Self::Plain => 'p',
            Self::Coloured => 'c',
            Self::Everything => 'e',
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Plain => "plain text",
            Self::Coloured => "with colours (ANSI), for `less -R`",
            Self::Everything => "everything that is held, unfiltered, plain",
        }
    }

    pub fn place(self) -> usize {
        Self::ALL.iter().position(|other| *other == self).unwrap_or(0)
    }

    /// The next one, or the one before.
    #[must_use]
    pub fn neighbour(self, down: bool) -> Self {
        let by = if down { 1 } else { Self::ALL.len() - 1 };
        Self::ALL[(self.place() + by) % Self::ALL.len()]
    }
}
