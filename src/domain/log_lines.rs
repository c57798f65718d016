//! Many log lines in few pieces of memory, for where a hundred thousand of them pass in a second: a line of these costs
//! no allocation of its own, and a block of them moves as one.

use super::log::{Classified, Continuation, Level};
use super::safe::{Gate, StyleRun};
use super::{ContainerId, LogLine, LogSource, Safe, StyledLine};
use jiff::Timestamp;

/// Lines that have passed the gate.
#[derive(Debug, Clone, Default)]
pub struct LogLines {
    containers: Vec<ContainerId>,
    text: String,
    runs: Vec<StyleRun>,
    records: Vec<Record>,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    time: Option<Timestamp>,
    text_start: u32,
    text_length: u32,
    runs_start: u32,
    runs_length: u32,
    cut_bytes: u32,
    container: u16,
    source: LogSource,
    level: Option<Level>,
    continues: bool,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogLineRef<'a> {
    pub container: &'a ContainerId,
    /// When the daemon took the line in, to the nanosecond.
    pub time: Option<Timestamp>,
    pub source: LogSource,
    /// Safe to draw.
    pub text: &'a str,
    /// Styles from their start on, as in [`StyledLine`].
    pub runs: &'a [StyleRun],
    /// How many bytes did not fit; the text ends in `…` when it is not 0.
    pub cut_bytes: u32,
    /// As in [`LogLine`].
    pub level: Option<Level>,
    pub continues: bool,
}

/// One line as it came, on its way to the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawLine<'a> {
    pub time: Option<Timestamp>,
    pub source: LogSource,
    /// Without its line feed, and otherwise as the program wrote it: not safe to draw.
    pub bytes: &'a [u8],
    /// How many bytes of it are missing behind these.
    pub cut_bytes: u32,
}

/// The gates of one container's streams, each with the record that its next line may belong to: a colour that stderr
/// left open does not reach stdout, and a traceback there is not broken up by what stdout says meanwhile.
#[derive(Debug, Clone, Default)]
pub struct LogGates {
    stdout: Reader,
    stderr: Reader,
    console: Reader,
}

/// What is known of one stream.
#[derive(Debug, Clone, Default)]
struct Reader {
    gate: Gate,
    open: Continuation,
}

impl LogGates {
    pub fn of(&mut self, source: LogSource) -> &mut Gate {
        &mut self.reader(source).gate
    }

    fn reader(&mut self, source: LogSource) -> &mut Reader {
        match source {
            LogSource::Stdout => &mut self.stdout,
            LogSource::Stderr => &mut self.stderr,
            LogSource::Console => &mut self.console,
        }
    }
}

