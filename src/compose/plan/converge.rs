//! One service: which containers stay, which are made anew, which go.

use super::removal::stop_and_remove;
use super::{Action, ActionPlan, Target, card, conflicts};
use crate::compose::body::{Surroundings, creation};
use crate::compose::file::{MountKind, Project, Service};
use crate::compose::hash::config_hash;
use crate::compose::observe::{Observed, number};
use crate::domain::resources::Image;
use crate::domain::{Container, ContainerId, ContainerState, Fault, FaultKind, StepVerb};

/// When a container is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recreate {
    Changed,
    Always,
    Never,
}

/// What is asked of the service.
pub struct Wish<'plan> {
    pub replicas: u32,
    pub recreate: Recreate,
    /// What the old container kept in unnamed volumes is given up.
    pub renew_anonymous_volumes: bool,
    /// A container whose namespace or volumes it shares is made anew.
    pub shares_recreated: bool,
    pub names: &'plan dyn Fn(&str) -> Vec<String>,
}

/// What becomes of the service's containers.
#[derive(Default)]
pub struct Convergence {
    pub recreated: bool,
    /// Steps that make containers.
    pub made: Vec<usize>,
    /// What is to be started: the container, the step that makes it, and why.
    pub to_start: Vec<(Target, Option<usize>, String)>,
    /// Containers that run and stay.
    pub running: Vec<(ContainerId, String)>,
    /// Steps that start containers.
    pub started: Vec<usize>,
    /// All containers that the service ends with.
    pub targets: Vec<Target>,
}

pub fn converge(
    plan: &mut ActionPlan,
    project: &Project,
    service: &Service,
    observed: &Observed,
    wish: &Wish<'_>,
) -> Result<Convergence, Fault> {
    let mut result = Convergence::default();
    let present = observed.of_service(&service.name);
    if wish.replicas == 0 && present.is_empty() {
        return Ok(result);
    }
    // An image that is gone matters only where a container is to be made from it.
    let image = conflicts::image(project, service, observed);
    let hash = config_hash(service);
    let mut judged: Vec<(&Container, Option<&'static str>)> = present
        .iter()
        .map(|container| (*container, obsolete(container, &hash, image.as_ref().ok().copied(), wish)))
        .collect();
    // The excess goes: first what is out of date, then the highest numbers.
    judged.sort_by_key(|(container, reason)| (reason.is_some(), number(container)));
    let kept = judged.len().min(wish.replicas as usize);
    let excess = judged.split_off(kept);
    judged.sort_by_key(|(container, _)| number(container));
    for (container, reason) in judged {
        match reason {
            Some(reason) => {
                let image = image.as_ref().map_err(Clone::clone)?;
                recreate(plan, &mut result, project, service, observed, wish, container, image, reason);
            }
            None => keep(plan, &mut result, service, container)?,
        }
    }
    for (container, _) in excess.iter().rev() {
        let reason = format!("{} are wanted", wish.replicas);
        stop_and_remove(plan, container, Some(service), &reason, false);
    }
    let highest = present.iter().map(|container| number(container)).max().unwrap_or(0);
    let missing = wish.replicas.saturating_sub(u32::try_from(present.len()).unwrap_or(u32::MAX));
    for offset in 1..=missing {
        let image = image.as_ref().map_err(Clone::clone)?;
        let around = surroundings(observed, image, wish);
        let creation = creation(project, service, highest + offset, around);
        conflicts::name(&creation, observed)?;
        let target = Target::Made { name: creation.name.clone() };
        let reason = if present.is_empty() { "does not exist" } else { "more are wanted" };
        let name = creation.name.clone();
        let action = Action::Create(Box::new(creation));
        let step = plan.add(StepVerb::CreateContainer, &name, Some(&service.name), reason, action);
        result.made.push(step);
        result.to_start.push((target.clone(), Some(step), "new".to_owned()));
        result.targets.push(target);
    }
    Ok(result)
}

fn surroundings<'plan>(observed: &Observed, image: &'plan Image, wish: &Wish<'plan>) -> Surroundings<'plan> {
    Surroundings {
        api_version: observed.api_version,
        image_id: &image.id,
        replaces: None,
        inherited: &[],
        names: wish.names,
    }
}

/// Why a container is not what the files ask for.
fn obsolete(
    container: &Container,
    hash: &str,
    image: Option<&Image>,
    wish: &Wish<'_>,
) -> Option<&'static str> {
    let labels = container.compose.as_ref();
    match wish.recreate {
        Recreate::Never => return None,
        Recreate::Always => return Some("asked for"),
        Recreate::Changed => {}
    }
    if labels.and_then(|labels| labels.config_hash.as_deref()) != Some(hash) {
        return Some("configuration changed");
    }
    let label = labels.and_then(|labels| labels.image.as_deref());
    match (image, label) {
        (Some(image), Some(label)) if image.id != label => return Some("image changed"),
        (Some(_), None) => return Some("image unknown"),
        _ => {}
    }
    wish.shares_recreated.then_some("what it shares is recreated")
}

fn keep(
    plan: &mut ActionPlan,
    result: &mut Convergence,
    service: &Service,
    container: &Container,
) -> Result<(), Fault> {
    let name = container.name.to_string();
    let target = Target::Existing { id: container.id.clone(), name: name.clone() };
    result.targets.push(target.clone());
    match container.state {
        ContainerState::Running | ContainerState::Restarting => {
            plan.add(StepVerb::Keep, &name, Some(&service.name), "up to date", Action::Keep);
            result.running.push((container.id.clone(), name));
        }
        ContainerState::Paused => {
            return Err(Fault::new(FaultKind::Conflict, "start container", name.as_str())
                .because("it is paused")
                .hint(format!("unpause it first: docker unpause {name}")));
        }
        ContainerState::Removing => {
            return Err(Fault::new(FaultKind::Conflict, "start container", name.as_str())
                .because("it is being removed")
                .hint("try again in a moment"));
        }
        ContainerState::Created | ContainerState::Exited | ContainerState::Dead | ContainerState::Unknown => {
            result.to_start.push((target, None, "does not run".to_owned()));
        }
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "all of it is one decision about one container")]
fn recreate(
    plan: &mut ActionPlan,
    result: &mut Convergence,
    project: &Project,
    service: &Service,
    observed: &Observed,
    wish: &Wish<'_>,
    old: &Container,
    image: &Image,
    reason: &str,
) {
    let inherited = if wish.renew_anonymous_volumes { Vec::new() } else { inherited(service, image, old) };
    let mut around = surroundings(observed, image, wish);
    around.replaces = Some(&old.id.0);
    around.inherited = &inherited;
    let creation = creation(project, service, number(old).max(1), around);
    let target = Target::Made { name: creation.name.clone() };
    let name = creation.name.clone();
    let action = Action::Recreate { old: old.id.clone(), creation: Box::new(creation) };
    let step = plan.add(StepVerb::RecreateContainer, &name, Some(&service.name), reason, action);
    if old.is_running() {
        plan.downtime(step, card::grace(old, Some(service)));
    }
    result.recreated = true;
    result.made.push(step);
    result.to_start.push((target.clone(), Some(step), "recreated".to_owned()));
    result.targets.push(target);
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
