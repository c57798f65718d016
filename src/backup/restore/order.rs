//! Who is stopped for a restore, in which order. Pure.

use super::state::Ran;
use crate::domain::Container;
use std::collections::{BTreeMap, BTreeSet};

/// What each service needs, by the file and by the labels of the containers.
pub type Needs = BTreeMap<String, BTreeSet<String>>;

/// The needs of services, from pairs of a service and what it depends on, and from the containers' labels.
pub fn needs<'a>(file: impl IntoIterator<Item = (&'a str, &'a [String])>, containers: &[Container]) -> Needs {
    let mut needs = Needs::new();
    for (service, on) in file {
        needs.entry(service.to_owned()).or_default().extend(on.iter().cloned());
    }
    for labels in containers.iter().filter_map(|container| container.compose.as_ref()) {
        let on = labels.depends_on.iter().filter_map(|line| line.split(':').next()).map(str::to_owned);
        needs.entry(labels.service.clone()).or_default().extend(on);
    }
    needs
}

/// The services that need one of these, directly or by others.
pub fn dependants(of: &BTreeSet<String>, needs: &Needs) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (service, on) in needs {
            if on.iter().any(|one| of.contains(one) || found.contains(one)) {
                found.insert(service.clone());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// The running containers of these services: those that others need come first, as they are started.
pub fn starting(services: &BTreeSet<String>, needs: &Needs, containers: &[Container]) -> Vec<Ran> {
    let mut left: BTreeSet<&String> = services.iter().collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let waits = |service: &String| {
            needs.get(service).is_some_and(|on| on.iter().any(|one| one != service && left.contains(one)))
        };
        let mut next: Vec<&String> = left.iter().copied().filter(|service| !waits(service)).collect();
        if next.is_empty() {
            // A circle: any order is as good as another.
            next = left.iter().copied().collect();
        }
        for service in next {
            left.remove(service);
            order.push(service);
        }
    }
    let of = |service: &&String| {
        let mut members: Vec<&Container> = containers
            .iter()
            .filter(|container| container.is_running())
            .filter(|container| container.compose.as_ref().is_some_and(|labels| labels.service == **service))
            .collect();
        members.sort_by_key(|container| container.compose.as_ref().and_then(|labels| labels.number));
        members
    };
    let ran = |container: &Container, service: &str| Ran {
        container: container.id.clone(),
        name: container.name.to_string(),
        service: service.to_owned(),
    };
    order
        .iter()
        .flat_map(|service| of(service).into_iter().map(|container| ran(container, service)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn whoever_needs_it_is_stopped_and_what_is_needed_starts_first() {
        let on = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let file = [("api", on(&["db", "cache"])), ("web", on(&["api"])), ("db", on(&[])), ("mail", on(&[]))];
        let containers = ["web", "api", "db", "mail"].map(|service| fixtures::replica("shop", service, 1));
        let needs = needs(file.iter().map(|(service, on)| (*service, on.as_slice())), &containers);
        let stopped = dependants(&set(&["db"]), &needs);
        assert_eq!(stopped, set(&["api", "web"]));
        let names: Vec<String> =
            starting(&stopped, &needs, &containers).into_iter().map(|ran| ran.service).collect();
        assert_eq!(names, ["api", "web"]);
    }

    #[test]
    fn services_that_need_each_other_are_all_found() {
        let file = [("a", vec!["b".to_owned()]), ("b", vec!["a".to_owned()])];
        let containers = ["a", "b"].map(|service| fixtures::replica("shop", service, 1));
        let needs = needs(file.iter().map(|(service, on)| (*service, on.as_slice())), &containers);
        assert_eq!(starting(&set(&["a", "b"]), &needs, &containers).len(), 2);
    }
}
