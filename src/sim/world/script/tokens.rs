//! Words and operators of the shell's language.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Variable(String),
    /// `$((a+b))`: numbers and variables.
    Sum(Vec<String>),
}

/// A word whose variables are looked up when it is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word(pub Vec<Piece>);

impl Word {
    pub fn resolve(&self, variables: &BTreeMap<String, String>) -> String {
        let value = |name: &str| variables.get(name).cloned().unwrap_or_default();
        let part = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable(name) => value(name),
            Piece::Sum(terms) => {
                let number = |term: &String| -> i64 {
                    term.parse().unwrap_or_else(|_| value(term.trim_start_matches('$')).parse().unwrap_or(0))
                };
                terms.iter().map(number).fold(0, i64::wrapping_add).to_string()
            }
        };
        self.0.iter().map(part).collect()
    }

    /// The text, when there is nothing to look up in it.
    pub fn literal(&self) -> Option<String> {
        let mut literal = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => literal.push_str(text),
                Piece::Variable(_) | Piece::Sum(_) => return None,
            }
        }
        Some(literal)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    Word(Word),
    /// `;`, `&` or a new line.
    End,
    And,
    Or,
    Pipe,
    /// `>&2`
    ToStderr,
    /// `> …`
    Into,
    /// `< …`
    From,
    /// `>/dev/null`
    Discarded,
    /// `2>&1`, `2>/dev/null`: nothing to do.
    Ignored,
}

const REDIRECTIONS: [(&str, Token); 11] = [
    ("1>&2", Token::ToStderr),
    (">&2", Token::ToStderr),
    ("> /dev/stderr", Token::ToStderr),
    (">/dev/stderr", Token::ToStderr),
    ("2>&1", Token::Ignored),
    ("2>/dev/null", Token::Ignored),
    ("2> /dev/null", Token::Ignored),
    (">/dev/null", Token::Discarded),
    ("> /dev/null", Token::Discarded),
    (">", Token::Into),
    ("<", Token::From),
];

/// `None` when there is something in it that this small shell does not know.
pub fn split(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let redirection = REDIRECTIONS.iter().find(|(sign, _)| rest.starts_with(sign));
        if let Some((sign, token)) = redirection {
            tokens.push(token.clone());
            rest = rest.get(sign.len()..)?;
            continue;
        }
        match letter {
            ' ' | '\t' => rest = rest.get(1..)?,
            ';' | '\n' => {
                tokens.push(Token::End);
                rest = rest.get(1..)?;
            }
            '&' | '|' => {
                let double = rest.get(1..2) == Some(&rest[..1]);
                tokens.push(match (letter, double) {
                    ('&', true) => Token::And,
                    ('&', false) => Token::End,
                    (_, true) => Token::Or,
                    (_, false) => Token::Pipe,
                });
                rest = rest.get(if double { 2 } else { 1 }..)?;
            }
            '(' | ')' | '`' => return None,
            '#' => rest = rest.find('\n').map_or("", |end| &rest[end..]),
            _ => {
                let mut letters = rest.chars().peekable();
                tokens.push(Token::Word(word(&mut letters)?));
                let left: usize = letters.map(char::len_utf8).sum();
                rest = rest.get(rest.len() - left..)?;
            }
        }
    }
    Some(tokens)
}

/// One word with its quotes resolved.
fn word(rest: &mut Peekable<Chars<'_>>) -> Option<Word> {
    let mut word = Word::default();
    let mut text = String::new();
    while let Some(letter) = rest.peek().copied() {
        if matches!(letter, ' ' | '\t' | ';' | '\n' | '|' | '&' | '<' | '>') {
            break;
        }
        rest.next();
        match letter {
            '\'' => loop {
                match rest.next()? {
                    '\'' => break,
                    inner => text.push(inner),
                }
            },
            '"' => loop {
                match rest.next()? {
                    '"' => break,
                    '\\' => text.push(rest.next()?),
                    '$' => substitute(rest, &mut text, &mut word)?,
                    inner => text.push(inner),
                }
            },
            '\\' => text.push(rest.next()?),
            '$' => substitute(rest, &mut text, &mut word)?,
            '`' | '(' | ')' => return None,
            other => text.push(other),
        }
    }
    word.0.push(Piece::Text(text));
    Some(word)
}

fn substitute(rest: &mut Peekable<Chars<'_>>, text: &mut String, word: &mut Word) -> Option<()> {
    let is_name = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    let mut name = String::new();
    let piece = match rest.peek()? {
        '(' => {
            rest.next();
            rest.next_if_eq(&'(')?;
            while let Some(letter) = rest.next_if(|letter| *letter != ')') {
                name.push(letter);
            }
            rest.next_if_eq(&')')?;
            rest.next_if_eq(&')')?;
            let terms: Vec<String> = name.split('+').map(|term| term.trim().to_owned()).collect();
            let plain = |term: &String| {
                !term.is_empty() && term.trim_start_matches('$').chars().all(|letter| is_name(&letter))
            };
            terms.iter().all(plain).then_some(Piece::Sum(terms))?
        }
        // The last background process: nothing runs in the background here.
        '!' => {
            rest.next();
            Piece::Text(String::new())
        }
        '{' => {
            rest.next();
            while let Some(letter) = rest.next_if(is_name) {
                name.push(letter);
            }
            rest.next_if_eq(&'}')?;
            Piece::Variable(name)
        }
        _ => {
            while let Some(letter) = rest.next_if(is_name) {
                name.push(letter);
            }
            if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
                return None;
            }
            Piece::Variable(name)
        }
    };
    word.0.push(Piece::Text(std::mem::take(text)));
    word.0.push(piece);
    Some(())
}
