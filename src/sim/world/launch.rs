//! Starting a container: what has to succeed first, and what begins with it.

use super::container::State;
use super::schedule::Action;
use super::script::Running;
use super::{Refusal, World};
use serde_json::Value;
use std::time::Duration;

impl World {
    /// `false` when it was running already.
    pub fn start(&mut self, reference: &str) -> Result<bool, Refusal> {
        let id = self.find(reference)?;
        let container = self.container(&id)?;
        match container.state {
            State::Paused => {
                return Err(Refusal::conflict("cannot start a paused container, try unpause instead"));
            }
            State::Running => return Ok(false),
            State::Created | State::Restarting | State::Exited => {}
        }
        container.stopped_by_hand = false;
        container.backoff = Duration::ZERO;
        self.launch(&id)?;
        Ok(true)
    }

    fn launch(&mut self, id: &str) -> Result<(), Refusal> {
        if let Err(refusal) = self.prepare(id) {
            self.leave_all(id);
            let container = self.container(id)?;
            container.error.clone_from(&refusal.message);
            container.exit_code = if refusal.status == 400 { 127 } else { 128 };
            self.touch();
            return Err(refusal);
        }
        let pid = self.take_pid();
        let now = self.now;
        let container = self.container(id)?;
        container.run += 1;
        container.state = State::Running;
        container.pid = pid;
        container.exit_code = 0;
        container.out_of_memory = false;
        container.error.clear();
        container.started = Some(now);
        let run = container.run;
        let behaviour = std::sync::Arc::clone(&container.behaviour);
        for (count, line) in (0..).zip(&behaviour.greeting) {
            container.log.write_line(now, line, count);
        }
        container.log.begin(&behaviour, now);
        if let Some(script) = &mut container.script {
            script.rewind();
            self.schedule.add(now, Action::Continue { id: id.to_owned(), run });
        }
        if let Some(exit) = behaviour.exits {
            let action =
                Action::Exit { id: id.to_owned(), run, code: exit.code, out_of_memory: exit.out_of_memory };
            self.schedule.add(now.after(exit.after.0), action);
        }
        self.begin_health(id);
        self.emit_container(id, "start", &[]);
        Ok(())
    }

    /// What has to succeed before the process can run: GPUs, networks, ports, the program itself.
    fn prepare(&mut self, id: &str) -> Result<(), Refusal> {
        let (networks, path, image, wants_gpu) = {
            let container = self.container(id)?;
            let requests = container.host_config.get("DeviceRequests").and_then(Value::as_array);
            let networks: Vec<String> = container.endpoints.keys().cloned().collect();
            let wants_gpu = requests.is_some_and(|requests| !requests.is_empty());
            (networks, container.path.clone(), container.image_id.clone(), wants_gpu)
        };
        if wants_gpu && self.gpus.is_empty() {
            return Err(Refusal::new(
                500,
                "could not select device driver \"nvidia\" with capabilities: [[gpu]]",
            ));
        }
        for network in &networks {
            self.join(id, network)?;
        }
        self.publish(id)?;
        if !self.knows_program(&path, &image) {
            return Err(Refusal::bad(format!(
                "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"{path}\": executable file not found in $PATH: unknown"
            )));
        }
        Ok(())
    }

    /// The image's own program, one a service of the script runs, or one found in every image.
    fn knows_program(&self, path: &str, image_id: &str) -> bool {
        const COMMON: [&str; 12] = [
            "bash",
            "sh",
            "ls",
            "tail",
            "python",
            "python3",
            "node",
            "java",
            "nginx",
            "redis-server",
            "postgres",
            "nc",
        ];
        let image = self.images.iter().find(|image| image.id == image_id);
        let own = image.into_iter().flat_map(|image| image.spec.entrypoint.iter().chain(&image.spec.command));
        let scripted = self.script.stacks.iter().flat_map(|stack| stack.services.values());
        let base = path.rsplit('/').next().unwrap_or(path);
        COMMON.contains(&base)
            || own.into_iter().any(|word| word == path)
            || scripted.filter_map(|service| service.command.first()).any(|word| word == path)
            || Running::from_command(&[path.to_owned()], &[]).is_some()
    }

    fn publish(&mut self, id: &str) -> Result<(), Refusal> {
        let Some(container) = self.containers.get(id) else { return Ok(()) };
        let (name, mut wanted) = (container.name.clone(), container.published.clone());
        let endpoint = container.endpoints.values().find_map(|endpoint| endpoint.joined.clone());
        let taken: Vec<(u16, String, String)> = self
            .containers
            .values()
            .filter(|other| other.id != id && other.is_running())
            .flat_map(|other| &other.published)
            .filter_map(|port| Some((port.given?, port.protocol.clone(), port.host_ip.clone())))
            .collect();
        let everywhere = |ip: &str| matches!(ip, "" | "0.0.0.0" | "::");
        for index in 0..wanted.len() {
            let Some(port) = wanted.get(index).cloned() else { continue };
            let clash = |number: u16| {
                let meets = |ip: &str| everywhere(ip) || everywhere(&port.host_ip) || ip == port.host_ip;
                taken
                    .iter()
                    .any(|(other, protocol, ip)| *other == number && *protocol == port.protocol && meets(ip))
                    || wanted.iter().take(index).any(|earlier| {
                        earlier.given == Some(number)
                            && earlier.protocol == port.protocol
                            && meets(&earlier.host_ip)
                    })
            };
            let given = match port.host_port {
                Some(asked) if clash(asked) => {
                    let ip = if port.host_ip.is_empty() { "0.0.0.0" } else { &port.host_ip };
                    let endpoint = endpoint.as_ref().map_or("", |joined| joined.endpoint_id.as_str());
                    return Err(Refusal::new(
                        500,
                        format!(
                            "driver failed programming external connectivity on endpoint {name} ({endpoint}): Bind for {ip}:{asked} failed: port is already allocated"
                        ),
                    ));
                }
                Some(asked) => asked,
                None => (32_768..61_000u16)
                    .find(|candidate| !clash(*candidate))
                    .ok_or_else(|| Refusal::new(500, "all ports are allocated"))?,
            };
            if let Some(port) = wanted.get_mut(index) {
                port.given = Some(given);
            }
        }
        self.container(id)?.published = wanted;
        Ok(())
    }

    pub(super) fn leave_all(&mut self, id: &str) {
        let Some(container) = self.containers.get_mut(id) else { return };
        for port in &mut container.published {
            port.given = None;
        }
        let networks: Vec<String> = container.endpoints.keys().cloned().collect();
        for network in networks {
            self.leave(id, &network);
        }
    }

    pub(super) fn start_again(&mut self, id: &str, run: u64) {
        let Some(container) = self.containers.get_mut(id).filter(|container| container.run == run) else {
            return;
        };
        if container.state != State::Restarting {
            return;
        }
        container.restart_count += 1;
        if self.launch(id).is_err()
            && let Some(container) = self.containers.get_mut(id)
        {
            container.state = State::Exited;
        }
    }
}
