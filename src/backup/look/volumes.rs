//! Named volumes: whether they are there, who uses them, and which are not part of the backup.

use super::derive::{is_anonymous, live_volumes};
use super::{Scene, file_name, mounted};
use crate::backup::job::{Job, Survey, VolumeJob};
use crate::backup::manifest::{Archive, VolumeArchive};
use crate::domain::{Fault, FaultKind, secret};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub async fn look(
    scene: &Scene<'_>,
    name: &str,
    key: Option<&str>,
    survey: &mut Survey,
) -> Result<(), Fault> {
    if live_volumes(scene.containers).contains(name) {
        return Err(Fault::new(FaultKind::Invalid, "back up", format!("volume {name}"))
            .because("a database that runs lives in it: its files as they are at some moment are no backup")
            .hint("name the service under `postgres` or `redis` of `x-mcp.backup`"));
    }
    let Some(found) = scene.engine.volume(name).await? else {
        survey.warnings.push(format!("the volume {name} does not exist, so nothing of it is saved"));
        return Ok(());
    };
    let volume = VolumeArchive {
        volume: name.to_owned(),
        key: key.map(str::to_owned),
        driver: found.driver.to_string(),
        options: masked(found.options),
        labels: found.labels,
        mounted: mounted(scene.containers, name),
        archive: Archive::default(),
    };
    let path = format!("volumes/{}.tar.zst", file_name(name));
    survey.jobs.push(Job::Volume(VolumeJob { volume, path }));
    Ok(())
}

/// What a volume on another machine is mounted with may hold that one's password.
fn masked(options: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let masked = |(key, value): (String, String)| {
        let value = secret::mask_value(&key, &value);
        (key, value)
    };
    options.into_iter().map(masked).collect()
}

/// By its name; what listens there keeps nothing in it.
fn is_socket(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "sock")
}

/// What the stack's containers see and the backup does not take, so that nobody believes otherwise.
pub fn left_out(scene: &Scene<'_>, survey: &Survey) -> Option<String> {
    let taken: BTreeSet<&str> = survey
        .jobs
        .iter()
        .filter_map(|job| match job {
            Job::Volume(job) => Some(job.volume.volume.as_str()),
            Job::Path(job) => Some(job.host.as_str()),
            Job::Globals(_) | Job::Database(_) | Job::Redis(_) | Job::Exec(_) | Job::Paper(_) => None,
        })
        .collect();
    let saved_by_themselves: BTreeSet<&str> = survey
        .jobs
        .iter()
        .filter_map(|job| match job {
            Job::Database(job) => job.server.data.as_ref(),
            Job::Redis(job) => job.data.as_ref(),
            Job::Globals(_) | Job::Exec(_) | Job::Volume(_) | Job::Path(_) | Job::Paper(_) => None,
        })
        .map(|data| data.volume.as_str())
        .collect();
    let mounts = scene.containers.iter().flat_map(|container| &container.mounts);
    let written = mounts.filter(|mount| match mount.kind.as_str() {
        "volume" => !is_anonymous(&mount.source),
        "bind" => mount.read_write && !is_socket(&mount.source),
        _ => false,
    });
    let missing: BTreeSet<&str> = written
        .map(|mount| mount.source.as_str())
        .filter(|source| !taken.contains(source) && !saved_by_themselves.contains(source))
        .collect();
    (!missing.is_empty()).then(|| {
        let missing: Vec<&str> = missing.into_iter().collect();
        format!("not part of it: {}", missing.join(", "))
    })
}
