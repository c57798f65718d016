//! All that the daemon knows of a container, as YAML, secrets masked; and what a stack or a service is made from.

pub mod host;
pub mod stack;

pub use stack::Inspection;

use crate::domain::{ContainerId, Fault, Safe, secret};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Inspect {
    /// The container that the daemon is asked for.
    pub container: Option<ContainerId>,
    /// The stack whose files are looked at, and the service when it is about one.
    pub stack: Option<(String, Option<String>)>,
    /// It is about the host, and goes on with its figures.
    pub host: bool,
    pub title: Safe,
    /// What stands above the content.
    pub head: Vec<Safe>,
    pub content: Content,
    /// The first line shown.
    pub scroll: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Asked,
    Lines(Vec<Safe>),
    Failed(Fault),
}

impl Inspect {
    pub fn new(title: Safe) -> Self {
        Self {
            container: None,
            stack: None,
            host: false,
            title,
            head: Vec::new(),
            content: Content::Asked,
            scroll: 0,
        }
    }

    pub fn apply(&mut self, result: Result<serde_json::Value, Fault>) {
        self.content = match result {
            Ok(mut document) => {
                secret::mask_json(&mut document);
                tell_times(&mut document);
                match serde_yaml::to_string(&document) {
                    Ok(text) => Content::Lines(text.lines().map(Safe::new).collect()),
                    Err(error) => Content::Failed(
                        Fault::new(crate::domain::FaultKind::Internal, "show", self.title.as_str())
                            .caused_by(&error)
                            .hint("this is a defect of mcp-tui; `docker inspect` shows the same meanwhile"),
                    ),
                }
            }
            Err(fault) => Content::Failed(fault),
        };
    }

    /// Lines that there are to scroll through.
    pub fn len(&self) -> usize {
        match &self.content {
            Content::Lines(lines) => self.head.len() + lines.len(),
            Content::Asked | Content::Failed(_) => 0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A health check's times, which the API has in nanoseconds, as one would write them.
fn tell_times(document: &mut serde_json::Value) {
    for key in ["Interval", "Timeout", "StartPeriod", "StartInterval"] {
        let pointer = format!("/Config/Healthcheck/{key}");
        if let Some(value) = document.pointer_mut(&pointer)
            && let Some(nanoseconds) = value.as_u64().filter(|nanoseconds| *nanoseconds > 0)
        {
            *value = format!("{:?}", Duration::from_nanos(nanoseconds)).into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_times_of_a_health_check_are_told_with_their_unit() {
        let mut inspect = Inspect::new(Safe::new("x"));
        let check = json!({ "Test": ["CMD", "true"], "Interval": 2_000_000_000_u64, "Timeout": 1_500_000_000,
            "StartPeriod": 90_000_000_000_u64, "StartInterval": 0, "Retries": 3 });
        inspect.apply(Ok(json!({ "Config": { "Healthcheck": check }, "Interval": 5 })));
        let Content::Lines(lines) = &inspect.content else { panic!("{inspect:?}") };
        let text: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
        for wanted in [
            "Interval: 2s",
            "Timeout: 1.5s",
            "StartPeriod: 90s",
            "StartInterval: 0",
            "Retries: 3",
            "Interval: 5",
        ] {
            assert!(text.contains(&wanted), "{wanted} in {text:?}");
        }
    }
}
