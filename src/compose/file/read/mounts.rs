//! `volumes` of a service.

use super::Context;
use super::scalars::{flag, integer, labels, scalar, size, string};
use crate::compose::file::service::{
    BindOptions, ImageOptions, Mount, MountKind, TmpfsOptions, VolumeOptions,
};
use crate::domain::yaml::{Reader, Value};
use indexmap::IndexMap;

/// Later mounts replace earlier ones of the same target, where those stood.
pub fn mounts(reader: &Reader<'_>, context: &Context<'_>) -> Vec<Mount> {
    let mut mounts: IndexMap<String, Mount> = IndexMap::new();
    for item in reader.list() {
        let mount = match item.node().value {
            Value::Mapping(_) => long(&item, context),
            _ => scalar(&item).and_then(|text| {
                short(&text, &|source| context.absolute(&item, source))
                    .map_err(|why| {
                        item.complain(format!("{why}; expected [SOURCE:]TARGET[:OPTIONS], found `{text}`"));
                    })
                    .ok()
            }),
        };
        let Some(mount) = mount else { continue };
        mounts.insert(mount.target.clone(), mount);
    }
    mounts.into_values().collect()
}

/// Split at colons, but for the one of a drive's letter; unknown options are passed over, as in Compose.
pub fn short(text: &str, absolute: &dyn Fn(&str) -> String) -> Result<Mount, String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    let parts = if text.chars().count() < 3 { vec![text.to_owned()] } else { parts(text) };
    if parts.iter().any(String::is_empty) {
        return Err("a part is empty".to_owned());
    }
    let (source, target, options) = match parts.as_slice() {
        [target] => ("", target, ""),
        [source, target] => (source.as_str(), target, ""),
        [source, target, options] => (source.as_str(), target, options.as_str()),
        _ => return Err("too many colons".to_owned()),
    };
    let mut mount = Mount { target: tidy(target), ..Mount::default() };
    let mut bind = BindOptions::default();
    let mut volume = VolumeOptions::default();
    for option in options.split(',') {
        match option {
            "ro" => mount.read_only = true,
            "z" | "Z" => option.clone_into(&mut bind.selinux),
            "nocopy" | "volume-nocopy" => volume.nocopy = true,
            "private" | "rprivate" | "shared" | "rshared" | "slave" | "rslave" => {
                option.clone_into(&mut bind.propagation);
            }
            _ => {}
        }
    }
    if is_path(source) {
        mount.kind = MountKind::Bind;
        mount.source = absolute(source);
        bind.create_host_path = Some(true);
        mount.bind = Some(bind);
    } else {
        source.clone_into(&mut mount.source);
        mount.volume = Some(volume);
    }
    Ok(mount)
}

fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for character in text.chars() {
        let last = parts.len() - 1;
        if character == ':' && !is_drive(&parts[last]) {
            parts.push(String::new());
        } else {
            parts[last].push(character);
        }
    }
    parts
}

/// One letter before a colon is a drive.
fn is_drive(part: &str) -> bool {
    let mut characters = part.chars();
    characters.next().is_some_and(char::is_alphabetic) && characters.next().is_none()
}

fn is_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~'])
        || source.starts_with(r"\\")
        || source.split_once(':').is_some_and(|(drive, _)| is_drive(drive))
}

/// A target without the slash at its end.
fn tidy(target: &str) -> String {
    match target.trim_end_matches('/') {
        "" => "/".to_owned(),
        target => target.to_owned(),
    }
}

fn long(reader: &Reader<'_>, context: &Context<'_>) -> Option<Mount> {
    reader.only(&[
        "type",
        "source",
        "target",
        "read_only",
        "consistency",
        "bind",
        "volume",
        "tmpfs",
        "image",
    ]);
    let text = |key: &str| reader.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
    let kinds = MountKind::WORDS;
    let Some(kind) = reader.get("type") else {
        reader.complain("expected `type`, such as bind, volume or tmpfs");
        return None;
    };
    let kind = kind.one_of(&kinds)?;
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
        volume.only(&["labels", "nocopy", "subpath"]);
        mount.volume = Some(VolumeOptions {
            labels: volume.get("labels").map(|value| labels(&value)).unwrap_or_default(),
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
    if let Some(image) = reader.get("image") {
        image.only(&["subpath"]);
        let subpath = image.get("subpath").and_then(|value| string(&value)).unwrap_or_default();
        mount.image = Some(ImageOptions { subpath });
    }
    match kind {
        MountKind::Bind if mount.source.is_empty() => {
            reader.complain("expected `source`, the path on the host");
        }
        MountKind::Bind => mount.source = context.absolute(reader, &mount.source),
        MountKind::Tmpfs if !mount.source.is_empty() => reader.complain("a tmpfs takes no `source`"),
        MountKind::Volume | MountKind::Tmpfs | MountKind::Npipe | MountKind::Cluster | MountKind::Image => {}
    }
    Some(mount)
}

fn bind_options(reader: &Reader<'_>) -> BindOptions {
    reader.only(&["propagation", "create_host_path", "selinux", "recursive"]);
    let text = |key: &str| reader.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
    BindOptions {
        propagation: text("propagation"),
        create_host_path: reader.get("create_host_path").and_then(|value| flag(&value)),
        selinux: text("selinux"),
        recursive: text("recursive"),
    }
}
