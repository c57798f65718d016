//! Plans: from what the files ask for and what the Engine has to a graph of steps with reasons. Pure.

mod bring_up;
mod card;
mod cleanup;
mod conflicts;
mod converge;
mod dependencies;
mod difference;
mod down;
mod graph;
mod hooks;
mod image_verbs;
mod images;
mod kill;
mod leftovers;
mod missing;
mod objections;
mod objects;
mod on_scale;
mod once;
mod oneoff;
mod orphans;
mod pause;
mod provision;
mod reactions;
mod removal;
mod restart;
mod rm;
mod services;
mod start;
mod starting;
mod steer;
mod stop;
mod up;
mod update;

pub use cleanup::cleanup;
pub use dependencies::prepare;
pub use down::down;
pub use image_verbs::{build_images, pull_images, push_images};
pub use kill::kill;
pub use oneoff::{OneOff, oneoff};
pub use pause::{pause, unpause};
pub use provision::{AdditionalContext, Build, BuildSecretSource, BuildSource, Pull, Push};
pub use restart::restart;
pub use rm::rm;
pub use start::start;
pub use steer::Steer;
pub use stop::stop;
pub use up::{create, scale, up};
pub use update::{accept, back, check_one_kept, is_between, update};

use super::body::Creation;
use super::file::{Condition, Hook, Project};
use super::observe::{Kept, Observed};
use crate::domain::resources::Image;
use crate::domain::{
    ChecklistLine, ContainerId, DeployState, Fault, FaultKind, Mark, Operation, Plan, PlannedStep, StepVerb,
};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A plan that can be carried out: every step of the card with what it means for the Engine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ActionPlan {
    plan: Plan,
    actions: Vec<Action>,
    stop_timeout: Option<Duration>,
    wait_timeout: Option<Duration>,
    /// By service, what is run in its containers once they have started and before they stop.
    lifecycles: BTreeMap<String, Lifecycle>,
    /// So many of the first steps provide images.
    image_steps: usize,
    again: Option<Box<Again>>,
    /// What is gone back to when a step fails.
    undo: Option<Box<Again>>,
    /// Whose containers nobody else may touch meanwhile.
    guard: Option<Guard>,
    at_once: Option<usize>,
}

/// The services that a deploy has for itself, and the containers that they had when it was planned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    pub project: String,
    pub services: BTreeSet<String>,
    pub known: BTreeSet<ContainerId>,
}

/// What is planned again once the images are there: only then it is known which containers they replace.
#[derive(Debug, Clone, PartialEq)]
pub struct Again {
    pub project: Project,
    pub operation: Operation,
    pub outstanding: BTreeSet<String>,
    pub done: BTreeSet<String>,
    pub kept: Option<Kept>,
    pub pinned: BTreeMap<String, Image>,
}

/// `post_start` and `pre_stop` of a service.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lifecycle {
    pub post_start: Vec<Hook>,
    pub pre_stop: Vec<Hook>,
}

/// A container that is there already, or one that an earlier step makes.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    Existing { id: ContainerId, name: String },
    Made { name: String },
}

