//! `volumes`, `secrets`, `configs`, `devices` and `tmpfs` of a service.

use super::Context;
use super::scalars::{flag, integer, scalar, size};
use crate::compose::file::service::{
    BindOptions, Device, FileReference, Mount, MountKind, TmpfsOptions, VolumeOptions,
};
use crate::domain::yaml::{Reader, Value};

/// Later mounts replace earlier ones of the same target, where those stood.
pub fn mounts(reader: &Reader<'_>, context: &Context<'_>) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = Vec::new();
    for item in reader.list() {
        let mount = match item.node().value {
            Value::Mapping(_) => long(&item, context),
            _ => scalar(&item).and_then(|text| {
                short(&item, &text, context)
                    .map_err(|why| {
                        item.complain(format!("{why}; expected [SOURCE:]TARGET[:OPTIONS], found `{text}`"));
                    })
                    .ok()
            }),
        };
        let Some(mount) = mount else { continue };
        match mounts.iter_mut().find(|known| known.target == mount.target) {
            Some(known) => *known = mount,
            None => mounts.push(mount),
        }
    }
    mounts
}

fn short(reader: &Reader<'_>, text: &str, context: &Context<'_>) -> Result<Mount, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, options) = match parts.as_slice() {
        [target] => ("", *target, ""),
        [source, target] => (*source, *target, ""),
        [source, target, options] => (*source, *target, *options),
        _ => return Err("too many colons".to_owned()),
    };
    if target.is_empty() || (parts.len() > 1 && source.is_empty()) {
        return Err("a part is empty".to_owned());
    }
    let mut mount = Mount { target: tidy(target), ..Mount::default() };
    let mut bind = BindOptions::default();
    let mut volume = VolumeOptions::default();
    for option in options.split(',').filter(|option| !option.is_empty()) {
        match option {
            "ro" => mount.read_only = true,
            "rw" => {}
            "z" | "Z" => option.clone_into(&mut bind.selinux),
            "nocopy" | "volume-nocopy" => volume.nocopy = true,
            "cached" | "delegated" | "consistent" => option.clone_into(&mut mount.consistency),
            "private" | "rprivate" | "shared" | "rshared" | "slave" | "rslave" => {
                option.clone_into(&mut bind.propagation);
            }
            other => return Err(format!("the option `{other}` is not known")),
        }
    }
    if source.starts_with(['.', '/', '~']) {
        mount.kind = MountKind::Bind;
        mount.source = context.absolute(reader, source);
        mount.bind = Some(bind);
    } else {
        source.clone_into(&mut mount.source);
        mount.volume = Some(volume);
    }
    Ok(mount)
}

/// A target without the slash at its end.
fn tidy(target: &str) -> String {
    match target.trim_end_matches('/') {
        "" => "/".to_owned(),
        target => target.to_owned(),
    }
}

fn long(reader: &Reader<'_>, context: &Context<'_>) -> Option<Mount> {
    reader.only(&["type", "source", "target", "read_only", "consistency", "bind", "volume", "tmpfs"]);
    let text = |key: &str| reader.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
    let Some(kind) = reader.get("type") else {
        reader.complain("expected `type`: bind, volume or tmpfs");
        return None;
    };
    let kind = kind.one_of(&[
        ("bind", MountKind::Bind),
        ("volume", MountKind::Volume),
        ("tmpfs", MountKind::Tmpfs),
    ])?;
    let mut mount = Mount {
        kind,
        source: text("source"),
        target: tidy(&text("target")),
        read_only: reader.get("read_only").and_then(|value| flag(&value)).unwrap_or(false),
        consistency: text("consistency"),
        ..Mount::default()
    };
    if reader.get("target").is_none() {
        reader.complain("expected `target`, the path in the container");
    }
    if let Some(bind) = reader.get("bind") {
        mount.bind = Some(bind_options(&bind));
    }
    if let Some(volume) = reader.get("volume") {
        volume.only(&["nocopy", "subpath"]);
        mount.volume = Some(VolumeOptions {
            nocopy: volume.get("nocopy").and_then(|value| flag(&value)).unwrap_or(false),
            subpath: volume.get("subpath").and_then(|value| scalar(&value)).unwrap_or_default(),
        });
    }
    if let Some(tmpfs) = reader.get("tmpfs") {
        tmpfs.only(&["size", "mode"]);
        mount.tmpfs = Some(TmpfsOptions {
            size: tmpfs.get("size").and_then(|value| size(&value)).unwrap_or_default(),
            mode: tmpfs
                .get("mode")
                .and_then(|value| integer(&value))
                .and_then(|mode| u32::try_from(mode).ok())
                .unwrap_or_default(),
        });
    }
    match kind {
        MountKind::Bind if mount.source.is_empty() => {
            reader.complain("expected `source`, the path on the host");
        }
        MountKind::Bind => mount.source = context.absolute(reader, &mount.source),
        MountKind::Tmpfs if !mount.source.is_empty() => reader.complain("a tmpfs takes no `source`"),
        MountKind::Volume | MountKind::Tmpfs => {}
    }
    Some(mount)
}

