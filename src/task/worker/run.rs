//! Carries out what was prepared, and keeps the books about its stack: what is outstanding, and what was deployed.

use crate::backup;
use crate::domain::{DeployState, Fault, Operation, StackRef, TaskEvent, TaskRecord, TaskSpec, TaskTarget};
use crate::engine::Engine;
use crate::task::deploys::{Begun, Deploys, Outcome};
use crate::task::hold::Hold;
use crate::task::outstanding::Outstanding;
use crate::task::prepare::{Ground, Prepared};
use crate::task::{Store, overdue};

pub(super) struct Run<'run> {
    pub(super) engine: &'run Engine,
    pub(super) store: &'run Store,
    pub(super) spec: &'run TaskSpec,
    pub(super) hold: &'run Hold,
    pub(super) cancelled: &'run dyn Fn() -> bool,
}

impl Run<'_> {
    pub(super) async fn carry_out(
        &self,
        prepared: Prepared,
        note: &mut dyn FnMut(TaskEvent),
    ) -> Result<(), Fault> {
        let TaskTarget::Stack(stack) = &self.spec.target else {
            return Box::pin(self.bare(prepared, note)).await;
        };
        // The books are the stack's, and such a task may have nothing of the stack for itself.
        let ended = if matches!(self.spec.operation, Operation::Backup | Operation::Bundle(_)) {
            Box::pin(self.bare(prepared, note)).await
        } else {
            Box::pin(self.booked(prepared, stack, note)).await
        };
        if ended.is_ok() && self.hold.has_whole(self.store, self.spec) {
            Box::pin(overdue::clean(self.engine, self.store, self.spec, stack, note)).await;
        }
        ended
    }

    async fn bare(&self, prepared: Prepared, note: &mut dyn FnMut(TaskEvent)) -> Result<(), Fault> {
        let backups = backup::root(self.store.root());
        let ground = Ground { backups: &backups, leave_stack: &|| self.hold.release_stack() };
        prepared.carry_out(self.engine, ground, note, self.cancelled).await
    }

    async fn booked(
        &self,
        prepared: Prepared,
        stack: &StackRef,
        note: &mut dyn FnMut(TaskEvent),
    ) -> Result<(), Fault> {
        let Self { engine, store, spec, .. } = self;
        let mut outstanding =
            Outstanding::begin(store.root(), engine.endpoint(), &stack.project, &prepared.summary())?;
        let mut note = |event: TaskEvent| {
            outstanding.note(&event);
            note(event);
        };
        let deploys = Deploys::of(store.root(), engine.endpoint(), &stack.project);
        deploys.settle_vanished(engine).await?;
        let deploy = self.begin_deploy(&deploys, &prepared).await?;
        let ended = Box::pin(self.bare(prepared, &mut note)).await;
        let noted_deploy = match deploy {
            Some(deploy) => deploy.end(engine, self.outcome(ended.is_ok()), self.has_made_a_version()).await,
            None if ended.is_ok() => match &spec.operation {
                Operation::Rollback { .. } => deploys.was_taken_back(),
                Operation::Accept => deploys.was_decided(),
                // What was to be decided may be gone with its containers.
                Operation::Down(_) => deploys.settle_vanished(engine).await,
                _ => Ok(()),
            },
            None => Ok(()),
        };
        if let Err(fault) = noted_deploy {
            // What runs is as it was asked for; only going back to it is not sure.
            note(TaskEvent::Output { text: format!("warning: {fault}") });
        }
        let noted = outstanding.end(&spec.operation, ended.is_ok());
        ended.and(noted)
    }

    /// What came of a deploy. Its journal tells whether it waits to be accepted, and of one that failed whether it was
    /// taken back, or had changed nothing yet.
    fn outcome(&self, good: bool) -> Outcome {
        // One that cannot be read may have left anything.
        let record = self.store.record(&self.spec.id).ok();
        match record.as_ref().and_then(TaskRecord::deploy_state) {
            Some(DeployState::AwaitingAcceptance) if good => Outcome::Waiting,
            _ if good => Outcome::Good,
            _ if record.is_some_and(|record| !record.is_half_done()) => Outcome::WentBack,
            _ => Outcome::Failed,
        }
    }

    /// The plan that was made once the images were there may have found that all is up to date.
    fn has_made_a_version(&self) -> bool {
        let Ok(record) = self.store.record(&self.spec.id) else { return true };
        record.plan.is_none_or(|plan| plan.makes_a_version())
    }

    /// Writes down what is to be deployed, before anything is changed: it is what a later rollback goes back to.
    async fn begin_deploy(&self, deploys: &Deploys, prepared: &Prepared) -> Result<Option<Begun>, Fault> {
        let Prepared::Compose { plan, project: Some(project), back_to, .. } = prepared else {
            return Ok(None);
        };
        let containers = self.engine.containers(Some(&project.name)).await?;
        let mut begun = deploys.begin(self.spec, project, plan.plan(), &containers)?;
        if let (Some(begun), Some(number)) = (&mut begun, back_to) {
            begun.goes_back_to(*number);
        }
        Ok(begun)
    }
}
