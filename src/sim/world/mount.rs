//! Mounts as a create request asks for them.

use super::{Refusal, World};
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Volume,
    Bind,
    Tmpfs,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    pub kind: Kind,
    /// The volume's name, or the path on the host.
    pub source: String,
    pub target: String,
    pub writable: bool,
    /// A volume made for this container alone.
    pub anonymous: bool,
}

impl Mount {
    pub fn volume(&self) -> Option<&str> {
        (self.kind == Kind::Volume).then_some(self.source.as_str())
    }

    pub fn json(&self) -> Value {
        let mode = if self.writable { "z" } else { "ro" };
        match self.kind {
            Kind::Volume => json!({
                "Type": "volume",
                "Name": self.source,
                "Source": format!("/var/lib/docker/volumes/{}/_data", self.source),
                "Destination": self.target,
                "Driver": "local",
                "Mode": mode,
                "RW": self.writable,
                "Propagation": "",
            }),
            Kind::Bind => json!({
                "Type": "bind",
                "Source": self.source,
                "Destination": self.target,
                "Mode": if self.writable { "rw" } else { "ro" },
                "RW": self.writable,
                "Propagation": "rprivate",
            }),
            Kind::Tmpfs => json!({
                "Type": "tmpfs",
                "Source": "",
                "Destination": self.target,
                "Mode": "",
                "RW": true,
                "Propagation": "",
            }),
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn bind(specification: &str) -> Result<Mount, Refusal> {
    let invalid = || Refusal::bad(format!("invalid volume specification: '{specification}'"));
    let mut parts = specification.split(':');
    let source = parts.next().filter(|part| !part.is_empty()).ok_or_else(invalid)?;
    let target = parts.next().filter(|part| part.starts_with('/')).ok_or_else(invalid)?;
    let options = parts.next().unwrap_or_default();
    if parts.next().is_some() {
        return Err(invalid());
    }
    let kind = if source.starts_with('/') { Kind::Bind } else { Kind::Volume };
    Ok(Mount {
        kind,
        source: source.to_owned(),
        target: target.to_owned(),
        writable: !options.split(',').any(|option| option == "ro"),
        anonymous: false,
    })
}

fn long(mount: &Value) -> Result<Mount, Refusal> {
    let kind = match text(mount, "Type") {
        "volume" => Kind::Volume,
        "bind" => Kind::Bind,
        "tmpfs" => Kind::Tmpfs,
        other => return Err(Refusal::bad(format!("mount type unknown: \"{other}\""))),
    };
    let target = text(mount, "Target");
    if target.is_empty() {
        return Err(Refusal::bad(format!(
            "invalid mount config for type \"{}\": field Target must not be empty",
            text(mount, "Type")
        )));
    }
    Ok(Mount {
        kind,
        source: text(mount, "Source").to_owned(),
        target: target.to_owned(),
        writable: !mount.get("ReadOnly").and_then(Value::as_bool).unwrap_or(false),
        anonymous: false,
    })
}

impl World {
    /// The mounts of a new container; volumes that are not there yet are made, as the engine does.
    pub(super) fn mounts(&mut self, host_config: &Value, config: &Value) -> Result<Vec<Mount>, Refusal> {
        let listed = |key: &str| host_config.get(key).and_then(Value::as_array).into_iter().flatten();
        let mut mounts = Vec::new();
        for specification in listed("Binds") {
            mounts.push(bind(specification.as_str().unwrap_or_default())?);
        }
        for mount in listed("Mounts") {
            mounts.push(long(mount)?);
        }
        for (target, _) in host_config.get("Tmpfs").and_then(Value::as_object).into_iter().flatten() {
            mounts.push(Mount {
                kind: Kind::Tmpfs,
                source: String::new(),
                target: target.clone(),
                writable: true,
                anonymous: false,
            });
        }
        for (index, mount) in mounts.iter().enumerate() {
            if mounts.iter().take(index).any(|earlier| earlier.target == mount.target) {
                return Err(Refusal::bad(format!("Duplicate mount point: {}", mount.target)));
            }
        }
        for (target, _) in config.get("Volumes").and_then(Value::as_object).into_iter().flatten() {
            if !mounts.iter().any(|mount| mount.target == *target) {
                mounts.push(Mount {
                    kind: Kind::Volume,
                    source: String::new(),
                    target: target.clone(),
                    writable: true,
                    anonymous: true,
                });
            }
        }
        for mount in &mut mounts {
            if mount.kind == Kind::Volume {
                mount.anonymous = mount.source.is_empty();
                mount.source = self.ensure_volume(&mount.source)?;
            }
        }
        Ok(mounts)
    }
}
