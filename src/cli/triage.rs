//! `triage`: what is wrong, why and what mends it, as pane 5 of the console has it.

mod block;
mod past;

pub use block::confidence;
pub use past::{Past, past};

use super::console::{real, simulated};
use super::context::Context;
use super::demo::Demo;
use super::moment;
use super::output::{Output, print_json};
use crate::app::State;
use crate::app::store::findings::{Finding, Incident};
use crate::domain::{Fault, FaultKind};
use crate::runtime;
use crate::triage::About;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

const NOTHING: u8 = 0;
const FINDINGS: u8 = 1;
const COULD_NOT_LOOK: u8 = 2;
/// What happened before helps to understand the present, whether or not it is asked for.
const BACK: SignedDuration = SignedDuration::from_hours(1);

/// How long and where is looked.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// Also what was wrong since a time such as 2026-11-20T10:00:00Z or a duration such as 1h, and is over
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Look for so many seconds at least: what takes its time to show, as three failures of a check do, shows then
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub after: u64,
    /// Of the simulated server instead of a real one
    #[arg(long)]
    pub demo: bool,
}

impl Arguments {
    pub fn since(&self, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        self.since.as_deref().map(|text| moment::read("--since", text, now)).transpose()
    }

    /// The simulated server lives as long as what this returns.
    pub fn demo(&self) -> Result<Option<Demo>, Fault> {
        self.demo.then(Demo::start).transpose()
    }
}

/// Has exit codes of its own, so that a script can tell "nothing wrong" from "do not know".
pub fn run(context: &Context, arguments: &Arguments, output: Output) -> Result<u8, Fault> {
    runtime::keep_log();
    let now = Timestamp::now();
    let (since, demo) = (arguments.since(now)?, arguments.demo()?);
    let state = look(context, demo.as_ref(), since.unwrap_or(now - BACK), arguments.after)?;
    let stack = named(context, &state)?;
    let findings: Vec<&Finding> =
        state.findings.findings().iter().filter(|finding| concerns(&finding.about, stack)).collect();
    let over = since.map(|since| past(&state, since, stack)).unwrap_or_default();
    if output.json {
        print_json(&document(&state, &findings, since.is_some().then_some(&over)))?;
    } else {
        block::print(&state, &findings, &over, since, output)?;
    }
    Ok(if state.no_docker().is_some() {
        COULD_NOT_LOOK
    } else if findings.is_empty() {
        NOTHING
    } else {
        FINDINGS
    })
}

/// The stack that is named on the command line.
fn named<'arguments>(context: &'arguments Context, state: &State) -> Result<Option<&'arguments str>, Fault> {
    let Some(name) = context.global.project.as_deref().or(context.global.stack.as_deref()) else {
        return Ok(None);
    };
    if state.no_docker().is_none() && state.tree.stack(name).is_none() {
        return Err(Fault::new(FaultKind::NotFound, "look at", name)
            .because("no stack of this project's name is known here")
            .hint("`mcp-tui ls --all` lists the projects"));
    }
    Ok(Some(name))
}

/// What concerns the server as a whole concerns each of its stacks.
fn concerns(about: &About, stack: Option<&str>) -> bool {
    stack.is_none_or(|stack| about.stack.as_deref().is_none_or(|of| of == stack))
}

/// What the console would know now.
pub fn look(context: &Context, demo: Option<&Demo>, since: Timestamp, seconds: u64) -> Result<State, Fault> {
    let console = match demo {
        Some(demo) => simulated(context, demo)?,
        None => real(context)?,
    };
    runtime::look(console, since, Duration::from_secs(seconds))
}

fn document(state: &State, findings: &[&Finding], over: Option<&Vec<Past>>) -> Value {
    let findings: Vec<Value> =
        findings.iter().map(|finding| told(finding, state.findings.incident(&finding.id))).collect();
    let mut document = json!({
        "server": state.fleet.daemon().map(|daemon| daemon.name.to_string()),
        "findings": findings,
    });
    if let Some(over) = over {
        document["over"] = json!(over);
    }
    document
}

pub fn told(finding: &Finding, incident: Option<&Incident>) -> Value {
    json!({
        "id": finding.id,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "title": finding.title,
        "since": incident.and_then(Incident::since),
        "evidence": finding.evidence,
        "explains": finding.explains,
        "fix": finding.fix.as_ref().map(|fix| json!({ "label": fix.label, "task": fix.request })),
        "about": finding.about,
    })
}
