//! One thing that is wrong.

use super::Facts;
use super::evidence::{Evidence, Origin};
use super::sign::LogSign;
use crate::domain::task::TaskRequest;
use crate::domain::{Container, ContainerId, Operation, Safe, StackRef, TaskTarget, secret};
use jiff::Timestamp;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Works, but not as it should, or not for long.
    Warning,
    /// Something is down.
    Critical,
}

/// How sure it is that the cause is the one that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// One explanation among several.
    Possible,
    Likely,
    /// Who must know has said so.
    Certain,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule and its object; the same trouble has the same id from one pass to the next.
    pub id: String,
    pub severity: Severity,
    pub confidence: Confidence,
    /// When it began, where the facts tell more of that than the times of its evidence.
    pub began: Option<Timestamp>,
    /// What is wrong with what, in one line.
    pub title: Safe,
    pub evidence: Vec<Evidence>,
    /// What else is wrong because of it: the titles of those findings.
    pub explains: Vec<Safe>,
    /// The ids of the findings that are told with it, as evidence or as explained.
    pub holds: Vec<String>,
    pub fix: Option<Fix>,
    pub about: About,
    /// It was found by lines that are signs of it; lines that are only quoted may be of something else.
    pub(super) is_signed: bool,
    pub(super) role: Role,
    /// Beginnings of the ids of findings that would be the cause of this one.
    pub(super) blames: Vec<String>,
}

/// Whether something may be the consequence of another service's trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Cause,
    Symptom,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What to do, in the imperative.
    pub label: Safe,
    /// The task that does it; without one it is advice only.
    pub request: Option<TaskRequest>,
}

/// What a finding can lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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
            confidence: Confidence::Certain,
            began: None,
            title: Safe::new(secret::mask_text(title.as_ref())),
            evidence: Vec::new(),
            explains: Vec::new(),
            holds: Vec::new(),
            fix: None,
            about,
            is_signed: false,
            role: Role::Cause,
            blames: Vec::new(),
        }
    }

    pub(super) fn on(rule: &str, container: &Container, severity: Severity, title: impl AsRef<str>) -> Self {
        Self::new(rule, &container.id.0, severity, title, About::container(container))
    }

    /// Adds a line of evidence; it may quote what a container wrote.
    pub(super) fn seen(
        mut self,
        origin: Origin,
        time: impl Into<Option<Timestamp>>,
        text: impl AsRef<str>,
    ) -> Self {
        let text = Safe::new(secret::mask_text(text.as_ref()));
        self.evidence.push(Evidence { origin, time: time.into(), text });
        self
    }

    /// Adds the newest line that is a sign of it; it began with the first of them.
    pub(super) fn signed(self, told: &LogSign) -> Self {
        let signed = Self { is_signed: true, ..self };
        signed.seen(Origin::Log, told.last, &told.line).began(told.began())
    }

    /// Of several beginnings the earliest counts.
    pub(super) fn began(mut self, time: impl Into<Option<Timestamp>>) -> Self {
        self.began = [self.began, time.into()].into_iter().flatten().min();
        self
    }

    pub(super) fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// It may come of the trouble of a service that this one needs.
    pub(super) fn symptom(mut self) -> Self {
        self.role = Role::Symptom;
        self
    }

    /// It comes of a finding whose id begins so, if there is one.
    pub(super) fn blames(mut self, id: impl Into<String>) -> Self {
        self.blames.push(id.into());
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

#[cfg(test)]
impl Finding {
    /// One that no rule has found, for tests of what is done with findings.
    pub(crate) fn made(id: &str, severity: Severity) -> Self {
        let (rule, object) = id.split_once('/').unwrap_or((id, ""));
        Self::new(rule, object, severity, format!("{id} is wrong"), About::default())
    }

    pub(crate) fn seen_at(self, origin: Origin, time: Timestamp, text: &str) -> Self {
        self.seen(origin, time, text)
    }
}

impl About {
    /// One container, and the service that it belongs to.
    pub fn container(container: &Container) -> Self {
        let labels = container.compose.as_ref();
        Self {
            stack: labels.map(|labels| labels.project.clone()),
            service: labels.map(|labels| labels.service.clone()),
            container: Some(container.id.clone()),
        }
    }
}

/// A restart of the container alone where its service has others, which then go on serving; else of the service.
pub(super) fn restart(facts: &Facts<'_>, container: &Container, no_deps: bool) -> TaskRequest {
    let restarted = |services| Operation::Restart { services, timeout: None, no_deps };
    let is_replica = |other: &&&Container| {
        let own = container.compose.as_ref().map(|labels| (&labels.project, &labels.service));
        own.is_some() && own == other.compose.as_ref().map(|labels| (&labels.project, &labels.service))
    };
    if facts.containers.iter().filter(is_replica).count() < 2 {
        return request(container, restarted);
    }
    TaskRequest {
        operation: restarted(Vec::new()),
        target: TaskTarget::Container {
            id: container.id.clone(),
            name: container.name.to_string(),
            stack: container.compose.as_ref().map(|labels| labels.project.clone()),
        },
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
