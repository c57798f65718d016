//! What Docker takes of the disk, asked for when somebody wants to know.

use super::super::effects::Context;
use crate::app::Msg;
use crate::app::store::docker_disk::DiskAnswer;
use crate::domain::Fault;
use crate::engine::Endpoint;
use crate::probe::json_log::{LogAt, sizes};

pub async fn ask(context: Context) -> Msg {
    Msg::DockerDisk(answer(context).await)
}

async fn answer(context: Context) -> Result<DiskAnswer, Fault> {
    let disk = context.engine().await?.disk_use().await?;
    let local = context.endpoint.as_ref().is_ok_and(Endpoint::is_local);
    let files = {
        let fleet = context.known.fleet();
        // The simulated daemon names files that nobody has.
        let is_real = fleet.daemon.as_ref().is_some_and(|daemon| !daemon.simulated);
        (local && is_real).then(|| fleet.containers.values().filter_map(LogAt::of).collect::<Vec<_>>())
    };
    let logs = match files {
        Some(files) => tokio::task::spawn_blocking(move || sizes(files)).await.unwrap_or_default(),
        None => None,
    };
    Ok(DiskAnswer { disk, logs })
}
