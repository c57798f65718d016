//! `logs`: what a stack's containers wrote, merged by time.

mod follower;
mod printer;

pub use follower::{Closed, Follower, Form};
pub use printer::{Look, Printer};

use super::context::Context;
use super::interrupts::{ENDED, Interrupts};
use super::moment;
use super::output::Output;
use super::ps::order;
use super::stack::choose;
use crate::domain::{Fault, FaultKind};
use crate::engine::{LogRequest, LogStream};
use futures_util::StreamExt;
use futures_util::stream::select_all;
use jiff::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Go on with what they write
    #[arg(short, long)]
    pub follow: bool,
    /// How many lines per container to begin with, or `all`
    #[arg(short = 'n', long, value_name = "N", default_value = "all")]
    pub tail: String,
    /// Only what is newer: a time such as 2026-11-20T10:00:00Z, or a duration such as 10m
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only what is older
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
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
    let request = LogRequest {
        follow: arguments.follow,
        tail: tail(&arguments.tail)?,
        since: arguments.since.as_deref().map(|text| moment::read("--since", text, now)).transpose()?,
        until: arguments.until.as_deref().map(|text| moment::read("--until", text, now)).transpose()?,
        ..LogRequest::default()
    };
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let mut containers = engine.containers(Some(&chosen.reference.project)).await?;
    chosen.check_services(&arguments.services, &containers)?;
    containers.retain(|container| {
        let Some(labels) = &container.compose else { return false };
        let meant = arguments.services.is_empty() || arguments.services.contains(&labels.service);
        meant && !labels.oneoff && (arguments.index.is_none() || labels.number == arguments.index)
    });
    if let Some(index) = arguments.index.filter(|_| containers.is_empty()) {
        return Err(no_number(index, &arguments.services, chosen.reference.project));
    }
    containers.sort_by_key(order);
    let streams: Vec<LogStream> =
        containers.iter().map(|container| engine.logs(&container.id, request.clone())).collect();
    let printer = Printer::new(&containers, arguments.look, arguments.timestamps, output);
    if arguments.follow { follow(streams, &printer).await } else { merge(streams, &printer).await }
}

/// As the lines come. Ends when all containers have ended, or by Ctrl-C.
async fn follow(streams: Vec<LogStream>, printer: &Printer) -> Result<u8, Fault> {
    let mut lines = select_all(streams);
    let mut interrupts = Interrupts::new()?;
    loop {
        tokio::select! {
            line = lines.next() => match line {
                Some(line) => printer.print(&line?)?,
                None => return Ok(0),
            },
            () = interrupts.next() => return Ok(ENDED),
        }
    }
}

/// Logs that end: always the oldest of all the next lines, so that one line per container is held and no more.
async fn merge(mut streams: Vec<LogStream>, printer: &Printer) -> Result<u8, Fault> {
    let mut heads = Vec::new();
    for stream in &mut streams {
        heads.push(stream.next().await.transpose()?);
    }
    loop {
        let waiting = heads.iter().enumerate().filter_map(|(at, head)| Some((head.as_ref()?.time, at)));
        let Some((_, at)) = waiting.min() else { return Ok(0) };
        if let Some(line) = heads[at].take() {
            printer.print(&line)?;
        }
        heads[at] = streams[at].next().await.transpose()?;
    }
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
