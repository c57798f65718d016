//! What a check asks.

use crate::domain::units;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Docker's own verdict over the service's containers.
    Docker,
    /// `http(s)://host:port/path`; 200 to 399 is up, unless something else is expected.
    Http {
        url: String,
        expect: Expected,
    },
    /// A connection that is accepted is up.
    Tcp {
        host: String,
        port: u16,
    },
    /// A command that ends with 0 in the container; no shell is added.
    Exec {
        command: Vec<String>,
    },
    Redis {
        host: String,
        port: u16,
    },
    /// The server's first word to a client that names this user; no password is sent.
    Postgres {
        host: String,
        port: u16,
        user: Option<String>,
    },
    /// The certificate that is shown to who asks for `name`: how long it is valid, for whom, and who vouches for it.
    Certificate {
        host: String,
        port: u16,
        name: Option<String>,
    },
    /// Whether an engine of language models gets on with its requests, by its figures for Prometheus.
    LlmProgress {
        url: String,
    },
}

/// What a page must be like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub status: Option<u16>,
    /// A regular expression.
    pub body: Option<String>,
    pub json: Vec<JsonExpected>,
    /// Nobody has named the page, so that one which is not there shows no more than that somebody answers.
    #[serde(default)]
    pub any_answer: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JsonExpected {
    /// As it is written: `status.database`, `$.workers[0].state`.
    pub path: String,
    /// A text as it is, everything else as JSON writes it.
    pub value: String,
}

impl Expected {
    pub fn of_status(status: Option<u16>) -> Self {
        Self { status, ..Self::default() }
    }

    /// Whether the body must be read to tell.
    pub fn reads_body(&self) -> bool {
        self.body.is_some() || !self.json.is_empty()
    }
}

impl JsonExpected {
    /// The path as a JSON pointer (RFC 6901); `None` where it is no path.
    pub fn pointer(&self) -> Option<String> {
        let path = self.path.strip_prefix('$').unwrap_or(&self.path);
        let path = path.strip_prefix('.').unwrap_or(path);
        let mut pointer = String::new();
        let mut add = |key: &str| {
            pointer.push('/');
            pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        };
        for part in path.split('.').filter(|_| !path.is_empty()) {
            let (name, indices) =
                part.split_once('[').map_or((part, None), |(name, rest)| (name, Some(rest)));
            if name.is_empty() && indices.is_none() {
                return None;
            }
            if !name.is_empty() {
                add(name);
            }
            for index in indices.into_iter().flat_map(|rest| rest.split('[')) {
                let index = index.strip_suffix(']')?;
                index.parse::<usize>().ok()?;
                add(index);
            }
        }
        Some(pointer)
    }
}

impl CheckKind {
    pub fn label(&self) -> String {
        match self {
            Self::Docker => "docker".to_owned(),
            Self::Http { url, .. } => format!("http {}", units::url_path(url)),
            Self::Tcp { port, .. } => format!("tcp {port}"),
            Self::Exec { command } => {
                let program = command.first().map_or("", String::as_str);
                format!("exec {}", program.rsplit('/').next().unwrap_or(program))
            }
            Self::Redis { port, .. } => format!("redis {port}"),
            Self::Postgres { port, .. } => format!("postgres {port}"),
            Self::Certificate { port, .. } => format!("certificate {port}"),
            Self::LlmProgress { .. } => "llm progress".to_owned(),
        }
    }
}
