//! One pattern: Go's file patterns, and `**` for any number of directories.

use regex::Regex;

#[derive(Debug)]
pub struct Pattern {
    /// It begins with `!`: what it matches is sent after all.
    pub exception: bool,
    /// Without the `!`, cleaned.
    pub text: String,
    regex: Regex,
}

impl Pattern {
    pub fn parse(text: &str) -> Result<Self, String> {
        let (exception, rest) = match text.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, text),
        };
        if rest.is_empty() {
            return Err("`!` excepts nothing".to_owned());
        }
        let cleaned = clean(rest);
        let text = match cleaned.strip_prefix('/') {
            Some(relative) if !relative.is_empty() => relative.to_owned(),
            _ => cleaned,
        };
        let wrong = || format!("`{rest}` is no pattern");
        let expression = expression(&text).ok_or_else(wrong)?;
        let regex = Regex::new(&expression).map_err(|_| wrong())?;
        Ok(Self { exception, text, regex })
    }

    /// An exception for one path, whatever characters are in it.
    pub fn literal_exception(path: &str) -> Option<Self> {
        let regex = Regex::new(&format!("^{}$", regex::escape(path))).ok()?;
        Some(Self { exception: true, text: path.to_owned(), regex })
    }

    pub fn matches(&self, path: &str) -> bool {
        self.regex.is_match(path)
    }
}

/// The shortest path that means the same: no empty and no `.` segments, no `..` that can be resolved.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            ".." if rooted => {}
            segment => segments.push(segment),
        }
    }
    let joined = segments.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// The regular expression of a pattern; `None` when its brackets or its escapes are not closed.
fn expression(pattern: &str) -> Option<String> {
    let mut expression = "(?s)^".to_owned();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '*' if characters.next_if_eq(&'*').is_some() => {
                characters.next_if_eq(&'/');
                expression.push_str(if characters.peek().is_none() { ".*" } else { "(.*/)?" });
            }
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push_str("[^/]"),
            '[' => class(&mut characters, &mut expression)?,
            '\\' => expression.push_str(&escaped(characters.next()?)),
            literal => expression.push_str(&escaped(literal)),
        }
    }
    expression.push('$');
    Some(expression)
}

/// `a-z]` or `^0-9]`: single characters and ranges, with backslashes before what would mean something else.
fn class(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, expression: &mut String) -> Option<()> {
    expression.push('[');
    if characters.next_if_eq(&'^').is_some() {
        expression.push('^');
    }
    let mut empty = true;
    loop {
        let first = match characters.next()? {
            ']' if !empty => break,
            // Neither may stand unescaped where a character is expected.
            ']' | '-' => return None,
            '\\' => characters.next()?,
            character => character,
        };
        empty = false;
        expression.push_str(&escaped(first));
        if characters.next_if_eq(&'-').is_some() {
            let last = match characters.next()? {
                ']' | '-' => return None,
                '\\' => characters.next()?,
                character => character,
            };
            expression.push('-');
            expression.push_str(&escaped(last));
        }
    }
    expression.push(']');
    Some(())
}

fn escaped(character: char) -> String {
    regex::escape(character.encode_utf8(&mut [0; 4]))
}
