//! One service: which containers stay, which are made anew, which go.

mod make;

use super::removal::stop_and_remove;
use super::{Action, ActionPlan, Target, conflicts};
use crate::compose::body::{referred, resolved, resolved_hashes};
use crate::compose::file::{Project, Service};
use crate::compose::observe::{Observed, number};
use crate::domain::resources::Image;
use crate::domain::{Container, ContainerState, Fault, FaultKind, StepVerb};
use std::collections::BTreeMap;

/// When a container is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recreate {
    Changed,
    Always,
    Never,
}

/// What is asked of the service.
pub struct Wish {
    pub replicas: u32,
    pub recreate: Recreate,
    /// What the old container kept in unnamed volumes is given up.
    pub renew_anonymous_volumes: bool,
    /// The image is pulled or built first, and nobody knows which one it will be.
    pub image_pending: bool,
}

/// A container that the plan ends with.
#[derive(Debug, Clone, PartialEq)]
pub struct Replica {
    pub target: Target,
    pub number: u32,
}

/// A container that is to be started, the step after which it can be, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    pub target: Target,
    pub after: Option<usize>,
    pub reason: &'static str,
}

/// What becomes of the service's containers.
#[derive(Default)]
pub struct Convergence {
    /// Steps that make a container in the place of another.
    pub recreated: Vec<usize>,
    /// All steps that make containers.
    pub made: Vec<usize>,
    /// Steps after which what is too many is gone.
    pub removed: Vec<usize>,
    pub to_start: Vec<Start>,
    /// Containers that run and stay.
    pub running: Vec<Replica>,
    /// Steps that start containers.
    pub started: Vec<usize>,
    pub replicas: Vec<Replica>,
}

impl Convergence {
    /// All containers that the service ends with.
    pub fn targets(&self) -> Vec<Target> {
        self.replicas.iter().map(|replica| replica.target.clone()).collect()
    }
}

/// What one service is converged by.
pub struct Converging<'plan> {
    pub project: &'plan Project,
    pub service: &'plan Service,
    pub observed: &'plan Observed,
    pub wish: Wish,
    /// The containers that services end with, as far as they are planned already; else those that are there.
    pub replicas: &'plan dyn Fn(&str) -> Vec<Replica>,
}

