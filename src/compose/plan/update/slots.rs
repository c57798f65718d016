//! Which of a service's containers are what the files ask for and which are not, by the place that they have.

use super::super::converge::{Converging, Recreate, Replica, Wish};
use super::super::once;
use super::existing;
use crate::compose::body::container_name;
use crate::compose::file::{Project, Service};
use crate::compose::observe::{Observed, number};
use crate::domain::{Container, Fault};
use std::collections::BTreeMap;

/// One replica's place.
#[derive(Debug, Clone, Default)]
pub struct Slot<'seen> {
    /// As the files ask for it.
    pub new: Option<&'seen Container>,
    /// With why they are not; several where one update was given up for another.
    pub old: Vec<(&'seen Container, &'static str)>,
}

#[derive(Debug, Clone, Default)]
pub struct Versions<'seen> {
    pub slots: BTreeMap<u32, Slot<'seen>>,
}

impl<'seen> Versions<'seen> {
    pub fn of(
        project: &Project,
        service: &Service,
        observed: &'seen Observed,
        image_pending: bool,
    ) -> Result<Self, Fault> {
        let replicas = |name: &str| replicas(observed, name);
        let wish =
            Wish { replicas: 0, recreate: Recreate::Changed, renew_anonymous_volumes: false, image_pending };
        let converging = Converging { project, service, observed, wish, replicas: &replicas };
        let mut versions = Self::default();
        for (container, reason) in observed.of_service(&service.name).into_iter().zip(converging.judged()?) {
            let slot: &mut Slot<'seen> = versions.slots.entry(number(container)).or_default();
            match reason {
                // Of two that are right, the one that runs.
                None if slot.new.is_none_or(|new| !new.is_running()) => {
                    let other = slot.new.replace(container);
                    slot.old.extend(other.map(|other| (other, "there is another one")));
                }
                None => slot.old.push((container, "there is another one")),
                Some(reason) => slot.old.push((container, reason)),
            }
        }
        Ok(versions)
    }

    /// Whether each place has one container, which is right, runs, or has done what it is there for, and has its own
    /// name; while the old one is kept, it is that one's.
    pub fn are_settled(&self, project: &Project, service: &Service, are_kept: bool) -> bool {
        let ends = once::ends_in(project, service);
        self.slots.iter().all(|(number, slot)| {
            let own = |number| container_name(&project.name, service, number);
            let named = |new: &Container| are_kept || new.name.as_str() == own(*number);
            let well = |new: &Container| if ends { once::has_ended_well(new) } else { new.is_running() };
            slot.old.is_empty() && slot.new.is_some_and(|new| well(new) && named(new))
        })
    }

    pub fn all(&self) -> impl Iterator<Item = &'seen Container> {
        self.slots.values().flat_map(|slot| slot.new.into_iter().chain(slot.old.iter().map(|(old, _)| *old)))
    }
}

pub fn replicas(observed: &Observed, service: &str) -> Vec<Replica> {
    let of = observed.of_service(service).into_iter();
    of.map(|container| Replica { target: existing(container), number: number(container) }).collect()
}
