//! What a container has written. Lines of generators are made when somebody looks, so a world nobody reads costs
//! nothing; the book is bounded and counts what it let go.

use super::template;
use crate::sim::clock::Moment;
use crate::sim::numbers::float;
use crate::sim::random::Random;
use crate::sim::scenario::spec::{Behaviour, Generator, Line, Stream};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

const MOST_LINES: usize = 50_000;
const MOST_BYTES: usize = 8 << 20;
const LONGEST_LINE: usize = 1 << 20;
/// After a long jump of the clock only this many lines of one generator are made up for.
const CATCH_UP: f64 = 5_000.0;

#[derive(Debug, Clone)]
pub struct Entry {
    pub time: Moment,
    pub stream: Stream,
    /// With its newline, where it has one.
    pub text: Arc<[u8]>,
}

#[derive(Debug)]
struct Voice {
    generator: usize,
    next: Moment,
    random: Random,
    count: u64,
}

#[derive(Debug)]
pub struct LogBook {
    entries: VecDeque<Entry>,
    bytes: usize,
    /// The number of the first entry that is still there.
    first: u64,
    voices: Vec<Voice>,
    random: Random,
    /// What was printed since the last new line, on stdout and on stderr.
    begun: [String; 2],
}

impl LogBook {
    pub fn new(seed: u64) -> Self {
        Self {
            entries: VecDeque::new(),
            bytes: 0,
            first: 0,
            voices: Vec::new(),
            random: Random::new(seed),
            begun: Default::default(),
        }
    }

    pub fn write(&mut self, time: Moment, stream: Stream, text: &str) {
        let entry = Entry { time, stream, text: Arc::from(text.as_bytes()) };
        self.bytes += entry.text.len();
        self.entries.push_back(entry);
        while self.entries.len() > MOST_LINES || self.bytes > MOST_BYTES {
            let Some(gone) = self.entries.pop_front() else { break };
            self.bytes -= gone.text.len();
            self.first += 1;
        }
    }

    /// Takes text as a process prints it: a line is written when it is complete, or grows too long to wait for.
    pub fn print(&mut self, time: Moment, stream: Stream, text: &str) {
        for part in text.split_inclusive('\n') {
            let begun = &mut self.begun[usize::from(stream == Stream::Stderr)];
            begun.push_str(part);
            if part.ends_with('\n') || begun.len() > LONGEST_LINE {
                let line = std::mem::take(begun);
                self.write(time, stream, &line);
            }
        }
    }

    /// The process has ended: a last line without its end is a line too.
    pub fn finish(&mut self, time: Moment) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let line = std::mem::take(&mut self.begun[usize::from(stream == Stream::Stderr)]);
            if !line.is_empty() {
                self.write(time, stream, &line);
            }
        }
    }

    /// One line from a template.
    pub fn write_line(&mut self, time: Moment, line: &Line, count: u64) {
        let text = template::fill(line.text(), time, count, &mut self.random);
        self.write(time, line.stream(), &format!("{text}\n"));
    }

    /// Sets the generators going, at `from`.
    pub fn begin(&mut self, behaviour: &Behaviour, from: Moment) {
        self.voices.clear();
        for (index, generator) in behaviour.logs.iter().enumerate() {
            let mut random = self.random.fork();
            let next = from.after(gap(generator, &mut random));
            self.voices.push(Voice { generator: index, next, random, count: 0 });
        }
    }

    pub fn silence(&mut self) {
        self.voices.clear();
    }

    /// Writes what the generators have to say up to `now`.
    pub fn catch_up(&mut self, behaviour: &Behaviour, now: Moment) {
        for voice in &mut self.voices {
            let Some(generator) = behaviour.logs.get(voice.generator) else { continue };
            let missed = now.since(voice.next).as_secs_f64() * generator.per_second;
            if missed > CATCH_UP {
                let window = Duration::try_from_secs_f64(CATCH_UP / generator.per_second).unwrap_or_default();
                voice.next = now.before(window);
            }
        }
        // The voices take turns, so that the book stays in the order of time.
        while let Some(voice) =
            self.voices.iter_mut().min_by_key(|voice| voice.next).filter(|voice| voice.next <= now)
        {
            let time = voice.next;
            let Some(generator) = behaviour.logs.get(voice.generator) else { return };
            voice.count += 1;
            voice.next = time.after(gap(generator, &mut voice.random));
            let Some(line) = draw(&generator.lines, &mut voice.random) else { return };
            let text = template::fill(line.text(), time, voice.count, &mut voice.random);
            let stream = line.stream();
            self.write(time, stream, &format!("{text}\n"));
        }
    }

    /// When the next line will be there.
    pub fn next_due(&self) -> Option<Moment> {
        self.voices.iter().map(|voice| voice.next).min()
    }

    pub fn end(&self) -> u64 {
        self.first + u64::try_from(self.entries.len()).unwrap_or(0)
    }

    /// Entries from number `from` on, with their numbers.
    pub fn from(&self, from: u64) -> impl DoubleEndedIterator<Item = (u64, &Entry)> {
        let skip = usize::try_from(from.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let start = self.first.max(from);
        let skip = skip.min(self.entries.len());
        self.entries
            .range(skip..)
            .enumerate()
            .map(move |(index, entry)| (start + u64::try_from(index).unwrap_or(0), entry))
    }
}

fn gap(generator: &Generator, random: &mut Random) -> Duration {
    let mean = 1.0 / generator.per_second.clamp(0.000_1, 1_000_000.0);
    Duration::try_from_secs_f64(mean * (0.4 + 1.2 * random.unit())).unwrap_or(Duration::from_hours(1))
}

fn draw<'a>(lines: &'a [Line], random: &mut Random) -> Option<&'a Line> {
    let total: u64 = lines.iter().map(|line| u64::from(line.weight())).sum();
    let mut left = random.unit() * float(total);
    for line in lines {
        left -= f64::from(line.weight());
        if left < 0.0 {
            return Some(line);
        }
    }
    lines.last()
}
