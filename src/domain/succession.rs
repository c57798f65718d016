//! A container in whose place another one runs by now: a deploy has kept it to go back to. It serves nobody and lacks
//! nothing, and is neither a replica of its service nor what its files ask for.

use super::{Container, ContainerId};
use std::collections::BTreeSet;

/// `0123456789ab_shop-web-1` was made to become `shop-web-1`.
pub fn name_before(name: &str) -> Option<&str> {
    let (id, name) = name.split_once('_')?;
    let is_id = id.len() == 12 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (is_id && !name.is_empty()).then_some(name)
}

/// Those that do not run, while one of their service that was made to take their name does.
pub fn replaced<'all>(all: impl IntoIterator<Item = &'all Container> + Clone) -> BTreeSet<&'all ContainerId> {
    let mut preceding = preceding(all.clone(), Container::is_running);
    if !preceding.is_empty() {
        for running in all.into_iter().filter(|container| container.is_running()) {
            preceding.remove(&running.id);
        }
    }
    preceding
}

/// Those whose name another one of their service was made to take, whichever of the two runs; of such others only the
/// ones that count.
pub fn preceding<'all>(
    all: impl IntoIterator<Item = &'all Container> + Clone,
    counts: impl Fn(&Container) -> bool,
) -> BTreeSet<&'all ContainerId> {
    let place = |container: &'all Container| {
        let labels = container.compose.as_ref()?;
        Some((labels.project.as_str(), labels.service.as_str(), labels.oneoff))
    };
    let successors: Vec<_> = all
        .clone()
        .into_iter()
        .filter_map(|container| Some((place(container)?, name_before(&container.name)?, container)))
        .filter(|(_, _, container)| counts(container))
        .map(|(place, name, _)| (place, name))
        .collect();
    // Almost always there are none, and nothing is to be compared.
    if successors.is_empty() {
        return BTreeSet::new();
    }
    let precedes = |container: &&'all Container| {
        place(container).is_some_and(|place| successors.contains(&(place, container.name.as_str())))
    };
    all.into_iter().filter(precedes).map(|container| &container.id).collect()
}

/// Whether one of them was made to take another's place and has not got its name yet: where none was, there is nothing
/// to decide between.
pub fn is_under_way<'all>(all: impl IntoIterator<Item = &'all Container>) -> bool {
    all.into_iter().any(|container| container.compose.is_some() && name_before(&container.name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ContainerState, Safe, fixtures};

    #[test]
    fn what_stopped_beside_its_successor_is_replaced_and_nothing_else_is() {
        let mut old = fixtures::replica("shop", "api", 1);
        let (name, id) = (Safe::new("0123456789ab_shop-api-1"), ContainerId("new".to_owned()));
        let mut new = Container { id, name, ..old.clone() };
        assert!(replaced([&old, &new]).is_empty(), "both run: which of them stays is not decided");
        old.state = ContainerState::Exited;
        assert_eq!(replaced([&old, &new]), [&old.id].into());
        new.state = ContainerState::Exited;
        assert!(replaced([&old, &new]).is_empty(), "nothing serves in its place");
        assert_eq!(
            preceding([&old, &new], |_| true),
            [&old.id].into(),
            "which is the old one its name tells"
        );
        assert!(is_under_way([&old, &new]) && is_under_way([&new]) && !is_under_way([&old]));
        new.state = ContainerState::Running;
        new.compose = Some(fixtures::labels("other", "api", 1));
        assert!(replaced([&old, &new]).is_empty(), "another project's");
    }
}
