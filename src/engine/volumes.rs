//! Volumes.

use super::actions::{named, nameless};
use super::connect::{CALL_LIMIT, Engine};
use super::convert::compose_key;
use super::raw::segment;
use crate::domain::resources::Volume;
use crate::domain::{Fault, FaultKind, Safe};
use bollard::models::Volume as DaemonVolume;
use bollard::query_parameters::{ListVolumesOptions, RemoveVolumeOptions};
use hyper::Method;
use serde_json::Value;

impl Engine {
    pub async fn volumes(&self) -> Result<Vec<Volume>, Fault> {
        let request = self.docker.list_volumes(None::<ListVolumesOptions>);
        let list = self.call("list volumes", "", CALL_LIMIT, request).await?;
        Ok(list.volumes.unwrap_or_default().into_iter().map(volume).collect())
    }

    pub async fn volume(&self, name: &str) -> Result<Option<Volume>, Fault> {
        match self.call("inspect volume", name, CALL_LIMIT, self.docker.inspect_volume(&segment(name))).await
        {
            Ok(found) => Ok(Some(volume(found))),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Creates a volume from a body of the API; its name. One that exists already is returned as it is.
    pub async fn create_volume(&self, body: &Value) -> Result<String, Fault> {
        let operation = "create volume";
        let object = named(body, "Name").unwrap_or_default();
        let answer =
            self.json(&Method::POST, "/volumes/create", Some(body), operation, &object, CALL_LIMIT).await?;
        named(&answer, "Name").ok_or_else(|| nameless(operation, &object))
    }

    pub async fn remove_volume(&self, name: &str) -> Result<(), Fault> {
        let path = segment(name);
        let request = self.docker.remove_volume(&path, None::<RemoveVolumeOptions>);
        self.call("remove volume", name, CALL_LIMIT, request).await
    }
}

fn volume(volume: DaemonVolume) -> Volume {
    let (project, key) = compose_key(&volume.labels, "volume");
    // Unknown is told as -1.
    let usage = volume.usage_data;
    let known = |number: i64| u64::try_from(number).ok();
    Volume {
        name: Safe::new(volume.name),
        driver: Safe::new(volume.driver),
        mount_point: Safe::new(volume.mountpoint),
        project,
        key,
        labels: volume.labels.into_iter().collect(),
        options: volume.options.into_iter().collect(),
        created: volume.created_at.as_deref().and_then(|time| time.parse().ok()),
        size_bytes: usage.as_ref().and_then(|usage| known(usage.size)),
        users: usage.as_ref().and_then(|usage| known(usage.ref_count)),
    }
}
