//! Just enough of Rust's lexical rules to tell code from comments and literals.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// An identifier or keyword, `::`, or one other character.
    pub text: String,
    pub line: usize,
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    line: usize,
}

pub fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader { letters: source.chars().collect(), at: 0, line: 1 };
    let mut found = Vec::new();
    while let Some(letter) = reader.peek(0) {
        let line = reader.line;
        match letter {
            '/' if reader.peek(1) == Some('/') => reader.skip_until(|letter| letter == '\n'),
            '/' if reader.peek(1) == Some('*') => reader.skip_block_comment(),
            '"' => reader.skip_string(),
            '\'' => reader.skip_quote(),
            _ if is_identifier(letter) => {
                let word = reader.word();
                if reader.starts_literal(&word) {
                    reader.skip_prefixed_literal();
                } else {
                    found.push(Token { text: word, line });
                }
            }
            ':' if reader.peek(1) == Some(':') => {
                reader.skip(2);
                found.push(Token { text: "::".to_owned(), line });
            }
            _ => {
                reader.skip(1);
                if !letter.is_whitespace() {
                    found.push(Token { text: letter.to_string(), line });
                }
            }
        }
    }
    found
}

fn is_identifier(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            if self.peek(0) == Some('\n') {
                self.line += 1;
            }
            self.at += 1;
        }
    }

    fn skip_until(&mut self, end: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(|letter| !end(letter)) {
            self.skip(1);
        }
    }

    fn word(&mut self) -> String {
        let start = self.at;
        self.skip_until(|letter| !is_identifier(letter));
        self.letters[start..self.at].iter().collect()
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 0;
        while self.peek(0).is_some() {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => {
                    depth += 1;
                    self.skip(2);
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    self.skip(2);
                }
                _ => self.skip(1),
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_string(&mut self) {
        self.skip(1);
        while let Some(letter) = self.peek(0) {
            self.skip(if letter == '\\' { 2 } else { 1 });
            if letter == '"' {
                return;
            }
        }
    }

    /// A character literal, or the tick of a lifetime.
    fn skip_quote(&mut self) {
        let is_character = self.peek(1) == Some('\\') || self.peek(2) == Some('\'');
        self.skip(1);
        if is_character {
            if self.peek(0) == Some('\\') {
                self.skip(2);
                self.skip_until(|letter| letter == '\'');
            } else {
                self.skip(1);
            }
            self.skip(1);
        }
    }

    fn hashes(&self) -> usize {
        self.letters[self.at..].iter().take_while(|&&letter| letter == '#').count()
    }

    /// `r"…"`, `b"…"`, `br#"…"#`, `c"…"`, `b'…'`; a raw identifier such as `r#type` is none.
    fn starts_literal(&self, word: &str) -> bool {
        match word {
            "r" | "br" | "cr" => {
                let hashes = self.hashes();
                self.peek(hashes) == Some('"')
            }
            "b" => matches!(self.peek(0), Some('"' | '\'')),
            "c" => self.peek(0) == Some('"'),
            _ => false,
        }
    }

    fn skip_prefixed_literal(&mut self) {
        match self.letters[self.at - 1] {
            'r' => {
                let hashes = self.hashes();
                self.skip(hashes + 1);
                while self.peek(0).is_some() {
                    let closes =
                        self.peek(0) == Some('"') && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#'));
                    self.skip(if closes { hashes + 1 } else { 1 });
                    if closes {
                        return;
                    }
                }
            }
            _ if self.peek(0) == Some('\'') => self.skip_quote(),
            _ => self.skip_string(),
        }
    }
}
