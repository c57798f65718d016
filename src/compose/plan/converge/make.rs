//! Containers that are made, and what they take over from those they replace.

use super::{Convergence, Converging, Recreate, Replica, Start};
use crate::compose::body::{COMPOSE_VERSION, Creation, Surroundings, creation};
use crate::compose::file::{MountKind, Service};
use crate::compose::observe::number;
use crate::compose::plan::{Action, ActionPlan, Target, card, conflicts, difference};
use crate::domain::resources::Image;
use crate::domain::{Container, Fault, StepVerb};
use std::collections::BTreeMap;

/// The service with its references resolved, and the names of the containers that they still wait for.
type Resolved<'plan> = (&'plan Service, &'plan BTreeMap<String, String>);

impl Converging<'_> {
    pub(super) fn create(
        &self,
        plan: &mut ActionPlan,
        result: &mut Convergence,
        resolved: Resolved<'_>,
        number: u32,
        image: &Image,
        reason: &str,
    ) -> Result<(), Fault> {
        let replicas = self.names();
        let around = self.surroundings(resolved, image, &replicas);
        let creation = self.creation(resolved.0, number, around);
        conflicts::name(&creation, self.observed)?;
        let name = creation.name.clone();
        let action = Action::Create(Box::new(creation));
        let step = plan.add(StepVerb::CreateContainer, &name, Some(&self.service.name), reason, action);
        result.add(step, name, number, "new");
        Ok(())
    }

    pub(super) fn recreate(
        &self,
        plan: &mut ActionPlan,
        result: &mut Convergence,
        resolved: Resolved<'_>,
        old: &Container,
        image: &Image,
        reason: &str,
    ) {
        let (creation, reason) = self.successor(resolved, old, image, reason);
        let (name, number) = (creation.name.clone(), creation.number);
        let action = Action::Recreate { old: old.id.clone(), creation: Box::new(creation) };
        let step = plan.add(StepVerb::RecreateContainer, &name, Some(&self.service.name), &reason, action);
        if old.is_running() {
            plan.downtime(step, card::grace(old, Some(self.service)));
        }
        result.recreated.push(step);
        result.add(step, name, number, "recreated");
    }

    /// What is made beside the old container to take its place, and why.
    pub fn beside(
        &self,
        old: &Container,
        image: &Image,
        reason: &'static str,
    ) -> Result<(Creation, String), Fault> {
        let (service, made) = self.references()?;
        Ok(self.successor((&service, &made), old, image, reason))
    }

    fn successor(
        &self,
        resolved: Resolved<'_>,
        old: &Container,
        image: &Image,
        reason: &str,
    ) -> (Creation, String) {
        let inherited =
            if self.wish.renew_anonymous_volumes { Vec::new() } else { inherited(self.service, image, old) };
        let replicas = self.names();
        let mut around = self.surroundings(resolved, image, &replicas);
        around.replaces = Some(&old.id.0);
        around.inherited = &inherited;
        let creation = self.creation(resolved.0, number(old).max(1), around);
        let known = self.observed.configurations.get(&old.id);
        let reason =
            difference::reason(reason, &creation, known.filter(|_| self.wish.recreate == Recreate::Changed));
        (creation, reason)
    }

    fn creation(&self, service: &Service, number: u32, around: Surroundings<'_>) -> Creation {
        let mut creation = creation(self.project, service, number, around);
        let reference = service.image_name(&self.project.name);
        // One name cannot lead to the images of several services, so each is made from its own.
        if self.observed.pinned_to(self.project, &reference).len() > 1
            && let Some(body) = creation.body.as_object_mut()
        {
            body.insert("Image".to_owned(), around.image_id.into());
        }
        creation
    }

    fn names(&self) -> impl Fn(&str) -> Vec<(String, u32)> {
        |service| {
            let replicas = (self.replicas)(service).into_iter();
            replicas.map(|replica| (replica.target.name().to_owned(), replica.number)).collect()
        }
    }

    fn surroundings<'plan>(
        &'plan self,
        resolved: Resolved<'plan>,
        image: &'plan Image,
        replicas: &'plan dyn Fn(&str) -> Vec<(String, u32)>,
    ) -> Surroundings<'plan> {
        Surroundings {
            api_version: self.observed.api_version,
            image_id: &image.id,
            version: self.observed.version_beside(&self.service.name).unwrap_or(COMPOSE_VERSION),
            replaces: None,
            inherited: &[],
            replicas,
            made: resolved.1,
        }
    }
}

impl Convergence {
    fn add(&mut self, step: usize, name: String, number: u32, reason: &'static str) {
        let target = Target::Made { name };
        self.made.push(step);
        self.to_start.push(Start { target: target.clone(), after: Some(step), reason });
        self.replicas.push(Replica { target, number });
    }
}

/// The anonymous volumes of the old container that the new one goes on with, by name and target.
fn inherited(service: &Service, image: &Image, old: &Container) -> Vec<(String, String)> {
    let sourceless = |target: &str| {
        service
            .volumes
            .iter()
            .any(|mount| mount.kind == MountKind::Volume && mount.source.is_empty() && mount.target == target)
    };
    let declared = |target: &str| service.volumes.iter().any(|mount| mount.target == target);
    let in_image = |target: &str| image.volumes.iter().any(|volume| volume == target);
    old.mounts
        .iter()
        .filter(|mount| mount.kind == "volume" && !mount.source.is_empty())
        .filter(|mount| sourceless(&mount.target) || (in_image(&mount.target) && !declared(&mount.target)))
        .map(|mount| (mount.source.clone(), mount.target.clone()))
        .collect()
}
