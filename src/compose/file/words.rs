//! Splits a command line as Compose does: quotes and backslashes, no variables, and it ends where a shell's operator
//! would begin.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub words: Vec<String>,
    /// The unquoted operator at which the line was cut off.
    pub cut: Option<char>,
}

pub fn split(line: &str) -> Result<Words, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut cut = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some('\''), '\\') => word.get_or_insert_default().push('\\'),
            (_, '\\') => match characters.next() {
                Some('t') => word.get_or_insert_default().push('\t'),
                Some('n') => word.get_or_insert_default().push('\n'),
                Some(next) => word.get_or_insert_default().push(next),
                None => return Err("the line ends in a backslash".to_owned()),
            },
            (Some(open), _) if character == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t' | '\r' | '\n') => words.extend(word.take()),
            (None, ';' | '&' | '|' | '<' | '>') => {
                cut = Some(character);
                break;
            }
            (Some(_) | None, _) => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed".to_owned());
    }
    words.extend(word);
    Ok(Words { words, cut })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("redis-server --save 60", &["redis-server", "--save", "60"])]
    #[case("sh -c 'a b' \"c d\"e", &["sh", "-c", "a b", "c de"])]
    #[case(r"a\ b '\n' \n", &["a b", r"\n", "\n"])]
    #[case("  \n ", &[])]
    #[case("'' x", &["", "x"])]
    fn lines(#[case] line: &str, #[case] words: &[&str]) {
        assert_eq!(
            split(line).unwrap(),
            Words { words: words.iter().map(ToString::to_string).collect(), cut: None }
        );
    }

    #[test]
    fn an_operator_ends_the_line() {
        assert_eq!(split("a && b").unwrap(), Words { words: vec!["a".to_owned()], cut: Some('&') });
        assert!(split("a 'b").is_err());
    }

    proptest! {
        #[test]
        fn quoted_words_survive(words in prop::collection::vec("[^']{0,12}", 0..5)) {
            let line = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(split(&line).unwrap().words, words);
        }

        #[test]
        fn any_line_ends_in_a_result(line in "[a-c'\"\\\\ ;&|<>é]{0,40}") {
            let _ = split(&line);
        }
    }
}
