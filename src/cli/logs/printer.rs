//! Lines of several containers, each with the name of the one that wrote it.

use crate::cli::output::{Output, Tone, print_json};
use crate::domain::{Container, ContainerId, Fault, LogLine};
use serde_json::json;

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

pub struct Printer {
    names: Vec<(ContainerId, String, String)>,
    timestamps: bool,
    output: Output,
}

impl Printer {
    pub fn new(containers: &[Container], look: Look, timestamps: bool, output: Output) -> Self {
        let width = containers.iter().map(|container| container.tag().chars().count()).max().unwrap_or(0);
        let names = containers.iter().map(|container| {
            let prefix =
                if look.no_log_prefix { String::new() } else { format!("{:width$}  | ", container.tag()) };
            (container.id.clone(), container.name.to_string(), prefix)
        });
        let output = if look.no_color { output.without_colour() } else { output };
        Self { names: names.collect(), timestamps, output }
    }

    pub fn print(&self, line: &LogLine) -> Result<(), Fault> {
        let known = self.names.iter().find(|(id, _, _)| *id == line.container);
        let (name, tag) =
            known.map_or((line.container.short(), ""), |(_, name, tag)| (name.as_str(), tag.as_str()));
        if self.output.json {
            return print_json(&json!({
                "container": name,
                "time": line.time,
                "source": line.source,
                "line": line.line.text,
                "cut_bytes": line.line.cut_bytes,
            }));
        }
        let time = line.time.filter(|_| self.timestamps).map(|time| format!("{time} ")).unwrap_or_default();
        self.output.toned(&[(Tone::Dim, tag), (Tone::Dim, &time), (Tone::Plain, &line.line.text)])
    }
}
