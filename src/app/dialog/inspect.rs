//! All that the daemon knows of a container, as YAML, secrets masked.

use crate::domain::{ContainerId, Fault, Safe, secret};

#[derive(Debug, Clone, PartialEq)]
pub struct Inspect {
    pub id: ContainerId,
    pub title: Safe,
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
    pub fn new(id: ContainerId, title: Safe) -> Self {
        Self { id, title, content: Content::Asked, scroll: 0 }
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
                            .hint("`docker inspect` shows the same"),
                    ),
                }
            }
            Err(fault) => Content::Failed(fault),
        };
    }

    /// Lines that there are to scroll through.
    pub fn len(&self) -> usize {
        match &self.content {
            Content::Lines(lines) => lines.len(),
            Content::Asked | Content::Failed(_) => 0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
