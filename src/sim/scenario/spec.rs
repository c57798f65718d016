//! The shape of a script.

mod behaviour;
mod incident;
mod machine;
mod stack;

pub use super::quantity::{Size, Span};
pub use behaviour::{Answer, Behaviour, Curve, Endpoint, Generator, Line, SizeCurve, Stream};
pub use incident::{Deed, Incident, Target};
pub use machine::{Card, Engine, Gpu, GpuUse, Host};
pub use stack::{Image, Service, Stack};

use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    #[serde(default)]
    pub seed: u64,
    /// When the story begins, in RFC 3339; the real present when absent.
    pub begins: Option<String>,
    /// The clock stands still until it is advanced.
    #[serde(default)]
    pub clock_held: bool,
    #[serde(default)]
    pub engine: Engine,
    #[serde(default)]
    pub host: Host,
    #[serde(default)]
    pub gpus: Vec<Gpu>,
    #[serde(default)]
    pub images: Vec<Image>,
    #[serde(default)]
    pub stacks: Vec<Stack>,
    pub fleet: Option<Fleet>,
    #[serde(default)]
    pub incidents: Vec<Incident>,
}

fn one() -> u32 {
    1
}

/// Quiet containers in several projects, for trials of speed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fleet {
    pub count: u32,
    pub per_project: u32,
    pub lines_per_second: f64,
}

impl Default for Fleet {
    fn default() -> Self {
        Self { count: 0, per_project: 20, lines_per_second: 0.02 }
    }
}

impl Script {
    /// What the types alone cannot say.
    pub fn check(&self) -> Result<(), String> {
        if let Some(begins) = &self.begins {
            begins.parse::<jiff::Timestamp>().map_err(|error| format!("begins: {error}"))?;
        }
        for stack in &self.stacks {
            for (name, service) in &stack.services {
                let known = self.images.iter().any(|image| image.tags.contains(&service.image));
                if !known {
                    return Err(format!(
                        "stacks.{}.services.{name}.image: {:?} is not among images",
                        stack.project, service.image
                    ));
                }
            }
        }
        if self.incidents.iter().any(|incident| incident.every.is_some_and(|every| every.0.as_secs() == 0)) {
            return Err("incidents: every must be at least 1s".to_owned());
        }
        let answers = self.images.iter().flat_map(|image| &image.behaviour.exec);
        let services = self.stacks.iter().flat_map(|stack| stack.services.values());
        for answer in answers.chain(services.flat_map(|service| &service.behaviour.exec)) {
            regex::Regex::new(&answer.command).map_err(|error| format!("exec.command: {error}"))?;
        }
        Ok(())
    }
}
