//! The events of one project's containers, with the attributes that they carry.

use super::connect::Engine;
use super::logs::exact;
use super::messages::Messages;
use super::raw::segment;
use crate::domain::{ContainerId, Fault};
use futures_util::{Stream, StreamExt, stream};
use hyper::Method;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::pin::Pin;

const OPERATION: &str = "follow the events of containers";

/// One event of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectEvent {
    pub time: Option<Timestamp>,
    /// `start`, `die`, `exec_create: ls`…
    pub action: String,
    pub container: ContainerId,
    /// The container's labels among them.
    pub attributes: BTreeMap<String, String>,
}

/// The containers that ended, as they do.
pub type Deaths = Pin<Box<dyn Stream<Item = Result<ContainerId, Fault>> + Send>>;

pub type ProjectEvents = Pin<Box<dyn Stream<Item = Result<ProjectEvent, Fault>> + Send>>;

impl Engine {
    /// Those since a time first. Goes on until a time, or for as long as the daemon does.
    pub fn project_events(
        &self,
        project: &str,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> ProjectEvents {
        let label = format!("com.docker.compose.project={project}");
        self.filtered(&json!({ "type": ["container"], "label": [label] }), since, until)
    }

    /// A container's death is told before the answer to the request that stopped it: the daemon tidies up in between.
    pub fn deaths(&self) -> Deaths {
        let events = self.filtered(&json!({ "type": ["container"], "event": ["die"] }), None, None);
        Box::pin(events.map(|event| event.map(|event| event.container)))
    }

    /// The exit code of the last time that a container ended, which may be gone by now.
    pub async fn ended_with(&self, id: &ContainerId, since: Option<Timestamp>) -> Result<Option<i64>, Fault> {
        let now = self.daemon_and_time().await?.1.unwrap_or_else(Timestamp::now);
        let filters = json!({ "type": ["container"], "event": ["die"], "container": [id.0] });
        let mut events = self.filtered(&filters, since, Some(now));
        let mut code = None;
        while let Some(event) = events.next().await {
            code = event?.attributes.get("exitCode").and_then(|code| code.parse().ok()).or(code);
        }
        Ok(code)
    }

    fn filtered(&self, filters: &Value, since: Option<Timestamp>, until: Option<Timestamp>) -> ProjectEvents {
        let mut path = format!("/events?filters={}", segment(&filters.to_string()));
        for (key, time) in [("since", since), ("until", until)] {
            if let Some(time) = time {
                _ = write!(path, "&{key}={}", exact(time));
            }
        }
        match self.bytes(&Method::GET, &path, None) {
            Ok(bytes) => Box::pin(read(Messages::new(bytes, OPERATION, ""))),
            Err(fault) => Box::pin(stream::once(async { Err(fault) })),
        }
    }
}

/// Ends after the first fault.
fn read(messages: Messages) -> impl Stream<Item = Result<ProjectEvent, Fault>> + Send {
    stream::unfold(Some(messages), |messages| async move {
        let mut messages = messages?;
        let next = messages.next().await?;
        let left = next.is_ok().then_some(messages);
        Some((next.map(|value| event(&value)), left))
    })
}

fn event(value: &Value) -> ProjectEvent {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let attributes = value.pointer("/Actor/Attributes").and_then(Value::as_object);
    let nanoseconds = value.get("timeNano").and_then(Value::as_i64);
    ProjectEvent {
        time: nanoseconds.and_then(|time| Timestamp::from_nanosecond(i128::from(time)).ok()),
        action: text("/Action"),
        container: ContainerId(text("/Actor/ID")),
        attributes: attributes
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
    }
}
