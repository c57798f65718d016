//! One service's way: batch after batch, the new ones come, prove themselves and take the requests over.

mod hooks;
mod once;

use super::super::converge::{Converging, Recreate, Wish};
use super::super::leftovers::is_taken;
use super::super::steer::Proxies;
use super::policy::{Means, Policy, means};
use super::slots::{Slot, Versions, replicas};
use super::{Chain, existing};
use crate::compose::body::{Creation, container_name};
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::compose::plan::once::ends_in;
use crate::compose::plan::{Action, Target, card, conflicts};
use crate::domain::task::{Acceptance, UpdateOptions};
use crate::domain::{Container, DeployState, Fault, StepVerb, units};
use std::time::Duration;

/// How long the new ones are looked at once the old ones have stopped, unless they need less to prove themselves.
const ALONE: Duration = Duration::from_secs(1);

pub struct Rollout<'plan> {
    pub(super) project: &'plan Project,
    pub(super) service: &'plan Service,
    pub(super) observed: &'plan Observed,
    pub(super) policy: Policy,
    pub(super) proxies: Proxies<'plan>,
    pub(super) places: Vec<Place<'plan>>,
    means: Means,
    /// It does its work once, and others wait for that.
    ends: bool,
    image_pending: bool,
}

/// A slot, and its new container once there is a step that makes it.
pub struct Place<'plan> {
    pub number: u32,
    pub slot: Slot<'plan>,
    pub new: Option<Target>,
}

impl<'plan> Rollout<'plan> {
    pub fn new(
        project: &'plan Project,
        service: &'plan Service,
        observed: &'plan Observed,
        versions: Versions<'plan>,
        options: &UpdateOptions,
    ) -> Self {
        let places: Vec<Place<'plan>> = versions
            .slots
            .into_iter()
            .map(|(number, slot)| Place { number, new: slot.new.map(existing), slot })
            .collect();
        let policy = Policy::of(service, options.strategy);
        let policy = match options.acceptance {
            Acceptance::WatchedFor(soak) => Policy { soak, ..policy },
            Acceptance::ByOperator | Acceptance::Watched => policy,
        };
        Self {
            project,
            service,
            observed,
            policy,
            proxies: Proxies::of(service, observed),
            means: means(service, places.len()),
            ends: ends_in(project, service),
            places,
            image_pending: !observed.images_provided
                && !observed.images.contains_key(&service.image_name(&project.name)),
        }
    }

