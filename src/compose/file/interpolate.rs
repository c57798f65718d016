//! `${…}` in values: all forms of the Compose Specification, operands nested to any reasonable depth.

use std::fmt;

/// What came of one value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interpolated {
    pub text: String,
    /// Variables that were neither set nor given a default, in order of appearance.
    pub unset: Vec<String>,
}

/// Why a value cannot be interpolated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// `${`, `${}`, `${1A}`, `${V:=x}`: from here on it is no substitution.
    Malformed(String),
    /// `${V:?words}` and the variable is missing.
    Required { variable: String, words: String },
    /// Operands inside operands, deeper than anyone writes by hand.
    TooDeep,
    /// A few letters can name long values many times.
    TooLong,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(part) => {
                let shown: String = part.chars().take(40).collect();
                write!(formatter, "`{shown}` is no substitution; expected ${{NAME}}, ${{NAME:-default}}, ")?;
                formatter.write_str("${NAME:?message}, ${NAME:+other}, or $$ for a dollar sign")
            }
            Self::Required { variable, words } if words.is_empty() => {
                write!(formatter, "the variable {variable} is required and not set")
            }
            Self::Required { variable, words } => {
                write!(formatter, "the variable {variable} is required and not set: {words}")
            }
            Self::TooDeep => formatter.write_str("substitutions are nested too deeply"),
            Self::TooLong => write!(formatter, "the value grows to more than {} MiB", LONGEST >> 20),
        }
    }
}

const DEEPEST: usize = 32;
const LONGEST: usize = 16 << 20;

/// Replaces every substitution in `text`. `lookup` answers `None` for a variable that is not set.
pub fn interpolate(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Interpolated, Mistake> {
    let mut result = Interpolated::default();
    expand(text, lookup, 0, &mut result)?;
    Ok(result)
}

fn expand(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
    depth: usize,
    result: &mut Interpolated,
) -> Result<(), Mistake> {
    if depth > DEEPEST {
        return Err(Mistake::TooDeep);
    }
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        result.text.push_str(&rest[..dollar]);
        let after = &rest[dollar + 1..];
        if let Some(tail) = after.strip_prefix('$') {
            result.text.push('$');
            rest = tail;
        } else if let Some(inside) = after.strip_prefix('{') {
            let end = closing(inside).ok_or_else(|| Mistake::Malformed(rest[dollar..].to_owned()))?;
            braced(&inside[..end], lookup, depth, result)?;
            rest = &inside[end + 1..];
        } else {
            let name = name_length(after);
            if name == 0 {
                // `$1` and a dollar sign on its own are plain text.
                result.text.push('$');
            } else {
                plain(&after[..name], lookup, result);
            }
            rest = &after[name..];
        }
        if result.text.len() > LONGEST {
            return Err(Mistake::TooLong);
        }
    }
    result.text.push_str(rest);
    Ok(())
}

fn plain(name: &str, lookup: &dyn Fn(&str) -> Option<String>, result: &mut Interpolated) {
    match lookup(name) {
        Some(value) => result.text.push_str(&value),
        None => result.unset.push(name.to_owned()),
    }
}

/// What stands between the braces.
fn braced(
    inside: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
    depth: usize,
    result: &mut Interpolated,
) -> Result<(), Mistake> {
    let malformed = || Mistake::Malformed(format!("${{{inside}}}"));
    let (name, rest) = inside.split_at(name_length(inside));
    if name.is_empty() {
        return Err(malformed());
    }
    if rest.is_empty() {
        plain(name, lookup, result);
        return Ok(());
    }
    // With the colon, an empty value counts as none.
    let (colon, rest) = match rest.strip_prefix(':') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let mut operand = rest.chars();
    let operator = operand.next().ok_or_else(malformed)?;
    let operand = operand.as_str();
    let value = lookup(name).filter(|value| !(colon && value.is_empty()));
    match (operator, value) {
        ('-' | '?', Some(value)) => result.text.push_str(&value),
        ('-', None) | ('+', Some(_)) => expand(operand, lookup, depth + 1, result)?,
        ('+', None) => {}
        ('?', None) => {
            let mut words = Interpolated::default();
            expand(operand, lookup, depth + 1, &mut words)?;
            return Err(Mistake::Required { variable: name.to_owned(), words: words.text });
        }
        _ => return Err(malformed()),
    }
    Ok(())
}

/// The length of a variable's name at the start of `text`; 0 when there is none.
pub(super) fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// Where the brace is that closes a substitution whose inside starts `text`.
pub(super) fn closing(text: &str) -> Option<usize> {
    let mut open = 1_usize;
    let mut previous = ' ';
    for (at, character) in text.char_indices() {
        match character {
            '}' if open == 1 => return Some(at),
            '}' => open -= 1,
            // Only `${` nests: `${V:-{}` ends at its first brace.
            '{' if previous == '$' => open += 1,
            _ => {}
        }
        previous = character;
    }
    None
}

#[cfg(test)]
mod tests;
