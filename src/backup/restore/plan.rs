//! What a restore would do, from what there is and what is asked for. Pure.

mod draft;
mod roles;
mod steps;

use super::look::Facts;
use super::state::Ran;
use super::target::Target;
use crate::backup::manifest::Content;
use crate::backup::{Manifest, ManifestPart};
use crate::domain::{Fault, FaultKind, Plan, RestoreMode, RestoreOptions};
use draft::Draft;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A plan and all that is needed to follow it.
pub struct Course {
    pub plan: Plan,
    /// One for each step of the plan.
    pub actions: Vec<Action>,
    pub targets: Vec<Target>,
    /// Who runs and is stopped, in the order of the starting.
    pub ran: Vec<Ran>,
    /// Why no safety backup is taken; only where that was agreed to.
    pub unsafe_because: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The bundle is read, all of it.
    Check,
    /// An old side that still waits goes, as was asked for.
    Accept,
    /// A server gets the roles that it lacks, by its service.
    Roles(String),
    Stage(usize),
    Safety,
    Stop(usize),
    /// These change places, at once where they can.
    Switch(Vec<usize>),
    Start(usize),
    /// The data that is in use now answers.
    Prove,
}

/// The parts that are put back.
pub fn chosen<'list>(
    manifest: &'list Manifest,
    options: &RestoreOptions,
) -> Result<Vec<&'list ManifestPart>, Fault> {
    let fault = |cause: String| {
        let hint = format!("`mcp-tui backup show {}` tells its parts", manifest.name);
        Fault::new(FaultKind::Invalid, "restore", &manifest.name).because(cause).hint(hint)
    };
    for path in &options.parts {
        let part = manifest.parts.iter().find(|part| part.part.path == *path);
        match part {
            None => return Err(fault(format!("it has no part `{path}`"))),
            Some(part) if mode_of(&part.content).is_none() => {
                return Err(fault(format!(
                    "`{path}` is there to be read, and nothing puts it back: {}",
                    part.content.word()
                )));
            }
            Some(_) => {}
        }
    }
    let wanted = |part: &&ManifestPart| {
        let named = options.parts.is_empty() || options.parts.contains(&part.part.path);
        let of_mode = match options.mode {
            RestoreMode::Full => mode_of(&part.content).is_some(),
            mode @ (RestoreMode::Database | RestoreMode::Artifacts) => mode_of(&part.content) == Some(mode),
        };
        named && of_mode
    };
    let chosen: Vec<&ManifestPart> = manifest.parts.iter().filter(wanted).collect();
    if chosen.is_empty() {
        return Err(fault(format!("it has nothing for the mode `{}`", options.mode.word())));
    }
    Ok(chosen)
}

/// What the part is, of what can be put back.
fn mode_of(content: &Content) -> Option<RestoreMode> {
    match content {
        Content::Postgres(_) | Content::Redis(_) => Some(RestoreMode::Database),
        Content::Volume(_) | Content::Bind(_) | Content::Files(_) => Some(RestoreMode::Artifacts),
        Content::PostgresGlobals(_) | Content::Exec { .. } | Content::Compose | Content::Images => None,
    }
}

/// `id` names what is made; `safety` is why no safety backup could be taken, if none can.
pub fn plan(
    facts: &Facts,
    options: &RestoreOptions,
    id: &str,
    safety: Option<&Fault>,
    now: Timestamp,
) -> Result<Course, Fault> {
    let chosen = chosen(&facts.manifest, options)?;
    let mut draft = Draft {
        facts,
        options,
        targets: Vec::new(),
        stopped: BTreeSet::new(),
        warnings: Vec::new(),
        volumes: Vec::new(),
        taken: BTreeMap::new(),
        told: BTreeMap::new(),
    };
    for part in &chosen {
        draft.add(part, id)?;
    }
    draft.no_two_in_one_place()?;
    draft.clients()?;
    draft.finish(safety, now)
}

/// The databases of one server change names together; a directory goes by itself.
pub fn groups(targets: &[Target]) -> Vec<Vec<usize>> {
    let mut servers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut groups = Vec::new();
    for (number, target) in targets.iter().enumerate() {
        match target {
            Target::Database(target) => servers.entry(&target.service).or_default().push(number),
            Target::Directory(_) => groups.push(vec![number]),
        }
    }
    servers.into_values().chain(groups).collect()
}

#[cfg(test)]
mod tests;
