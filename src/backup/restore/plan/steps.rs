//! The steps of a restore, in their order.

use super::super::order::{concerned, starting};
use super::super::settle::{Decision, decided};
use super::super::state::{Ran, Way};
use super::super::target::Target;
use super::draft::Draft;
use super::{Action, Course, groups, mode_of};
use crate::domain::{Fault, FaultKind, Plan, PlannedStep, StepVerb, units};
use jiff::Timestamp;
use std::time::Duration;

/// Docker's own grace where a container asks for none.
const DEFAULT_GRACE: Duration = Duration::from_secs(10);

impl Draft<'_> {
    pub fn finish(mut self, safety: Option<&Fault>, now: Timestamp) -> Result<Course, Fault> {
        let facts = self.facts;
        let manifest = &facts.manifest;
        let stopped = concerned(&self.targets, &self.stopped, &facts.needs, &facts.containers);
        let ran = starting(&stopped, &facts.needs, &facts.containers, &[]);
        let mut steps = Steps { steps: Vec::new(), actions: Vec::new() };
        let age = units::duration(units::since(manifest.created, now));
        let bytes = units::bytes(manifest.parts.iter().map(|part| part.part.bytes).sum());
        let (backup, taken) = (format!("backup {}", manifest.name), format!("{bytes}, taken {age} ago"));
        steps.add(Action::Check, PlannedStep::new(StepVerb::Check, backup, taken));
        self.is_of_here()?;
        let waits = facts.pending.as_ref().filter(|pending| pending.phase.way() == Way::Decide);
        if let Some(pending) = waits {
            pending.must_be_of(&facts.endpoint)?;
            if !self.options.force {
                return Err(self
                    .fault(FaultKind::Conflict, "", pending.sentence(now))
                    .hint("decide that first: `backup accept` or `backup undo`; --force accepts it"));
            }
        }
        self.roles(&mut steps);
        for (number, target) in self.targets.iter().enumerate() {
            let reason = self.told.get(&number).cloned().unwrap_or_default();
            let step = PlannedStep::new(StepVerb::Stage, target.label(), reason).of(service(target));
            steps.add(Action::Stage(number), step);
        }
        let unsafe_because = self.save(safety, &mut steps)?;
        // Only now: until the new side is there and the one in use is saved, all that there is may be needed.
        if let Some(pending) = waits {
            let (step, _) = decided(pending, Decision::Accept);
            steps.add(Action::Accept, step);
        }
        self.stop(&ran, &mut steps);
        for group in groups(&self.targets) {
            let labels: Vec<String> = group.iter().map(|number| self.targets[*number].label()).collect();
            let owner = group.first().and_then(|number| service(&self.targets[*number]));
            let reason = "what is there now is kept until accepted";
            let step = PlannedStep::new(StepVerb::Switch, labels.join(", "), reason).of(owner);
            steps.add(Action::Switch(group), step);
        }
        for (number, one) in ran.iter().enumerate() {
            let step = PlannedStep::new(StepVerb::StartContainer, &one.name, "it ran before");
            steps.add(Action::Start(number), step.of(one.service.as_str()));
        }
        steps.add(Action::Prove, PlannedStep::new(StepVerb::Check, format!("data of {}", facts.stack), ""));
        self.note(&age);
        let mode = self.options.mode.word();
        Ok(Course {
            plan: Plan {
                title: format!("restore {} from {}", facts.stack, manifest.name),
                steps: steps.steps,
                warnings: self.warnings,
                equivalent: format!(
                    "docker exec -i … pg_restore …, as {}/RESTORE.md says ({mode})",
                    facts.found.directory.display()
                ),
                volumes: self.volumes,
                ..Plan::default()
            },
            actions: steps.actions,
            targets: self.targets,
            ran,
            unsafe_because,
        })
    }

    /// A stack of the same name on another daemon is another stack; whoever moved it there knows.
    fn is_of_here(&mut self) -> Result<(), Fault> {
        let facts = self.facts;
        let Some(other) =
            facts.manifest.endpoint.as_ref().filter(|_| !facts.manifest.may_be_of(&facts.endpoint))
        else {
            return Ok(());
        };
        let cause = format!("{} was taken on {other}, and this is {}", facts.manifest.name, facts.endpoint);
        if self.options.force {
            self.warnings.push(cause);
            return Ok(());
        }
        Err(self.fault(FaultKind::Conflict, "", cause).hint(
            "ask with that DOCKER_HOST or context; if the stack was moved here, --force restores it here",
        ))
    }

    /// Why none can be taken, where that was agreed to.
    fn save(&mut self, safety: Option<&Fault>, steps: &mut Steps) -> Result<Option<String>, Fault> {
        let facts = self.facts;
        Ok(match safety {
            None => {
                let backup = format!("safety backup of {}", facts.stack);
                let reason = "of what is there now; checked and pinned";
                steps.add(Action::Safety, PlannedStep::new(StepVerb::Dump, backup, reason));
                None
            }
            Some(fault) if self.options.force => {
                self.warnings.push(format!(
                    "no safety backup can be taken: {}; only the old side itself is kept",
                    fault.sentence()
                ));
                Some(fault.sentence())
            }
            Some(fault) => {
                let cause = format!("no safety backup can be taken: {}", fault.sentence());
                return Err(self.fault(FaultKind::Conflict, "", cause).hint(
                    "mend that first; --force goes without one, and keeps the old side itself until accepted",
                ));
            }
        })
    }

    fn stop(&self, ran: &[Ran], steps: &mut Steps) {
        let facts = self.facts;
        for (number, one) in ran.iter().enumerate().rev() {
            let grace = facts
                .containers
                .iter()
                .find(|container| container.id == one.container)
                .and_then(|container| container.details.as_ref()?.stop_grace)
                .unwrap_or(DEFAULT_GRACE);
            let step = PlannedStep::new(StepVerb::StopContainer, &one.name, "until the data is switched");
            steps.add(Action::Stop(number), step.of(one.service.as_str()).away(grace));
        }
    }

    /// What must be read before it is agreed to.
    fn note(&mut self, age: &str) {
        let facts = self.facts;
        let manifest = &facts.manifest;
        let is_used = |path: &str| facts.servers.values().any(|live| live.lacks.made_of() == Some(path));
        self.warnings.push(format!(
            "all that was written since {} ({age} ago) goes out of use; `backup undo` brings it back until it is accepted",
            manifest.created
        ));
        let shown: Vec<&str> = manifest
            .parts
            .iter()
            .filter(|part| mode_of(&part.content).is_none())
            .map(|part| part.part.path.as_str())
            .filter(|path| !is_used(path))
            .collect();
        if !shown.is_empty() {
            self.warnings.push(format!("in the backup to be read, and not put back: {}", shown.join(", ")));
        }
        self.warnings.extend(manifest.warnings.iter().map(|warning| format!("the backup notes: {warning}")));
    }
}

fn service(target: &Target) -> Option<&str> {
    match target {
        Target::Database(target) => Some(&target.service),
        Target::Directory(_) => None,
    }
}

pub struct Steps {
    steps: Vec<PlannedStep>,
    actions: Vec<Action>,
}

impl Steps {
    pub fn add(&mut self, action: Action, step: PlannedStep) {
        self.steps.push(step);
        self.actions.push(action);
    }
}
