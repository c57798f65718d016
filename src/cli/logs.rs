//! `logs`: what a stack's containers wrote, merged by time.

mod colours;
mod filter;
mod follower;
mod live;
mod merge;
mod patterns;
mod printer;
mod source;

pub use follower::{Closed, Follower, Form};
pub use patterns::Patterns;
pub use printer::{Look, Printer};

use super::context::Context;
use super::moment;
use super::output::Output;
use super::ps::order;
use super::report;
use super::stack::choose;
use crate::domain::log::step_back;
use crate::domain::{Container, Fault, FaultKind};
use crate::engine::LogRequest;
use filter::Filter;
use jiff::Timestamp;
use live::{Live, Scope};
use merge::{Merge, Step};
use source::Source;
use std::time::Duration;

/// Longer lines are cut, and told to be: several containers' lines have to be held to be merged.
const LONGEST_LINE: usize = 16 << 20;
/// Lines that are read before those that are wanted, to know what record the first of these continue.
const RECORD: u64 = 1000;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Go on with what they write
    #[arg(short, long)]
    pub follow: bool,
    /// How many lines per container to begin with, or `all`; of those that --grep and --level keep. With --level alone,
    /// the record of the first of them is shown from its head, so that there may be more
    #[arg(short = 'n', long, value_name = "N", default_value = "all")]
    pub tail: String,
    /// Only what is newer: a time such as 2026-11-20T10:00:00Z, or a duration such as 10m
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only what is older
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only lines that match this regular expression; an upper-case letter makes it case-sensitive
    #[arg(long, value_name = "PATTERN")]
    pub grep: Option<String>,
    /// Only lines of this level or a graver one: trace, debug, info, warn, error, fatal
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<String>,
    #[command(flatten)]
    pub kinds: Patterns,
    #[command(flatten)]
    pub look: Look,
    /// Only the container of this number
    #[arg(long, value_name = "N")]
    pub index: Option<u32>,
    /// Show the time of each line
    #[arg(short, long)]
    pub timestamps: bool,
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let now = Timestamp::now();
    let last = tail(&arguments.tail)?;
    let tells_levels = output.json && !arguments.kinds.patterns;
    let filter = Filter::read(arguments.grep.as_deref(), arguments.level.as_deref(), tells_levels)?;
    // A filter is never applied behind a limit: the daemon knows nothing of it.
    let (tail, last) = match &filter {
        None => (last, None),
        Some(filter) if filter.keeps_all() => (last.map(|last| last.saturating_add(RECORD)), last),
        Some(_) => (None, last),
    };
    let request = LogRequest {
        follow: arguments.follow,
        tail,
        since: arguments.since.as_deref().map(|text| moment::read("--since", text, now)).transpose()?,
        until: arguments.until.as_deref().map(|text| moment::read("--until", text, now)).transpose()?,
        longest_line: Some(LONGEST_LINE),
        ..LogRequest::default()
    };
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let mut containers = engine.containers(Some(&chosen.reference.project)).await?;
    chosen.check_services(&arguments.services, &containers)?;
    let meant = Meant { services: arguments.services.clone(), index: arguments.index };
    containers.retain(|container| meant.includes(container));
    if let Some(index) = arguments.index.filter(|_| containers.is_empty()) {
        return Err(no_number(index, &arguments.services, chosen.reference.project));
    }
    containers.sort_by_key(order);
    if arguments.kinds.patterns {
        let tasks = context.store().and_then(|store| store.list()).unwrap_or_else(|fault| {
            // Then the containers' creation tells when they were deployed.
            report::warn(&fault, output);
            Vec::new()
        });
        let since = patterns::deployed(&chosen.reference.project, &arguments.services, &tasks, &containers);
        return patterns::print(&engine, &containers, request, filter, since, output).await;
    }
    let shows_times = arguments.timestamps || output.json;
    // Where a log is followed, its next run goes on after the time of its last line.
    let untimed = containers.len() == 1 && !shows_times && last.is_none() && !arguments.follow;
    let last = last.map(|last| usize::try_from(last).unwrap_or(usize::MAX));
    let source = |container: &Container| {
        let blocks = engine.log_blocks(&container.id, LogRequest { untimed, ..request.clone() });
        Source::new(blocks, filter.clone(), last, now)
    };
    let merge = Merge::new(containers.iter().map(source).collect(), arguments.follow);
    let printer = Printer::new(&containers, arguments.look, arguments.timestamps, output);
    if arguments.follow {
        let scope = Scope { engine, project: chosen.reference.project, meant };
        return Live::new(scope, containers, &request, filter).follow(merge, printer, output).await;
    }
    print(merge, printer, &containers, output).await
}

/// The containers whose logs are wanted.
struct Meant {
    /// All of them where none is named.
    services: Vec<String>,
    index: Option<u32>,
}

impl Meant {
    fn includes(&self, container: &Container) -> bool {
        let Some(labels) = &container.compose else { return false };
        let named = self.services.is_empty() || self.services.contains(&labels.service);
        named && !labels.oneoff && (self.index.is_none() || labels.number == self.index)
    }
}

/// Ends when all logs have ended. A log that cannot be read does not keep the others from being shown.
async fn print(
    mut merge: Merge,
    mut printer: Printer,
    containers: &[Container],
    output: Output,
) -> Result<u8, Fault> {
    let mut code = 0;
    loop {
        match merge.step(|index, line, level| printer.print(index, line, level)).await? {
            Step::Printed => printer.flush()?,
            Step::WentBack(index, by) => {
                printer.flush()?;
                told_back(containers.get(index), by, output);
            }
            Step::Ended(_) => {}
            Step::Failed(index, fault) => code = unreadable(containers.get(index), fault, output),
            Step::Over => return Ok(code),
        }
    }
}

/// Tells that a container's log cannot be read any further; the exit code for it.
fn unreadable(container: Option<&Container>, fault: Fault, output: Output) -> u8 {
    let name = container.map(|container| container.name.to_string());
    let fault = Fault { object: name.unwrap_or_else(|| fault.object.clone()), ..fault };
    report::warn(&fault, output);
    fault.exit_code()
}

/// Tells, between the lines, why those that follow have earlier times.
fn told_back(container: Option<&Container>, by: Duration, output: Output) {
    let name = container.map(|container| format!("{}: ", container.name));
    report::note(&format!("{}{}", name.unwrap_or_default(), step_back(by)), output);
}

fn no_number(index: u32, services: &[String], project: String) -> Fault {
    let object = if services.is_empty() { project } else { services.join(", ") };
    Fault::new(FaultKind::NotFound, "read logs of", object)
        .because(format!("there is no container of the number {index}"))
        .hint("`ps -a` lists them by their names, which end with their numbers")
}

fn tail(text: &str) -> Result<Option<u64>, Fault> {
    match text {
        "all" => Ok(None),
        number => number.parse().map(Some).map_err(|_| {
            Fault::new(FaultKind::Invalid, "read argument", format!("--tail {text}"))
                .because("expected a number of lines, or `all`")
                .hint("for example --tail 100")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_a_number_or_all() {
        assert_eq!(tail("all").unwrap(), None);
        assert_eq!(tail("7").unwrap(), Some(7));
        assert!(tail("-1").is_err());
    }
}
