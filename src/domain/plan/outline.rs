//! A plan as a tree: what belongs to the stack as a whole, then its services, each with its steps and what they come to.

use super::{Plan, PlannedStep, StepVerb};
use std::collections::BTreeMap;

/// What is planned for one service, or for what belongs to none: networks, volumes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    pub service: Option<String>,
    /// Indices into the plan's steps, in their order.
    pub steps: Vec<usize>,
    /// The step that weighs most, by which the branch is marked.
    pub verb: StepVerb,
    /// `recreate ×3: image changed`, `create`, `nothing to do`.
    pub headline: String,
}

impl Plan {
    /// The branches in the order in which the plan comes to them, that of the stack's own objects first.
    pub fn outline(&self) -> Vec<Branch> {
        let mut branches: Vec<(Option<&str>, Vec<usize>)> = Vec::new();
        let mut places: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for (index, step) in self.steps.iter().enumerate() {
            let service = step.service.as_deref();
            let place = *places.entry(service).or_insert_with(|| {
                branches.push((service, Vec::new()));
                branches.len() - 1
            });
            branches[place].1.push(index);
        }
        // What is made for all comes first, what is taken from all comes last.
        branches.sort_by_key(|(service, steps)| {
            let goes = steps.iter().all(|index| self.steps[*index].verb.interrupts());
            if service.is_some() { 1 } else { 2 * u8::from(goes) }
        });
        let branch = |(service, steps): (Option<&str>, Vec<usize>)| {
            let members: Vec<&PlannedStep> = steps.iter().map(|index| &self.steps[*index]).collect();
            Branch {
                service: service.map(str::to_owned),
                verb: heaviest(&members),
                headline: headline(&members),
                steps,
            }
        };
        branches.into_iter().map(branch).collect()
    }

    /// `3 create, 1 recreate, 5 unchanged; mcp-api away up to 10s`
    pub fn counts(&self) -> String {
        let mut fates: BTreeMap<(bool, &str), StepVerb> = BTreeMap::new();
        let mut others: BTreeMap<StepVerb, usize> = BTreeMap::new();
        for step in &self.steps {
            if !step.verb.is_of_container() {
                *others.entry(step.verb).or_default() += 1;
                continue;
            }
            let fate = fates.entry((true, &step.object)).or_insert(step.verb);
            if weight(step.verb) > weight(*fate) {
                *fate = step.verb;
            }
        }
        let mut containers: BTreeMap<StepVerb, usize> = BTreeMap::new();
        for verb in fates.into_values() {
            *containers.entry(verb).or_default() += 1;
        }
        let mut counted: Vec<(StepVerb, usize)> = containers.into_iter().chain(others).collect();
        counted.retain(|(verb, _)| !matches!(verb, StepVerb::Await | StepVerb::Steer | StepVerb::Drain));
        counted.sort_by_key(|(verb, _)| (*verb == StepVerb::Keep, *verb));
        let words: Vec<String> =
            counted.into_iter().map(|(verb, count)| counted_words(verb, count)).collect();
        let away = [self.away(true), self.away(false)].into_iter().flatten();
        std::iter::once(words.join(", ")).chain(away).collect::<Vec<_>>().join("; ")
    }

    /// Who is away for a while (`back`), or for good, and how long a stop takes at the most.
    fn away(&self, back: bool) -> Option<String> {
        let returns =
            |verb: StepVerb| matches!(verb, StepVerb::RecreateContainer | StepVerb::RestartContainer);
        let steps: Vec<&PlannedStep> =
            self.steps.iter().filter(|step| step.downtime.is_some() && returns(step.verb) == back).collect();
        let longest = steps.iter().filter_map(|step| step.downtime).max()?;
        let mut names: Vec<&str> = steps.iter().map(|step| step.object.as_str()).collect();
        names.dedup();
        let each = if names.len() > 1 { " each" } else { "" };
        let names = match names.as_slice() {
            [first, second, _, rest @ ..] => format!("{first}, {second} and {} more", rest.len() + 1),
            few => few.join(" and "),
        };
        let longest = crate::domain::units::duration(longest);
        Some(match (back, each.is_empty()) {
            (true, _) => format!("{names} away up to {longest}{each}"),
            (false, true) => format!("{names} stops within {longest}"),
            (false, false) => format!("{names} stop within {longest}{each}"),
        })
    }
}

