//! Volumes, secrets and configs: what goes into `Binds` and what into `Mounts`.

use super::uploads::target;
use crate::compose::file::{BindOptions, FileObject, FileReference, Mount, MountKind, Project, Service};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Adds `Binds` and `Mounts` to the host configuration. `inherited` are volumes of the container that is replaced.
pub(super) fn add(
    project: &Project,
    service: &Service,
    inherited: &[(String, String)],
    host: &mut Map<String, Value>,
) {
    let mut binds = Vec::new();
    let mut mounts = Vec::new();
    for mount in &service.volumes {
        if inherited.iter().any(|(_, target)| *target == mount.target) {
            continue;
        }
        match mount.kind {
            MountKind::Bind => bind(mount, &mut binds, &mut mounts),
            MountKind::Volume => volume(project, mount, &mut binds, &mut mounts),
            MountKind::Tmpfs => mounts.push(tmpfs(mount)),
            MountKind::Npipe | MountKind::Cluster | MountKind::Image => mounts.push(other(mount)),
        }
    }
    binds.extend(inherited.iter().map(|(name, target)| format!("{name}:{target}:rw")));
    if service.use_api_socket {
        binds.push("/var/run/docker.sock:/var/run/docker.sock:rw".to_owned());
    }
    let secrets = file_mounts(&service.secrets, &project.secrets, "/run/secrets/");
    mounts.extend(secrets.chain(file_mounts(&service.configs, &project.configs, "/")));
    host.insert("Binds".to_owned(), json!(binds));
    host.insert("Mounts".to_owned(), json!(mounts));
}

fn access(mount: &Mount) -> &'static str {
    if mount.read_only { "ro" } else { "rw" }
}

fn bind(mount: &Mount, binds: &mut Vec<String>, mounts: &mut Vec<Value>) {
    let plain = BindOptions::default();
    let options = mount.bind.as_ref().unwrap_or(&plain);
    let simple = options.create_host_path != Some(false)
        && options.propagation.is_empty()
        && options.recursive.is_empty();
    if simple {
        // A bind of this form makes the Engine create a missing host path.
        let label = if options.selinux.is_empty() { String::new() } else { format!(",{}", options.selinux) };
        let copy = if mount.volume.as_ref().is_some_and(|volume| volume.nocopy) { ",nocopy" } else { "" };
        binds.push(format!("{}:{}:{}{label}{copy}", mount.source, mount.target, access(mount)));
        return;
    }
    let mut body = json!({
        "Type": "bind",
        "Source": mount.source,
        "Target": mount.target,
        "ReadOnly": mount.read_only,
        "BindOptions": {},
    });
    if !options.propagation.is_empty() {
        body["BindOptions"]["Propagation"] = json!(options.propagation);
    }
    if options.create_host_path == Some(true) {
        body["BindOptions"]["CreateMountpoint"] = json!(true);
    }
    let recursion = match options.recursive.as_str() {
        "disabled" => Some("NonRecursive"),
        "writable" => Some("ReadOnlyNonRecursive"),
        "readonly" => Some("ReadOnlyForceRecursive"),
        _ => None,
    };
    if let Some(recursion) = recursion {
        body["BindOptions"][recursion] = json!(true);
    }
    mounts.push(body);
}

fn volume(project: &Project, mount: &Mount, binds: &mut Vec<String>, mounts: &mut Vec<Value>) {
    let declared = project.volumes.get(&mount.source);
    let name = declared.map_or(mount.source.as_str(), |volume| volume.name.as_str());
    let options = mount.volume.clone().unwrap_or_default();
    if !name.is_empty() && !options.nocopy && options.subpath.is_empty() {
        binds.push(format!("{name}:{}:{}", mount.target, access(mount)));
        return;
    }
    let mut body = json!({ "Type": "volume", "Target": mount.target, "ReadOnly": mount.read_only });
    if !name.is_empty() {
        body["Source"] = json!(name);
    }
    if options.nocopy {
        body["VolumeOptions"]["NoCopy"] = json!(true);
    }
    if !options.subpath.is_empty() {
        body["VolumeOptions"]["Subpath"] = json!(options.subpath);
    }
    mounts.push(body);
}

fn tmpfs(mount: &Mount) -> Value {
    let mut body = json!({ "Type": "tmpfs", "Target": mount.target });
    if let Some(options) = &mount.tmpfs {
        if options.size.0 > 0 {
            body["TmpfsOptions"]["SizeBytes"] = json!(options.size.0);
        }
        if options.mode > 0 {
            body["TmpfsOptions"]["Mode"] = json!(options.mode);
        }
    }
    body
}

/// An image, or what other platforms have.
fn other(mount: &Mount) -> Value {
    let mut body = json!({
        "Type": mount.kind.word(),
        "Source": mount.source,
        "Target": mount.target,
        "ReadOnly": mount.read_only,
    });
    if let Some(image) = mount.image.as_ref().filter(|image| !image.subpath.is_empty()) {
        body["ImageOptions"] = json!({ "Subpath": image.subpath });
    }
    body
}

/// Files of the host, read-only in the container. As `Mounts`, so that a missing file is an error and not a directory.
fn file_mounts<'project>(
    references: &'project [FileReference],
    objects: &'project BTreeMap<String, FileObject>,
    base: &'static str,
) -> impl Iterator<Item = Value> + 'project {
    references.iter().filter_map(move |reference| {
        let object = objects.get(&reference.source)?;
        if object.file.is_empty() {
            return None;
        }
        let target = target(reference, base);
        Some(json!({ "Type": "bind", "Source": object.file, "Target": target, "ReadOnly": true }))
    })
}
