//! Which lines are shown: by what they say, and by how grave it is.

use crate::app::pattern::Pattern;
use crate::domain::log::{Continuation, Level};
use crate::domain::{Fault, FaultKind, LogGates, LogSource, RawLine};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Filter {
    pattern: Option<Pattern>,
    least: Option<Level>,
}

impl Filter {
    /// `None` where all lines are wanted.
    pub fn read(grep: Option<&str>, level: Option<&str>) -> Result<Option<Arc<Self>>, Fault> {
        let pattern = grep.and_then(Pattern::new);
        let least = level.map(least).transpose()?;
        let any = pattern.is_some() || least.is_some();
        Ok(any.then(|| Arc::new(Self { pattern, least })))
    }
}

fn least(word: &str) -> Result<Level, Fault> {
    let number = || word.parse().ok().and_then(Level::from_number);
    Level::from_word(word).or_else(number).ok_or_else(|| {
        let names: Vec<&str> = Level::ALL.iter().map(|level| level.name()).collect();
        Fault::new(FaultKind::Invalid, "read argument", format!("--level {word}"))
            .because("there is no such level")
            .hint(format!("it is one of {}", names.join(", ")))
    })
}

/// A filter, and what it has to know of one container's lines so far.
pub struct Sieve {
    filter: Arc<Filter>,
    levels: Levels,
    reader: Reader,
}

impl Sieve {
    pub fn new(filter: Arc<Filter>) -> Self {
        Self { filter, levels: Levels::default(), reader: Reader::default() }
    }

    /// To be asked of each line in turn: those that belong together have one level.
    pub fn passes(&mut self, line: RawLine<'_>) -> bool {
        let text = self.reader.text(line);
        let Filter { pattern, least } = &*self.filter;
        let grave =
            least.is_none_or(|least| self.levels.of(line.source, text).is_some_and(|level| level >= least));
        grave && pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
    }
}

/// The levels of one container's lines.
#[derive(Default)]
pub struct Levels([Continuation; 3]);

impl Levels {
    pub fn of(&mut self, source: LogSource, text: &str) -> Option<Level> {
        let index = match source {
            LogSource::Stdout => 0,
            LogSource::Stderr => 1,
            LogSource::Console => 2,
        };
        self.0[index].push(text).level
    }
}

/// Gives the text of lines: what an operator would read, without colours.
#[derive(Default)]
pub(super) struct Reader {
    gates: LogGates,
    text: String,
}

impl Reader {
    pub(super) fn text<'a>(&'a mut self, line: RawLine<'a>) -> &'a str {
        let plain = line.bytes.iter().all(|byte| *byte >= b' ' || *byte == b'\t');
        if plain && let Ok(text) = std::str::from_utf8(line.bytes) {
            return text;
        }
        self.text.clear();
        self.gates.of(line.source).write(line.bytes, &mut self.text, &mut Vec::new());
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(grep: Option<&str>, level: Option<&str>, lines: &[&str]) -> Vec<usize> {
        let filter = Filter::read(grep, level).unwrap().unwrap();
        let mut sieve = Sieve::new(filter);
        let line = |text: &&str| {
            sieve.passes(RawLine {
                time: None,
                source: LogSource::Stderr,
                bytes: text.as_bytes(),
                cut_bytes: 0,
            })
        };
        let passes: Vec<bool> = lines.iter().map(line).collect();
        (0..lines.len()).filter(|index| passes[*index]).collect()
    }

    #[test]
    fn a_pattern_looks_at_the_text_and_not_at_its_colours() {
        let lines = ["\u{1b}[31mError\u{1b}[0m: no disk", "31m", "an error", "warning"];
        assert_eq!(kept(Some("^error"), None, &lines), [0]);
        assert_eq!(kept(Some("error"), None, &lines), [0, 2]);
        assert_eq!(kept(Some("Error"), None, &lines), [0], "a capital makes it case-sensitive");
        assert_eq!(kept(Some("31m"), None, &lines), [1]);
    }

    #[test]
    fn a_level_keeps_what_is_graver_and_all_lines_of_a_record() {
        let lines = [
            "INFO fine",
            "ERROR it broke",
            "Traceback (most recent call last):",
            "  File \"a.py\", line 1, in <module>",
            "WARNING: careful",
            "without a level",
        ];
        assert_eq!(kept(None, Some("error"), &lines), [1, 2, 3]);
        assert_eq!(kept(None, Some("3"), &lines), [1, 2, 3, 4]);
        assert_eq!(kept(Some("broke"), Some("warn"), &lines), [1]);
        assert_eq!(Filter::read(None, Some("loud")).unwrap_err().kind, FaultKind::Invalid);
        assert!(Filter::read(None, None).unwrap().is_none());
    }
}
