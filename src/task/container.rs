//! What is done to one container by itself, whether it belongs to a stack or not.

use super::Deploys;
use crate::compose::plan;
use crate::domain::task::TaskEvent;
use crate::domain::{
    Container, ContainerId, ContainerState, Fault, FaultKind, Operation, Plan, PlannedStep, StepVerb,
};
use crate::engine::Engine;
use std::path::Path;
use std::time::Duration;

/// One step on one container.
#[derive(Debug)]
pub struct ContainerAction {
    id: ContainerId,
    name: String,
    wish: Wish,
    /// It is as it is wished to be.
    there_already: bool,
    status: String,
    grace: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wish {
    Started,
    Stopped,
    Restarted,
    Signalled(String),
    Paused,
    Unpaused,
    Removed {
        /// Anonymous volumes too.
        volumes: bool,
    },
}

pub async fn prepare(
    engine: &Engine,
    root: &Path,
    id: &ContainerId,
    name: &str,
    operation: &Operation,
) -> Result<ContainerAction, Fault> {
    let wish = match operation {
        Operation::Start { .. } => Wish::Started,
        Operation::Stop { .. } => Wish::Stopped,
        Operation::Restart { .. } => Wish::Restarted,
        Operation::Kill { signal, .. } => Wish::Signalled(signal.clone()),
        Operation::Pause { .. } => Wish::Paused,
        Operation::Unpause { .. } => Wish::Unpaused,
        Operation::Rm { volumes, .. } => Wish::Removed { volumes: *volumes },
        Operation::Up(_)
        | Operation::Create(_)
        | Operation::Down(_)
        | Operation::Cleanup { .. }
        | Operation::Scale { .. }
        | Operation::Prepare { .. }
        | Operation::Pull(_)
        | Operation::Build(_)
        | Operation::Push(_)
        | Operation::Update(_)
        | Operation::Accept
        | Operation::Rollback { .. }
        | Operation::Backup
        | Operation::Bundle(_)
        | Operation::Restore(_)
        | Operation::RestoreAccept
        | Operation::RestoreUndo => {
            return Err(Fault::new(FaultKind::Invalid, operation.verb(), name)
                .because("it is done to a stack, not to one container")
                .hint("select its stack or its service"));
        }
    };
    let container = engine.inspect(id).await?;
    let there_already = wish.is_so(&container, operation.verb())?;
    if matches!(wish, Wish::Started | Wish::Restarted | Wish::Removed { .. }) {
        check_kept(engine, root, &container, &wish, operation.verb()).await?;
    }
    Ok(ContainerAction {
        id: id.clone(),
        name: name.to_owned(),
        wish,
        there_already,
        status: container.status.to_string(),
        grace: container.details.and_then(|details| details.stop_grace),
    })
}

/// Refuses it where an update that keeps its old containers would be decided by the way.
async fn check_kept(
    engine: &Engine,
    root: &Path,
    container: &Container,
    wish: &Wish,
    verb: &str,
) -> Result<(), Fault> {
    let Some(labels) = &container.compose else { return Ok(()) };
    let Some(kept) = Deploys::of(root, engine.endpoint(), &labels.project).kept()? else { return Ok(()) };
    let beside = engine.containers(Some(&labels.project)).await?;
    plan::check_one_kept(verb, &container.id, matches!(wish, Wish::Removed { .. }), &kept, &beside)
}

impl Wish {
    /// Whether the container is so already, or why it cannot come to be so.
    fn is_so(&self, container: &Container, verb: &str) -> Result<bool, Fault> {
        let runs = container.is_running();
        let conflict = |cause: &str, hint: &str| {
            Err(Fault::new(FaultKind::Conflict, verb, container.name.to_string()).because(cause).hint(hint))
        };
        match self {
            Self::Started => Ok(runs),
            Self::Stopped => Ok(!runs),
            Self::Signalled(_) | Self::Paused if !runs => conflict("it does not run", "start it first"),
            Self::Paused => Ok(container.state == ContainerState::Paused),
            Self::Unpaused => Ok(container.state != ContainerState::Paused),
            Self::Removed { .. } if runs => conflict("it runs", "stop it first"),
            Self::Restarted | Self::Signalled(_) | Self::Removed { .. } => Ok(false),
        }
    }
}

impl ContainerAction {
    pub fn plan(&self) -> Plan {
        let (command, verb) = match &self.wish {
            Wish::Started => ("start".to_owned(), StepVerb::StartContainer),
            Wish::Stopped => ("stop".to_owned(), StepVerb::StopContainer),
            Wish::Restarted => ("restart".to_owned(), StepVerb::RestartContainer),
            Wish::Signalled(signal) => (format!("kill -s {signal}"), StepVerb::KillContainer),
            Wish::Paused => ("pause".to_owned(), StepVerb::PauseContainer),
            Wish::Unpaused => ("unpause".to_owned(), StepVerb::UnpauseContainer),
            Wish::Removed { volumes: false } => ("rm".to_owned(), StepVerb::RemoveContainer),
            Wish::Removed { volumes: true } => ("rm -v".to_owned(), StepVerb::RemoveContainer),
        };
        let verb = if self.there_already { StepVerb::Keep } else { verb };
        let takes_the_grace = matches!(verb, StepVerb::StopContainer | StepVerb::RestartContainer);
        Plan {
            title: format!("{command} {}", self.name),
            steps: vec![
                PlannedStep::new(verb, &self.name, &*self.status)
                    .away(self.grace.filter(|_| takes_the_grace)),
            ],
            equivalent: format!("docker {command} {}", self.name),
            ..Plan::default()
        }
    }

    /// The grace is the container's own: no time-out of ours cuts it short.
    pub async fn carry_out(&self, engine: &Engine, progress: &mut dyn FnMut(TaskEvent)) -> Result<(), Fault> {
        progress(TaskEvent::StepStarted { step: 0 });
        let done = match &self.wish {
            _ if self.there_already => Ok(()),
            Wish::Started => engine.start(&self.id).await,
            Wish::Stopped => engine.stop(&self.id, None).await,
            Wish::Restarted => engine.restart(&self.id, None).await,
            Wish::Signalled(signal) => engine.kill(&self.id, signal).await,
            Wish::Paused => engine.pause(&self.id).await,
            Wish::Unpaused => engine.unpause(&self.id).await,
            Wish::Removed { volumes } => engine.remove_container(&self.id, false, *volumes).await,
        };
        progress(TaskEvent::StepFinished { step: 0, fault: done.as_ref().err().cloned() });
        done
    }
}