impl LogLines {
    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// What it takes in memory, room for growth aside.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.runs.len() * size_of::<StyleRun>() + self.records.len() * size_of::<Record>()
    }

    /// Makes a line safe, finds out how grave it is and what it belongs to, and keeps it. The gates are those of its container.
    pub fn push(&mut self, container: &ContainerId, line: RawLine<'_>, gates: &mut LogGates) {
        let (text_start, runs_start) = (self.text.len(), self.runs.len());
        let reader = gates.reader(line.source);
        let cut = reader.gate.write(line.bytes, &mut self.text, &mut self.runs);
        if cut == 0 && line.cut_bytes > 0 {
            self.text.push('…');
        }
        let cut_bytes = cut.saturating_add(line.cut_bytes);
        let meaning = reader.open.push(&self.text[text_start..]);
        self.record(container, line.time, line.source, text_start, runs_start, cut_bytes);
        self.means(meaning);
    }

    /// Puts a copy of all those lines behind these.
    pub fn append(&mut self, other: &Self) {
        let known: Vec<u16> = other.containers.iter().map(|container| self.container(container)).collect();
        let (text, runs) = (narrow(self.text.len()), narrow(self.runs.len()));
        self.text.push_str(&other.text);
        self.runs.extend_from_slice(&other.runs);
        self.records.extend(other.records.iter().map(|record| Record {
            text_start: text.saturating_add(record.text_start),
            runs_start: runs.saturating_add(record.runs_start),
            container: known.get(usize::from(record.container)).copied().unwrap_or(u16::MAX),
            ..*record
        }));
    }

    pub fn retain(&mut self, mut keep: impl FnMut(LogLineRef<'_>) -> bool) {
        let mut records = std::mem::take(&mut self.records);
        records.retain(|record| self.line(record).is_some_and(&mut keep));
        self.records = records;
    }

    /// Whose lines these are. A line's container is one of these very ones.
    pub fn containers(&self) -> &[ContainerId] {
        &self.containers
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = LogLineRef<'_>> + Clone {
        self.records.iter().filter_map(|record| self.line(record))
    }

    /// How many lines there are of each container.
    pub fn counts(&self) -> impl Iterator<Item = (&ContainerId, u64)> {
        self.containers.iter().zip(0..).map(|(container, index): (_, u16)| {
            (container, self.records.iter().filter(|record| record.container == index).count() as u64)
        })
    }

    fn line(&self, record: &Record) -> Option<LogLineRef<'_>> {
        let text = record.text_start as usize..(record.text_start as usize + record.text_length as usize);
        let runs = record.runs_start as usize..(record.runs_start as usize + record.runs_length as usize);
        Some(LogLineRef {
            container: self.containers.get(usize::from(record.container))?,
            time: record.time,
            source: record.source,
            text: self.text.get(text)?,
            runs: self.runs.get(runs)?,
            cut_bytes: record.cut_bytes,
            level: record.level,
            continues: record.continues,
        })
    }

    /// What the last line says of itself.
    fn means(&mut self, meaning: Classified) {
        if let Some(record) = self.records.last_mut() {
            (record.level, record.continues) = (meaning.level, meaning.continues);
        }
    }

    fn record(
        &mut self,
        container: &ContainerId,
        time: Option<Timestamp>,
        source: LogSource,
        text_start: usize,
        runs_start: usize,
        cut_bytes: u32,
    ) {
        let container = self.container(container);
        self.records.push(Record {
            time,
            text_start: narrow(text_start),
            text_length: narrow(self.text.len() - text_start),
            runs_start: narrow(runs_start),
            runs_length: narrow(self.runs.len() - runs_start),
            cut_bytes,
            container,
            source,
            level: None,
            continues: false,
        });
    }

    fn container(&mut self, container: &ContainerId) -> u16 {
        let found = self.containers.iter().rposition(|known| known == container);
        let index = found.unwrap_or_else(|| {
            self.containers.push(container.clone());
            self.containers.len() - 1
        });
        u16::try_from(index).unwrap_or(u16::MAX)
    }
}

impl LogLineRef<'_> {
    /// The line on its own.
    pub fn to_line(self) -> LogLine {
        let line = StyledLine {
            text: Safe::vouched(self.text.to_owned()),
            runs: self.runs.into(),
            cut_bytes: self.cut_bytes,
        };
        let (level, continues) = (self.level, self.continues);
        let container = self.container.clone();
        LogLine { container, time: self.time, source: self.source, line, level, continues }
    }
}

