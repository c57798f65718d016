//! SQL cut into statements, and these into what they consist of: as much of it as `pg_dumpall --globals-only` writes.
//!
//! What is said to psql must mean there what it means here, and psql does more than send statements: it has commands that
//! begin with `\` and puts variables in where a `:` stands. A statement with anything outside of quotes that those tools
//! do not write is therefore left out.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// In lower case, as the server takes what stands in no quotes.
    Word(String),
    /// What stood in double quotes.
    Name(String),
    /// A text; what it says is nobody's business here.
    Literal,
    Sign(char),
}

impl Token {
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own == word)
    }

    /// What it names, if it can name something.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Name(name) => Some(name),
            Self::Literal | Self::Sign(_) => None,
        }
    }
}

/// One statement, without the `;` at its end.
pub struct Sentence<'text> {
    pub text: &'text str,
    /// Each with where it begins in the text.
    pub tokens: Vec<(usize, Token)>,
}

pub fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let mut found = Vec::new();
    let mut rest = Cursor { text, at: 0 };
    while let Some((is_known, sentence)) = rest.sentence() {
        found.extend(is_known.then_some(sentence));
    }
    found
}

struct Cursor<'text> {
    text: &'text str,
    at: usize,
}

impl<'text> Cursor<'text> {
    /// The next one, and whether all of it is known; `None` where there is no end of one any more.
    fn sentence(&mut self) -> Option<(bool, Sentence<'text>)> {
        let mut begin = None;
        let mut tokens: Vec<(usize, Token)> = Vec::new();
        let mut is_known = true;
        loop {
            let rest = &self.text[self.at..];
            let letter = rest.chars().next()?;
            let is_command = letter == '\\' && begin.is_none();
            if letter.is_whitespace() {
                self.at += letter.len_utf8();
                continue;
            }
            if rest.starts_with("--") || is_command {
                // Within a statement it would swallow what follows it there.
                is_known &= begin.is_none();
                self.at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            let start = *begin.get_or_insert(self.at);
            let place = self.at - start;
            match letter {
                ';' => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Some((is_known, Sentence { text, tokens }));
                }
                '"' => {
                    let (name, length) = quoted(rest, '"', false)?;
                    self.at += length;
                    tokens.push((place, Token::Name(name)));
                }
                '\'' => {
                    // The `E` of `E'…'` stands right before it.
                    let escapes = tokens.last().is_some_and(|(at, token)| token.is("e") && at + 1 == place);
                    let (value, length) = quoted(rest, '\'', escapes)?;
                    self.at += length;
                    let begins = if escapes { tokens.pop().map_or(place, |(at, _)| at) } else { place };
                    // What a `\` means in plain quotes depends on a setting, and the tools put none there.
                    is_known &= escapes || !value.contains('\\');
                    tokens.push((begins, Token::Literal));
                }
                letter if letter.is_alphanumeric() || letter == '_' => {
                    let is_inside = |letter: char| letter.is_alphanumeric() || letter == '_';
                    let length = rest.find(|letter| !is_inside(letter)).unwrap_or(rest.len());
                    self.at += length;
                    tokens.push((place, Token::Word(rest[..length].to_ascii_lowercase())));
                }
                ',' | '=' | '.' | '-' => {
                    self.at += 1;
                    tokens.push((place, Token::Sign(letter)));
                }
                other => {
                    is_known = false;
                    self.at += other.len_utf8();
                }
            }
        }
    }
}

/// What stands in quotes at the beginning, and how long that is with them; `None` where they do not end.
fn quoted(text: &str, quote: char, escapes: bool) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && escapes {
            value.push(letter);
            value.extend(letters.next().map(|(_, letter)| letter));
        } else if letter != quote {
            value.push(letter);
        } else if letters.next_if(|(_, letter)| *letter == quote).is_some() {
            value.push(quote);
        } else {
            return Some((value, at + 1));
        }
    }
    None
}
