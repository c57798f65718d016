//! Makes containers, and puts new ones in the place of old ones.

use super::away::outlasting;
use super::files;
use super::steps::{Run, gone_is_fine, named};
use crate::compose::body::Creation;
use crate::domain::{Container, ContainerId, Fault, FaultKind, TaskEvent};

impl Run<'_> {
    /// Makes a container under a name, joined to all its networks. What cannot be completed is taken away again.
    pub async fn create(&self, name: &str, creation: &Creation) -> Result<ContainerId, Fault> {
        let made = |name: &str| self.made.borrow().get(name).cloned();
        let settled = creation.pending.as_ref().map(|pending| pending.settled(&creation.body, &made));
        let body = self.profiles.put_into(settled.as_ref().unwrap_or(&creation.body));
        let id = self.engine.create_container(name, &body, creation.platform.as_deref()).await?;
        if let Err(fault) = files::upload(self.engine, &id, &creation.uploads).await {
            self.take_away(&id).await;
            return Err(named(fault, name));
        }
        for (network, endpoint) in &creation.connect {
            if let Err(fault) = self.engine.connect_network(network, &id, endpoint).await {
                self.take_away(&id).await;
                return Err(Fault { object: format!("{name} to {network}"), ..fault });
            }
        }
        Ok(id)
    }

    pub async fn recreate(&self, step: usize, old: &ContainerId, creation: &Creation) -> Result<(), Fault> {
        let say = |text: &str| {
            (self.tell)(TaskEvent::StepProgress { step, done: None, total: None, text: text.to_owned() });
        };
        let aside = format!("{}_{}", old.short(), creation.name);
        let ran = match self.look(old).await {
            Ok(container) => container.is_running(),
            Err(gone) if gone.kind == FaultKind::NotFound => false,
            // Whoever does not know how it stood could not put it back.
            Err(fault) => return Err(named(fault, &creation.name)),
        };
        let id = self.create(&aside, creation).await?;
        say("stopping the old one");
        if let Err(fault) = self.will_stop(step, old, &creation.name).await {
            self.take_away(&id).await;
            return Err(fault.because("the old container runs on, unchanged"));
        }
        if let Err(fault) = gone_is_fine(self.engine.stop(old, self.stop_timeout).await, &creation.name) {
            self.take_away(&id).await;
            return Err(self.restored(fault, old, ran).await);
        }
        if let Err(fault) = gone_is_fine(self.engine.remove_container(old, true, false).await, &creation.name)
        {
            // An answer that was lost does not mean that nothing was removed. Only beside the old container may the
            // new one go: it would take their common volumes along.
            match self.look(old).await {
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

    async fn look(&self, id: &ContainerId) -> Result<Container, Fault> {
        outlasting(self.cancelled, async || self.engine.inspect(id).await).await
    }

    /// Removes what a failed step made; that this may fail too changes nothing about the first failure.
    async fn take_away(&self, id: &ContainerId) {
        let remove = async || self.engine.remove_container(id, true, true).await;
        if let Err(fault) = outlasting(self.cancelled, remove).await {
            log::warn!("{fault}");
        }
    }
}

/// The new container stays: it may be the only one that still holds the service's unnamed volumes.
fn left_aside(fault: Fault, old: &str, aside: &str) -> Fault {
    let hint = format!(
        "ask again once the cause is gone, or do it yourself: docker rename {aside} {}",
        fault.object
    );
    fault.because(format!("{old}; the new one is complete, not started, and still named {aside}")).hint(hint)
}
