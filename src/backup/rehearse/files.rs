//! Archives: unpacked into a volume of its own by the tar that wrote them, and counted.

use super::stage::Restored;
use super::{Reporter, differs};
use crate::backup::ManifestPart;
use crate::backup::archives;
use crate::backup::deep::{SCRATCH, present, scratch, toolbox};
use crate::backup::manifest::Content;
use crate::backup::source::Shelf;
use crate::backup::workshop::Workshop;
use crate::domain::{Fault, FaultKind};

pub async fn archive(
    workshop: &Workshop,
    shelf: &Shelf,
    part: &ManifestPart,
    watch: &Reporter<'_>,
    restored: &mut Restored,
) -> Result<(), Fault> {
    let Some(archive) = part.content.archive() else { return Ok(()) };
    let image = match present(workshop, &archive.image, "").await {
        Ok(image) => image,
        // What a restore would do on a new server, too.
        Err(fault) if fault.kind == FaultKind::NotFound => {
            let (image, tool) = archives::find(workshop, &[]).await?;
            if archive.is_gnu() && !tool.contains("GNU") {
                return Err(fault);
            }
            image
        }
        Err(fault) => return Err(fault),
    };
    let volume = scratch(workshop).await?;
    let container = toolbox(workshop, &image, Some(&volume)).await?;
    let mut words = vec!["tar", "-x", "-p", "-f", "-", "-C", SCRATCH];
    if archive.is_gnu() {
        words.extend(["--numeric-owner", "--xattrs", "--xattrs-include=*", "--acls"]);
    }
    let ended = watch.feed(workshop, &container, &words, (shelf, part)).await?;
    if ended.code != 0 {
        let cause = format!("tar ended with exit code {}", ended.code);
        return Err(ended.explain(differs(&part.part.path, cause)));
    }
    // A name may hold the end of a line.
    let count = format!("find {SCRATCH} -print0 | tr -dc '\\0' | wc -c");
    let (_, counted) = workshop.looked_through(&container, &["sh", "-c", &count]).await?;
    workshop.remove(&container).await;
    let found: u64 = counted.trim().parse().unwrap_or_default();
    // An archive of one path has no entry for the place that it is unpacked at.
    let is_whole = matches!(part.content, Content::Volume(_));
    let found = if is_whole { found } else { found.saturating_sub(1) };
    // A file that changed while it was read may stand there twice.
    if found != archive.entries && archive.changed.is_empty() {
        return Err(differs(&part.part.path, format!("{found} files came of {} entries", archive.entries)));
    }
    note(workshop, &part.content, volume, restored).await
}

/// Where it is looked for by whoever had it.
async fn note(
    workshop: &Workshop,
    content: &Content,
    volume: String,
    restored: &mut Restored,
) -> Result<(), Fault> {
    match content {
        Content::Volume(archive) => drop(restored.volumes.insert(archive.volume.clone(), volume)),
        Content::Bind(archive) | Content::Files(archive) => {
            let path = archive.path.trim_end_matches('/');
            let name = path.rsplit('/').next().unwrap_or(path);
            if let Some(known) = workshop.engine().volume(&volume).await? {
                restored.paths.insert(path.to_owned(), format!("{}/{name}", known.mount_point));
                restored.origins.insert(path.to_owned(), (volume, name.to_owned()));
            }
        }
        Content::Postgres(_)
        | Content::PostgresGlobals(_)
        | Content::Redis(_)
        | Content::Exec { .. }
        | Content::Compose
        | Content::Images => {}
    }
    Ok(())
}
