//! Volumes.

use super::{CEILING, Refusal, World};
use crate::sim::clock::Moment;
use serde_json::{Map, Value, json};

#[derive(Debug, Clone)]
pub struct Volume {
    pub name: String,
    pub created: Moment,
    pub driver: String,
    pub labels: Value,
    pub options: Value,
    pub size: u64,
}

impl Volume {
    pub fn json(&self) -> Value {
        json!({
            "CreatedAt": self.created.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "Driver": self.driver,
            "Labels": self.labels,
            "Mountpoint": format!("/var/lib/docker/volumes/{}/_data", self.name),
            "Name": self.name,
            "Options": self.options,
            "Scope": "local",
        })
    }
}

fn is_valid(name: &str) -> bool {
    let mut letters = name.chars();
    name.len() > 1
        && letters.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter))
}

impl World {
    /// Makes a volume, or gives the one of that name.
    pub fn create_volume(&mut self, body: &Value) -> Result<Value, Refusal> {
        let name = body.get("Name").and_then(Value::as_str).unwrap_or_default();
        let driver =
            body.get("Driver").and_then(Value::as_str).filter(|driver| !driver.is_empty()).unwrap_or("local");
        if driver != "local" {
            return Err(Refusal::missing(format!(
                "create {name}: error looking up volume plugin {driver}: plugin \"{driver}\" not found"
            )));
        }
        let name = self.ensure_volume(name)?;
        let volume = self.volume(&name)?;
        for (key, field) in [("Labels", &mut volume.labels), ("DriverOpts", &mut volume.options)] {
            if let Some(given) = body.get(key).filter(|given| given.is_object())
                && field.is_null()
            {
                *field = given.clone();
            }
        }
        Ok(volume.json())
    }

    pub(super) fn ensure_volume(&mut self, name: &str) -> Result<String, Refusal> {
        let name = if name.is_empty() { self.random.hex(64) } else { name.to_owned() };
        if self.volumes.contains_key(&name) {
            return Ok(name);
        }
        if !is_valid(&name) {
            return Err(Refusal::bad(format!(
                "create {name}: \"{name}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path"
            )));
        }
        if self.volumes.len() >= CEILING {
            return Err(Refusal::new(500, "no space left on device"));
        }
        let volume = Volume {
            name: name.clone(),
            created: self.now,
            driver: "local".to_owned(),
            labels: Value::Null,
            options: Value::Null,
            size: (1 << 20) + self.random.below(4 << 30),
        };
        self.volumes.insert(name.clone(), volume);
        let attributes = Map::from_iter([("driver".to_owned(), json!("local"))]);
        self.emit("volume", "create", &name, attributes);
        Ok(name)
    }

    pub fn volume(&mut self, name: &str) -> Result<&mut Volume, Refusal> {
        self.volumes.get_mut(name).ok_or_else(|| Refusal::missing(format!("get {name}: no such volume")))
    }

    pub fn users_of_volume(&self, name: &str) -> Vec<String> {
        let uses = |id: &&String| {
            self.containers
                .get(*id)
                .is_some_and(|container| container.mounts.iter().any(|mount| mount.volume() == Some(name)))
        };
        self.containers.keys().filter(uses).cloned().collect()
    }

    pub fn remove_volume(&mut self, name: &str, force: bool) -> Result<(), Refusal> {
        if !self.volumes.contains_key(name) {
            return if force { Ok(()) } else { Err(Refusal::missing(format!("get {name}: no such volume"))) };
        }
        let users = self.users_of_volume(name);
        if !users.is_empty() {
            return Err(Refusal::conflict(format!(
                "remove {name}: volume is in use - [{}]",
                users.join(", ")
            )));
        }
        self.volumes.shift_remove(name);
        let attributes = Map::from_iter([("driver".to_owned(), json!("local"))]);
        self.emit("volume", "destroy", name, attributes);
        Ok(())
    }
}
