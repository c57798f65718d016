//! A piece of text that is in all that an expression matches: whoever has to look through much looks for that first.

use regex_syntax::hir::{Hir, HirKind};

/// What is shorter is found everywhere.
const SHORTEST: usize = 2;

/// The longest of those that stand in the expression as they are, one after the other; of several as long, the first.
/// None of an expression that is nothing else, for which there are quicker ways.
pub(super) fn literal(expression: &Hir) -> Option<Vec<u8>> {
    let HirKind::Concat(parts) = expression.kind() else { return None };
    let literals = parts.iter().filter_map(|part| match part.kind() {
        HirKind::Literal(literal) => Some(&*literal.0),
        HirKind::Empty
        | HirKind::Class(_)
        | HirKind::Look(_)
        | HirKind::Repetition(_)
        | HirKind::Capture(_)
        | HirKind::Concat(_)
        | HirKind::Alternation(_) => None,
    });
    let longest = literals.reduce(|longest, next| if next.len() > longest.len() { next } else { longest });
    longest.filter(|literal| literal.len() >= SHORTEST).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use rstest::rstest;

    #[rstest]
    #[case::letters_have_two_cases("status=5[0-9]{2} .*took=9[0-9]ms", Some("=5"))]
    #[case::a_capital("Status=5[0-9]{2} .*took=9", Some("Status=5"))]
    #[case::the_longest("A[0-9]Error: .*x", Some("Error: "))]
    #[case::in_one_of_two("Error: x|Warning: y", None)]
    #[case::that_may_be_missing("A(Error: )?b", None)]
    #[case::of_one_letter("[0-9]+A", None)]
    #[case::nothing_else("OutOfMemory", None)]
    fn what_all_matches_have(#[case] pattern: &str, #[case] literal: Option<&str>) {
        let pattern = Pattern::new(pattern).unwrap();
        let found = pattern.required.as_ref().map(|finder| String::from_utf8_lossy(finder.needle()));
        assert_eq!(found.as_deref(), literal);
    }

    #[test]
    fn lines_that_have_it_and_do_not_match_are_passed_over() {
        let text = "a=5x\nstatus=5\nstatus=503 took=9\nx=5 status=412\nSTATUS=599 tail\nstatus=5";
        let pattern = Pattern::new("status=5[0-9]{2}").unwrap();
        assert!(pattern.required.is_some());
        let (mut ends, mut at) = (Vec::new(), 0);
        while let Some(end) = pattern.find_end(text, at) {
            ends.push(&text[..end]);
            at = text[end..].find('\n').map_or(text.len(), |next| end + next + 1);
        }
        let last: Vec<_> = ends.iter().map(|upto| upto.lines().last().unwrap()).collect();
        assert_eq!(last, ["status=503", "STATUS=599"]);
    }

    #[test]
    fn beginnings_and_ends_are_those_of_lines() {
        let text = "an Error: here\nError: there\nError: x end\nError: y";
        let count = |pattern: &str| {
            let pattern = Pattern::new(pattern).unwrap();
            let (mut found, mut at) = (0, 0);
            while let Some(end) = pattern.find_end(text, at) {
                found += 1;
                at = text[end..].find('\n').map_or(text.len(), |next| end + next + 1);
            }
            found
        };
        assert_eq!([count("^Error: "), count("Error: [a-z]$"), count(r"\bError: \w+$")], [3, 1, 3]);
    }
}