fn bind_options(reader: &Reader<'_>) -> BindOptions {
    reader.only(&["propagation", "create_host_path", "selinux", "recursive"]);
    let text = |key: &str| reader.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
    BindOptions {
        propagation: text("propagation"),
        create_host_path: reader
            .get("create_host_path")
            .and_then(|value| flag(&value))
            .filter(|create| !create),
        selinux: text("selinux"),
        recursive: text("recursive"),
    }
}

/// `secrets` or `configs` of a service.
pub fn file_references(reader: &Reader<'_>) -> Vec<FileReference> {
    let mut references: Vec<FileReference> = Vec::new();
    for item in reader.list() {
        let reference = if let Value::Mapping(_) = item.node().value {
            item.only(&["source", "target", "uid", "gid", "mode"]);
            let text = |key: &str| item.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
            if item.get("source").is_none() {
                item.complain("expected `source`, a top-level name");
            }
            let mode = item.get("mode").map(|mode| match &mode.node().value {
                Value::Integer(bits, _) => format!("{bits:04o}"),
                _ => scalar(&mode).unwrap_or_default(),
            });
            FileReference {
                source: text("source"),
                target: text("target"),
                uid: text("uid"),
                gid: text("gid"),
                mode: mode.unwrap_or_default(),
            }
        } else {
            let Some(source) = scalar(&item) else { continue };
            FileReference { source, ..FileReference::default() }
        };
        references.retain(|known| (&known.source, &known.target) != (&reference.source, &reference.target));
        references.push(reference);
    }
    references
}

pub fn devices(reader: &Reader<'_>) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    for item in reader.list() {
        let device = if let Value::Mapping(_) = item.node().value {
            item.only(&["source", "target", "permissions"]);
            let text = |key: &str| item.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
            (text("source"), text("target"), text("permissions"))
        } else {
            let Some(text) = scalar(&item) else { continue };
            let mut parts = text.splitn(3, ':').map(str::to_owned);
            let mut next = || parts.next().unwrap_or_default();
            (next(), next(), next())
        };
        let (source, mut target, mut permissions) = device;
        if !source.starts_with('/') {
            // `vendor.com/class=name` names a device by CDI.
            let cdi = source.contains('=');
            item.expected(if cdi {
                "a path; devices by CDI are not supported here"
            } else {
                "a device such as /dev/kvm"
            });
            continue;
        }
        // `/dev/kvm:rwm` has permissions in the second place.
        if permissions.is_empty()
            && !target.is_empty()
            && target.chars().all(|c| matches!(c, 'r' | 'w' | 'm'))
        {
            permissions = std::mem::take(&mut target);
        }
        if target.is_empty() {
            target.clone_from(&source);
        }
        if permissions.is_empty() {
            "rwm".clone_into(&mut permissions);
        }
        devices.retain(|known| known.target != target);
        devices.push(Device { source, target, permissions });
    }
    devices
}
