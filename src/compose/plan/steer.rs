//! Leads requests away from containers before they stop. A proxy that keeps addresses looks a name up when it is told
//! to, by `x-mcp.on_scale`; what the name leads to is said in the proxy's own `/etc/hosts` before, so that those that
//! still run but are to go are not among the answers. Once they are gone the name is looked up as always.

use super::converge::Convergence;
use super::reactions::{add_steps, running};
use super::update::Policy;
use super::{Action, ActionPlan, Target, on_scale};
use crate::compose::file::{Reaction, ReactionKind, Service};
use crate::compose::observe::Observed;
use crate::domain::StepVerb;
use crate::domain::task::Strategy;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq)]
pub struct Steer {
    pub proxies: Vec<Target>,
    pub service: String,
    /// The names under which the service is looked up.
    pub names: Vec<String>,
    /// Empty: all that the names stand for.
    pub serving: Vec<Target>,
}

/// Who leads requests to a service, and how they are told that its containers are others.
pub struct Proxies<'plan> {
    service: &'plan Service,
    told: Vec<(String, &'plan Reaction, Vec<Target>)>,
    /// Those that have to be restarted to learn of it.
    restarted: Vec<(String, &'plan Reaction, Vec<Target>)>,
}

impl<'plan> Proxies<'plan> {
    /// Only those that are told by a command go on answering meanwhile; one that is restarted drops what it is at.
    pub fn of(service: &'plan Service, observed: &Observed) -> Self {
        let reactions = service.mcp.on_scale.iter().enumerate().map(|(index, reaction)| {
            let key = on_scale::key(service, index);
            (key, reaction, running(observed, &reaction.service))
        });
        let there = reactions
            .filter(|(_, reaction, running)| reaction.service != service.name && !running.is_empty());
        let (told, restarted) =
            there.partition(|(_, reaction, _)| matches!(reaction.kind, ReactionKind::Exec { .. }));
        Self { service, told, restarted }
    }

    pub fn are_there(&self) -> bool {
        !self.told.is_empty()
    }

    /// Their services: `nginx`.
    pub fn names(&self) -> String {
        let names: BTreeSet<&str> =
            self.told.iter().map(|(_, reaction, _)| reaction.service.as_str()).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    }

    pub fn targets(&self) -> Vec<Target> {
        let mut targets: Vec<Target> = Vec::new();
        for target in self.told.iter().flat_map(|(_, _, running)| running) {
            if !targets.contains(target) {
                targets.push(target.clone());
            }
        }
        targets
    }

    /// Says what the service's names lead to from the next reload on; empty means all that they stand for.
    pub fn steer(&self, plan: &mut ActionPlan, serving: Vec<Target>, reason: &str) -> usize {
        let service = self.service;
        let memberships = service.networks.values().flatten();
        let mut names = vec![service.name.clone()];
        for alias in memberships.flat_map(|membership| &membership.aliases) {
            if !names.contains(alias) {
                names.push(alias.clone());
            }
        }
        let proxies = self.targets();
        let object = proxies.iter().map(Target::name).collect::<Vec<_>>().join(", ");
        let steer = Steer { proxies, service: service.name.clone(), names, serving };
        plan.add(StepVerb::Steer, &object, Some(&service.name), reason, Action::Steer(Box::new(steer)))
    }

    /// The reload, after the steps; its own steps.
    pub fn reload(
        &self,
        plan: &mut ActionPlan,
        after: &[usize],
        why: &str,
        observed: &Observed,
    ) -> Vec<usize> {
        tell(plan, &self.told, after, why, observed)
    }

    /// The restart of those that learn of it by nothing else.
    pub fn restart(
        &self,
        plan: &mut ActionPlan,
        after: &[usize],
        why: &str,
        observed: &Observed,
    ) -> Vec<usize> {
        tell(plan, &self.restarted, after, why, observed)
    }
}

/// One after the other.
fn tell(
    plan: &mut ActionPlan,
    reactions: &[(String, &Reaction, Vec<Target>)],
    after: &[usize],
    why: &str,
    observed: &Observed,
) -> Vec<usize> {
    let before = plan.actions.len();
    let mut after = after.to_vec();
    for (key, reaction, running) in reactions {
        let begun = plan.actions.len();
        add_steps(plan, (key, reaction), running.clone(), why, &after, observed);
        after.extend(begun..plan.actions.len());
    }
    (before..plan.actions.len()).collect()
}

/// The services that others of them tell of their containers: these come last, so that whoever is told is there.
pub(super) fn told_by<'service>(
    services: impl Iterator<Item = &'service Service>,
) -> BTreeSet<&'service str> {
    services.flat_map(|service| &service.mcp.on_scale).map(|reaction| reaction.service.as_str()).collect()
}

/// Containers that a plan takes away, because they are too many, get no new requests before they stop. The services
/// whose proxies are told so, and have to be told the opposite in the end.
pub(super) fn leave<'plan>(
    plan: &mut ActionPlan,
    services: &[&'plan Service],
    states: &BTreeMap<&str, Convergence>,
    observed: &Observed,
) -> BTreeSet<&'plan str> {
    let mut steered = BTreeSet::new();
    for service in services {
        let Some(state) = states.get(service.name.as_str()) else { continue };
        let stops =
            plan.plan.steps.iter().zip(&plan.actions).enumerate().filter_map(|(step, (planned, action))| {
                let own = planned.service.as_deref() == Some(service.name.as_str());
                match action {
                    Action::Stop(target) if own => Some((step, target.clone())),
                    _ => None,
                }
            });
        let stops: Vec<(usize, Target)> = stops.collect();
        let serving: Vec<Target> = state.running.iter().map(|replica| replica.target.clone()).collect();
        let proxies = Proxies::of(service, observed);
        let taken_away = plan.taken_away();
        let stay = proxies
            .targets()
            .iter()
            .all(|proxy| matches!(proxy, Target::Existing { id, .. } if !taken_away.contains(id.0.as_str())));
        if stops.is_empty() || serving.is_empty() || !proxies.are_there() || !stay {
            continue;
        }
        let mut last = proxies.steer(plan, serving, "those that stay");
        let why = format!("some of {} are to go", service.name);
        last = proxies.reload(plan, &[last], &why, observed).last().copied().unwrap_or(last);
        let containers: Vec<Target> = stops.iter().map(|(_, target)| target.clone()).collect();
        let object = containers.iter().map(Target::name).collect::<Vec<_>>().join(", ");
        let limit = Policy::of(service, Strategy::Rolling).drain;
        let action = Action::Drain { containers, proxies: proxies.targets(), limit };
        let reason = format!("what {} has sent to it is answered first", proxies.names());
        let drain = plan.add(StepVerb::Drain, &object, Some(&service.name), &reason, action);
        plan.after(drain, [last]);
        for (stop, _) in stops {
            plan.after(stop, [drain]);
        }
        steered.insert(service.name.as_str());
    }
    steered
}
