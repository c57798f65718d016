//! The archive beside the document: of each container that is or was in trouble its last lines, its inspect and its
//! figures.

use super::masked::Masker;
use crate::app::State;
use crate::cli::triage::told;
use crate::domain::{Container, ContainerFigures, ContainerId, Fault, FaultKind, LogLine, units};
use crate::engine::{Endpoint, Engine, LogRequest};
use crate::task::file_name;
use crate::triage;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::Duration;
use tokio::time::timeout;

/// Lines of each container.
const LINES: u64 = 2_000;
/// Containers that are looked at; the report says how many others there were.
const MOST: usize = 40;
/// One log that does not end must not keep all else from being written.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Default)]
pub struct Bundle {
    pub items: Vec<Item>,
    /// Containers in trouble beyond those.
    pub left_out: usize,
    /// Everything else that is known, as JSON.
    state: Value,
    fault: Option<Fault>,
}

pub struct Item {
    pub name: String,
    logs: Result<Vec<LogLine>, Fault>,
    inspect: Result<Value, Fault>,
    figures: Option<ContainerFigures>,
}

impl Bundle {
    pub async fn gather(endpoint: Result<Endpoint, Fault>, state: &State) -> Self {
        let concerned = concerned(state);
        let left_out = concerned.len().saturating_sub(MOST);
        let mut bundle = Self { left_out, state: known(state), ..Self::default() };
        let engine = match endpoint {
            Ok(endpoint) => Engine::connect(&endpoint).await,
            Err(fault) => Err(fault),
        };
        let engine = match engine {
            Ok(engine) => engine,
            Err(fault) => {
                bundle.fault = Some(fault);
                return bundle;
            }
        };
        for container in concerned.into_iter().take(MOST) {
            bundle.items.push(Item {
                name: container.name.to_string(),
                logs: logs(&engine, container).await,
                inspect: inspect(&engine, container).await,
                figures: state.figures.get(&container.id).copied(),
            });
        }
        bundle
    }

    /// What could not be had.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        let of_items =
            self.items.iter().flat_map(|item| [item.logs.as_ref().err(), item.inspect.as_ref().err()]);
        self.fault.iter().chain(of_items.flatten())
    }

    /// What the containers were given, secrets among it.
    pub fn environment(&self) -> impl Iterator<Item = &str> {
        let inspects = self.items.iter().filter_map(|item| item.inspect.as_ref().ok());
        let lists = inspects.filter_map(|inspect| inspect.pointer("/Config/Env")?.as_array());
        lists.flatten().filter_map(Value::as_str)
    }

    pub fn write(&self, to: impl Write, masker: &Masker, now: Timestamp) -> io::Result<()> {
        let mut archive = tar::Builder::new(to);
        let mut add = |path: String, text: String| {
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o600);
            header.set_size(text.len() as u64);
            header.set_mtime(u64::try_from(now.as_second()).unwrap_or(0));
            archive.append_data(&mut header, path, text.as_bytes())
        };
        for item in &self.items {
            let name = file_name(&item.name);
            if let Ok(lines) = &item.logs {
                let text: String = lines.iter().map(line).collect();
                add(format!("logs/{name}.log"), masker.mask(&text))?;
            }
            if let Ok(inspect) = &item.inspect {
                add(format!("inspect/{name}.json"), document(inspect.clone(), masker))?;
            }
            if let Some(figures) = &item.figures {
                add(format!("figures/{name}.json"), document(json!(figures), masker))?;
            }
        }
        add("server.json".to_owned(), document(self.state.clone(), masker))?;
        archive.into_inner()?.flush()
    }
}

fn document(mut document: Value, masker: &Masker) -> String {
    masker.mask_document(&mut document);
    format!("{document:#}\n")
}

fn line(line: &LogLine) -> String {
    let time = line.time.map_or_else(|| "–".to_owned(), |time| time.to_string());
    format!("{time} {}\n", line.line.text)
}

/// Those in trouble now, and those that a finding or an end in the time looked at is about.
fn concerned(state: &State) -> Vec<&Container> {
    let now = Timestamp::now();
    let of_incidents = state.findings.incidents().oldest_first();
    let of_incidents =
        of_incidents.into_iter().filter_map(|incident| incident.finding.about.container.as_ref());
    let ends = state.timeline.entries().rev().filter(|(_, entry)| is_trouble(&entry.what));
    let ends = ends.filter_map(|(_, entry)| entry.about.container.as_ref());
    let named: BTreeSet<&ContainerId> = of_incidents.chain(ends).collect();
    let all = state.fleet.containers().values();
    all.filter(|container| named.contains(&container.id) || triage::is_in_trouble(container, now)).collect()
}

fn is_trouble(what: &str) -> bool {
    what == "oom" || what == "health_status: unhealthy" || what.starts_with("ended with exit code")
}

async fn logs(engine: &Engine, container: &Container) -> Result<Vec<LogLine>, Fault> {
    let tty = container.details.as_ref().map(|details| details.tty);
    let request = LogRequest { tail: Some(LINES), tty, ..LogRequest::default() };
    let mut stream = engine.logs(&container.id, request);
    let mut lines = Vec::new();
    let reading = async {
        while let Some(line) = stream.next().await {
            lines.push(line?);
        }
        Ok::<(), Fault>(())
    };
    match timeout(PATIENCE, reading).await {
        Ok(Ok(())) => Ok(lines),
        // What came is kept.
        Ok(Err(_)) | Err(_) if !lines.is_empty() => Ok(lines),
        Ok(Err(fault)) => Err(fault),
        Err(_) => Err(late("read the log of container", container)),
    }
}

async fn inspect(engine: &Engine, container: &Container) -> Result<Value, Fault> {
    let inspected = timeout(PATIENCE, engine.inspect_json(&container.id)).await;
    inspected.unwrap_or_else(|_| Err(late("inspect container", container)))
}

fn late(operation: &str, container: &Container) -> Fault {
    let waited = units::duration(PATIENCE);
    Fault::new(FaultKind::Timeout, operation, container.name.as_str())
        .because(format!("no answer within {waited}"))
        .hint("the report was written without it")
}

fn known(state: &State) -> Value {
    let findings = state.findings.incidents().oldest_first();
    let findings: Vec<Value> =
        findings.into_iter().map(|incident| told(&incident.finding, Some(incident))).collect();
    let timeline: Vec<Value> =
        state.timeline.entries().map(|(id, entry)| json!({ "time": id.time, "entry": entry })).collect();
    let gpus = state.gpus.sample();
    json!({
        "daemon": state.fleet.daemon(),
        "host": state.host.sample(),
        "gpus": gpus,
        "checks": state.health.reports().collect::<Vec<_>>(),
        "findings": findings,
        "timeline": timeline,
    })
}