impl StepVerb {
    /// Whether the step's object is a container.
    pub fn is_of_container(self) -> bool {
        match self {
            Self::CreateContainer
            | Self::RecreateContainer
            | Self::StartContainer
            | Self::StopContainer
            | Self::RestartContainer
            | Self::KillContainer
            | Self::PauseContainer
            | Self::UnpauseContainer
            | Self::RenameContainer
            | Self::RemoveContainer
            | Self::Keep => true,
            Self::Pull
            | Self::Build
            | Self::Push
            | Self::CreateNetwork
            | Self::CreateVolume
            | Self::RemoveNetwork
            | Self::RemoveVolume
            | Self::RemoveImage
            | Self::Await
            | Self::Exec
            | Self::Steer
            | Self::Drain
            | Self::TagImage
            | Self::Dump
            | Self::RemoveBackup
            | Self::PinBackup
            | Self::UnpinBackup
            | Self::Export
            | Self::CopyOffsite
            | Self::FetchOffsite
            | Self::Check
            | Self::CreateRoles
            | Self::Stage
            | Self::Switch => false,
        }
    }
}

/// What says most about an object to which several steps are done.
fn weight(verb: StepVerb) -> usize {
    const LIGHT_TO_HEAVY: [StepVerb; 35] = [
        StepVerb::Keep,
        StepVerb::Await,
        StepVerb::Drain,
        StepVerb::Steer,
        StepVerb::TagImage,
        StepVerb::CreateNetwork,
        StepVerb::CreateVolume,
        StepVerb::Pull,
        StepVerb::Build,
        StepVerb::Push,
        StepVerb::PinBackup,
        StepVerb::UnpinBackup,
        StepVerb::Export,
        StepVerb::CopyOffsite,
        StepVerb::FetchOffsite,
        StepVerb::Check,
        StepVerb::Dump,
        StepVerb::CreateRoles,
        StepVerb::Stage,
        StepVerb::Exec,
        StepVerb::RenameContainer,
        StepVerb::UnpauseContainer,
        StepVerb::StartContainer,
        StepVerb::RemoveImage,
        StepVerb::RemoveNetwork,
        StepVerb::PauseContainer,
        StepVerb::StopContainer,
        StepVerb::KillContainer,
        StepVerb::RestartContainer,
        StepVerb::CreateContainer,
        StepVerb::RemoveContainer,
        StepVerb::RecreateContainer,
        StepVerb::Switch,
        StepVerb::RemoveBackup,
        StepVerb::RemoveVolume,
    ];
    LIGHT_TO_HEAVY.iter().position(|known| *known == verb).unwrap_or(LIGHT_TO_HEAVY.len())
}

fn heaviest(steps: &[&PlannedStep]) -> StepVerb {
    steps.iter().map(|step| step.verb).max_by_key(|verb| weight(*verb)).unwrap_or(StepVerb::Keep)
}

