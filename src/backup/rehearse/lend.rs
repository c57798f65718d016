//! Copies of what services write to and no backup has: most often settings that are mounted from the host. A service in
//! a rehearsal may do with them what it likes.

use crate::backup::deep::{SCRATCH, scratch};
use crate::backup::workshop::Workshop;
use crate::domain::{Fault, FaultKind};
use serde_json::json;

/// What is larger is no settings, and is lent as it is, to be read only.
const MOST_KIB: u64 = 64 << 10;

/// Where the copy is on the Engine's host; `None` where it would be too large. Of what is not there an empty directory is
/// made, as the Engine would make one on a new server.
pub async fn copy(workshop: &Workshop, image: &str, path: &str) -> Result<Option<String>, Fault> {
    let volume = scratch(workshop).await?;
    let target = format!("{SCRATCH}/copy");
    let scratch = json!({ "Type": "volume", "Source": volume, "Target": SCRATCH });
    let source = json!({ "Type": "bind", "Source": path, "Target": "/from", "ReadOnly": true });
    let rights = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"];
    let opened = workshop.toolbox(image, &json!([scratch, source]), &rights).await;
    let is_missing = opened
        .as_ref()
        .is_err_and(|fault| fault.causes.iter().any(|cause| cause.contains("source path does not exist")));
    let opened = match opened {
        Err(_) if is_missing => workshop.toolbox(image, &json!([scratch]), &rights).await?,
        opened => opened?,
    };
    let Some(container) = opened else { return Err(failed(path, format!("{image} has no `sleep`"))) };
    let script = if is_missing {
        format!("mkdir {target}")
    } else {
        format!("test $(du -sk /from | cut -f1) -le {MOST_KIB} || exit 9; cp -a /from {target}")
    };
    let (code, said) = workshop.looked_through(&container, &["sh", "-c", &script]).await?;
    workshop.remove(&container).await;
    match code {
        0 => {
            let volume = workshop.engine().volume(&volume).await?;
            let place = volume.map(|volume| format!("{}/copy", volume.mount_point));
            place.map(Some).ok_or_else(|| failed(path, "its copy is gone".to_owned()))
        }
        9 => Ok(None),
        _ => Err(failed(path, said)),
    }
}

fn failed(path: &str, cause: String) -> Fault {
    Fault::new(FaultKind::Refused, "copy", path).because(cause)
}
