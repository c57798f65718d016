//! Who is stopped for a restore, in which order. Pure.

use super::state::Ran;
use super::target::{DirectoryTarget, Target};
use crate::domain::Container;
use crate::domain::container::Health;
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
fn dependants(of: &BTreeSet<String>, needs: &Needs) -> BTreeSet<String> {
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

/// The services that are stopped while these change places, by the containers as they are now: who has something of it
/// mounted, `also` these, and whoever needs one of them or a server whose databases change names. Such servers go on.
pub fn concerned(
    targets: &[Target],
    also: &BTreeSet<String>,
    needs: &Needs,
    containers: &[Container],
) -> BTreeSet<String> {
    let (mut servers, mut users) = (BTreeSet::new(), also.clone());
    for target in targets {
        match target {
            Target::Database(target) => {
                servers.insert(target.service.clone());
            }
            Target::Directory(target) => {
                let users_of_it = containers.iter().filter(|container| sees(container, target));
                let labels = users_of_it.filter_map(|container| container.compose.as_ref());
                users.extend(labels.map(|labels| labels.service.clone()));
            }
        }
    }
    users = &users - &servers;
    let dependants = dependants(&(&servers | &users), needs);
    &(&users | &dependants) - &servers
}

/// Whether it has mounted something of what changes places.
fn sees(container: &Container, target: &DirectoryTarget) -> bool {
    let places = target.switched();
    container.mounts.iter().any(|mount| places.iter().any(|place| place.is_seen_at(mount)))
}

/// The containers of these services that run, and those that ran `before` anything was done: those that others need
/// come first, as they are started.
pub fn starting(
    services: &BTreeSet<String>,
    needs: &Needs,
    containers: &[Container],
    before: &[Ran],
) -> Vec<Ran> {
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
    let known = |container: &Container| before.iter().find(|ran| ran.container == container.id);
    let of = |service: &&String| {
        let mut members: Vec<&Container> = containers
            .iter()
            .filter(|container| container.is_running() || known(container).is_some())
            .filter(|container| container.compose.as_ref().is_some_and(|labels| labels.service == **service))
            .collect();
        members.sort_by_key(|container| container.compose.as_ref().and_then(|labels| labels.number));
        members
    };
    let ran = |container: &Container, service: &str| Ran {
        container: container.id.clone(),
        name: container.name.to_string(),
        service: service.to_owned(),
        well: known(container).map_or_else(|| is_well(container), |ran| ran.well),
    };
    order
        .iter()
        .flat_map(|service| of(service).into_iter().map(|container| ran(container, service)))
        .collect()
}

/// Nobody can ask more of it afterwards than it was before.
fn is_well(container: &Container) -> bool {
    container.state.serves() && container.health != Some(Health::Unhealthy)
}

#[cfg(test)]
mod tests {
    use super::super::target::Place;
    use super::*;
    use crate::domain::container::MountPoint;
    use crate::domain::{ContainerState, fixtures};
    use rstest::rstest;

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
            starting(&stopped, &needs, &containers, &[]).into_iter().map(|ran| ran.service).collect();
        assert_eq!(names, ["api", "web"]);
    }

    #[test]
    fn services_that_need_each_other_are_all_found() {
        let file = [("a", vec!["b".to_owned()]), ("b", vec!["a".to_owned()])];
        let containers = ["a", "b"].map(|service| fixtures::replica("shop", service, 1));
        let needs = needs(file.iter().map(|(service, on)| (*service, on.as_slice())), &containers);
        assert_eq!(starting(&set(&["a", "b"]), &needs, &containers, &[]).len(), 2);
    }

    /// What a stack is like is told by its containers as they are, not as they were at another time.
    #[test]
    fn who_came_up_since_is_stopped_too_and_who_ran_before_is_started() {
        let mut cache = fixtures::replica("shop", "cache", 1);
        cache.mounts = vec![mount("volume", "shop_keys", "/data")];
        let mut web = fixtures::replica("shop", "web", 1);
        web.state = ContainerState::Exited;
        let mut worker = fixtures::replica("shop", "worker", 1);
        worker.health = Some(Health::Unhealthy);
        let mail = fixtures::replica("shop", "mail", 1);
        let on = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let file = [("web", on(&["cache"])), ("worker", on(&["cache"]))];
        let before = [Ran {
            container: web.id.clone(),
            name: "shop-web-1".to_owned(),
            service: "web".to_owned(),
            well: true,
        }];
        let containers = [cache, web, worker, mail];
        let needs = needs(file.iter().map(|(service, on)| (*service, on.as_slice())), &containers);
        let targets = [Target::Directory(directory(Place::Volume("shop_keys".to_owned()), &[]))];
        let services = concerned(&targets, &BTreeSet::new(), &needs, &containers);
        let order = starting(&services, &needs, &containers, &before);
        let told: Vec<(&str, bool)> = order.iter().map(|ran| (ran.service.as_str(), ran.well)).collect();
        assert_eq!(told, [("cache", true), ("web", true), ("worker", false)]);
    }

    #[rstest]
    #[case::itself("/srv/shop/conf", true)]
    #[case::in_it("/srv/shop/conf/tls", true)]
    #[case::around_it("/srv/shop", true)]
    #[case::beside_it("/srv/shop/data", false)]
    #[case::begins_like_it("/srv/shop/conf.d", false)]
    fn whoever_sees_a_path_of_the_host_is_stopped(#[case] source: &str, #[case] is_stopped: bool) {
        let mut web = fixtures::replica("shop", "web", 1);
        web.mounts = vec![mount("bind", source, "/etc/shop")];
        let targets = [Target::Directory(directory(Place::Host("/srv/shop".to_owned()), &["conf"]))];
        let services = concerned(&targets, &BTreeSet::new(), &Needs::new(), &[web]);
        assert_eq!(services.contains("web"), is_stopped);
    }

    fn mount(kind: &str, source: &str, target: &str) -> MountPoint {
        MountPoint {
            kind: kind.to_owned(),
            source: source.to_owned(),
            target: target.to_owned(),
            read_write: true,
        }
    }

    fn directory(place: Place, names: &[&str]) -> DirectoryTarget {
        DirectoryTarget {
            part: String::new(),
            place,
            below: String::new(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            image: String::new(),
            id: DirectoryTarget::numbered("1a2b", 0),
            label: String::new(),
        }
    }
}
