//! Images, and the stacks made of them.

use super::{Behaviour, Size, Span, one};
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// One or more references.
    pub tags: Vec<String>,
    pub size: Size,
    #[serde(default)]
    pub age: Span,
    /// So long ago the references were given to a newer build; what was created before has the older one.
    pub rebuilt: Option<Span>,
    #[serde(default)]
    pub environment: Vec<String>,
    #[serde(default)]
    pub entrypoint: Vec<String>,
    #[serde(default)]
    pub command: Vec<String>,
    #[serde(default)]
    pub ports: Vec<String>,
    #[serde(default)]
    pub volumes: Vec<String>,
    /// How a container of this image behaves where its service says nothing else.
    #[serde(default)]
    pub behaviour: Behaviour,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    pub project: String,
    pub working_dir: String,
    #[serde(default)]
    pub config_files: Vec<String>,
    /// What the label of the configuration's hash says, by service; made up where nothing is given.
    #[serde(default)]
    pub config_hashes: BTreeMap<String, String>,
    /// Compose keys of its networks; the first one is where services are attached by default.
    #[serde(default)]
    pub networks: Vec<String>,
    #[serde(default)]
    pub volumes: Vec<String>,
    pub services: IndexMap<String, Service>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub image: String,
    pub container_name: Option<String>,
    #[serde(default = "one")]
    pub replicas: u32,
    #[serde(default)]
    pub up: Span,
    /// How often it had been restarted before the story begins.
    #[serde(default)]
    pub restarts: u64,
    #[serde(default)]
    pub command: Vec<String>,
    #[serde(default)]
    pub ports: Vec<String>,
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// `volume-key:/path` or `/host/path:/path`, with `:ro` where wanted.
    #[serde(default)]
    pub volumes: Vec<String>,
    #[serde(default)]
    pub depends_on: IndexMap<String, String>,
    pub healthcheck: Option<Healthcheck>,
    #[serde(default = "unless_stopped")]
    pub restart: String,
    pub memory_limit: Option<Size>,
    /// Indices of the GPUs reserved for it.
    #[serde(default)]
    pub gpus: Vec<u32>,
    #[serde(default)]
    pub stopped: bool,
    /// Whether its file was edited after it was created: its label then has another hash than the file.
    #[serde(default)]
    pub edited: bool,
    #[serde(default)]
    pub behaviour: Behaviour,
}

fn unless_stopped() -> String {
    "unless-stopped".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Healthcheck {
    pub test: Vec<String>,
    #[serde(default = "half_a_minute")]
    pub interval: Span,
}

fn half_a_minute() -> Span {
    Span(std::time::Duration::from_secs(30))
}
