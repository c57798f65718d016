//! The one error type: what was tried, on what, why it failed, and what to do.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What sort of failure it is; decides the exit code and the colour, and lets callers match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The daemon, a file or a host could not be reached at all.
    Unreachable,
    /// Reached, and refused for lack of rights.
    Permission,
    /// It did not answer in the time it was given.
    Timeout,
    /// The named object does not exist.
    NotFound,
    /// The object exists already, is in use, or is in the wrong state.
    Conflict,
    /// What was given to us is wrong: arguments, a file, a setting.
    Invalid,
    /// Disk, memory, ports or devices ran out.
    Exhausted,
    /// The other side answered with an error of its own.
    Refused,
    /// Somebody else holds the lock of the stack.
    Locked,
    /// Ended on request.
    Cancelled,
    /// Anything else, including a defect of ours.
    Internal,
}

/// An error as the operator reads it: operation, object, causes and a hint.
///
/// All texts may hold bytes from outside and are sanitised when they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub kind: FaultKind,
    /// What was being done, as a verb phrase: `start container`.
    pub operation: String,
    /// What it was done to: `mcp-api-1`; may be empty.
    pub object: String,
    /// Why it failed, outermost first.
    pub causes: Vec<String>,
    /// What the operator can do about it.
    pub hint: Option<String>,
    /// What else is wrong, found in the same attempt: each with causes and a hint of its own.
    #[serde(default, skip_serializing_if = "<[Fault]>::is_empty")]
    pub others: Box<[Fault]>,
}

impl Fault {
    /// A fault without causes; add them with [`Fault::because`].
    pub fn new(kind: FaultKind, operation: impl Into<String>, object: impl Into<String>) -> Self {
        Self {
            kind,
            operation: operation.into(),
            object: object.into(),
            causes: Vec::new(),
            hint: None,
            others: Box::default(),
        }
    }

    /// Adds one cause, below those already there.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds an error and all its sources as causes.
    #[must_use]
    pub fn caused_by(mut self, error: &dyn std::error::Error) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            // Wrappers often repeat their source's text; saying it once is enough.
            if !self.causes.last().is_some_and(|last| last.contains(&text)) {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Several faults as one: the first, and the others beside it.
    pub fn merged(faults: Vec<Self>) -> Self {
        let mut all = faults.into_iter().flat_map(|mut fault| {
            let others = std::mem::take(&mut fault.others);
            std::iter::once(fault).chain(others)
        });
        let first = all.next().unwrap_or_else(|| Self::new(FaultKind::Internal, "fail", "without a reason"));
        Self { others: all.collect(), ..first }
    }

    /// The same with another fault beside it.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::merged(vec![self, other])
    }

    /// Each of the faults by itself, in their order, with the hint that is to be given after it: one that holds for
    /// the next as well is given once, after the last that it holds for.
    pub fn each(&self) -> Vec<(&Self, Option<&str>)> {
        let all: Vec<&Self> = std::iter::once(self).chain(self.others.iter()).collect();
        let hint = |at: usize| all.get(at).and_then(|fault| fault.hint.as_deref());
        (0..all.len()).map(|at| (all[at], hint(at).filter(|own| hint(at + 1) != Some(own)))).collect()
    }

    /// Operation, object and causes in one line, without what else is wrong.
    pub fn sentence(&self) -> String {
        let object = if self.object.is_empty() { String::new() } else { format!(" {}", self.object) };
        let causes: Vec<String> = self.causes.iter().map(|cause| format!(": {cause}")).collect();
        format!("{}{object}{}", self.operation, causes.concat())
    }

    /// A fault from an I/O error, its kind taken from the error's.
    pub fn io(operation: impl Into<String>, object: impl fmt::Display, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        let kind = match error.kind() {
            Kind::NotFound => FaultKind::NotFound,
            Kind::PermissionDenied => FaultKind::Permission,
            Kind::AlreadyExists => FaultKind::Conflict,
            Kind::StorageFull | Kind::QuotaExceeded => FaultKind::Exhausted,
            Kind::TimedOut => FaultKind::Timeout,
            Kind::ConnectionRefused | Kind::ConnectionReset => FaultKind::Unreachable,
            _ => FaultKind::Internal,
        };
        Self::new(kind, operation, object.to_string()).caused_by(error)
    }

    /// The documented exit code of a headless command that ended with this fault.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            FaultKind::Internal => 1,
            FaultKind::Invalid => 2,
            FaultKind::Unreachable | FaultKind::Permission | FaultKind::Timeout => 3,
            FaultKind::NotFound => 4,
            FaultKind::Conflict => 5,
            FaultKind::Exhausted => 6,
            FaultKind::Refused => 7,
            FaultKind::Locked => 8,
            FaultKind::Cancelled => 130,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence())?;
        match self.others.len() {
            0 => Ok(()),
            more => write!(formatter, "; and {more} more"),
        }
    }
}

impl std::error::Error for Fault {}
