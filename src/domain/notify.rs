//! Who is told of a task's end, as the settings say.

use super::TaskState;
use super::check::HttpUrl;
use std::fmt::{Debug, Formatter};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifySettings {
    pub when: NotifyWhen,
    /// For one try to tell one of them.
    pub timeout: Duration,
    pub webhook: Option<Webhook>,
    pub email: Option<Email>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotifyWhen {
    /// It failed, or its worker could not go on.
    Failure,
    /// All of it was done.
    Completion,
    /// However it ended, on request too.
    Both,
}

/// Whoever knows such an address may write to it, so it is a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    pub url: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub from: String,
    pub to: Vec<String>,
    pub user: Option<String>,
    /// The password stands in a file of its own.
    pub password_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// In the clear: for a server on this host.
    None,
    StartTls,
    Tls,
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self { when: NotifyWhen::Failure, timeout: Duration::from_secs(5), webhook: None, email: None }
    }
}

impl NotifyWhen {
    pub fn is_for(self, state: TaskState) -> bool {
        match state {
            TaskState::Pending | TaskState::Running => false,
            TaskState::Completed => self != Self::Failure,
            TaskState::Failed | TaskState::Interrupted => self != Self::Completion,
            TaskState::Cancelled => self == Self::Both,
        }
    }
}

impl Webhook {
    /// The server alone: the rest of the address is what must not be known.
    pub fn masked(&self) -> String {
        HttpUrl::parse(&self.url).map_or_else(
            |_| "a webhook".to_owned(),
            |url| format!("{}://{}/…", if url.secure { "https" } else { "http" }, url.authority),
        )
    }
}

impl Debug for Webhook {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.masked())
    }
}
