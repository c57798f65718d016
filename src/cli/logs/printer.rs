//! Lines of several containers, each with the name of the one that wrote it. At the rate of a pipe: they are put
//! together in one buffer, which is written whole.

use super::colours;
use crate::cli::output::{Output, Tone, to_json};
use crate::domain::log::Level;
use crate::domain::safe::StyleRun;
use crate::domain::{Container, Fault, LogGates, LogSource, RawLine, Safe};
use jiff::Timestamp;
use serde::Serialize;
use std::io::Write as _;

/// How lines look, for every command that shows any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
pub struct Look {
    /// No colours
    #[arg(long)]
    pub no_color: bool,
    /// Leave out the containers' names before the lines
    #[arg(long)]
    pub no_log_prefix: bool,
}

/// It is written when it holds so much, and whenever there is nothing more to print for now.
const BUFFER_BYTES: usize = 256 * 1024;

pub struct Printer {
    containers: Vec<Named>,
    timestamps: bool,
    terminal: bool,
    look: Look,
    /// The longest name before a line.
    width: usize,
    output: Output,
    buffer: Vec<u8>,
    text: String,
    runs: Vec<StyleRun>,
}

struct Named {
    name: Safe,
    tag: String,
    prefix: String,
    gates: LogGates,
}

#[derive(Serialize)]
struct JsonLine<'a> {
    container: &'a str,
    time: Option<Timestamp>,
    source: LogSource,
    level: Option<Level>,
    line: &'a str,
    cut_bytes: u32,
}

impl Printer {
    pub fn new(containers: &[Container], look: Look, timestamps: bool, output: Output) -> Self {
        let output = if look.no_color { output.without_colour() } else { output };
        let mut printer = Self {
            containers: containers.iter().map(Named::of).collect(),
            timestamps,
            terminal: output.is_terminal(),
            look,
            width: 0,
            output,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            text: String::new(),
            runs: Vec::new(),
        };
        printer.align();
        printer
    }

    /// Another container, or one in the place of one that writes no more.
    pub fn put(&mut self, index: usize, container: &Container) {
        match self.containers.get_mut(index) {
            Some(place) => *place = Named::of(container),
            None => self.containers.push(Named::of(container)),
        }
        self.align();
    }

    fn align(&mut self) {
        if self.look.no_log_prefix {
            return;
        }
        let tags = self.containers.iter().map(|container| container.tag.chars().count());
        let width = tags.max().unwrap_or(0).max(self.width);
        self.width = width;
        for container in &mut self.containers {
            container.prefix = self.output.piece(Tone::Dim, &format!("{:width$}  | ", container.tag));
        }
    }

    /// A line of the container of this index.
    pub fn print(&mut self, index: usize, line: RawLine<'_>, level: Option<Level>) -> Result<(), Fault> {
        let Some(container) = self.containers.get_mut(index) else { return Ok(()) };
        if self.output.json {
            self.text.clear();
            self.runs.clear();
            let cut = container.gates.of(line.source).write(line.bytes, &mut self.text, &mut self.runs);
            let json = to_json(&JsonLine {
                container: &container.name,
                time: line.time,
                source: line.source,
                level,
                line: &self.text,
                cut_bytes: cut.saturating_add(line.cut_bytes),
            })?;
            self.buffer.extend_from_slice(json.as_bytes());
        } else {
            self.buffer.extend_from_slice(container.prefix.as_bytes());
            if let Some(time) = line.time.filter(|_| self.timestamps) {
                self.buffer.extend_from_slice(self.output.piece(Tone::Dim, &format!("{time} ")).as_bytes());
            }
            let mut cut = line.cut_bytes;
            if self.terminal {
                self.text.clear();
                self.runs.clear();
                let gated = container.gates.of(line.source).write(line.bytes, &mut self.text, &mut self.runs);
                cut = cut.saturating_add(gated);
                let runs = if self.output.colour { &self.runs[..] } else { &[] };
                colours::write(&self.text, runs, &mut self.buffer);
            } else {
                // A file gets what the program wrote, to the byte.
                self.buffer.extend_from_slice(line.bytes);
            }
            if cut > 0 {
                // There is nothing that a buffer in memory could refuse.
                let _ = write!(self.buffer, " … {cut} bytes more");
            }
        }
        self.buffer.push(b'\n');
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    pub fn flush(&mut self) -> Result<(), Fault> {
        let written = self.output.bytes(&self.buffer);
        self.buffer.clear();
        // A line of megabytes comes once.
        self.buffer.shrink_to(2 * BUFFER_BYTES);
        written
    }
}

impl Named {
    fn of(container: &Container) -> Self {
        let (name, tag) = (container.name.clone(), container.tag());
        Self { name, tag, prefix: String::new(), gates: LogGates::default() }
    }
}
