//! Text in columns: what it takes on the screen, and how it is cut when there is less room.

use ratatui::buffer::CellWidth;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// Columns the text takes, counted as the buffer counts them when it is drawn.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(grapheme_width).sum() }
}

fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) { 0 } else { usize::from(grapheme.cell_width()) }
}

/// The text within so many columns; when it is cut, its last character is `…`.
pub(super) fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if text.len() <= columns && text.is_ascii() || width(text) <= columns {
        return Cow::Borrowed(text);
    }
    match columns {
        0 => Cow::Borrowed(""),
        _ => Cow::Owned(format!("{}…", head(text, columns - 1))),
    }
}

/// The same of a replica's name: its number, which tells it from the others, stays.
pub(super) fn fit_replica(name: &str, columns: usize) -> Cow<'_, str> {
    let is_number = |end: &str| !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit());
    let number = name.rfind('-').filter(|at| is_number(&name[at + 1..]));
    match number {
        Some(at) if width(name) > columns && name.len() - at + 1 < columns => {
            let number = &name[at..];
            Cow::Owned(format!("{}…{number}", head(name, columns - 1 - number.len())))
        }
        Some(_) | None => fit(name, columns),
    }
}

/// As many whole characters from the start as go into so many columns.
pub(super) fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme_width(grapheme);
        if used > columns {
            return &text[..at];
        }
    }
    text
}

/// What is left of the text when so many columns have been scrolled out on the left.
pub(super) fn skip(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if used >= columns {
            return &text[at..];
        }
        used += grapheme_width(grapheme);
    }
    ""
}

/// The text in lines of at most so many columns, broken at blanks where there are any.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_inclusive(' ').flat_map(|word| unbroken(word, columns)) {
        let taken = width(word);
        if used + taken > columns && used > 0 {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        if used == 0 && word.trim().is_empty() && !lines.is_empty() {
            continue;
        }
        if taken <= columns {
            line.push_str(word);
            used += taken;
            continue;
        }
        for grapheme in word.graphemes(true) {
            let taken = grapheme_width(grapheme);
            if used + taken > columns && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(grapheme);
            used += taken;
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// A line to be copied in lines of at most so many columns, broken at blanks alone: only a word longer than a whole line
/// is broken, and nothing is put in where it is.
pub(super) fn wrap_command(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
                continue;
            }
            Some(_) | None => {}
        }
        let mut rest = word;
        while !rest.is_empty() {
            let grapheme = rest.graphemes(true).next().unwrap_or(rest);
            let part = Some(head(rest, columns)).filter(|part| !part.is_empty()).unwrap_or(grapheme);
            lines.push(part.to_owned());
            rest = &rest[part.len()..];
        }
    }
    lines
}

/// The same in so many lines at the most: what is left out is left out by whole words, and marked.
pub(super) fn wrap_within(text: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines = wrap(text, columns);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while width(last) + 2 > columns
                && let Some((head, _)) = last.rsplit_once(' ')
            {
                *last = head.to_owned();
            }
            *last = fit(&format!("{last} …"), columns).into_owned();
        }
    }
    lines
}

/// A word and the blank behind it. A path or an address is one word; only what is longer than a line is taken apart.
fn unbroken(word: &str, columns: usize) -> impl Iterator<Item = &str> {
    let (word, blank) = word.split_at(word.trim_end_matches(' ').len());
    let (whole, taken_apart) = if width(word) <= columns { (word, "") } else { ("", word) };
    // What is empty takes no room on a line.
    std::iter::once(whole).chain(taken_apart.split_word_bounds()).chain(std::iter::once(blank))
}

#[cfg(test)]
mod tests;