impl Target {
    pub fn name(&self) -> &str {
        match self {
            Self::Existing { name, .. } | Self::Made { name } => name,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Pull(Box<Pull>),
    Build(Box<Build>),
    Push(Box<Push>),
    CreateNetwork {
        name: String,
        body: Value,
    },
    CreateVolume {
        body: Value,
    },
    Create(Box<Creation>),
    /// The new one is made beside the old one, which is stopped and removed; then it takes the name.
    Recreate {
        old: ContainerId,
        creation: Box<Creation>,
    },
    Start(Target),
    Stop(Target),
    Restart(Target),
    Kill {
        target: Target,
        signal: String,
    },
    Pause(Target),
    Unpause(Target),
    Rename {
        target: Target,
        name: String,
    },
    Remove {
        target: Target,
        /// Anonymous volumes too.
        volumes: bool,
        /// Even if it runs by then.
        force: bool,
    },
    RemoveNetwork {
        name: String,
    },
    RemoveVolume {
        name: String,
    },
    RemoveImage {
        reference: String,
    },
    /// Until they are healthy, or run where no health check can tell.
    AwaitUp {
        containers: Vec<Target>,
    },
    Await {
        condition: Condition,
        containers: Vec<Target>,
        /// When it is not, a failure is a warning.
        required: bool,
    },
    /// A command in a running container, which has to end with 0.
    Exec {
        target: Target,
        command: Vec<String>,
        /// Where the files ask for it. The arguments may hold secrets and are told nowhere.
        key: String,
    },
    /// A proxy leads requests to some of a service's containers, or to all that its name stands for.
    Steer(Box<Steer>),
    /// Requests that a proxy has led to them are waited for, so long at the most.
    Drain {
        containers: Vec<Target>,
        proxies: Vec<Target>,
        limit: Duration,
    },
    /// They have to prove themselves.
    Gate {
        containers: Vec<Target>,
        gate: Gate,
    },
    /// The image gets the name, wherever that has led before.
    Tag {
        image: String,
        reference: String,
    },
    Keep,
}

/// What a new container has to be before anything depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// Healthy for so long without a break.
    pub min_healthy: Duration,
    /// And so within this time.
    pub deadline: Duration,
    /// Whether a health check can tell; without one, that it runs has to do.
    pub proven: bool,
}

impl ActionPlan {
    /// The plan in the words of the confirm card; its steps have the indices that progress is told by.
    pub fn summary(&self) -> Plan {
        self.plan.clone()
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// What is run in the container of a step besides.
    pub fn lifecycle(&self, step: usize) -> Option<&Lifecycle> {
        self.lifecycles.get(self.plan.steps.get(step)?.service.as_ref()?)
    }

    /// How long a container that is stopped has to end, when that is not its own affair.
    pub fn stop_timeout(&self) -> Option<Duration> {
        self.stop_timeout
    }

    /// How long anything is waited for, dependencies too, when that is not its health check's affair alone.
    pub fn wait_timeout(&self) -> Option<Duration> {
        self.wait_timeout
    }

    /// Has no more steps than these taken at a time.
    pub fn limit(&mut self, at_once: usize) {
        self.at_once = Some(at_once);
    }

    /// How many steps may be taken at a time, when somebody bounds it.
    pub fn at_once(&self) -> Option<usize> {
        self.at_once
    }

    /// How many of the first steps are to be taken before what is planned again.
    pub fn image_steps(&self) -> usize {
        self.image_steps
    }

    pub fn undo(&self) -> Option<&Again> {
        self.undo.as_deref()
    }

    pub fn guard(&self) -> Option<&Guard> {
        self.guard.as_ref()
    }

    /// Puts all steps of a plan that was given up before those of this one.
    #[must_use]
    pub fn instead_of(self, given_up: &Self) -> Self {
        let steps = given_up.actions.len();
        let given_up = Self { image_steps: steps, ..given_up.clone() };
        self.following(&given_up)
    }

    pub fn again(&self) -> Option<&Again> {
        self.again.as_deref()
    }

    /// Puts the steps that provided the images before those of the plan that was made with them.
    #[must_use]
    pub fn following(mut self, earlier: &Self) -> Self {
        let count = earlier.image_steps;
        for step in &mut self.plan.steps {
            step.after.iter_mut().for_each(|earlier| *earlier += count);
        }
        self.plan.checklist.clone_from(&earlier.plan.checklist);
        self.plan.reactions.iter_mut().for_each(|(step, _)| *step += count);
        self.plan.milestones.iter_mut().for_each(|(step, _)| *step += count);
        let reached = earlier.plan.milestones.iter().filter(|(step, _)| *step < count);
        self.plan.milestones.splice(0..0, reached.copied());
        self.plan.steps.splice(0..0, earlier.plan.steps.iter().take(count).cloned());
        self.actions.splice(0..0, earlier.actions.iter().take(count).cloned());
        self.image_steps += count;
        self.at_once = earlier.at_once;
        self
    }

    fn add(
        &mut self,
        verb: StepVerb,
        object: &str,
        service: Option<&str>,
        reason: &str,
        action: Action,
    ) -> usize {
        self.plan.steps.push(PlannedStep::new(verb, object, reason).of(service));
        self.actions.push(action);
        self.plan.steps.len() - 1
    }

    fn after(&mut self, step: usize, earlier: impl IntoIterator<Item = usize>) {
        if let Some(planned) = self.plan.steps.get_mut(step) {
            planned.after.extend(earlier.into_iter().filter(|earlier| *earlier != step));
            planned.after.sort_unstable();
            planned.after.dedup();
        }
    }

    fn downtime(&mut self, step: usize, downtime: Duration) {
        if let Some(planned) = self.plan.steps.get_mut(step) {
            planned.downtime = Some(self.stop_timeout.unwrap_or(downtime));
        }
    }

    /// The ids of the containers that are removed, or make room for new ones.
    fn taken_away(&self) -> BTreeSet<&str> {
        let mut ids = BTreeSet::new();
        for action in &self.actions {
            if let Action::Remove { target: Target::Existing { id, .. }, .. }
            | Action::Recreate { old: id, .. } = action
            {
                ids.insert(id.0.as_str());
            }
        }
        ids
    }

    /// Takes in the steps of a plan that waits for nothing, but for those that are planned already.
    fn absorb(&mut self, other: Self) {
        for (step, action) in other.plan.steps.into_iter().zip(other.actions) {
            if !self.plan.steps.iter().any(|known| known.verb == step.verb && known.object == step.object) {
                self.plan.steps.push(step);
                self.actions.push(action);
            }
        }
        other.plan.warnings.into_iter().for_each(|warning| self.warn(warning));
        for volume in other.plan.volumes {
            if !self.plan.volumes.contains(&volume) {
                self.plan.volumes.push(volume);
            }
        }
    }

    /// Shows on the card what was looked at besides and is not as it should be.
    pub fn look_back(&mut self, lines: Vec<ChecklistLine>) {
        self.plan.checklist = lines.into_iter().filter(|line| line.mark != Mark::Ok).collect();
    }

    /// Once the step is done, the deploy has come so far.
    fn reaches(&mut self, step: usize, state: DeployState) {
        self.plan.milestones.push((step, state));
    }

    /// What the card is headed with.
    pub fn entitle(&mut self, title: String) {
        self.plan.title = title;
    }

    /// What does not block but must be read on the card.
    pub fn warn(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.plan.warnings.contains(&text) {
            self.plan.warnings.push(text);
        }
    }
}

/// The plan of any operation on a stack but a backup, which is not ours to plan. Without a project, what the
/// containers' labels tell has to do.
pub fn for_operation(
    project: Option<&Project>,
    observed: &Observed,
    operation: &Operation,
) -> Result<ActionPlan, Fault> {
    let needs_files = || {
        project.ok_or_else(|| {
            Fault::new(FaultKind::NotFound, operation.verb(), observed.project.as_str())
                .because("the stack is known by its containers only, and its files are needed for this")
                .hint("name its files with -f, or its directory with -s")
        })
    };
    let all = observed;
    let observed = match operation {
        // It takes everything along, and says so.
        Operation::Down(_) => Cow::Borrowed(all),
        _ => update::hidden(all),
    };
    let observed = observed.as_ref();
    let mut plan = match operation {
        Operation::Up(options) => up(needs_files()?, observed, options),
        Operation::Create(options) => create(needs_files()?, observed, options),
        Operation::Scale { replicas, no_deps } => scale(needs_files()?, observed, replicas, *no_deps),
        Operation::Down(options) => down(project, observed, options),
        Operation::Start { services } => start(project, observed, services),
        Operation::Stop { services, timeout } => stop(project, observed, services, *timeout),
        Operation::Restart { services, timeout, no_deps } => {
            restart(project, observed, services, *timeout, *no_deps)
        }
        Operation::Kill { services, signal, remove_orphans } => {
            kill(project, observed, services, signal, *remove_orphans)
        }
        Operation::Pause { services } => pause(project, observed, services),
        Operation::Unpause { services } => unpause(project, observed, services),
        Operation::Rm { services, stop, volumes } => rm(project, observed, services, *stop, *volumes),
        Operation::Cleanup { volumes } => Ok(cleanup(project, observed, *volumes)),
        Operation::Prepare { service, options } => prepare(needs_files()?, observed, service, options),
        Operation::Pull(options) => pull_images(needs_files()?, observed, options),
        Operation::Build(options) => build_images(needs_files()?, observed, options),
        Operation::Push(options) => push_images(needs_files()?, observed, options),
        Operation::Update(options) => update(needs_files()?, observed, options),
        Operation::Rollback { .. } => update::roll_back(needs_files()?, observed),
        Operation::Accept => accept(needs_files()?, all),
        Operation::Backup
        | Operation::Bundle(_)
        | Operation::Restore(_)
        | Operation::RestoreAccept
        | Operation::RestoreUndo => Err(Fault::new(FaultKind::Internal, "plan", observed.project.as_str())
            .because("a backup is not a Compose operation")),
    }?;
    update::check_kept(operation, &plan, all)?;
    if let Some(warning) = update::standing(operation, all) {
        plan.warn(warning);
    }
    let same = |project: &Project| {
        Box::new(Again {
            project: project.clone(),
            operation: operation.clone(),
            outstanding: observed.outstanding.clone(),
            done: observed.done.clone(),
            kept: observed.kept,
            pinned: observed.pinned.clone(),
        })
    };
    plan.again = project.filter(|_| plan.image_steps > 0).map(same);
    // What is accepted is not taken back: it goes on from what there is.
    if plan.guard.is_some() && *operation != Operation::Accept {
        plan.undo = project.filter(|project| update::goes_back(project)).map(same);
    }
    Ok(plan)
}

#[cfg(test)]
mod tests;
