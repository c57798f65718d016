//! `/events`, line by line.

use super::connect::Engine;
use super::logs::exact;
use super::messages::Messages;
use super::watch::is_noise;
use crate::domain::daemon::{DaemonEvent, PastEvents};
use crate::domain::{ContainerId, Fault, Safe};
use futures_util::{Stream, StreamExt, stream};
use hyper::Method;
use jiff::Timestamp;
use serde_json::Value;
use std::pin::Pin;

const OPERATION: &str = "follow the daemon's events";
/// More than any daemon keeps.
const MOST_PAST: usize = 10_000;

/// An event, and the container that it concerns: a network's `connect` concerns one too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub event: DaemonEvent,
    pub container: Option<ContainerId>,
}

pub(super) type Occurrences = Pin<Box<dyn Stream<Item = Result<Occurrence, Fault>> + Send>>;

impl Engine {
    /// The daemon's events, those since a time first. Ends after its first fault.
    pub fn events(
        &self,
        since: Option<Timestamp>,
    ) -> Pin<Box<dyn Stream<Item = Result<DaemonEvent, Fault>> + Send>> {
        Box::pin(self.occurrences(since).map(|occurrence| occurrence.map(|occurrence| occurrence.event)))
    }

    /// What the daemon still tells of the time since then, the oldest first. It keeps some hundred events in memory, and
    /// none of before it was started.
    pub async fn past_events(&self, since: Timestamp) -> Result<PastEvents, Fault> {
        let now = self.daemon_and_time().await?.1.unwrap_or_else(Timestamp::now);
        // All that it keeps, for only that tells how far back it can tell anything.
        let path = format!("/events?since=1&until={}", exact(now));
        let bytes = self.bytes(&Method::GET, &path, None)?;
        let told =
            read(Messages::new(bytes, OPERATION, "")).map(|told| told.map(|occurrence| occurrence.event));
        let told: Vec<Result<DaemonEvent, Fault>> = told.take(MOST_PAST).collect().await;
        let told: Result<Vec<DaemonEvent>, Fault> = told.into_iter().collect();
        told.map(|mut events| {
            let kept_from = events.iter().find_map(|event| event.time).filter(|oldest| *oldest > since);
            events.retain(|event| {
                !is_noise(&event.kind, &event.action) && event.time.is_none_or(|time| time >= since)
            });
            PastEvents { events, kept_from }
        })
    }

    pub(super) fn occurrences(&self, since: Option<Timestamp>) -> Occurrences {
        let path =
            since.map_or_else(|| "/events".to_owned(), |since| format!("/events?since={}", exact(since)));
        match self.bytes(&Method::GET, &path, None) {
            Ok(bytes) => Box::pin(read(Messages::new(bytes, OPERATION, ""))),
            Err(fault) => Box::pin(stream::once(async { Err(fault) })),
        }
    }
}

/// Ends after the first fault.
fn read(messages: Messages) -> impl Stream<Item = Result<Occurrence, Fault>> + Send {
    stream::unfold(Some(messages), |messages| async move {
        let mut messages = messages?;
        let next = messages.next().await?;
        let left = next.is_ok().then_some(messages);
        Some((next.map(|value| occurrence(&value)), left))
    })
}

fn occurrence(value: &Value) -> Occurrence {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let attribute = |key: &str| value.pointer("/Actor/Attributes")?.get(key)?.as_str();
    let told = |key: &str| attribute(key).unwrap_or_default();
    let kind = text("/Type").to_owned();
    let id = text("/Actor/ID").to_owned();
    let concerned = match kind.as_str() {
        "container" => id.as_str(),
        "network" => told("container"),
        _ => "",
    };
    let nanoseconds = value.get("timeNano").and_then(Value::as_i64);
    let seconds = value.get("time").and_then(Value::as_i64);
    let time = nanoseconds
        .and_then(|time| Timestamp::from_nanosecond(i128::from(time)).ok())
        .or_else(|| seconds.and_then(|time| Timestamp::from_second(time).ok()));
    Occurrence {
        container: (!concerned.is_empty()).then(|| ContainerId(concerned.to_owned())),
        event: DaemonEvent {
            time,
            action: Safe::new(text("/Action")),
            name: Safe::new(told("name")),
            service: attribute("com.docker.compose.project")
                .zip(attribute("com.docker.compose.service"))
                .map(|(project, service)| (project.to_owned(), service.to_owned())),
            exit_code: told("exitCode").parse().ok(),
            kind,
            id,
        },
    }
}

#[cfg(test)]
mod tests;
