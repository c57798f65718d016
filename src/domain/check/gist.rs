//! What of all that a check wrote says why it failed.

use crate::domain::Safe;

/// The last line that says anything: a traceback ends with what was raised, and curl and wget with what went wrong.
/// Lines that only draw, as Python's `^^^^`, say nothing.
pub fn gist(output: &Safe) -> Safe {
    let says = |line: &&str| line.chars().any(char::is_alphanumeric);
    output.split('⏎').rfind(says).map_or_else(|| output.clone(), |line| Safe::vouched(line.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "Traceback (most recent call last):\n  File \"x.py\", line 3\n    f()\n    ^^^\nValueError: no\n",
        "ValueError: no"
    )]
    #[case("SyntaxError: no\n    ^^^^\n", "SyntaxError: no")]
    #[case("  % Total\n\ncurl: (7) Failed to connect\n", "curl: (7) Failed to connect")]
    #[case("{\n  \"status\": \"down\"\n}", "\"status\": \"down\"")]
    #[case("one line", "one line")]
    #[case("---", "---")]
    #[case("", "")]
    fn the_last_line_that_says_anything_is_the_cause(#[case] output: &str, #[case] expected: &str) {
        assert_eq!(gist(&Safe::new(output)).as_str(), expected);
    }
}
