//! From a script to a world in which everything has been running for a while.

use super::event::EventLog;
use super::image::Image;
use super::schedule::Schedule;
use super::{World, gpu};
use crate::sim::clock::Moment;
use crate::sim::random::Random;
use crate::sim::scenario::spec::{Behaviour, Generator, Line, Script, Service, Stack};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

/// How far back the logs of what has been running reach.
const HISTORY: Duration = Duration::from_mins(15);

const COMPOSE_VERSION: &str = "2.40.3";

impl World {
    pub fn build(script: Script, origin: Moment) -> Result<Self, String> {
        let mut random = Random::new(script.seed);
        let mut images: Vec<Image> = script
            .images
            .iter()
            .map(|image| Image {
                id: format!("sha256:{}", random.hex(64)),
                created: origin.before(image.age.0),
                spec: image.clone(),
                before: None,
            })
            .collect();
        rebuild(&mut images, origin, &mut random);
        let gpus = script
            .gpus
            .iter()
            .map(|spec| gpu::Device {
                spec: spec.clone(),
                uuid: format!(
                    "GPU-{}-{}-{}-{}-{}",
                    random.hex(8),
                    random.hex(4),
                    random.hex(4),
                    random.hex(4),
                    random.hex(12)
                ),
                seed: random.next(),
                lost: None,
                xids: Vec::new(),
            })
            .collect();
        let script = Arc::new(script);
        let mut world = Self {
            script: Arc::clone(&script),
            origin,
            now: origin.before(script.host.up.0),
            target: origin,
            containers: IndexMap::new(),
            networks: IndexMap::new(),
            volumes: IndexMap::new(),
            images,
            execs: IndexMap::new(),
            events: EventLog::default(),
            gpus,
            schedule: Schedule::default(),
            random,
            next_pid: 3_000,
            changed: false,
        };
        world.add_network("bridge", "bridge", Some((Ipv4Addr::new(172, 17, 0, 0), 16)));
        world.add_network("host", "host", None);
        world.add_network("none", "null", None);
        for stack in &script.stacks {
            world.build_stack(stack)?;
        }
        world.build_fleet()?;
        world.run_until(origin);
        world.now = origin;
        for container in world.containers.values_mut().filter(|container| container.is_running()) {
            let behaviour = Arc::clone(&container.behaviour);
            let from = container.started.map_or(origin, |started| started.max(origin.before(HISTORY)));
            container.log.begin(&behaviour, from);
        }
        world.events.clear();
        world.schedule_incidents();
        Ok(world)
    }

    fn build_stack(&mut self, stack: &Stack) -> Result<(), String> {
        let oldest = stack.services.values().map(|service| service.up.0).max().unwrap_or_default();
        let first = self.origin.before(oldest + Duration::from_mins(1)).max(self.now);
        self.now = first;
        let labels = |kind: &str, key: &str| {
            json!({
                "com.docker.compose.project": stack.project,
                format!("com.docker.compose.{kind}"): key,
                "com.docker.compose.version": COMPOSE_VERSION,
            })
        };
        let told = |refusal: super::Refusal| format!("stack {}: {}", stack.project, refusal.message);
        for key in &stack.networks {
            let name = format!("{}_{key}", stack.project);
            self.create_network(&json!({ "Name": name, "Labels": labels("network", key) })).map_err(told)?;
        }
        for key in &stack.volumes {
            let name = format!("{}_{key}", stack.project);
            self.create_volume(&json!({ "Name": name, "Labels": labels("volume", key) })).map_err(told)?;
        }
        for (name, service) in &stack.services {
            for number in 1..=service.replicas {
                self.now = self.origin.before(service.up.0).max(first);
                let body = self.body(stack, name, service, number);
                let container_name = match &service.container_name {
                    Some(given) => given.clone(),
                    None => format!("{}-{name}-{number}", stack.project),
                };
                let id = self.create(&container_name, &body).map_err(told)?;
                self.age_image(&id, &service.image);
                self.start(&id).map_err(told)?;
                if service.stopped {
                    self.exit_quietly(&id);
                }
                if let Some(container) = self.containers.get_mut(&id) {
                    container.restart_count = service.restarts;
                }
            }
        }
        Ok(())
    }

    fn exit_quietly(&mut self, id: &str) {
        if let Some(container) = self.containers.get_mut(id) {
            container.stopped_by_hand = true;
        }
        self.exit(id, 0, false, None);
    }

