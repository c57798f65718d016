//! `events`: what happens to a stack's containers, as it happens.

use super::context::Context;
use super::interrupts::{ENDED, Interrupts};
use super::moment;
use super::output::{Output, print_json};
use super::stack::choose;
use crate::domain::Fault;
use crate::engine::ProjectEvent;
use futures_util::StreamExt as _;
use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Begin with those since a time such as 2026-11-20T10:00:00Z, or since a duration such as 10m
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// End at a time instead of going on
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

const LABELS: &str = "com.docker.compose.";

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let now = Timestamp::now();
    let since = arguments.since.as_deref().map(|text| moment::read("--since", text, now)).transpose()?;
    let until = arguments.until.as_deref().map(|text| moment::read("--until", text, now)).transpose()?;
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let project = &chosen.reference.project;
    if !arguments.services.is_empty() {
        chosen.check_services(&arguments.services, &engine.containers(Some(project)).await?)?;
    }
    let mut events = engine.project_events(project, since, until);
    let mut interrupts = Interrupts::new()?;
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = interrupts.next() => return Ok(ENDED),
        };
        let Some(event) = event else { return Ok(0) };
        print(&event?, &arguments.services, output)?;
    }
}

/// One-off containers are nobody's service.
fn print(event: &ProjectEvent, services: &[String], output: Output) -> Result<(), Fault> {
    let label = |key: &str| event.attributes.get(&format!("{LABELS}{key}")).map_or("", String::as_str);
    let service = label("service");
    let unwanted = !services.is_empty() && !services.iter().any(|name| name == service);
    if unwanted || label("oneoff") == "True" {
        return Ok(());
    }
    let attributes: BTreeMap<&String, &String> =
        event.attributes.iter().filter(|(key, _)| !key.starts_with(LABELS)).collect();
    if output.json {
        return print_json(&serde_json::json!({
            "action": event.action.trim(),
            "attributes": attributes,
            "id": event.container,
            "service": service,
            "time": event.time,
            "type": "container",
        }));
    }
    let time = event.time.map_or_else(
        || "–".to_owned(),
        |time| time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S%.6f").to_string(),
    );
    let attributes: Vec<String> = attributes.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let (action, id) = (event.action.trim(), &event.container.0);
    output.line(format!("{time} container {action} {id} ({})", attributes.join(", ")))
}
