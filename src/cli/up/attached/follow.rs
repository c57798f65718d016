//! The logs of several containers until one of them has ended, or all have.

use super::Stay;
use crate::cli::logs::Printer;
use crate::cli::output::{Output, print_json};
use crate::domain::{Container, Fault, LogLine};
use crate::engine::{Engine, LogRequest};
use futures_util::stream::{FuturesUnordered, select_all};
use futures_util::{Stream, StreamExt as _, stream};
use std::pin::Pin;
use std::time::Duration;

/// A container's log ends a moment after the container.
const LAST_LINES_LIMIT: Duration = Duration::from_secs(2);

pub struct Followed {
    pub container: Container,
    pub shown: bool,
    /// Which of its lines: what it wrote before this `up` is not shown.
    pub log: LogRequest,
}

pub enum Cause {
    /// A container ended that takes the others with it; its exit code.
    Ended(i64),
    AllEnded,
    Interrupted,
}

/// A line of the container of this number, or the end of its log.
type Lines = Pin<Box<dyn Stream<Item = (usize, Option<Result<LogLine, Fault>>)> + Send>>;

pub async fn follow(
    engine: &Engine,
    followed: &[Followed],
    stay: &Stay,
    output: Output,
) -> Result<Cause, Fault> {
    let shown: Vec<Container> = followed
        .iter()
        .filter(|followed| followed.shown)
        .map(|followed| followed.container.clone())
        .collect();
    let printer = Printer::new(&shown, stay.look, stay.timestamps, output);
    let logs = followed.iter().enumerate().filter(|(_, followed)| followed.shown);
    let mut lines = select_all(logs.map(|(at, followed)| lines(engine, at, followed)));
    let mut open: Vec<bool> = followed.iter().map(|followed| followed.shown).collect();
    let wait = async |at: usize| (at, engine.wait(&followed[at].container.id).await);
    let mut waits: FuturesUnordered<_> = (0..followed.len()).map(wait).collect();
    while !waits.is_empty() {
        let (at, code) = tokio::select! {
            Some((at, line)) = lines.next() => {
                told(&printer, &mut open, at, line)?;
                continue;
            }
            Some((at, ended)) = waits.next() => (at, ended?),
            pressed = tokio::signal::ctrl_c() => {
                return pressed
                    .map(|()| Cause::Interrupted)
                    .map_err(|error| Fault::io("wait for", "Ctrl-C", &error));
            }
        };
        let last_lines = async {
            while open[at] {
                let Some((of, line)) = lines.next().await else { break };
                told(&printer, &mut open, of, line)?;
            }
            Ok(())
        };
        if let Ok(printed) = tokio::time::timeout(LAST_LINES_LIMIT, last_lines).await {
            printed?;
        }
        exited(&followed[at], code, output)?;
        if stay.ends_all(code) {
            return Ok(Cause::Ended(code));
        }
    }
    Ok(Cause::AllEnded)
}

fn lines(engine: &Engine, at: usize, followed: &Followed) -> Lines {
    let lines = engine.logs(&followed.container.id, followed.log.clone()).map(move |line| (at, Some(line)));
    Box::pin(lines.chain(stream::once(async move { (at, None) })))
}

fn told(
    printer: &Printer,
    open: &mut [bool],
    at: usize,
    line: Option<Result<LogLine, Fault>>,
) -> Result<(), Fault> {
    if let Some(line) = line {
        return printer.print(&line?);
    }
    open[at] = false;
    Ok(())
}

fn exited(followed: &Followed, code: i64, output: Output) -> Result<(), Fault> {
    if output.json {
        let name = &followed.container.name;
        return print_json(&serde_json::json!({ "container": name, "exit_code": code }));
    }
    output.line(format!("{} exited with code {code}", followed.container.tag()))
}