impl Converging<'_> {
    /// By container, in the order of their numbers, why it is not what the files ask for; `None` where it is.
    pub fn judged(&self) -> Result<Vec<Option<&'static str>>, Fault> {
        let image = conflicts::image(self.project, self.service, self.observed).ok();
        let (service, made) = self.references()?;
        let hashes = made.is_empty().then(|| resolved_hashes(&service));
        let present = self.observed.of_service(&self.service.name).into_iter();
        Ok(present.map(|container| self.obsolete(container, hashes.as_deref(), image)).collect())
    }

    pub fn converge(&self, plan: &mut ActionPlan) -> Result<Convergence, Fault> {
        let mut result = Convergence::default();
        let present = self.observed.of_service(&self.service.name);
        if self.wish.replicas == 0 && present.is_empty() {
            return Ok(result);
        }
        // An image that is gone matters only where a container is to be made from it.
        let to_come = conflicts::image_to_come();
        let image = match conflicts::image(self.project, self.service, self.observed) {
            Err(_) if self.wish.image_pending => Ok(&to_come),
            image => image,
        };
        let (service, made) = self.references()?;
        let hashes = made.is_empty().then(|| resolved_hashes(&service));
        let mut judged: Vec<(&Container, Option<&'static str>)> = present
            .iter()
            .map(|container| {
                (*container, self.obsolete(container, hashes.as_deref(), image.as_ref().ok().copied()))
            })
            .collect();
        // The excess goes: first what is out of date, then the highest numbers.
        judged.sort_by_key(|(container, reason)| (reason.is_some(), number(container)));
        let kept = judged.len().min(self.wish.replicas as usize);
        let excess = judged.split_off(kept);
        judged.sort_by_key(|(container, _)| number(container));
        for (container, reason) in judged {
            match reason {
                Some(reason) => {
                    let image = image.as_ref().map_err(Clone::clone)?;
                    self.recreate(plan, &mut result, (&service, &made), container, image, reason);
                }
                None => self.keep(plan, &mut result, container)?,
            }
        }
        for (container, _) in excess.iter().rev() {
            let reason = format!("{} are wanted", self.wish.replicas);
            let (_, removed) = stop_and_remove(plan, container, Some(self.service), &reason, false);
            result.removed.push(removed);
        }
        let highest = present.iter().map(|container| number(container)).max().unwrap_or(0);
        let missing = self.wish.replicas.saturating_sub(u32::try_from(present.len()).unwrap_or(u32::MAX));
        for offset in 1..=missing {
            let image = image.as_ref().map_err(Clone::clone)?;
            let reason = if present.is_empty() { "does not exist" } else { "more are wanted" };
            self.create(plan, &mut result, (&service, &made), highest + offset, image, reason)?;
        }
        Ok(result)
    }

    /// The service with the ids of the containers that it refers to, and by service the names of those that an earlier
    /// step makes.
    fn references(&self) -> Result<(Service, BTreeMap<String, String>), Fault> {
        let mut existing = BTreeMap::new();
        let mut made = BTreeMap::new();
        for name in referred(self.service) {
            match (self.replicas)(name).into_iter().next().map(|replica| replica.target) {
                Some(Target::Existing { id, .. }) => drop(existing.insert(name.to_owned(), id.0)),
                Some(Target::Made { name: container }) => drop(made.insert(name.to_owned(), container)),
                None => {
                    return Err(Fault::new(FaultKind::NotFound, "create container", &self.service.name)
                        .because(format!(
                            "it shares what the service {name} has, and {name} has no container"
                        ))
                        .hint(format!(
                            "bring {name} up too, without --no-deps and with a replica at the least"
                        )));
                }
            }
        }
        Ok((resolved(self.service, &|name| existing.get(name).cloned()), made))
    }

    /// Why a container is not what the files ask for. Without hashes the service refers to a container that is not
    /// there yet.
    fn obsolete(
        &self,
        container: &Container,
        hashes: Option<&[String]>,
        image: Option<&Image>,
    ) -> Option<&'static str> {
        let labels = container.compose.as_ref();
        match self.wish.recreate {
            Recreate::Never => return None,
            Recreate::Always => return Some("asked for"),
            Recreate::Changed => {}
        }
        let Some(hashes) = hashes else { return Some("what it shares is made anew") };
        let hash = labels.and_then(|labels| labels.config_hash.as_ref());
        if !hash.is_some_and(|hash| hashes.contains(hash)) {
            return Some("configuration changed");
        }
        if self.wish.image_pending {
            return Some("if its image is another one");
        }
        let label = labels.and_then(|labels| labels.image.as_deref());
        match (image, label) {
            (Some(image), Some(label)) if image.id != label => Some("image changed"),
            (Some(_), None) => Some("image unknown"),
            _ => None,
        }
    }

    fn keep(
        &self,
        plan: &mut ActionPlan,
        result: &mut Convergence,
        container: &Container,
    ) -> Result<(), Fault> {
        let name = container.name.to_string();
        let target = Target::Existing { id: container.id.clone(), name: name.clone() };
        let replica = Replica { target: target.clone(), number: number(container) };
        result.replicas.push(replica.clone());
        match container.state {
            ContainerState::Running | ContainerState::Restarting => {
                plan.add(StepVerb::Keep, &name, Some(&self.service.name), "up to date", Action::Keep);
                result.running.push(replica);
            }
            ContainerState::Paused => {
                return Err(Fault::new(FaultKind::Conflict, "start container", name.as_str())
                    .because("it is paused")
                    .hint(format!(
                        "unpause it first: mcp-tui -p {} unpause {}",
                        self.observed.project, self.service.name
                    )));
            }
            ContainerState::Removing => {
                return Err(Fault::new(FaultKind::Conflict, "start container", name.as_str())
                    .because("it is being removed")
                    .hint("try again in a moment"));
            }
            ContainerState::Created
            | ContainerState::Exited
            | ContainerState::Dead
            | ContainerState::Unknown => {
                result.to_start.push(Start { target, after: None, reason: "does not run" });
            }
        }
        Ok(())
    }
}
