//! Throw-away containers, volumes and networks, and the removal of those whose owner did not live to do it.
//!
//! All have names that tell which directory of backups they work for. Whoever works for it holds a file of that
//! directory locked, together with others; who can have it alone knows that nobody needs what is there.

use super::stream;
use crate::domain::container::{HELPER_LABEL, HELPER_PREFIX};
use crate::domain::{ContainerId, Fault, FaultKind};
use crate::engine::{Engine, ExecRequest};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

const LOCK: &str = ".workshop";

pub struct Workshop {
    engine: Engine,
    prefix: String,
    run: u64,
    count: AtomicU32,
    /// Shared by all that work for the place.
    held: File,
}

impl Workshop {
    /// Removes what nobody needs any more, and holds the place until it is dropped.
    pub async fn open(engine: &Engine, root: &Path) -> Result<Self, Fault> {
        let (held, alone) = hold(root).map_err(|error| Fault::io("open", root.display(), &error))?;
        let place = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let prefix = prefix(&machine(), &place);
        let run = RandomState::new().hash_one(0) & 0xff_ffff;
        let workshop = Self { engine: engine.clone(), prefix, run, count: AtomicU32::new(0), held };
        if alone {
            workshop.clear(&workshop.prefix).await;
            // Only now: whoever came in meanwhile has nothing yet that could have been taken for left over.
            let shared = workshop.held.lock_shared();
            shared.map_err(|error| Fault::io("open", root.display(), &error))?;
        }
        Ok(workshop)
    }

    /// A name that nobody else has.
    pub fn name(&self, what: &str) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        format!("{}{:06x}-{number}-{what}", self.prefix, self.run)
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Creates and starts a container from a body of the API, which gets what makes it a throw-away one.
    pub async fn container(&self, what: &str, mut body: Value) -> Result<ContainerId, Fault> {
        body["Labels"][HELPER_LABEL] = json!(what);
        // Checks of the image are about what it does for a living.
        body["Healthcheck"] = json!({ "Test": ["NONE"] });
        body["HostConfig"]["LogConfig"] = json!({ "Type": "none" });
        body["HostConfig"]["RestartPolicy"] = json!({ "Name": "no" });
        let id = self.engine.create_container(&self.name(what), &body, None).await?;
        match self.engine.start(&id).await {
            Ok(()) => Ok(id),
            Err(fault) => {
                self.remove(&id).await;
                Err(fault)
            }
        }
    }

    /// A failure is logged: the next one to open the workshop tries again.
    pub async fn remove(&self, id: &ContainerId) {
        quiet("remove", self.engine.remove_container(id, true, true).await);
    }

    /// Removes all that this one made, containers first.
    pub async fn clear_own(&self) {
        self.clear(&format!("{}{:06x}-", self.prefix, self.run)).await;
    }

    async fn clear(&self, prefix: &str) {
        match self.engine.containers(None).await {
            Ok(containers) => {
                for container in containers.iter().filter(|container| container.name.starts_with(prefix)) {
                    self.remove(&container.id).await;
                }
            }
            Err(fault) => log::warn!("{fault}"),
        }
        match self.engine.volumes().await {
            Ok(volumes) => {
                for volume in volumes.iter().filter(|volume| volume.name.starts_with(prefix)) {
                    quiet("remove", self.engine.remove_volume(&volume.name).await);
                }
            }
            Err(fault) => log::warn!("{fault}"),
        }
        match self.engine.networks().await {
            Ok(networks) => {
                for network in networks.iter().filter(|network| network.name.starts_with(prefix)) {
                    quiet("remove", self.engine.remove_network(&network.id).await);
                }
            }
            Err(fault) => log::warn!("{fault}"),
        }
    }

    /// A container that does nothing, in which tools of an image are run as root on what is mounted, with no network
    /// and hardly any rights. `None` when the image lacks the least that is needed.
    pub async fn toolbox(
        &self,
        image: &str,
        mounts: &Value,
        capabilities: &[&str],
    ) -> Result<Option<ContainerId>, Fault> {
        let body = json!({
            "Image": image,
            "Entrypoint": ["sleep"],
            // Should nobody be left to remove it, it goes by itself after a day.
            "Cmd": ["86400"],
            "User": "0:0",
            "Env": ["LC_ALL=C"],
            "HostConfig": {
                "NetworkMode": "none",
                "AutoRemove": true,
                "ReadonlyRootfs": true,
                "CapDrop": ["ALL"],
                "CapAdd": capabilities,
                "SecurityOpt": ["no-new-privileges"],
                "Mounts": mounts,
            },
        });
        match self.container("tools", body).await {
            Ok(id) => Ok(Some(id)),
            Err(fault) if lacks_program(&fault) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// What a short command wrote to its output, and how it ended.
    pub async fn output(&self, id: &ContainerId, command: &[&str]) -> Result<(i64, String), Fault> {
        stream::text(&self.engine, id, request(command)).await.map(|ended| (ended.code, ended.output))
    }

    /// The same of a command that looks at all that there is, and takes the longer the more that is.
    pub async fn looked_through(&self, id: &ContainerId, command: &[&str]) -> Result<(i64, String), Fault> {
        stream::patiently(&self.engine, id, request(command)).await.map(|ended| (ended.code, ended.output))
    }
}

fn request(command: &[&str]) -> ExecRequest {
    ExecRequest { command: command.iter().map(|word| (*word).to_owned()).collect(), ..ExecRequest::default() }
}

/// What tells this machine from others that work on the same Engine. One that was copied has at least another name.
fn machine() -> String {
    let id = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    format!("{}\n{}", id.trim(), rustix::system::uname().nodename().to_string_lossy())
}

/// Of the names of all that works for a directory of a machine. The lock says who lives on this machine only: what
/// another one works with must not be taken for left over.
fn prefix(machine: &str, place: &Path) -> String {
    let sum = Sha256::new()
        .chain_update(machine)
        .chain_update("\n")
        .chain_update(place.as_os_str().as_encoded_bytes())
        .finalize();
    format!("{HELPER_PREFIX}{}-", crate::domain::units::hexadecimal(&sum[..4]))
}

/// An image that has nothing but its own program in it.
fn lacks_program(fault: &Fault) -> bool {
    let says = |words: &str| fault.causes.iter().any(|cause| cause.contains(words));
    matches!(fault.kind, FaultKind::Refused | FaultKind::NotFound | FaultKind::Invalid)
        && (says("executable file not found")
            || says("no such file or directory")
            || says("exec format error"))
}

fn quiet(what: &str, done: Result<(), Fault>) {
    match done {
        Ok(()) => {}
        // It went by itself, or is going.
        Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Conflict) => {}
        Err(fault) => log::warn!("{what}: {fault}"),
    }
}

/// The place held together with others, and whether nobody else had it.
fn hold(root: &Path) -> io::Result<(File, bool)> {
    std::fs::create_dir_all(root)?;
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(root.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok((file, true)),
        Err(TryLockError::WouldBlock) => file.lock_shared().map(|()| (file, false)),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_machines_with_one_engine_do_not_take_each_others_helpers_for_left_over() {
        let place = Path::new("/var/lib/mcp-tui/backups");
        assert_eq!(prefix("1\nhost-a", place), prefix("1\nhost-a", place));
        assert_ne!(prefix("1\nhost-a", place), prefix("1\nhost-b", place));
        assert_ne!(prefix("1\nhost-a", place), prefix("1\nhost-a", Path::new("/srv/backups")));
    }
}
