//! A tree as block YAML. What any reader, an old one too, could take for something else is quoted.

use super::tree::Tree;
use std::fmt::Write as _;

pub fn write(root: &Tree) -> String {
    let mut text = String::new();
    match root {
        Tree::Map(entries) if !entries.is_empty() => block(root, 0, &mut text),
        other => {
            inline(other, 0, &mut text);
            text.push('\n');
        }
    }
    text
}

/// The entries of a mapping or a list, each on lines of its own.
fn block(tree: &Tree, indent: usize, text: &mut String) {
    match tree {
        Tree::Map(entries) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                // The first key of a mapping in a list stands behind the dash.
                if index > 0 || !text.ends_with("- ") {
                    pad(indent, text);
                }
                name(key, indent, text);
                text.push(':');
                after(value, indent, text);
            }
        }
        Tree::List(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 || !text.ends_with("- ") {
                    pad(indent, text);
                }
                text.push_str("- ");
                if is_block(item) {
                    block(item, indent + 2, text);
                } else {
                    inline(item, indent, text);
                    text.push('\n');
                }
            }
        }
        Tree::Null | Tree::Bool(_) | Tree::Integer(_) | Tree::Float(_) | Tree::Text(_) => {}
    }
}

/// What follows a key and its colon.
fn after(value: &Tree, indent: usize, text: &mut String) {
    if is_block(value) {
        text.push('\n');
        block(value, indent + 2, text);
    } else {
        text.push(' ');
        inline(value, indent, text);
        text.push('\n');
    }
}

fn is_block(tree: &Tree) -> bool {
    match tree {
        Tree::Map(entries) => !entries.is_empty(),
        Tree::List(items) => !items.is_empty(),
        Tree::Null | Tree::Bool(_) | Tree::Integer(_) | Tree::Float(_) | Tree::Text(_) => false,
    }
}

fn pad(indent: usize, text: &mut String) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn inline(value: &Tree, indent: usize, text: &mut String) {
    match value {
        Tree::Null => text.push_str("null"),
        Tree::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Tree::Integer(value) => {
            let _ = write!(text, "{value}");
        }
        Tree::Float(value) => text.push_str(&crate::compose::file::values::go_float(*value)),
        Tree::Text(value) => scalar(value, indent, text),
        Tree::List(_) => text.push_str("[]"),
        Tree::Map(_) => text.push_str("{}"),
    }
}

/// A key has to stand on one line.
fn name(key: &str, indent: usize, text: &mut String) {
    if key.contains('\n') { double_quoted(key, text) } else { scalar(key, indent, text) }
}

fn scalar(value: &str, indent: usize, text: &mut String) {
    if value.chars().any(|c| (c.is_control() && c != '\n') || hidden(c)) {
        double_quoted(value, text);
    } else if value.contains('\n') {
        literal(value, indent, text);
    } else if is_plain(value) {
        text.push_str(value);
    } else if looks_typed(value) {
        let _ = write!(text, "\"{value}\"");
    } else {
        let _ = write!(text, "'{}'", value.replace('\'', "''"));
    }
}

/// Characters that a terminal would act on or not show.
fn hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

fn double_quoted(value: &str, text: &mut String) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            c if u32::from(c) > 0xffff && hidden(c) => {
                let _ = write!(text, "\\U{:08X}", u32::from(c));
            }
            c if c.is_control() || hidden(c) => {
                let _ = write!(text, "\\u{:04X}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

/// Several lines as they stand; the header says how many line ends the text has.
fn literal(value: &str, indent: usize, text: &mut String) {
    // Leading blanks would be taken for indentation, and blank lines alone have none to be seen.
    if value.starts_with([' ', '\n']) || value.trim_matches('\n').is_empty() {
        return double_quoted(value, text);
    }
    let body = value.trim_end_matches('\n');
    text.push_str(match value.len() - body.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    });
    let rest = &value[..value.len() - usize::from(value.ends_with('\n'))];
    for line in rest.split('\n') {
        text.push('\n');
        if !line.is_empty() {
            pad(indent + 2, text);
            text.push_str(line);
        }
    }
}

/// Text that needs no quotes.
fn is_plain(value: &str) -> bool {
    let first = value.chars().next();
    first.is_some_and(|c| !c.is_whitespace() && !"-?:,[]{}#&*!|>'\"%@`".contains(c) || dashed(value))
        && !value.ends_with([' ', ':'])
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.starts_with("---")
        && !value.starts_with("...")
        && !looks_typed(value)
}

/// A dash, a question mark or a colon is an indicator only before a blank.
fn dashed(value: &str) -> bool {
    let mut characters = value.chars();
    let first = characters.next();
    let second = characters.next();
    matches!(first, Some('-' | '?' | ':')) && second.is_some_and(|c| c != ' ')
}

/// Text that YAML, of whichever version, could read as null, a boolean, a number, a date or a merge key.
fn looks_typed(value: &str) -> bool {
    let words =
        ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=", ".inf", ".nan"];
    let lower = value.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['-', '+']).unwrap_or(&lower);
    if words.contains(&lower.as_str()) || words[1..].contains(&unsigned) {
        return true;
    }
    let digits = unsigned.replace('_', "");
    let based = ["0x", "0o", "0b"].iter().find_map(|prefix| digits.strip_prefix(prefix));
    let decimal =
        digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && digits.parse::<f64>().is_ok();
    decimal
        || based.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_hexdigit()))
        || is_sexagesimal(&digits)
        || is_date(unsigned)
}

/// `12:30:45`, which old YAML takes for a number of seconds.
fn is_sexagesimal(digits: &str) -> bool {
    let mut parts = digits.split(':');
    let first = parts.next().is_some_and(|first| first.parse::<u64>().is_ok());
    first && digits.contains(':') && parts.all(|part| part.parse::<f64>().is_ok_and(|number| number < 60.0))
}

/// `2024-01-02`, with or without a time.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let year = parts.next().is_some_and(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()));
    let month = parts.next().is_some_and(|month| month.parse::<u8>().is_ok());
    year && month && parts.next().is_some_and(|day| day.starts_with(|c: char| c.is_ascii_digit()))
}
