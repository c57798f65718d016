//! Copies of what services see of the host and no backup has, settings most often: what is done to them in a rehearsal is
//! done to nobody, and no server of the host answers through them.

use super::stage::Restored;
use crate::backup::deep::{SCRATCH, scratch};
use crate::backup::workshop::Workshop;
use crate::domain::{Fault, FaultKind};
use serde_json::{Value, json};

/// What is larger is no settings.
const MOST_KIB: u64 = 64 << 10;
/// How long a look at how large it is may take.
const LOOK_SECONDS: u64 = 20;

#[derive(Debug, PartialEq, Eq)]
pub enum Lent {
    /// Where the copy is on the Engine's host.
    Copy(String),
    /// It is too large for that.
    AsItIs,
    /// It is too large, and a server listens in it.
    HasSockets,
}

/// Of what is not there an empty directory is made, as the Engine would make one on a new server.
pub async fn lend(workshop: &Workshop, image: &str, path: &str, restored: &Restored) -> Result<Lent, Fault> {
    let volume = scratch(workshop).await?;
    // What lies below a path that came back is taken from there, where a link leads to nothing that is in use.
    if let Some((from, name)) = restored.origin(path) {
        let mount = json!({ "Type": "volume", "Source": from, "Target": "/from", "ReadOnly": true });
        let taken = take(workshop, image, (path, &format!("/from/{name}")), (&volume, Some(mount))).await;
        if let Ok(lent @ Lent::Copy(_)) = taken {
            return Ok(lent);
        }
    }
    let mount = json!({ "Type": "bind", "Source": path, "Target": "/from", "ReadOnly": true });
    match take(workshop, image, (path, "/from"), (&volume, Some(mount))).await {
        Err(fault) if fault.causes.iter().any(|cause| cause.contains("source path does not exist")) => {
            take(workshop, image, (path, ""), (&volume, None)).await
        }
        lent => lent,
    }
}

async fn take(
    workshop: &Workshop,
    image: &str,
    (path, from): (&str, &str),
    (volume, source): (&str, Option<Value>),
) -> Result<Lent, Fault> {
    let failed = |cause: String| {
        Fault::new(FaultKind::Refused, "copy", path)
            .because(cause)
            .hint("a service that cannot do without it is left out by `rehearse: false` under its `x-mcp`")
    };
    let mounts: Vec<Value> =
        std::iter::once(json!({ "Type": "volume", "Source": volume, "Target": SCRATCH }))
            .chain(source)
            .collect();
    let rights = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "MKNOD"];
    let opened = workshop.toolbox(image, &json!(mounts), &rights).await?;
    let container = opened.ok_or_else(|| failed(format!("{image} has no `sleep`")))?;
    let script = if from.is_empty() { "mkdir \"$2\"".to_owned() } else { script() };
    let target = format!("{SCRATCH}/copy");
    let command = ["sh", "-c", &script, "sh", from, &target];
    let ended = workshop.looked_through(&container, &command).await;
    workshop.remove(&container).await;
    match ended? {
        (0, _) => {
            let volume = workshop.engine().volume(volume).await?;
            let place = volume.map(|volume| format!("{}/copy", volume.mount_point));
            place.map(Lent::Copy).ok_or_else(|| failed("its copy is gone".to_owned()))
        }
        (8, _) => Ok(Lent::HasSockets),
        (9, _) => Ok(Lent::AsItIs),
        (_, said) => Err(failed(said)),
    }
}

/// A file that goes away while it is copied is no reason to end. The link that is named is followed, no other is.
fn script() -> String {
    format!(
        "test -e \"$1\" || exit 1; \
         size=$(timeout {LOOK_SECONDS} du -skH \"$1\" 2>/dev/null | tail -n 1 | cut -f 1); \
         if test \"${{size:-{MOST_KIB}0}}\" -gt {MOST_KIB}; then \
           test -z \"$(timeout {LOOK_SECONDS} find \"$1\" -type s 2>/dev/null | head -n 1)\" || exit 8; exit 9; \
         fi; \
         rm -rf \"$2\"; cp -a -H \"$1\" \"$2\"; test -e \"$2\""
    )
}
