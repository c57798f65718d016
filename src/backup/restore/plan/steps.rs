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
        steps.add(
            Action::Check,
            StepVerb::Check,
            format!("backup {}", manifest.name),
            None,
            format!("{bytes}, taken {age} ago"),
        );
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
        for (number, target) in self.targets.iter().enumerate() {
            let reason = self.told.get(&number).cloned().unwrap_or_default();
            steps.add(Action::Stage(number), StepVerb::Stage, target.label(), service(target), reason);
        }
        let unsafe_because = self.save(safety, &mut steps)?;
        // Only now: until the new side is there and the one in use is saved, all that there is may be needed.
        if let Some(pending) = waits {
            let (step, _) = decided(pending, Decision::Accept);
            steps.add(Action::Accept, step.verb, step.object, None, step.reason);
        }
        self.stop(&ran, &mut steps);
        for group in groups(&self.targets) {
            let labels: Vec<String> = group.iter().map(|number| self.targets[*number].label()).collect();
            let owner = group.first().and_then(|number| service(&self.targets[*number]));
            let reason = "what is there now is kept until accepted".to_owned();
            steps.add(Action::Switch(group), StepVerb::Switch, labels.join(", "), owner, reason);
        }
        for (number, one) in ran.iter().enumerate() {
            steps.add(
                Action::Start(number),
                StepVerb::StartContainer,
                one.name.clone(),
                Some(one.service.clone()),
                "it ran before".to_owned(),
            );
        }
        steps.add(Action::Prove, StepVerb::Check, format!("data of {}", facts.stack), None, String::new());
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
                let reason = "of what is there now; checked and pinned".to_owned();
                steps.add(
                    Action::Safety,
                    StepVerb::Dump,
                    format!("safety backup of {}", facts.stack),
                    None,
                    reason,
                );
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
            steps.add(
                Action::Stop(number),
                StepVerb::StopContainer,
                one.name.clone(),
                Some(one.service.clone()),
                "until the data is switched".to_owned(),
            );
            if let Some(step) = steps.steps.last_mut() {
                step.downtime = Some(grace);
            }
        }
    }

    /// What must be read before it is agreed to.
    fn note(&mut self, age: &str) {
        let manifest = &self.facts.manifest;
        self.warnings.push(format!(
            "all that was written since {} ({age} ago) goes out of use; `backup undo` brings it back until it is accepted",
            manifest.created
        ));
        let shown: Vec<&str> = manifest
            .parts
            .iter()
            .filter(|part| mode_of(&part.content).is_none())
            .map(|part| part.part.path.as_str())
            .collect();
        if !shown.is_empty() {
            self.warnings.push(format!("in the backup to be read, and not put back: {}", shown.join(", ")));
        }
        self.warnings.extend(manifest.warnings.iter().map(|warning| format!("the backup notes: {warning}")));
    }
}

fn service(target: &Target) -> Option<String> {
    match target {
        Target::Database(target) => Some(target.service.clone()),
        Target::Directory(_) => None,
    }
}

struct Steps {
    steps: Vec<PlannedStep>,
    actions: Vec<Action>,
}

impl Steps {
    fn add(
        &mut self,
        action: Action,
        verb: StepVerb,
        object: String,
        service: Option<String>,
        reason: String,
    ) {
        self.steps.push(PlannedStep { verb, object, service, reason, after: Vec::new(), downtime: None });
        self.actions.push(action);
    }
}
