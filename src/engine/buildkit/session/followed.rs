//! What of a directory the Dockerfile names: only that is told of. Where it is not certain, more is told and never less.

use super::files::{BuildFile, FileContent, Files};
use std::path::Path;
use std::sync::Arc;

/// Patterns of paths, each part by part. Whatever lies under a path of them is wanted too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed(Vec<Vec<String>>);

impl Followed {
    /// No patterns at all stand for everything.
    pub fn read(paths: &[&[u8]]) -> Self {
        let patterns: Option<Vec<_>> = paths.iter().map(|path| pattern(path)).collect();
        Self(patterns.unwrap_or_default())
    }

    /// The files that these patterns want. A link on their way leads to what they do not name: all is wanted then.
    pub fn narrow(self, files: &Files) -> Files {
        let files = Arc::clone(files);
        if self.0.is_empty() {
            return files;
        }
        Arc::new(move |see: &mut dyn FnMut(BuildFile) -> bool| {
            let mut linked = false;
            files(&mut |file| {
                linked = match &file.content {
                    FileContent::Path(path) => self.leads_through(&file.name) && is_link(path),
                    FileContent::Text(_) => false,
                };
                !linked
            })?;
            files(&mut |file| {
                let wanted = linked || matches!(file.content, FileContent::Text(_)) || self.wants(&file.name);
                !wanted || see(file)
            })
        })
    }

    /// Whether it is named, lies under what is, or above it.
    fn wants(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| name.split('/').zip(pattern).all(|(part, wanted)| fits(part, wanted)))
    }

    /// Whether it is named or lies above what is: the builder goes through it.
    fn leads_through(&self, name: &str) -> bool {
        let parts = name.split('/').count();
        let reaching = |pattern: &&Vec<String>| parts <= pattern.len();
        self.0
            .iter()
            .filter(reaching)
            .any(|pattern| name.split('/').zip(pattern).all(|(part, wanted)| fits(part, wanted)))
    }
}

/// `None` where everything has to be sent.
fn pattern(path: &[u8]) -> Option<Vec<String>> {
    // Newer builders write what is no ASCII with signs of percent.
    let path = std::str::from_utf8(path).ok().filter(|path| path.is_ascii() && !path.contains('%'))?;
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." => return None,
            // Any number of directories: whatever lies under those before.
            part if part.contains("**") => break,
            part => parts.push(part.to_owned()),
        }
    }
    (!parts.is_empty()).then_some(parts)
}

/// As the builder compares: `*` is any text and `?` any character. Classes and escapes fit whatever there is.
fn fits(name: &str, pattern: &str) -> bool {
    if pattern.contains(['[', '\\']) {
        return true;
    }
    let (name, pattern): (Vec<char>, Vec<char>) = (name.chars().collect(), pattern.chars().collect());
    let (mut at, mut by) = (0, 0);
    // Where the last star stands, and how much it has taken.
    let mut star = None;
    while at < name.len() {
        match pattern.get(by) {
            Some('*') => {
                star = Some((by, at));
                by += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == name[at] => {
                at += 1;
                by += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                at = taken + 1;
                by = place + 1;
            }
        }
    }
    pattern[by..].iter().all(|rest| *rest == '*')
}

fn is_link(path: &Path) -> bool {
    // What cannot be looked at is told as such when it is sent.
    std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::os::unix::fs::symlink;

    #[rstest]
    #[case(&["/app/main.py"], "app/main.py", true)]
    #[case(&["/app/main.py"], "app", true)]
    #[case(&["/app/main.py"], "app/other.py", false)]
    #[case(&["/app"], "app/deep/er", true)]
    #[case(&["/app"], "apple", false)]
    #[case(&["/a", "/b"], "b/c", true)]
    #[case(&["/*.py"], "main.py", true)]
    #[case(&["/*.py"], "main.pyc", false)]
    #[case(&["/*.py"], "app/main.py", false)]
    #[case(&["/a*b*/x?"], "aabbc/xy", true)]
    #[case(&["/a*b*/x?"], "aabbc/x", false)]
    #[case(&["/[ab]/x"], "c/x", true)]
    #[case(&["/src/**/x"], "src/1/2/y", true)]
    #[case(&["/src/**/x"], "lib/x", false)]
    #[case(&["/a", "/../b"], "c", true)]
    #[case(&["/a", "/"], "c", true)]
    #[case(&["/%C3%A4"], "c", true)]
    #[case(&["/ä"], "c", true)]
    #[case(&[], "c", true)]
    fn what_the_dockerfile_names_is_wanted(#[case] paths: &[&str], #[case] name: &str, #[case] wanted: bool) {
        let paths: Vec<&[u8]> = paths.iter().map(|path| path.as_bytes()).collect();
        let followed = Followed::read(&paths);
        assert_eq!(followed.0.is_empty() || followed.wants(name), wanted);
    }

    /// The names that are told of a directory with two files, where `linked` is a link to `real`.
    fn told(wanted: &str) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("real")).unwrap();
        std::fs::write(directory.path().join("real/file"), "").unwrap();
        std::fs::write(directory.path().join("other"), "").unwrap();
        symlink("real", directory.path().join("linked")).unwrap();
        let root = directory.path().to_owned();
        let files: Files = Arc::new(move |see: &mut dyn FnMut(BuildFile) -> bool| {
            for name in ["linked", "other", "real", "real/file"] {
                let content = FileContent::Path(root.join(name));
                if !see(BuildFile { name: name.to_owned(), content }) {
                    break;
                }
            }
            Ok(())
        });
        let mut names = Vec::new();
        Followed::read(&[wanted.as_bytes()]).narrow(&files)(&mut |file| {
            names.push(file.name);
            true
        })
        .unwrap();
        names
    }

    #[test]
    fn nothing_is_told_that_the_dockerfile_does_not_name() {
        assert_eq!(told("/real/file"), ["real", "real/file"]);
    }

    #[test]
    fn all_is_told_where_a_link_is_on_the_way() {
        for wanted in ["/linked/file", "/linked", "/l*"] {
            assert_eq!(told(wanted), ["linked", "other", "real", "real/file"], "{wanted}");
        }
    }
}
