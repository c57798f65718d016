//! Words and operators of the shell's language.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    Word(String),
    /// `;` or a new line.
    End,
    And,
    Or,
    /// `>&2`
    ToStderr,
    /// Output thrown away, or standard error joined to output: nothing to do.
    Ignored,
}

/// `None` when there is something in it that this small shell does not know.
pub fn split(text: &str, lookup: &impl Fn(&str) -> String) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.peek().copied() {
        match letter {
            ' ' | '\t' => {
                rest.next();
            }
            ';' | '\n' => {
                rest.next();
                tokens.push(Token::End);
            }
            '&' | '|' => {
                rest.next();
                if rest.next_if_eq(&letter).is_none() {
                    return None;
                }
                tokens.push(if letter == '&' { Token::And } else { Token::Or });
            }
            '(' | ')' | '<' | '`' | '{' | '}' => return None,
            '#' => while rest.next_if(|letter| *letter != '\n').is_some() {},
            _ => {
                let raw = word(&mut rest, lookup)?;
                match raw.as_str() {
                    ">&2" | "1>&2" | ">/dev/stderr" => tokens.push(Token::ToStderr),
                    "2>&1" | "2>/dev/null" => tokens.push(Token::Ignored),
                    other if other.contains('>') && !other.contains('\u{0}') => return None,
                    other => tokens.push(Token::Word(other.replace('\u{0}', ""))),
                }
            }
        }
    }
    Some(tokens)
}

/// One word with its quotes resolved. A quoted part leaves a NUL as a mark, so that a quoted `>` is no redirection.
fn word(
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    lookup: &impl Fn(&str) -> String,
) -> Option<String> {
    let mut text = String::new();
    while let Some(letter) = rest.peek().copied() {
        match letter {
            ' ' | '\t' | ';' | '\n' | '|' => break,
            '&' if !text.ends_with('>') => break,
            '\'' => {
                rest.next();
                text.push('\u{0}');
                loop {
                    match rest.next()? {
                        '\'' => break,
                        inner => text.push(inner),
                    }
                }
            }
            '"' => {
                rest.next();
                text.push('\u{0}');
                loop {
                    match rest.next()? {
                        '"' => break,
                        '\\' => text.push(rest.next()?),
                        '$' => text.push_str(&variable(rest, lookup)?),
                        inner => text.push(inner),
                    }
                }
            }
            '\\' => {
                rest.next();
                text.push(rest.next()?);
            }
            '$' => {
                rest.next();
                text.push_str(&variable(rest, lookup)?);
            }
            '`' | '(' | ')' => return None,
            other => {
                rest.next();
                text.push(other);
            }
        }
    }
    Some(text)
}

fn variable(
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    lookup: &impl Fn(&str) -> String,
) -> Option<String> {
    let is_name = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    let mut name = String::new();
    if rest.next_if_eq(&'{').is_some() {
        while let Some(letter) = rest.next_if(is_name) {
            name.push(letter);
        }
        rest.next_if_eq(&'}')?;
    } else {
        while let Some(letter) = rest.next_if(is_name) {
            name.push(letter);
        }
        if name.is_empty() {
            // `$(…)`, `$$`, `$1`…
            return None;
        }
    }
    Some(lookup(&name))
}
