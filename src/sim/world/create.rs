//! Creating a container from the API's body.

mod body;

use super::container::{Container, State};
use super::files::Files;
use super::image::{Image, canonical};
use super::log_book::LogBook;
use super::postgres::Server;
use super::script::{Running, Surroundings};
use super::{CEILING, Refusal, World};
use crate::sim::random::Random;
use crate::sim::scenario::spec::Behaviour;
use body::{object, strings};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn is_valid_name(name: &str) -> bool {
    let mut letters = name.chars();
    name.len() > 1
        && letters.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter))
}

impl World {
    /// Makes a container; gives its id.
    pub fn create(&mut self, name: &str, body: &Value) -> Result<String, Refusal> {
        let reference = body.get("Image").and_then(Value::as_str).unwrap_or_default();
        if reference.is_empty() {
            return Err(Refusal::bad("No command specified"));
        }
        let image = self
            .image(reference)
            .cloned()
            .ok_or_else(|| Refusal::missing(format!("No such image: {}", canonical(reference))))?;
        let name = self.free_name(name)?;
        if self.containers.len() >= CEILING {
            return Err(Refusal::new(500, "no space left on device"));
        }
        let id = self.random.hex(64);
        let config = body::config(body, &image, &id);
        let host_config = body::host_config(body);
        let (path, arguments) = body::command(&config, reference)?;
        let given_networks = object(body.pointer("/NetworkingConfig/EndpointsConfig"));
        self.check_network_count(&given_networks)?;
        let (exposed, published) = body::ports(&config, &host_config)?;
        let gpus = self.gpus_for(&host_config);
        let mounts = self.mounts(&host_config, &config)?;
        let labels = object(config.get("Labels"));
        let labels: BTreeMap<String, String> = labels
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect();
        let behaviour = Arc::new(self.behaviour(&labels, &image));
        let words: Vec<String> = std::iter::once(path.clone()).chain(arguments.iter().cloned()).collect();
        let scripted = !behaviour.logs.is_empty() || behaviour.exits.is_some();
        let script = if scripted { None } else { Running::from_command(&words, &strings(config.get("Env"))) };
        let tty = config.get("Tty").and_then(Value::as_bool).unwrap_or(false);
        let open = config.get("OpenStdin").and_then(Value::as_bool).unwrap_or(false);
        let host_name = config.get("Hostname").and_then(Value::as_str).unwrap_or_default().to_owned();
        let surroundings = Surroundings { host_name, ..Surroundings::default() };
        let script =
            script.map(|script| script.in_surroundings(surroundings)).filter(|_| !(open && words.len() == 1));
        let seed = self.random.next();
        let container = Container {
            id: id.clone(),
            name: name.clone(),
            created: self.now,
            image: reference.to_owned(),
            image_id: image.id.clone(),
            path,
            arguments,
            labels,
            tty,
            restart: body::restart_policy(&host_config)?,
            stop_timeout: Duration::from_secs(
                config.get("StopTimeout").and_then(Value::as_u64).unwrap_or(10),
            ),
            health: body::health(&config, &strings(config.get("Env")), self.now),
            exposed,
            published,
            endpoints: body::endpoints(&host_config, &given_networks, &id),
            mounts,
            gpus,
            state: State::Created,
            pid: 0,
            exit_code: 0,
            out_of_memory: false,
            error: String::new(),
            started: None,
            finished: None,
            restart_count: 0,
            backoff: Duration::ZERO,
            stopped_by_hand: false,
            run: 0,
            behaviour,
            script,
            log: LogBook::new(Random::new(seed).next()),
            files: Files::default(),
            postgres: Server::of(&strings(config.get("Env"))),
            seed,
            config,
            host_config,
        };
        self.containers.insert(id.clone(), container);
        self.emit_container(&id, "create", &[]);
        Ok(id)
    }

    fn free_name(&mut self, name: &str) -> Result<String, Refusal> {
        let name = name.strip_prefix('/').unwrap_or(name);
        if name.is_empty() {
            return Ok(format!("quiet_{}", self.random.hex(8)));
        }
        if !is_valid_name(name) {
            return Err(Refusal::bad(format!(
                "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
            )));
        }
        self.check_name(name)?;
        Ok(name.to_owned())
    }

    fn check_name(&self, name: &str) -> Result<(), Refusal> {
        match self.containers.values().find(|container| container.name == name) {
            Some(other) => Err(Refusal::conflict(format!(
                "Conflict. The container name \"/{name}\" is already in use by container \"{}\". You have to remove (or rename) that container to be able to reuse that name.",
                other.id
            ))),
            None => Ok(()),
        }
    }

    pub fn rename(&mut self, reference: &str, name: &str) -> Result<(), Refusal> {
        let id = self.find(reference)?;
        if !is_valid_name(name) {
            return Err(Refusal::bad(format!(
                "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
            )));
        }
        self.check_name(name).map_err(|refusal| {
            Refusal::conflict(format!("Error when allocating new name: {}", refusal.message))
        })?;
        let container = self.container(&id)?;
        let old = std::mem::replace(&mut container.name, name.to_owned());
        self.emit_container(&id, "rename", &[("oldName", format!("/{old}"))]);
        Ok(())
    }

    /// Before API 1.44 only one network could be given at creation.
    fn check_network_count(&self, networks: &Map<String, Value>) -> Result<(), Refusal> {
        let minor =
            self.script.engine.api.split_once('.').and_then(|(_, minor)| minor.parse().ok()).unwrap_or(0u32);
        if networks.len() > 1 && minor < 44 {
            let names: Vec<&str> = networks.keys().map(String::as_str).collect();
            return Err(Refusal::bad(format!(
                "Container cannot be connected to network endpoints: {}",
                names.join(", ")
            )));
        }
        Ok(())
    }

    fn gpus_for(&self, host_config: &Value) -> Vec<u32> {
        let requests = host_config.get("DeviceRequests").and_then(Value::as_array).into_iter().flatten();
        let present = u32::try_from(self.gpus.len()).unwrap_or(0);
        let mut indices = Vec::new();
        for request in requests {
            let named = strings(request.get("DeviceIDs"));
            if named.is_empty() {
                // A count always means the first ones.
                let count = request.get("Count").and_then(Value::as_i64).unwrap_or(0);
                indices.extend(0..u32::try_from(count).unwrap_or(present).min(present));
            } else {
                indices.extend(named.iter().filter_map(|name| name.parse::<u32>().ok()));
            }
        }
        indices
    }

    /// What the script says of the service, completed by what it says of the image.
    fn behaviour(&self, labels: &BTreeMap<String, String>, image: &Image) -> Behaviour {
        let label = |key: &str| labels.get(&format!("com.docker.compose.{key}")).map(String::as_str);
        let service = label("project").zip(label("service")).and_then(|(project, service)| {
            let stack = self.script.stacks.iter().find(|stack| stack.project == project)?;
            stack.services.get(service)
        });
        service.map_or_else(
            || image.spec.behaviour.clone(),
            |service| service.behaviour.clone().or(&image.spec.behaviour),
        )
    }
}
