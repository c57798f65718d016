//! `PUT` and `GET /containers/{id}/archive`.

use super::reply::{Reply, empty, full, header, with_status};
use super::{Answer, Call};
use crate::sim::world::Refusal;
use crate::sim::world::container::Container;
use serde_json::json;

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
            return Err(missing(&path, reference));
        }
        container.files.unpack(&path, &archive)?;
        world.touch();
        Ok(empty(200))
    })
}

fn missing(path: &str, reference: &str) -> Refusal {
    Refusal::missing(format!("Could not find the file {path} in container {reference}"))
}

/// The header in which the engine describes what stands at a path.
fn described(reply: &mut Reply, container: &Container, path: &str, reference: &str) -> Result<(), Refusal> {
    let (name, size, mode) = container.files.stat(path).ok_or_else(|| missing(path, reference))?;
    let stat = json!({
        "name": name,
        "size": size,
        "mode": mode,
        "mtime": container.created.rfc3339(),
        "linkTarget": "",
    });
    header(reply, "x-docker-container-path-stat", &base64(stat.to_string().as_bytes()));
    Ok(())
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * place) & 63) as usize);
            let letter = letter.filter(|_| place <= group.len()).map_or('=', |letter| char::from(*letter));
            text.push(letter);
        }
    }
    text
}

pub fn stat(call: &Call, reference: &str) -> Answer {
    let path = call.query.get("path").unwrap_or_default();
    call.shared.with(|world| {
        let mut reply = empty(200);
        described(&mut reply, world.container(reference)?, path, reference)?;
        Ok(reply)
    })
}

pub fn get(call: &Call, reference: &str) -> Answer {
    let path = call.query.get("path").unwrap_or_default();
    call.shared.with(|world| {
        let container = world.container(reference)?;
        let archive = container.files.pack(path).ok_or_else(|| missing(path, reference))?;
        let mut reply = with_status(200, full(archive));
        header(&mut reply, "content-type", "application/x-tar");
        described(&mut reply, container, path, reference)?;
        Ok(reply)
    })
}