    /// The body that Compose would send.
    fn body(&mut self, stack: &Stack, name: &str, service: &Service, number: u32) -> Value {
        let then = self.now;
        let image_id = self.image_at(&service.image, then).map(|image| image.id.clone()).unwrap_or_default();
        let deployed = stack.config_hashes.get(name).filter(|_| !service.edited).cloned();
        let mut exposed = Map::new();
        let mut bindings = Map::new();
        for published in &service.ports {
            let (host, container) = published.rsplit_once(':').unwrap_or(("", published));
            let (ip, port) = host.rsplit_once(':').unwrap_or(("", host));
            let key = if container.contains('/') { container.to_owned() } else { format!("{container}/tcp") };
            exposed.insert(key.clone(), json!({}));
            bindings.insert(key, json!([{ "HostIp": ip, "HostPort": port }]));
        }
        let network = stack
            .networks
            .first()
            .map_or_else(|| "bridge".to_owned(), |key| format!("{}_{key}", stack.project));
        let depends: Vec<String> =
            service.depends_on.iter().map(|(on, condition)| format!("{on}:{condition}:false")).collect();
        let binds: Vec<String> = service
            .volumes
            .iter()
            .map(|volume| match volume.split_once(':') {
                Some((key, rest)) if !key.starts_with('/') => {
                    format!("{}_{key}:{}", stack.project, ensure_mode(rest))
                }
                _ => ensure_mode(volume),
            })
            .collect();
        let mut container_name = vec![json!(name)];
        container_name.extend(service.container_name.iter().map(|given| json!(given)));
        let environment: Vec<String> =
            service.environment.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let requests: Vec<Value> = if service.gpus.is_empty() {
            Vec::new()
        } else {
            let ids: Vec<String> = service.gpus.iter().map(u32::to_string).collect();
            vec![
                json!({ "Driver": "nvidia", "Count": 0, "DeviceIDs": ids, "Capabilities": [["gpu"]], "Options": null }),
            ]
        };
        let health = service.healthcheck.as_ref().map(|check| {
            json!({
                "Test": check.test,
                "Interval": u64::try_from(check.interval.0.as_nanos()).unwrap_or(0),
                "Timeout": 5_000_000_000u64,
                "Retries": 3,
            })
        });
        json!({
            "Image": service.image,
            "Cmd": if service.command.is_empty() { Value::Null } else { json!(service.command) },
            "Env": environment,
            "ExposedPorts": exposed,
            "Healthcheck": health,
            "AttachStdout": true,
            "AttachStderr": true,
            "Labels": {
                "com.docker.compose.project": stack.project,
                "com.docker.compose.service": name,
                "com.docker.compose.container-number": number.to_string(),
                "com.docker.compose.oneoff": "False",
                "com.docker.compose.config-hash":
                    deployed.unwrap_or_else(|| self.random.hex(64)),
                "com.docker.compose.image": image_id,
                "com.docker.compose.version": COMPOSE_VERSION,
                "com.docker.compose.depends_on": depends.join(","),
                "com.docker.compose.project.working_dir": stack.working_dir,
                "com.docker.compose.project.config_files": stack.config_files.join(","),
            },
            "HostConfig": {
                "Binds": binds,
                "NetworkMode": network,
                "PortBindings": bindings,
                "RestartPolicy": { "Name": service.restart, "MaximumRetryCount": 0 },
                "Memory": service.memory_limit.map_or(0, |limit| limit.0),
                "DeviceRequests": requests,
                "LogConfig": { "Type": "json-file", "Config": { "max-file": "5", "max-size": "10m" } },
            },
            "NetworkingConfig": { "EndpointsConfig": { network.as_str(): { "Aliases": container_name } } },
        })
    }

    /// Gives a container of the past the image that its reference stood for then.
    fn age_image(&mut self, id: &str, reference: &str) {
        let then = self.now;
        let Some(image) = self.image_at(reference, then).map(|image| image.id.clone()) else { return };
        if let Some(container) = self.containers.get_mut(id) {
            container.image_id = image;
        }
    }

    fn build_fleet(&mut self) -> Result<(), String> {
        let script = Arc::clone(&self.script);
        let Some(fleet) = &script.fleet else { return Ok(()) };
        let image = script.images.first().and_then(|image| image.tags.first()).cloned();
        let image = image.ok_or("fleet: the script names no image")?;
        let generator = Generator {
            per_second: fleet.lines_per_second,
            lines: vec![Line::Plain("worker idle, {n} jobs done, queue empty for {int:1..90} s".to_owned())],
        };
        let behaviour = Arc::new(Behaviour { logs: vec![generator], ..Behaviour::default() });
        self.now = self.origin.before(Duration::from_hours(6)).max(self.now);
        for index in 0..fleet.count {
            let project = format!("fleet-{:02}", index / fleet.per_project.max(1) + 1);
            let place = index % fleet.per_project.max(1);
            let (service, number) = (format!("worker-{:02}", place / 2 + 1), place % 2 + 1);
            let body = json!({
                "Image": image,
                "Cmd": ["sh", "-c", "sleep infinity"],
                "Labels": {
                    "com.docker.compose.project": project,
                    "com.docker.compose.service": service,
                    "com.docker.compose.container-number": number.to_string(),
                    "com.docker.compose.oneoff": "False",
                    "com.docker.compose.version": COMPOSE_VERSION,
                    "com.docker.compose.project.working_dir": format!("/srv/{project}"),
                    "com.docker.compose.project.config_files": format!("/srv/{project}/compose.yaml"),
                },
                "HostConfig": { "RestartPolicy": { "Name": "unless-stopped" } },
            });
            let told = |refusal: super::Refusal| format!("fleet: {}", refusal.message);
            let id = self.create(&format!("{project}-{service}-{number}"), &body).map_err(told)?;
            if let Some(container) = self.containers.get_mut(&id) {
                container.behaviour = Arc::clone(&behaviour);
            }
            self.start(&id).map_err(told)?;
        }
        Ok(())
    }
}

/// Where references were given to a newer build, what has been there becomes an image without a reference.
fn rebuild(images: &mut Vec<Image>, origin: Moment, random: &mut Random) {
    let mut older = Vec::new();
    for image in images.iter_mut() {
        let Some(rebuilt) = image.spec.rebuilt else { continue };
        let id = format!("sha256:{}", random.hex(64));
        let until = origin.before(rebuilt.0);
        let mut before = image.clone();
        before.spec.tags.clear();
        image.id = id;
        image.created = until;
        image.before = Some((before.id.clone(), until));
        older.push(before);
    }
    images.append(&mut older);
}

fn ensure_mode(volume: &str) -> String {
    if volume.ends_with(":ro") || volume.ends_with(":rw") {
        volume.to_owned()
    } else {
        format!("{volume}:rw")
    }
}
