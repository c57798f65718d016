//! Text from outside in Markdown: what would be taken for markup is escaped.

/// In running text or a cell of a table.
pub fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~') {
            written.push('\\');
        }
        written.push(if character.is_control() { ' ' } else { character });
    }
    written
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_from_outside_is_markup() {
        assert_eq!(escaped("a|b <img> `x` [y](z)\n# c"), "a\\|b \\<img\\> \\`x\\` \\[y\\](z) \\# c");
    }
}
