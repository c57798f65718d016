use super::*;
use rstest::rstest;

/// Whether a path is sent, its directories having been walked through as a context is.
fn is_sent(patterns: &str, path: &str) -> bool {
    let ignore = Ignore::parse(patterns).unwrap();
    let mut above = Matches::default();
    for (end, _) in path.match_indices('/') {
        above = ignore.matches(&path[..end], &above);
        if above.ignored && !ignore.reaches_into(&path[..end]) {
            return false;
        }
    }
    !ignore.matches(path, &above).ignored
}

#[rstest]
// Patterns are anchored at the context and know no directories but by `/`.
#[case("a.txt", "a.txt", false)]
#[case("a.txt", "sub/a.txt", true)]
#[case("/a.txt", "a.txt", false)]
#[case("./sub//x/../a.txt", "sub/a.txt", false)]
#[case("*.log", "a.log", false)]
#[case("*.log", "sub/a.log", true)]
#[case("*/*.log", "sub/a.log", false)]
#[case("*/*.log", "sub/deep/a.log", true)]
#[case("a?", "ab", false)]
#[case("a?", "a/b", true)]
#[case("a?", "a", true)]
// `**` is any number of directories, none among them.
#[case("**/*.log", "a.log", false)]
#[case("**/*.log", "sub/deep/a.log", false)]
#[case("sub/**", "sub/deep/a", false)]
#[case("sub/**", "sub", true)]
#[case("a/**/b", "a/b", false)]
#[case("a/**/b", "a/x/y/b", false)]
#[case("**", "anything/at/all", false)]
#[case("**/node_modules", "x/node_modules/y/z", false)]
#[case("**foo", "x/foo", false)]
#[case("**foo", "xfoo", true)]
// What lies in an ignored directory is ignored with it.
#[case("sub", "sub/deep/a", false)]
#[case("sub/", "sub/a", false)]
#[case("sub", "sub2/a", true)]
// The last pattern that matches decides.
#[case("*\n!keep", "keep", true)]
#[case("*\n!keep", "other", false)]
#[case("!keep\n*", "keep", false)]
#[case("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", false)]
#[case("*.md\n!README*.md\nREADME-secret.md", "README-a.md", true)]
#[case("sub\n!sub/keep", "sub/keep", true)]
#[case("sub\n!sub/keep", "sub/other", false)]
#[case("sub\n!sub/deep/keep", "sub/deep/keep", true)]
#[case("*\n!sub", "sub/deep/a", true)]
#[case("*\n! sub ", "sub/a", true)]
// An exception that does not begin with the directory's name leads nowhere.
#[case("sub\n!**/keep", "sub/keep", false)]
#[case("**\n!sub/*.c", "sub/a.c", true)]
// Characters that mean something, and those that do not.
#[case("[ab].c", "a.c", false)]
#[case("[^ab].c", "a.c", true)]
#[case("[a-c]x", "bx", false)]
#[case("[!a]", "!", false)]
#[case("a+(b).{c}", "a+(b).{c}", false)]
#[case("a.c", "abc", true)]
#[case("\\*.c", "*.c", false)]
#[case("\\*.c", "a.c", true)]
#[case("[[&&]", "&", false)]
// Comments, blank lines, a byte order mark, a file from Windows.
#[case("#a\n\n  \n b \n", "#a", true)]
#[case("#a\n\n  \n b \n", "b", false)]
#[case("\u{feff}a", "a", false)]
#[case("a\r\nb\r\n", "b", false)]
#[case(".", "a", true)]
#[case("../a", "a", true)]
fn a_path_is_sent_or_not(#[case] patterns: &str, #[case] path: &str, #[case] sent: bool) {
    assert_eq!(is_sent(patterns, path), sent, "{patterns:?} {path}");
}

#[rstest]
#[case("a\n!\n", 2)]
#[case("[", 1)]
#[case("\n[]a]", 2)]
#[case("[a-]", 1)]
#[case("[b-a]", 1)]
#[case("a\\", 1)]
fn what_is_no_pattern_is_told_with_its_line(#[case] text: &str, #[case] line: usize) {
    assert_eq!(Ignore::parse(text).unwrap_err().0, line);
}

#[test]
fn what_must_be_sent_is_sent() {
    let mut ignore = Ignore::parse("*\n").unwrap();
    ignore.keep("docker/Dockerfile[1]");
    ignore.keep(".dockerignore");
    assert!(ignore.reaches_into("docker"));
    let above = ignore.matches("docker", &Matches::default());
    assert!(above.ignored);
    assert!(!ignore.matches("docker/Dockerfile[1]", &above).ignored);
    assert!(ignore.matches("docker/other", &above).ignored);
    assert!(!ignore.matches(".dockerignore", &Matches::default()).ignored);
}
