//! One thing that is wrong.

use crate::domain::task::TaskRequest;
use crate::domain::{Container, ContainerId, Operation, Safe, StackRef, TaskTarget, secret};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Works, but not as it should, or not for long.
    Warning,
    /// Something is down.
    Critical,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule and its object; the same trouble has the same id from one pass to the next.
    pub id: String,
    pub severity: Severity,
    /// What is wrong with what, in one line.
    pub title: Safe,
    /// What it was seen by.
    pub evidence: Vec<Safe>,
    pub fix: Option<Fix>,
    pub about: About,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What to do, in the imperative.
    pub label: Safe,
    /// The task that does it; without one it is advice only.
    pub request: Option<TaskRequest>,
}

/// What a finding can lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    pub stack: Option<String>,
    pub service: Option<String>,
    pub container: Option<ContainerId>,
}

impl Finding {
    pub(super) fn new(
        rule: &str,
        object: &str,
        severity: Severity,
        title: impl AsRef<str>,
        about: About,
    ) -> Self {
        Self {
            id: format!("{rule}/{object}"),
            severity,
            title: Safe::new(secret::mask_text(title.as_ref())),
            evidence: Vec::new(),
            fix: None,
            about,
        }
    }

    pub(super) fn on(rule: &str, container: &Container, severity: Severity, title: impl AsRef<str>) -> Self {
        Self::new(rule, &container.id.0, severity, title, About::container(container))
    }

    /// Adds a line of evidence; it may quote what a container wrote.
    pub(super) fn seen(mut self, evidence: impl AsRef<str>) -> Self {
        self.evidence.push(Safe::new(secret::mask_text(evidence.as_ref())));
        self
    }

    pub(super) fn advise(mut self, label: impl Into<Safe>) -> Self {
        self.fix = Some(Fix { label: label.into(), request: None });
        self
    }

    pub(super) fn fix(mut self, label: impl Into<Safe>, request: TaskRequest) -> Self {
        self.fix = Some(Fix { label: label.into(), request: Some(request) });
        self
    }
}

impl About {
    pub(super) fn container(container: &Container) -> Self {
        let labels = container.compose.as_ref();
        Self {
            stack: labels.map(|labels| labels.project.clone()),
            service: labels.map(|labels| labels.service.clone()),
            container: Some(container.id.clone()),
        }
    }
}

/// The operation on the container's service, or on the container when it belongs to no stack.
pub(super) fn request(
    container: &Container,
    operation: impl FnOnce(Vec<String>) -> Operation,
) -> TaskRequest {
    match &container.compose {
        Some(labels) => TaskRequest {
            operation: operation(vec![labels.service.clone()]),
            target: TaskTarget::Stack(
                StackRef::labelled_as(&labels.project, [container])
                    .unwrap_or_else(|| StackRef::named(&labels.project)),
            ),
        },
        None => TaskRequest {
            operation: operation(Vec::new()),
            target: TaskTarget::Container {
                id: container.id.clone(),
                name: container.name.to_string(),
                stack: None,
            },
        },
    }
}
