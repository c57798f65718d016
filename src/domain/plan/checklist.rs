//! What was looked at before anything is changed, line by line.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Ok,
    /// It may do harm, and keeps nobody from going on.
    Warning,
    /// What is asked for would not work.
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistLine {
    /// What was looked at: `ports`, `image of api`.
    pub check: String,
    pub mark: Mark,
    /// What was found.
    pub found: String,
    /// What mends it; absent where there is nothing to mend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Mark {
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }

    pub fn sign(self) -> &'static str {
        match self {
            Self::Ok => "✓",
            Self::Warning => "!",
            Self::Failed => "✗",
        }
    }
}

impl ChecklistLine {
    pub fn ok(check: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: check.into(), mark: Mark::Ok, found: found.into(), mend: None }
    }

    pub fn warning(check: impl Into<String>, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check: check.into(), mark: Mark::Warning, found: found.into(), mend: Some(mend.into()) }
    }

    pub fn failed(check: impl Into<String>, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check: check.into(), mark: Mark::Failed, found: found.into(), mend: Some(mend.into()) }
    }

    /// `✗ port 80: nginx (pid 812) listens there; stop it or publish another port`
    pub fn sentence(&self) -> String {
        let mend = self.mend.as_ref().map(|mend| format!("; {mend}")).unwrap_or_default();
        format!("{} {}: {}{mend}", self.mark.sign(), self.check, self.found)
    }
}
