//! What each step does to the Engine.

use super::{exec, wait};
use crate::compose::body::Creation;
use crate::compose::plan::{Action, Target};
use crate::domain::{ContainerId, Fault, FaultKind, TaskEvent};
use crate::engine::Engine;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

/// One run of a plan.
pub(super) struct Run<'run> {
    pub engine: &'run Engine,
    pub tell: &'run dyn Fn(TaskEvent),
    pub cancelled: &'run dyn Fn() -> bool,
    stop_timeout: Option<Duration>,
    /// Containers that steps of this run made, by name.
    made: RefCell<BTreeMap<String, ContainerId>>,
}

impl<'run> Run<'run> {
    pub fn new(
        engine: &'run Engine,
        tell: &'run dyn Fn(TaskEvent),
        cancelled: &'run dyn Fn() -> bool,
        stop_timeout: Option<Duration>,
    ) -> Self {
        Self { engine, tell, cancelled, stop_timeout, made: RefCell::default() }
    }

    pub async fn take(&self, step: usize, action: &Action) -> Result<(), Fault> {
        match action {
            Action::Keep => Ok(()),
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
                self.engine.start(&id).await.map_err(|fault| named(fault, target.name()))
            }
            Action::Stop(target) => {
                gone_is_fine(self.engine.stop(&self.id(target)?, self.stop_timeout).await, target.name())
            }
            Action::Restart(target) => {
                let id = self.id(target)?;
                self.engine.restart(&id, self.stop_timeout).await.map_err(|fault| named(fault, target.name()))
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
            Action::Exec { target, command } => {
                exec::run(self, &self.id(target)?, target.name(), command).await
            }
            Action::Await { condition, containers, required } => {
                match wait::until(self, step, *condition, containers).await {
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

    /// Makes a container under a name, joined to all its networks. What cannot be completed is taken away again.
    pub async fn create(&self, name: &str, creation: &Creation) -> Result<ContainerId, Fault> {
        let made = |name: &str| self.made.borrow().get(name).cloned();
        let settled = creation.pending.as_ref().map(|pending| pending.settled(&creation.body, &made));
        let body = settled.as_ref().unwrap_or(&creation.body);
        let id = self.engine.create_container(name, body, creation.platform.as_deref()).await?;
        for (network, endpoint) in &creation.connect {
            if let Err(fault) = self.engine.connect_network(network, &id, endpoint).await {
                self.take_away(&id).await;
                return Err(Fault { object: format!("{name} to {network}"), ..fault });
            }
        }
        Ok(id)
    }

    async fn recreate(&self, step: usize, old: &ContainerId, creation: &Creation) -> Result<(), Fault> {
        let say = |text: &str| {
            (self.tell)(TaskEvent::StepProgress { step, done: None, total: None, text: text.to_owned() });
        };
        let aside = format!("{}_{}", old.short(), creation.name);
        let ran = self.engine.inspect(old).await.is_ok_and(|container| container.is_running());
        let id = self.create(&aside, creation).await?;
        say("stopping the old one");
        if let Err(fault) = gone_is_fine(self.engine.stop(old, self.stop_timeout).await, &creation.name) {
            self.take_away(&id).await;
            return Err(self.restored(fault, old, ran).await);
        }
        if let Err(fault) = gone_is_fine(self.engine.remove_container(old, true, false).await, &creation.name)
        {
            // An answer that was lost does not mean that nothing was removed. Only beside the old container may the
            // new one go: it would take their common volumes along.
            match self.engine.inspect(old).await {
                Err(gone) if gone.kind == FaultKind::NotFound => {}
                Ok(_) => {
                    self.take_away(&id).await;
                    return Err(self.restored(fault, old, ran).await);
                }
                Err(_) => return Err(left_aside(fault, "the old container may be there or gone", &aside)),
            }
        }
        if let Err(fault) = self.engine.rename(&id, &creation.name).await {
            let fault = named(fault, &creation.name);
            return Err(left_aside(fault, "the old container is gone", &aside));
        }
        say("");
        self.made.borrow_mut().insert(creation.name.clone(), id);
        Ok(())
    }

    /// Starts the old container again when it ran before, and says in the fault how it stands now.
    async fn restored(&self, fault: Fault, old: &ContainerId, ran: bool) -> Fault {
        if !ran {
            return fault.because("the old container is still there, stopped as before");
        }
        match self.engine.start(old).await {
            Ok(()) => fault.because("the old container runs again, unchanged"),
            Err(second) => {
                let hint = format!("start it with `docker start {}`", old.short());
                fault
                    .because("the old container is still there, but stopped")
                    .because(second.to_string())
                    .hint(hint)
            }
        }
    }

    /// Removes what a failed step made; that this may fail too changes nothing about the first failure.
    async fn take_away(&self, id: &ContainerId) {
        if let Err(fault) = self.engine.remove_container(id, true, true).await {
            log::warn!("{fault}");
        }
    }
}

/// The new container stays: it may be the only one that still holds the service's unnamed volumes.
fn left_aside(fault: Fault, old: &str, aside: &str) -> Fault {
    let hint = format!("once the cause is gone: `docker rename {aside} {}`, then ask again", fault.object);
    fault.because(format!("{old}; the new one is complete, not started, and still named {aside}")).hint(hint)
}

/// The Engine's errors name ids; people know names.
fn named(fault: Fault, name: &str) -> Fault {
    Fault { object: name.to_owned(), ..fault }
}

/// Somebody else was quicker; what was wanted is so.
fn gone_is_fine(result: Result<(), Fault>, name: &str) -> Result<(), Fault> {
    match result {
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(()),
        result => result.map_err(|fault| named(fault, name)),
    }
}
