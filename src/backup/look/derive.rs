//! What is worth saving of a stack whose files cannot be read: what its containers' images and volumes tell.

use crate::compose::{is_postgres, is_redis, live_places, within};
use crate::domain::Container;
use crate::domain::stack::BackupSource;
use std::collections::BTreeSet;

/// Databases, then every named volume that no database lives in.
pub fn derive(containers: &[Container]) -> Vec<BackupSource> {
    let service = |container: &Container| container.compose.as_ref().map(|labels| labels.service.clone());
    let services = |is: fn(&str) -> bool| -> BTreeSet<String> {
        let own = containers.iter().filter(|container| {
            is(&container.image) && container.compose.as_ref().is_some_and(|labels| !labels.oneoff)
        });
        own.filter_map(service).collect()
    };
    let postgres = services(is_postgres).into_iter().map(|service| BackupSource::Postgres {
        service,
        database: None,
        user: None,
    });
    let redis = services(is_redis).into_iter().map(|service| BackupSource::Redis { service });
    let live = live_volumes(containers);
    let named: BTreeSet<&str> = containers
        .iter()
        .flat_map(|container| &container.mounts)
        .filter(|mount| mount.kind == "volume" && !is_anonymous(&mount.source))
        .map(|mount| mount.source.as_str())
        .filter(|name| !live.contains(*name))
        .collect();
    let volumes = named.into_iter().map(|name| BackupSource::Volume { name: name.to_owned(), key: None });
    postgres.chain(redis).chain(volumes).collect()
}

/// Volumes whose files a database writes.
pub fn live_volumes(containers: &[Container]) -> BTreeSet<String> {
    let mut live = BTreeSet::new();
    for container in containers {
        let details = container.details.as_ref();
        let places = live_places(&container.image, |name| super::variable(details, name));
        for mount in container.mounts.iter().filter(|mount| mount.kind == "volume") {
            if places.iter().any(|place| within(&mount.target, place) || within(place, &mount.target)) {
                live.insert(mount.source.clone());
            }
        }
    }
    live
}

/// The Engine names those that nobody named by 64 digits.
pub fn is_anonymous(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
