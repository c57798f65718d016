//! Has every part of a bundle read to its end by who will have to read it one day: the services' own tools, in
//! containers of the images that were recorded, without a network. A list of contents proves nothing: `pg_restore --list`
//! takes a dump that was cut at sixty of a hundred for a good one.

use super::ManifestPart;
use super::check::stopped;
use super::feed::{Feed, Watch};
use super::manifest::{Content, Manifest, RedisData, Server};
use super::redis::keys_read;
use super::source::{self, Shelf};
use super::tar_count::TarCounter;
use super::verify::Problem;
use super::workshop::Workshop;
use crate::domain::container::HELPER_LABEL;
use crate::domain::{ContainerId, Fault, FaultKind};
use crate::engine::ExecRequest;
use serde_json::json;
use std::io::Read;

const BUFFER: usize = 256 << 10;
pub const SCRATCH: &str = "/scratch";
/// What is wrong with the parts. That it could not be tried is a fault.
pub async fn read_through(
    workshop: &Workshop,
    shelf: &Shelf,
    manifest: &Manifest,
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<Problem>, Fault> {
    let watch = Watch { told: &|_| (), cancelled };
    let mut problems = Vec::new();
    for part in &manifest.parts {
        if cancelled() {
            return Err(stopped(&manifest.name));
        }
        let problem = match unpack(shelf, part).await? {
            Some(problem) => Some(problem),
            None => tool(workshop, shelf, part, &watch).await?,
        };
        problems.extend(problem.map(|what| Problem { path: part.part.path.clone(), what }));
    }
    Ok(problems)
}

/// Unpacks it and compares with what the manifest says of what is inside.
async fn unpack(shelf: &Shelf, part: &ManifestPart) -> Result<Option<String>, Fault> {
    let (shelf, part) = (shelf.clone(), part.clone());
    let scanned = tokio::task::spawn_blocking(move || scan(&shelf, &part)).await;
    scanned.map_err(|error| Fault::new(FaultKind::Internal, "unpack", "a part").caused_by(&error))
}

fn scan(shelf: &Shelf, part: &ManifestPart) -> Option<String> {
    let mut source = match source::open(shelf, part) {
        Ok(source) => source,
        Err(error) => return Some(error.to_string()),
    };
    let archive = part.content.archive();
    let mut tar = archive.map(|_| TarCounter::default());
    let (mut buffer, mut bytes) = (vec![0; BUFFER], 0);
    loop {
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                bytes += count as u64;
                if let Some(tar) = &mut tar {
                    tar.see(&buffer[..count]);
                }
            }
            Err(error) => return Some(format!("it cannot be unpacked: {error}")),
        }
    }
    if bytes != part.raw_bytes() {
        return Some(format!("it unpacks to {bytes} bytes instead of {}", part.raw_bytes()));
    }
    let (archive, found) = (archive?, tar?.finish());
    if !found.ended {
        return Some("it is no whole archive".to_owned());
    }
    (found.entries != archive.entries)
        .then(|| format!("it has {} entries instead of {}", found.entries, archive.entries))
}

async fn tool(
    workshop: &Workshop,
    shelf: &Shelf,
    part: &ManifestPart,
    watch: &Watch<'_>,
) -> Result<Option<String>, Fault> {
    match &part.content {
        Content::Postgres(database) => postgres(workshop, shelf, (part, &database.server), watch).await,
        Content::Redis(redis) => snapshot(workshop, shelf, (part, redis), watch).await,
        Content::PostgresGlobals(_)
        | Content::Volume(_)
        | Content::Bind(_)
        | Content::Files(_)
        | Content::Exec { .. }
        | Content::Compose
        | Content::Images => Ok(None),
    }
}

async fn postgres(
    workshop: &Workshop,
    shelf: &Shelf,
    (part, server): (&ManifestPart, &Server),
    watch: &Watch<'_>,
) -> Result<Option<String>, Fault> {
    let image = present(workshop, &server.image_id, &server.image).await?;
    let container = toolbox(workshop, &image, None).await?;
    let request = command(&["pg_restore", "-f", "/dev/null"]);
    let feed = Feed::new(shelf, part, None);
    let ended = feed.into_tool(workshop.engine(), &container, &request, watch).await;
    workshop.remove(&container).await;
    let ended = ended?;
    Ok((ended.code != 0).then(|| format!("pg_restore does not take it: {}", ended.complaints.trim())))
}

/// `redis-check-rdb` wants a file.
async fn snapshot(
    workshop: &Workshop,
    shelf: &Shelf,
    (part, redis): (&ManifestPart, &RedisData),
    watch: &Watch<'_>,
) -> Result<Option<String>, Fault> {
    if !redis.checked {
        // Its image has no such tool.
        return Ok(None);
    }
    let image = present(workshop, &redis.image_id, &redis.image).await?;
    let volume = scratch(workshop).await?;
    let container = toolbox(workshop, &image, Some(&volume)).await?;
    let file = format!("{SCRATCH}/dump.rdb");
    let request = command(&["sh", "-c", &format!("cat > {file}")]);
    let feed = Feed::new(shelf, part, None);
    let copied = feed.into_tool(workshop.engine(), &container, &request, watch).await?;
    if copied.code != 0 {
        return Err(copied.explain(Fault::new(FaultKind::Refused, "copy", &part.part.path)));
    }
    let (code, output) = workshop.looked_through(&container, &["redis-check-rdb", &file]).await?;
    workshop.remove(&container).await;
    let keys = keys_read(&output);
    Ok(if code != 0 {
        Some(format!("redis-check-rdb does not take it (exit code {code})"))
    } else if keys.is_some_and(|keys| keys != redis.keys) {
        Some(format!("it has {} keys instead of {}", keys.unwrap_or_default(), redis.keys))
    } else {
        None
    })
}

pub fn command(words: &[&str]) -> ExecRequest {
    ExecRequest::from(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

/// A volume that is gone with the workshop.
pub async fn scratch(workshop: &Workshop) -> Result<String, Fault> {
    let name = workshop.name("scratch");
    let labels = json!({ HELPER_LABEL: "scratch" });
    workshop.engine().create_volume(&json!({ "Name": name, "Labels": labels })).await
}

/// A container with the image's tools, and a volume to write to where one is needed.
pub async fn toolbox(workshop: &Workshop, image: &str, volume: Option<&str>) -> Result<ContainerId, Fault> {
    let mounts: Vec<_> = volume
        .iter()
        .map(|volume| json!({ "Type": "volume", "Source": volume, "Target": SCRATCH }))
        .collect();
    // What tar needs to put everything back as it was.
    let rights: &[&str] = if volume.is_some() {
        &["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "MKNOD", "SETFCAP"]
    } else {
        &[]
    };
    workshop.toolbox(image, &json!(mounts), rights).await?.ok_or_else(|| {
        Fault::new(FaultKind::NotFound, "verify with", image)
            .because("the image has no `sleep` to keep it open with")
    })
}

/// The very image that was recorded, else what has its name now.
pub async fn present(workshop: &Workshop, id: &str, name: &str) -> Result<String, Fault> {
    for image in [id, name] {
        if !image.is_empty() && workshop.engine().image(image).await?.is_some() {
            return Ok(image.to_owned());
        }
    }
    Err(Fault::new(FaultKind::NotFound, "verify with", name)
        .because("the image is not here, neither by its id nor by its name")
        .hint(format!("`docker pull {name}`; `images.json` of the bundle has the digest")))
}
