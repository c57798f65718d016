//! Which paths a rule looks away from.

use crate::compose::context::Ignore;
use std::path::{Path, PathBuf};

/// What editors leave beside the files that are written, and Git's own directory: as in docker compose, no rule can
/// ask for them.
const NEVER: &str = "**/.git\n\
    **/*~\n**/.*.swp\n**/.*.swo\n**/.*.swx\n**/4913\n\
    **/.#*\n**/#*#\n\
    **/*___jb_tmp___\n**/*___jb_old___\n**/*___jb_bak___\n\
    **/.*.kate-swp\n**/.~lock.*#\n**/.goutputstream-*\n";

/// Patterns, each set relative to its own directory.
#[derive(Debug, Default)]
pub struct Filter {
    ignored: Vec<(PathBuf, Ignore)>,
    /// When there are any, only what one of them matches is of interest.
    included: Option<(PathBuf, Ignore)>,
}

impl Filter {
    pub fn new(path: &Path) -> Self {
        // The patterns are ours; that they can be read is held by a test.
        let never = Ignore::parse(NEVER).unwrap_or_default();
        Self { ignored: vec![(path.to_owned(), never)], included: None }
    }

    pub fn ignore(&mut self, base: &Path, patterns: Ignore) {
        self.ignored.push((base.to_owned(), patterns));
    }

    pub fn include(&mut self, base: &Path, patterns: Ignore) {
        self.included = Some((base.to_owned(), patterns));
    }

    /// Whether a change of this path is of interest.
    pub fn passes(&self, path: &Path) -> bool {
        let included = self.included.as_ref().is_none_or(|(base, patterns)| {
            relative(base, path).is_none_or(|relative| patterns.matches_with_parents(&relative))
        });
        included && !self.ignored.iter().any(|layer| is_ignored(layer, path))
    }

    /// Whether anything in this directory can be of interest.
    pub fn enters(&self, directory: &Path) -> bool {
        !self.ignored.iter().any(|(base, patterns)| {
            relative(base, directory).is_some_and(|relative| {
                patterns.matches_with_parents(&relative) && !patterns.reaches_into(&relative)
            })
        })
    }
}

fn is_ignored((base, patterns): &(PathBuf, Ignore), path: &Path) -> bool {
    relative(base, path).is_some_and(|relative| patterns.matches_with_parents(&relative))
}

/// The path as patterns are written; `None` for the base itself and for what lies elsewhere.
fn relative(base: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(base).ok()?.to_string_lossy().into_owned();
    (!relative.is_empty()).then_some(relative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn parse(text: &str) -> Ignore {
        Ignore::parse(text).unwrap()
    }

    #[rstest]
    #[case("src/main.rs", true)]
    #[case(".git/HEAD", false)]
    #[case("sub/.git", false)]
    #[case(".gitignore", true)]
    #[case("src/.main.rs.swp", false)]
    #[case("src/main.rs~", false)]
    #[case("src/4913", false)]
    #[case("src/#main.rs#", false)]
    #[case("src/.#main.rs", false)]
    #[case("src/main.rs___jb_tmp___", false)]
    fn temporaries_of_editors_and_git_are_never_of_interest(#[case] path: &str, #[case] expected: bool) {
        let filter = Filter::new(Path::new("/app"));
        assert_eq!(filter.passes(&Path::new("/app").join(path)), expected);
    }

    #[test]
    fn each_set_of_patterns_has_its_own_directory() {
        let mut filter = Filter::new(Path::new("/app/src"));
        filter.ignore(Path::new("/app/src"), parse("gen/\n!gen/keep.rs"));
        filter.ignore(Path::new("/app"), parse("src/*.tmp"));
        assert!(filter.passes(Path::new("/app/src/main.rs")));
        assert!(!filter.passes(Path::new("/app/src/gen/a.rs")));
        assert!(filter.passes(Path::new("/app/src/gen/keep.rs")));
        assert!(!filter.passes(Path::new("/app/src/a.tmp")));
        assert!(filter.enters(Path::new("/app/src")));
        assert!(filter.enters(Path::new("/app/src/gen")), "an exception lies in it");
        filter.ignore(Path::new("/app"), parse("**/node_modules"));
        assert!(!filter.enters(Path::new("/app/src/web/node_modules")));
    }

    #[test]
    fn only_what_is_included_is_of_interest() {
        let mut filter = Filter::new(Path::new("/app"));
        filter.include(Path::new("/app"), parse("**/*.rs\n**/*.toml"));
        assert!(filter.passes(Path::new("/app/src/main.rs")));
        assert!(!filter.passes(Path::new("/app/notes.md")));
        assert!(filter.enters(Path::new("/app/src")));
    }
}
