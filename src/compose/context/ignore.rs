//! `.dockerignore`: which files of a context are not sent.
//!
//! The rules are Docker's, which are not those of `.gitignore`: patterns are anchored at the context, the last one that
//! matches decides, and what lies in an ignored directory is ignored with it unless an exception names it.

mod pattern;

use pattern::Pattern;

/// The patterns of one file.
#[derive(Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

/// Which patterns match a path; what lies below it inherits them.
#[derive(Debug, Clone, Default)]
pub struct Matches {
    by_pattern: Vec<bool>,
    pub ignored: bool,
}

impl Ignore {
    /// A pattern that is none is told with the number of its line.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut patterns = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            patterns.push(Pattern::parse(line.trim()).map_err(|cause| (number + 1, cause))?);
        }
        Ok(Self { patterns })
    }

    /// Takes care that a path is sent, whatever the patterns say.
    pub fn keep(&mut self, path: &str) {
        if self.matches_with_parents(path) {
            self.patterns.extend(Pattern::literal_exception(path));
        }
    }

    /// Whether a path is ignored, by itself or with a directory that it lies in.
    pub fn matches_with_parents(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        ends.fold(Matches::default(), |above, end| self.matches(&path[..end], &above)).ignored
    }

    /// Judges a path, given what was found for its directory.
    pub fn matches(&self, path: &str, directory: &Matches) -> Matches {
        let mut ignored = false;
        let by_pattern = self
            .patterns
            .iter()
            .enumerate()
            .map(|(at, pattern)| {
                let inherited = directory.by_pattern.get(at).copied().unwrap_or(false);
                // A pattern that could change nothing is not looked at, and nothing below inherits it.
                let matched = inherited || (pattern.exception == ignored && pattern.matches(path));
                if matched {
                    ignored = !pattern.exception;
                }
                matched
            })
            .collect();
        Matches { by_pattern, ignored }
    }

    /// Whether an exception names something in an ignored directory. Only the beginnings of the patterns are compared:
    /// `!**/keep` leads nowhere.
    pub fn reaches_into(&self, directory: &str) -> bool {
        let inside = format!("{directory}/");
        self.patterns
            .iter()
            .filter(|pattern| pattern.exception)
            .any(|pattern| format!("{}/", pattern.text).starts_with(&inside))
    }
}

#[cfg(test)]
mod tests;
