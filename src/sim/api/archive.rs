//! `PUT` and `GET /containers/{id}/archive`.

use super::reply::{empty, full, header, with_status};
use super::{Answer, Call};
use crate::sim::world::Refusal;

pub async fn put(mut call: Call, reference: &str) -> Answer {
    let path = call.query.get("path").unwrap_or_default().to_owned();
    if path.is_empty() {
        return Err(Refusal::bad("missing \"path\" parameter"));
    }
    let archive = call.bytes().await?;
    call.shared.with(|world| {
        let container = world.container(reference)?;
        let mounted = container.mounts.iter().any(|mount| path.starts_with(&mount.target));
        if !mounted && !container.files.has_directory(&path) {
            return Err(Refusal::missing(format!("Could not find the file {path} in container {reference}")));
        }
        container.files.unpack(&path, &archive)?;
        world.touch();
        Ok(empty(200))
    })
}

pub fn get(call: &Call, reference: &str) -> Answer {
    let path = call.query.get("path").unwrap_or_default();
    call.shared.with(|world| {
        let container = world.container(reference)?;
        let archive = container.files.pack(path).ok_or_else(|| {
            Refusal::missing(format!("Could not find the file {path} in container {reference}"))
        })?;
        let mut reply = with_status(200, full(archive));
        header(&mut reply, "content-type", "application/x-tar");
        Ok(reply)
    })
}
