//! What each step does to the Engine.

use super::profiles::Profiles;
use super::wait::Goal;
use super::{build, drain, exec, foreign, gate, steer, transfer, wait};
use crate::compose::plan::{Action, ActionPlan, Target};
use crate::domain::{ContainerId, Fault, FaultKind, TaskEvent};
use crate::engine::{Engine, ExecRequest};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

/// One run of a plan.
pub(super) struct Run<'run> {
    pub engine: &'run Engine,
    pub tell: &'run dyn Fn(TaskEvent),
    pub cancelled: &'run dyn Fn() -> bool,
    pub stop_timeout: Option<Duration>,
    pub wait_timeout: Option<Duration>,
    /// Absent where one container is made by itself.
    pub plan: Option<&'run ActionPlan>,
    /// The profiles that bodies name by their paths.
    pub profiles: Profiles,
    /// Containers that steps of this run made, by name.
    pub made: RefCell<BTreeMap<String, ContainerId>>,
}

impl<'run> Run<'run> {
    pub fn new(
        engine: &'run Engine,
        tell: &'run dyn Fn(TaskEvent),
        cancelled: &'run dyn Fn() -> bool,
        plan: Option<&'run ActionPlan>,
        profiles: Profiles,
    ) -> Self {
        let stop_timeout = plan.and_then(ActionPlan::stop_timeout);
        let wait_timeout = plan.and_then(ActionPlan::wait_timeout);
        Self { engine, tell, cancelled, stop_timeout, wait_timeout, plan, profiles, made: RefCell::default() }
    }

    pub async fn take(&self, step: usize, action: &Action) -> Result<(), Fault> {
        foreign::check(self).await?;
        match action {
            Action::Keep => Ok(()),
            Action::Pull(order) => transfer::pull(self, step, order).await,
            Action::Build(order) => build::build(self, step, order).await,
            Action::Push(order) => transfer::push(self, step, order).await,
            Action::CreateNetwork { name, body } => self.engine.create_network(name, body).await.map(drop),
            Action::CreateVolume { body } => self.engine.create_volume(body).await.map(drop),
            Action::Create(creation) => {
                let id = self.create(&creation.name, creation).await?;
                self.made.borrow_mut().insert(creation.name.clone(), id);
                Ok(())
            }
            Action::Recreate { old, creation } => self.recreate(step, old, creation).await,
            Action::Start(target) => {
                let id = self.id(target)?;
                self.engine.start(&id).await.map_err(|fault| named(fault, target.name()))?;
                self.has_started(step, &id, target.name()).await
            }
            Action::Stop(target) => {
                let id = self.id(target)?;
                self.will_stop(step, &id, target.name()).await?;
                gone_is_fine(self.engine.stop(&id, self.stop_timeout).await, target.name())
            }
            Action::Restart(target) => {
                let id = self.id(target)?;
                self.will_stop(step, &id, target.name()).await?;
                let restarted = self.engine.restart(&id, self.stop_timeout).await;
                restarted.map_err(|fault| named(fault, target.name()))?;
                self.has_started(step, &id, target.name()).await
            }
            Action::Kill { target, signal } => {
                let id = self.id(target)?;
                self.engine.kill(&id, signal).await.map_err(|fault| named(fault, target.name()))
            }
            Action::Pause(target) => {
                let id = self.id(target)?;
                self.engine.pause(&id).await.map_err(|fault| named(fault, target.name()))
            }
            Action::Unpause(target) => {
                let id = self.id(target)?;
                self.engine.unpause(&id).await.map_err(|fault| named(fault, target.name()))
            }
            Action::Rename { target, name } => {
                let id = self.id(target)?;
                self.engine.rename(&id, name).await.map_err(|fault| named(fault, target.name()))
            }
            Action::Remove { target, volumes, force } => {
                let id = self.id(target)?;
                gone_is_fine(self.engine.remove_container(&id, *force, *volumes).await, target.name())
            }
            Action::RemoveNetwork { name } => gone_is_fine(self.engine.remove_network(name).await, name),
            Action::RemoveVolume { name } => gone_is_fine(self.engine.remove_volume(name).await, name),
            Action::RemoveImage { reference } => {
                match gone_is_fine(self.engine.remove_image(reference).await, reference) {
                    // Somebody else has use for it, which keeps nothing of ours.
                    Err(fault) if fault.kind == FaultKind::Conflict => {
                        (self.tell)(TaskEvent::Output { text: format!("warning: {fault}; it is kept") });
                        Ok(())
                    }
                    result => result,
                }
            }
            Action::Exec { target, command, key } => {
                let request = ExecRequest::from(command.clone());
                exec::run(self, &self.id(target)?, target.name(), request, key).await
            }
            Action::Steer(order) => steer::steer(self, order).await,
            Action::Drain { containers, proxies, limit } => {
                drain::drain(self, step, containers, proxies, *limit).await
            }
            Action::Gate { containers, gate } => gate::hold(self, step, containers, *gate).await,
            Action::Tag { image, reference } => self.engine.tag_image(image, reference).await,
            Action::AwaitUp { containers } => {
                wait::until(self, step, Goal::Up, containers, self.wait_timeout).await
            }
            Action::Await { condition, containers, required } => {
                match wait::until(self, step, Goal::Condition(*condition), containers, self.wait_timeout)
                    .await
                {
                    Err(fault) if !required && fault.kind == FaultKind::Refused => {
                        (self.tell)(TaskEvent::Output {
                            text: format!("warning: {fault}; it is not required"),
                        });
                        Ok(())
                    }
                    result => result,
                }
            }
        }
    }

    pub fn id(&self, target: &Target) -> Result<ContainerId, Fault> {
        match target {
            Target::Existing { id, .. } => Ok(id.clone()),
            Target::Made { name } => self.made.borrow().get(name).cloned().ok_or_else(|| {
                Fault::new(FaultKind::Internal, "find container", name.as_str())
                    .because("no earlier step has made it")
                    .hint("this is a defect of mcp-tui")
            }),
        }
    }
}

/// The Engine's errors name ids; people know names.
pub(super) fn named(fault: Fault, name: &str) -> Fault {
    Fault { object: name.to_owned(), ..fault }
}

/// Somebody else was quicker; what was wanted is so.
pub(super) fn gone_is_fine(result: Result<(), Fault>, name: &str) -> Result<(), Fault> {
    match result {
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(()),
        result => result.map_err(|fault| named(fault, name)),
    }
}
