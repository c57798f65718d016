//! Start, stop and restart of one container by itself, whether it belongs to a stack or not.

use crate::domain::task::TaskEvent;
use crate::domain::{ContainerId, Fault, FaultKind, Operation, Plan, PlannedStep, StepVerb};
use crate::engine::Engine;
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Started,
    Stopped,
    Restarted,
}

pub async fn prepare(
    engine: &Engine,
    id: &ContainerId,
    name: &str,
    operation: &Operation,
) -> Result<ContainerAction, Fault> {
    let wish = match operation {
        Operation::Start { .. } => Wish::Started,
        Operation::Stop { .. } => Wish::Stopped,
        Operation::Restart { .. } => Wish::Restarted,
        Operation::Up(_)
        | Operation::Create(_)
        | Operation::Down(_)
        | Operation::Kill { .. }
        | Operation::Pause { .. }
        | Operation::Unpause { .. }
        | Operation::Rm { .. }
        | Operation::Cleanup { .. }
        | Operation::Scale { .. }
        | Operation::Prepare { .. }
        | Operation::Pull(_)
        | Operation::Build(_)
        | Operation::Push(_)
        | Operation::Backup => {
            return Err(Fault::new(FaultKind::Invalid, operation.verb(), name)
                .because("it is done to a stack, not to one container")
                .hint("a container alone can be started, stopped and restarted"));
        }
    };
    let container = engine.inspect(id).await?;
    let there_already = match wish {
        Wish::Started => container.is_running(),
        Wish::Stopped => !container.is_running(),
        Wish::Restarted => false,
    };
    Ok(ContainerAction {
        id: id.clone(),
        name: name.to_owned(),
        wish,
        there_already,
        status: container.status.to_string(),
        grace: container.details.and_then(|details| details.stop_grace),
    })
}

impl ContainerAction {
    pub fn plan(&self) -> Plan {
        let (command, verb) = match self.wish {
            Wish::Started => ("start", StepVerb::StartContainer),
            Wish::Stopped => ("stop", StepVerb::StopContainer),
            Wish::Restarted => ("restart", StepVerb::RestartContainer),
        };
        let verb = if self.there_already { StepVerb::Keep } else { verb };
        Plan {
            title: format!("{command} {}", self.name),
            steps: vec![PlannedStep {
                verb,
                object: self.name.clone(),
                service: None,
                reason: self.status.clone(),
                after: Vec::new(),
                downtime: self.grace.filter(|_| verb.interrupts()),
            }],
            equivalent: format!("docker {command} {}", self.name),
            ..Plan::default()
        }
    }

    /// The grace is the container's own: no time-out of ours cuts it short.
    pub async fn carry_out(
        &self,
        engine: &Engine,
        progress: &mut impl FnMut(TaskEvent),
    ) -> Result<(), Fault> {
        progress(TaskEvent::StepStarted { step: 0 });
        let done = match self.wish {
            _ if self.there_already => Ok(()),
            Wish::Started => engine.start(&self.id).await,
            Wish::Stopped => engine.stop(&self.id, None).await,
            Wish::Restarted => engine.restart(&self.id, None).await,
        };
        progress(TaskEvent::StepFinished { step: 0, fault: done.as_ref().err().cloned() });
        done
    }
}
