//! The project's name: letters, digits, dashes and underscores, starting with a letter or digit.

/// As Compose makes a name of a directory's: lower case, everything else left out.
pub fn normalised(text: &str) -> String {
    let kept: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
        .collect();
    kept.trim_start_matches(['-', '_']).to_owned()
}

pub fn is_valid(name: &str) -> bool {
    !name.is_empty() && normalised(name) == name
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("My Stack.v2", "mystackv2")]
    #[case("_-web", "web")]
    #[case("日本", "")]
    #[case("mlflow", "mlflow")]
    fn names(#[case] text: &str, #[case] name: &str) {
        assert_eq!(normalised(text), name);
        assert_eq!(is_valid(text), text == name);
    }
}