    pub fn service(&self) -> &'plan Service {
        self.service
    }

    pub fn roll(&mut self, chain: &mut Chain) -> Result<(), Fault> {
        if self.ends {
            return self.run_once(chain);
        }
        self.say(chain);
        let (open, rest): (Vec<usize>, Vec<usize>) =
            (0..self.places.len()).partition(|place| self.is_open(*place));
        let unproven: Vec<usize> =
            rest.into_iter().filter(|place| !self.places[*place].slot.old.is_empty()).collect();
        // That the old ones have stopped does not tell that these have proven themselves: where the old one stops first,
        // a worker may have died while it was still waiting for that.
        if !unproven.is_empty() {
            self.prove(chain, &unproven, true);
        }
        let batches: Vec<&[usize]> = open.chunks(self.policy.at_a_time.min(open.len().max(1))).collect();
        for (index, batch) in batches.iter().enumerate() {
            let first = index == 0 && unproven.is_empty();
            match self.means.clone() {
                Means::StartFirst => self.start_first(chain, batch, first)?,
                Means::StopFirst(why) => self.stop_first(chain, batch, first, &why)?,
            }
            if index + 1 < batches.len() && !self.policy.delay.is_zero() {
                self.gate(chain, batch, self.policy.delay, "the delay before the next one");
            }
        }
        self.settle(chain);
        Ok(())
    }

    /// The old ones have stopped, so that the name stands for the new ones alone.
    fn settle(&self, chain: &mut Chain) {
        let why = format!("only new containers of {} are left", self.service.name);
        if self.proxies.are_there() {
            let step = self.proxies.steer(&mut chain.plan, Vec::new(), "whoever its name stands for");
            chain.follow(step);
            let after = chain.last().to_vec();
            for step in self.proxies.reload(&mut chain.plan, &after, &why, self.observed) {
                chain.follow(step);
            }
        }
        let after = chain.last().to_vec();
        for step in self.proxies.restart(&mut chain.plan, &after, &why, self.observed) {
            chain.follow(step);
        }
    }

    /// Something has yet to be made, started or stopped there.
    fn is_open(&self, place: usize) -> bool {
        let slot = &self.places[place].slot;
        !slot.new.is_some_and(Container::is_running) || slot.old.iter().any(|(old, _)| old.is_running())
    }

    fn say(&self, chain: &mut Chain) {
        let name = &self.service.name;
        if self.service.declared_health_check().is_none() {
            chain.plan.warn(format!(
                "{name} has no health check: that its new containers run is all that can be seen, so the result is unproven"
            ));
        }
        match &self.means {
            Means::StopFirst(why) if self.places.len() == 1 => {
                chain.plan.warn(format!("{name} is away for a while: {why}, so the old one stops first"));
            }
            Means::StopFirst(why) => {
                chain.plan.warn(format!("{name} has one replica less for a while: {why}, so the old one stops first"));
            }
            Means::StartFirst if !self.proxies.are_there() => chain.plan.warn(format!(
                "no proxy is told of {name} (x-mcp.on_scale): what its clients are at when an old container stops has only \
                 that one's grace to end"
            )),
            Means::StartFirst => {}
        }
    }

    fn start_first(&mut self, chain: &mut Chain, batch: &[usize], first: bool) -> Result<(), Fault> {
        for place in batch {
            self.make(chain, *place)?;
        }
        self.start(chain, batch);
        chain.reached(DeployState::GreenCreated);
        self.prove(chain, batch, first);
        self.switch(chain, batch, false);
        if !self.policy.soak.is_zero() {
            self.gate(chain, batch, self.policy.soak, "the old ones are kept meanwhile");
            chain.reached(DeployState::Soaking);
        }
        let why =
            if self.proxies.are_there() { "start-first: no new requests come to it" } else { "start-first" };
        self.stop(chain, batch, why, false);
        Ok(())
    }

    fn stop_first(
        &mut self,
        chain: &mut Chain,
        batch: &[usize],
        first: bool,
        why: &str,
    ) -> Result<(), Fault> {
        for place in batch {
            self.make(chain, *place)?;
        }
        chain.reached(DeployState::GreenCreated);
        let others = self.serving(batch, true);
        if !others.is_empty() {
            self.switch(chain, batch, true);
        }
        self.stop(chain, batch, &format!("stop-first: {why}"), others.is_empty());
        self.start(chain, batch);
        self.prove(chain, batch, first);
        self.switch(chain, batch, false);
        Ok(())
    }

    /// Beside the old one, under a name that tells whose place it is to take.
    fn make(&mut self, chain: &mut Chain, index: usize) -> Result<(), Fault> {
        let place = &self.places[index];
        if place.new.is_some() {
            return Ok(());
        }
        let Some((old, reason)) = place.slot.old.iter().max_by_key(|(old, _)| old.is_running()).copied()
        else {
            return Ok(());
        };
        let observed = self.observed;
        let replicas = |name: &str| replicas(observed, name);
        let wish = Wish {
            replicas: 0,
            recreate: Recreate::Changed,
            renew_anonymous_volumes: false,
            image_pending: self.image_pending,
        };
        let converging =
            Converging { project: self.project, service: self.service, observed, wish, replicas: &replicas };
        let to_come = conflicts::image_to_come();
        let image = match conflicts::image(self.project, self.service, observed) {
            Err(_) if self.image_pending => &to_come,
            image => image?,
        };
        let (creation, reason) = converging.beside(old, image, reason)?;
        // What an update that was given up for this one has made may have the old one's name still.
        let beside = |old: &Container| format!("{}_{}", old.id.short(), creation.name);
        let names = std::iter::once(old).chain(place.slot.old.iter().map(|(old, _)| *old)).map(beside);
        let name = names.into_iter().find(|name| !is_taken(observed, name)).unwrap_or_else(|| beside(old));
        let creation = Creation { name: name.clone(), ..creation };
        let action = Action::Create(Box::new(creation));
        chain.add(StepVerb::CreateContainer, &name, &self.service.name, &reason, action);
        self.places[index].new = Some(Target::Made { name });
        Ok(())
    }

    fn start(&self, chain: &mut Chain, batch: &[usize]) {
        for place in batch.iter().map(|place| &self.places[*place]) {
            if place.slot.new.is_some_and(Container::is_running) {
                continue;
            }
            if let Some(target) = place.new.clone() {
                let (name, service) = (target.name().to_owned(), &self.service.name);
                chain.add(
                    StepVerb::StartContainer,
                    &name,
                    service,
                    "beside the old one",
                    Action::Start(target),
                );
            }
        }
    }

    /// Healthy, and what is to be done once it is, done once.
    fn prove(&self, chain: &mut Chain, batch: &[usize], first: bool) {
        let time = self.policy.min_healthy;
        let reason = match self.service.declared_health_check() {
            Some(_) => format!("healthy for {} without a break", units::duration(time)),
            None => format!(
                "unproven: without a health check, that it runs for {} has to do",
                units::duration(time)
            ),
        };
        self.gate(chain, batch, time, &reason);
        chain.reached(DeployState::GreenHealthy);
        if first {
            self.run_hooks(chain, batch);
        }
    }

    /// Once more, all of them, with what they were sent and without the old ones: these are about to be removed, or left
    /// to whoever accepts the new ones.
    pub fn prove_alone(&self, chain: &mut Chain) {
        if self.ends {
            return;
        }
        let all: Vec<usize> = (0..self.places.len()).collect();
        self.gate(chain, &all, ALONE.min(self.policy.min_healthy), "healthy without the old ones");
    }

    fn gate(&self, chain: &mut Chain, batch: &[usize], time: Duration, reason: &str) {
        let gate = self.policy.gate(self.service, time);
        let action = Action::Gate { containers: self.new_ones(batch), gate };
        chain.add(StepVerb::Await, &self.service.name, &self.service.name, reason, action);
    }

    /// Requests go to all but the old ones of the batch, and when it is `away`, to none of its places.
    fn switch(&self, chain: &mut Chain, batch: &[usize], away: bool) {
        if !self.proxies.are_there() {
            if !away {
                chain.reached(DeployState::Switched);
            }
            return;
        }
        let serving = self.serving(batch, away);
        let why = if away { "those that stay" } else { "those that are new, and those whose turn comes" };
        let step = self.proxies.steer(&mut chain.plan, serving, why);
        chain.follow(step);
        let after = chain.last().to_vec();
        let why = format!("the containers of {} are others", self.service.name);
        for step in self.proxies.reload(&mut chain.plan, &after, &why, self.observed) {
            chain.follow(step);
        }
        if !away {
            chain.reached(DeployState::Switched);
        }
        let leaving = self.old_ones(batch);
        if !leaving.is_empty() && (away || self.means == Means::StartFirst) {
            let proxies = self.proxies.targets();
            let object = leaving.iter().map(Target::name).collect::<Vec<_>>().join(", ");
            let action = Action::Drain { containers: leaving, proxies, limit: self.policy.drain };
            let reason = format!("what {} has sent to it is answered first", self.proxies.names());
            chain.add(StepVerb::Drain, &object, &self.service.name, &reason, action);
        }
    }

    fn stop(&self, chain: &mut Chain, batch: &[usize], reason: &str, nobody_else: bool) {
        for (old, _) in batch.iter().flat_map(|place| &self.places[*place].slot.old) {
            if !old.is_running() {
                continue;
            }
            let name = old.name.as_str();
            let action = Action::Stop(existing(old));
            let step = chain.add(StepVerb::StopContainer, name, &self.service.name, reason, action);
            if nobody_else {
                chain.plan.downtime(step, card::grace(old, Some(self.service)));
            }
        }
        chain.reached(DeployState::Drained);
    }

    /// Who answers once the batch has its new containers; without its places when they are `away`.
    fn serving(&self, batch: &[usize], away: bool) -> Vec<Target> {
        let mut serving = Vec::new();
        for (index, place) in self.places.iter().enumerate() {
            let in_batch = batch.contains(&index);
            if in_batch && away {
                continue;
            }
            let done = in_batch || batch.first().is_none_or(|first| index < *first);
            let settled = place.slot.new.is_some_and(Container::is_running);
            if let Some(new) = place.new.as_ref().filter(|_| done || settled) {
                serving.push(new.clone());
            } else {
                let running = place.slot.old.iter().filter(|(old, _)| old.is_running());
                serving.extend(running.map(|(old, _)| existing(old)));
            }
        }
        serving
    }

    fn new_ones(&self, batch: &[usize]) -> Vec<Target> {
        batch.iter().filter_map(|place| self.places[*place].new.clone()).collect()
    }

    fn old_ones(&self, batch: &[usize]) -> Vec<Target> {
        let old = batch.iter().flat_map(|place| &self.places[*place].slot.old);
        old.filter(|(old, _)| old.is_running()).map(|(old, _)| existing(old)).collect()
    }

    /// The name that the place's container has in the end.
    pub fn name(&self, place: &Place<'_>) -> String {
        container_name(&self.project.name, self.service, place.number)
    }
}
