//! All that the daemon knows of a container, as YAML, secrets masked; and what a stack or a service is made from.

pub mod stack;

pub use stack::Inspection;

use crate::domain::{ContainerId, Fault, Safe, secret};

#[derive(Debug, Clone, PartialEq)]
pub struct Inspect {
    /// The container that the daemon is asked for.
    pub container: Option<ContainerId>,
    /// The stack whose files are looked at, and the service when it is about one.
    pub stack: Option<(String, Option<String>)>,
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
        Self { container: None, stack: None, title, head: Vec::new(), content: Content::Asked, scroll: 0 }
    }

    pub fn apply(&mut self, result: Result<serde_json::Value, Fault>) {
        self.content = match result {
            Ok(mut document) => {
                secret::mask_json(&mut document);
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
