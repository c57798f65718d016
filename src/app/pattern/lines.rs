//! Patterns that look at one line at a time, though they run over many of them at once.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look,
};

/// The same expression in which nothing matches a line feed, and whose beginnings and ends are those of lines; or what
/// is wrong with it.
pub(super) fn within_a_line(source: &str, ignore_case: bool) -> Result<Hir, String> {
    let mut parser = ParserBuilder::new().case_insensitive(ignore_case).multi_line(true).build();
    let parsed = parser.parse(source).map_err(|error| super::last_line(&error.to_string()))?;
    Ok(stripped(parsed))
}

fn stripped(expression: Hir) -> Hir {
    match expression.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) if literal.0.contains(&b'\n') => Hir::fail(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(Class::Unicode(mut class)) => {
            class.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Class(Class::Bytes(mut class)) => {
            class.difference(&ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')]));
            Hir::class(Class::Bytes(class))
        }
        HirKind::Look(Look::Start) => Hir::look(Look::StartLF),
        HirKind::Look(Look::End) => Hir::look(Look::EndLF),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(stripped(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => stripped(*capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(stripped).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(stripped).collect()),
    }
}

#[cfg(test)]
mod tests {
    use crate::app::pattern::Pattern;

    #[test]
    fn no_match_reaches_over_two_lines() {
        let text = "one two\nthree\n\nfour";
        for (pattern, lines) in [
            (r"two\s", vec![]),
            (r"(?s)o.*", vec!["one two", "four"]),
            (r"[^x]+$", vec!["one two", "three", "four"]),
            (r"^t", vec!["three"]),
            (r"\Af", vec!["four"]),
            (r"two\nthree", vec![]),
            (r"(?-m)two$", vec!["one two"]),
            (r"\w+\W*four", vec!["four"; 0]),
            (r"^$", vec![""]),
        ] {
            let pattern = Pattern::parse(pattern).unwrap();
            let (mut found, mut at) = (Vec::new(), 0);
            while at <= text.len()
                && let Some(end) = pattern.find_end(text, at)
            {
                let start = text[..end].rfind('\n').map_or(0, |at| at + 1);
                let stop = text[end..].find('\n').map_or(text.len(), |at| end + at);
                found.push(&text[start..stop]);
                at = stop + 1;
            }
            assert_eq!(found, lines, "{}", pattern.text());
            let one_by_one: Vec<&str> = text.lines().filter(|line| pattern.matches(line)).collect();
            assert_eq!(one_by_one, lines, "{}", pattern.text());
        }
    }
}
