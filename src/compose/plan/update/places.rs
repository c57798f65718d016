//! Which of a service's containers are old and which new, by their names alone.

use crate::compose::file::{Project, Service};
use crate::compose::observe::{Observed, number};
use crate::domain::Container;
use crate::domain::succession::name_before;
use std::collections::BTreeMap;

/// One replica's place. Which of its containers is the old one is told by their names, and not by what the files ask for:
/// these may have been changed, or put back, since the update was interrupted.
#[derive(Debug, Clone, Default)]
pub struct Place<'seen> {
    /// Those that have proven themselves once; several only where somebody else has made some.
    pub proven: Vec<&'seen Container>,
    /// Made to take the others' place; of several updates, where one was given up for another.
    pub newcomers: Vec<&'seen Container>,
    /// A newcomer whose predecessor is gone: it is what is left.
    pub is_committed: bool,
}

impl<'seen> Place<'seen> {
    pub fn is_double(&self) -> bool {
        !self.newcomers.is_empty()
    }

    /// The one that takes its place back: one that runs, where there are several.
    pub fn old(&self) -> Option<&'seen Container> {
        let running = self.proven.iter().find(|proven| proven.is_running());
        running.or(self.proven.first()).copied()
    }
}

pub fn places<'seen>(service: &Service, observed: &'seen Observed) -> BTreeMap<u32, Place<'seen>> {
    let containers = observed.of_service(&service.name);
    let mut places: BTreeMap<u32, Place<'seen>> = BTreeMap::new();
    for container in &containers {
        let place = places.entry(number(container)).or_default();
        let successor_of = name_before(&container.name);
        if successor_of.is_some_and(|name| containers.iter().any(|other| other.name.as_str() == name)) {
            place.newcomers.push(container);
        } else {
            place.is_committed |= successor_of.is_some();
            place.proven.push(container);
        }
    }
    places
}

/// Whether some place has both an old and a new container.
pub fn is_between(project: &Project, observed: &Observed) -> bool {
    project.services.values().any(|service| places(service, observed).values().any(Place::is_double))
}