impl PartialEq for LogLines {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Extend<LogLine> for LogLines {
    fn extend<T: IntoIterator<Item = LogLine>>(&mut self, lines: T) {
        for line in lines {
            let (text_start, runs_start) = (self.text.len(), self.runs.len());
            self.text.push_str(&line.line.text);
            self.runs.extend_from_slice(&line.line.runs);
            self.record(&line.container, line.time, line.source, text_start, runs_start, line.line.cut_bytes);
            self.means(Classified { level: line.level, continues: line.continues });
        }
    }
}

impl FromIterator<LogLine> for LogLines {
    fn from_iter<T: IntoIterator<Item = LogLine>>(lines: T) -> Self {
        let mut these = Self::default();
        these.extend(lines);
        these
    }
}

impl From<Vec<LogLine>> for LogLines {
    fn from(lines: Vec<LogLine>) -> Self {
        lines.into_iter().collect()
    }
}

/// Blocks are far smaller than 4 GiB.
fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanosecond: i128) -> Option<Timestamp> {
        Timestamp::from_nanosecond(nanosecond).ok()
    }

    fn id(name: &str) -> ContainerId {
        ContainerId(name.to_owned())
    }

    fn block(container: &str, lines: &[(i128, &str)]) -> LogLines {
        let mut block = LogLines::default();
        let mut gates = LogGates::default();
        for (time, text) in lines {
            let line =
                RawLine { time: at(*time), source: LogSource::Stdout, bytes: text.as_bytes(), cut_bytes: 0 };
            block.push(&id(container), line, &mut gates);
        }
        block
    }

    #[test]
    fn lines_come_out_as_they_went_in() {
        let lines = block("a", &[(1, "plain"), (2, "a \u{1b}[31mred\u{1b}[0m b"), (3, "")]);
        let mut gate = Gate::default();
        let expected: Vec<LogLine> = [(1, "plain"), (2, "a \u{1b}[31mred\u{1b}[0m b"), (3, "")]
            .into_iter()
            .map(|(time, text)| LogLine {
                container: id("a"),
                time: at(time),
                source: LogSource::Stdout,
                line: gate.line(text.as_bytes()),
                level: None,
                continues: false,
            })
            .collect();
        assert_eq!(lines.iter().map(LogLineRef::to_line).collect::<Vec<_>>(), expected);
        assert_eq!(LogLines::from(expected), lines);
    }

    #[test]
    fn blocks_of_several_containers_are_joined_as_they_came() {
        let mut lines = block("a", &[(1, "a1"), (5, "a5"), (5, "a5 too")]);
        lines.append(&block("b", &[(2, "b2"), (5, "\u{1b}[1mb5")]));
        lines.append(&block("a", &[(6, "a6")]));
        let texts: Vec<&str> = lines.iter().map(|line| line.text).collect();
        assert_eq!(texts, ["a1", "a5", "a5 too", "b2", "b5", "a6"]);
        let bold: Vec<bool> = lines.iter().map(|line| !line.runs.is_empty()).collect();
        assert_eq!(bold, [false, false, false, false, true, false]);
        assert_eq!(lines.counts().collect::<Vec<_>>(), [(&id("a"), 4), (&id("b"), 2)]);
        lines.retain(|line| line.container.0 == "b");
        assert_eq!(lines.iter().map(|line| line.text).collect::<Vec<_>>(), ["b2", "b5"]);
    }

    #[test]
    fn what_stdout_says_meanwhile_does_not_end_a_record_of_stderr() {
        let (mut lines, mut gates) = (LogLines::default(), LogGates::default());
        for (source, text) in [
            (LogSource::Stderr, "Traceback (most recent call last):"),
            (LogSource::Stdout, "INFO served"),
            (LogSource::Stderr, "  File \"a.py\", line 1, in serve"),
            (LogSource::Stdout, "INFO served another"),
            (LogSource::Stderr, "ValueError: bad"),
            (LogSource::Stdout, "plain"),
        ] {
            lines.push(
                &id("a"),
                RawLine { time: at(1), source, bytes: text.as_bytes(), cut_bytes: 0 },
                &mut gates,
            );
        }
        let read: Vec<_> = lines.iter().map(|line| (line.continues, line.level)).collect();
        let (error, info) = (Some(Level::Error), Some(Level::Info));
        assert_eq!(
            read,
            [(false, error), (false, info), (true, error), (false, info), (true, error), (false, None)]
        );
    }

    #[test]
    fn what_is_missing_is_marked_and_counted() {
        let mut lines = LogLines::default();
        let cut = RawLine { time: None, source: LogSource::Stderr, bytes: b"begun", cut_bytes: 70 };
        lines.push(&id("a"), cut, &mut LogGates::default());
        let line = lines.iter().next().unwrap();
        assert_eq!((line.text, line.cut_bytes), ("begun…", 70));
    }
}