/// What the steps come to. Starting what was just made, or waiting, needs no word beside it.
fn headline(steps: &[&PlannedStep]) -> String {
    let made = |object: &str| {
        steps.iter().any(|step| {
            step.object == object
                && matches!(step.verb, StepVerb::CreateContainer | StepVerb::RecreateContainer)
        })
    };
    let removed = |object: &str| {
        steps.iter().any(|step| step.object == object && step.verb == StepVerb::RemoveContainer)
    };
    let mut said: Vec<(StepVerb, &str, usize)> = Vec::new();
    for step in steps {
        let follows = match step.verb {
            StepVerb::StartContainer => made(&step.object),
            StepVerb::StopContainer => removed(&step.object),
            StepVerb::Await | StepVerb::Drain | StepVerb::Steer | StepVerb::Keep => true,
            StepVerb::Pull
            | StepVerb::Build
            | StepVerb::Push
            | StepVerb::CreateNetwork
            | StepVerb::CreateVolume
            | StepVerb::CreateContainer
            | StepVerb::RecreateContainer
            | StepVerb::RestartContainer
            | StepVerb::KillContainer
            | StepVerb::PauseContainer
            | StepVerb::UnpauseContainer
            | StepVerb::RenameContainer
            | StepVerb::RemoveContainer
            | StepVerb::RemoveNetwork
            | StepVerb::RemoveVolume
            | StepVerb::RemoveImage
            | StepVerb::Exec
            | StepVerb::TagImage
            | StepVerb::Dump
            | StepVerb::RemoveBackup
            | StepVerb::PinBackup
            | StepVerb::UnpinBackup
            | StepVerb::Export
            | StepVerb::CopyOffsite
            | StepVerb::FetchOffsite
            | StepVerb::Check
            | StepVerb::CreateRoles
            | StepVerb::Stage
            | StepVerb::Switch => false,
        };
        if follows {
            continue;
        }
        match said.iter_mut().find(|(verb, reason, _)| *verb == step.verb && *reason == step.reason) {
            Some((_, _, count)) => *count += 1,
            None => said.push((step.verb, &step.reason, 1)),
        }
    }
    if said.is_empty() {
        let waits = steps.iter().any(|step| step.verb == StepVerb::Await);
        return if waits { "nothing to do; waited for".to_owned() } else { "nothing to do".to_owned() };
    }
    let words = said.into_iter().map(|(verb, reason, count)| {
        let times = if count > 1 { format!(" ×{count}") } else { String::new() };
        // That what is created does not exist, and that what was asked for is, goes without saying.
        let plain =
            reason.is_empty() || matches!(reason, "does not exist" | "asked for" | "does not run" | "down");
        let reason = if plain { String::new() } else { format!(": {reason}") };
        format!("{}{times}{reason}", verb.words())
    });
    words.collect::<Vec<_>>().join("; ")
}

/// `3 create`, `1 network`, `2 volumes removed`, `5 unchanged`.
fn counted_words(verb: StepVerb, count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    match verb {
        StepVerb::Keep => format!("{count} unchanged"),
        StepVerb::CreateNetwork => format!("{count} new network{plural}"),
        StepVerb::CreateVolume => format!("{count} new volume{plural}"),
        StepVerb::RemoveNetwork => format!("{count} network{plural} removed"),
        StepVerb::RemoveVolume => format!("{count} volume{plural} removed"),
        StepVerb::Pull => format!("{count} image{plural} pulled"),
        StepVerb::Build => format!("{count} image{plural} built"),
        StepVerb::Push => format!("{count} image{plural} pushed"),
        StepVerb::Dump => format!("{count} dump{plural}"),
        StepVerb::RemoveBackup => format!("{count} backup{plural} removed"),
        StepVerb::PinBackup => format!("{count} backup{plural} pinned"),
        StepVerb::UnpinBackup => format!("{count} backup{plural} left to the policy"),
        StepVerb::Export => format!("{count} backup{plural} exported"),
        StepVerb::CopyOffsite => format!("{count} backup{plural} copied off site"),
        StepVerb::FetchOffsite => format!("{count} backup{plural} fetched"),
        StepVerb::RemoveImage => format!("{count} image{plural} removed"),
        StepVerb::Exec => format!("{count} command{plural} run"),
        StepVerb::Check => format!("{count} check{plural}"),
        // Each step is of one server, and has any number of them.
        StepVerb::CreateRoles => "new roles".to_owned(),
        StepVerb::Stage => format!("{count} staged"),
        StepVerb::Switch => format!("{count} switched"),
        StepVerb::TagImage => format!("{count} image{plural} tagged"),
        StepVerb::CreateContainer
        | StepVerb::RecreateContainer
        | StepVerb::StartContainer
        | StepVerb::StopContainer
        | StepVerb::RestartContainer
        | StepVerb::KillContainer
        | StepVerb::PauseContainer
        | StepVerb::UnpauseContainer
        | StepVerb::RenameContainer
        | StepVerb::RemoveContainer
        | StepVerb::Steer
        | StepVerb::Drain
        | StepVerb::Await => format!("{count} {}", verb.words()),
    }
}

#[cfg(test)]
mod tests;
