//! Which lines are shown: by what they say, and by how grave it is.

use crate::app::pattern::Pattern;
use crate::domain::log::{Continuation, Level};
use crate::domain::{Fault, FaultKind, LogGates, LogSource, RawLine};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Filter {
    pattern: Option<Pattern>,
    least: Option<Level>,
    /// The lines' levels are told.
    tells_levels: bool,
}

impl Filter {
    /// `None` where all lines are wanted and their levels are not. A level is that of the whole record, so that every
    /// line has to be looked at to tell it, whichever of them are shown.
    pub fn read(
        grep: Option<&str>,
        level: Option<&str>,
        tells_levels: bool,
    ) -> Result<Option<Arc<Self>>, Fault> {
        let pattern = grep.filter(|text| !text.is_empty()).map(pattern).transpose()?;
        let least = level.map(least).transpose()?;
        let any = pattern.is_some() || least.is_some() || tells_levels;
        Ok(any.then(|| Arc::new(Self { pattern, least, tells_levels })))
    }

    pub fn keeps_all(&self) -> bool {
        self.pattern.is_none() && self.least.is_none()
    }

    /// A level is that of all lines of a record; a pattern picks lines out of them.
    fn keeps_records(&self) -> bool {
        self.pattern.is_none() && self.least.is_some()
    }
}

/// To take a mistyped expression for the text itself would find nothing, and look as if nothing were there.
fn pattern(text: &str) -> Result<Pattern, Fault> {
    Pattern::parse(text).map_err(|cause| {
        Fault::new(FaultKind::Invalid, "read argument", format!("--grep {text}"))
            .because(format!("this is no regular expression: {cause}"))
            .hint("a backslash before a character takes it literally, for example --grep '\\('")
    })
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
    records: Records,
    reader: Reader,
}

/// What a filter has to say of one line.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    pub passes: bool,
    pub level: Option<Level>,
    /// The record that it is a line of, where records are kept whole.
    pub record: Option<u64>,
}

impl Sieve {
    pub fn new(filter: Arc<Filter>) -> Self {
        Self { filter, records: Records::default(), reader: Reader::default() }
    }

    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// To be asked of each line in turn: those that belong together have one level.
    pub fn judge(&mut self, line: RawLine<'_>) -> Judged {
        let text = self.reader.text(line);
        let filter = &*self.filter;
        let classified = filter.least.is_some() || filter.tells_levels;
        let (level, record) =
            if classified { self.records.of(line.source, text) } else { (None, Records::NONE) };
        let grave = filter.least.is_none_or(|least| level >= Some(least));
        Judged {
            passes: grave && filter.pattern.as_ref().is_none_or(|pattern| pattern.matches(text)),
            level,
            record: filter.keeps_records().then_some(record),
        }
    }
}

/// The records of one container's streams.
#[derive(Default)]
struct Records {
    streams: [(Continuation, u64); 3],
    begun: u64,
}

impl Records {
    /// The first record is number 1.
    const NONE: u64 = 0;

    /// The level of the next line, and the number of the record that it belongs to.
    fn of(&mut self, source: LogSource, text: &str) -> (Option<Level>, u64) {
        let index = match source {
            LogSource::Stdout => 0,
            LogSource::Stderr => 1,
            LogSource::Console => 2,
        };
        let (stream, record) = &mut self.streams[index];
        let classified = stream.push(text);
        if !classified.continues {
            self.begun += 1;
            *record = self.begun;
        }
        (classified.level, *record)
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
        let filter = Filter::read(grep, level, false).unwrap().unwrap();
        let mut sieve = Sieve::new(filter);
        let line = |text: &&str| {
            sieve
                .judge(RawLine {
                    time: None,
                    source: LogSource::Stderr,
                    bytes: text.as_bytes(),
                    cut_bytes: 0,
                })
                .passes
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
        assert_eq!(Filter::read(None, Some("loud"), false).unwrap_err().kind, FaultKind::Invalid);
        assert!(Filter::read(None, None, false).unwrap().is_none());
    }

    #[test]
    fn what_is_no_regular_expression_is_refused_with_its_cause() {
        let fault = Filter::read(Some("("), None, false).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Invalid);
        let told = format!("{fault:?}");
        assert!(told.contains("unclosed group") && told.contains("backslash"), "{told}");
        assert!(Filter::read(Some(""), None, false).unwrap().is_none(), "nothing is looked for");
    }

    #[test]
    fn a_level_does_not_depend_on_which_lines_are_shown() {
        let lines =
            ["ERROR it broke", "Traceback (most recent call last):", "  File \"a.py\", line 1, in <m>"];
        for (grep, level) in
            [(None, None), (Some("File"), None), (None, Some("error")), (Some("File"), Some("error"))]
        {
            let mut sieve = Sieve::new(Filter::read(grep, level, true).unwrap().unwrap());
            let line = |text: &'static str| RawLine {
                time: None,
                source: LogSource::Stdout,
                bytes: text.as_bytes(),
                cut_bytes: 0,
            };
            let last = lines.map(|text| sieve.judge(line(text)))[2];
            assert_eq!((last.passes, last.level), (true, Some(Level::Error)), "{grep:?} {level:?}");
        }
    }
}
