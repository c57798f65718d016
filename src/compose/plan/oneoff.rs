//! A one-off container: a service's container with a command and settings of its own, which is nobody's replica.

use super::{ActionPlan, conflicts, graph, missing};
use crate::compose::body::{COMPOSE_VERSION, Creation, Surroundings, creation, referred, resolved};
use crate::compose::file::{Mount, Port, Project, Service};
use crate::compose::observe::{Observed, number};
use crate::domain::{Fault, FaultKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What `run` asks for, under the names of docker compose's flags.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OneOff {
    pub service: String,
    /// 64 hexadecimal digits; the first twelve are in the name.
    pub slug: String,
    pub name: Option<String>,
    /// The service's own where nothing is given.
    pub command: Vec<String>,
    pub entrypoint: Option<Vec<String>>,
    /// `KEY=value` or `KEY`.
    pub environment: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub ports: Vec<Port>,
    /// Publish the service's ports too.
    pub service_ports: bool,
    pub volumes: Vec<Mount>,
    pub cap_add: Vec<String>,
    pub cap_drop: Vec<String>,
    pub user: Option<String>,
    pub working_directory: Option<String>,
    /// Be found on its networks under the service's name.
    pub use_aliases: bool,
    pub tty: bool,
    pub stdin: bool,
    /// Have the daemon remove it when it ends.
    pub remove: bool,
}

pub fn oneoff(project: &Project, observed: &Observed, wish: &OneOff) -> Result<Creation, Fault> {
    graph::known(std::slice::from_ref(&wish.service), Some(project), observed, "run")?;
    let declared = project.service(&wish.service).or_else(|| project.disabled.get(&wish.service));
    let declared = declared.ok_or_else(|| {
        Fault::new(FaultKind::NotFound, "run", wish.service.as_str())
            .because("its containers are still there, but the files have no such service any more")
    })?;
    let image = conflicts::image(project, declared, observed)?;
    missing::check(&mut ActionPlan::default(), "run", project, std::iter::once(declared), observed)?;
    let service = with_wishes(project, declared, wish);
    let mut containers = BTreeMap::new();
    for name in referred(&service) {
        let container = observed.of_service(name).into_iter().next().ok_or_else(|| {
            Fault::new(FaultKind::NotFound, "run", wish.service.as_str())
                .because(format!("it shares what the service {name} has, and {name} has no container"))
                .hint(format!("start it first: mcp-tui -p {} up {name}", project.name))
        })?;
        containers.insert(name.to_owned(), container.id.0.clone());
    }
    let service = resolved(&service, &|name| containers.get(name).cloned());
    let replicas = |name: &str| {
        let present = observed.of_service(name);
        present.into_iter().map(|container| (container.name.to_string(), number(container))).collect()
    };
    let around = Surroundings {
        api_version: observed.api_version,
        version: observed.version_beside(&service.name).unwrap_or(COMPOSE_VERSION),
        image_id: &image.id,
        replaces: None,
        inherited: &[],
        replicas: &replicas,
        made: &BTreeMap::new(),
    };
    let mut creation = creation(project, &service, 1, around);
    finish(&mut creation, wish);
    conflicts::name(&creation, observed)?;
    Ok(creation)
}

/// The service as the one-off container has it.
fn with_wishes(project: &Project, declared: &Service, wish: &OneOff) -> Service {
    let mut service = declared.clone();
    let name = wish.name.clone();
    let digits = wish.slug.get(..12).unwrap_or(&wish.slug);
    service.container_name =
        name.unwrap_or_else(|| format!("{}-{}-run-{digits}", project.name, declared.name));
    service.scale = None;
    service.restart = String::new();
    if let Some(deploy) = &mut service.deploy {
        deploy.restart_policy = None;
        deploy.replicas = None;
    }
    if !wish.command.is_empty() {
        service.command = Some(wish.command.clone());
    }
    if let Some(entrypoint) = &wish.entrypoint {
        service.entrypoint = Some(entrypoint.clone());
        if wish.command.is_empty() {
            service.command = Some(Vec::new());
        }
    }
    for entry in &wish.environment {
        let (key, value) =
            entry.split_once('=').map_or((entry.as_str(), None), |(key, value)| (key, Some(value)));
        service.environment.insert(key.to_owned(), value.map(str::to_owned));
    }
    service.labels.extend(wish.labels.clone());
    if !wish.service_ports {
        service.ports.clear();
    }
    service.ports.extend(wish.ports.clone());
    for mount in &wish.volumes {
        service.volumes.retain(|known| known.target != mount.target);
        service.volumes.push(mount.clone());
    }
    service.cap_add.extend(wish.cap_add.clone());
    service.cap_drop.retain(|dropped| !wish.cap_add.contains(dropped));
    service.cap_drop.extend(wish.cap_drop.clone());
    service.cap_add.retain(|added| !wish.cap_drop.contains(added));
    if let Some(user) = &wish.user {
        service.user.clone_from(user);
    }
    if let Some(directory) = &wish.working_directory {
        service.working_dir.clone_from(directory);
    }
    service.tty = wish.tty;
    service.stdin_open = wish.stdin;
    service
}

/// What makes the body one of a one-off container.
fn finish(creation: &mut Creation, wish: &OneOff) {
    let body = &mut creation.body;
    body["Labels"]["com.docker.compose.oneoff"] = json!("True");
    body["Labels"]["com.docker.compose.slug"] = json!(wish.slug);
    body["AttachStdin"] = json!(wish.stdin);
    body["StdinOnce"] = json!(wish.stdin);
    if wish.remove {
        body["HostConfig"]["AutoRemove"] = json!(true);
    }
    if wish.use_aliases {
        return;
    }
    let alone = json!([creation.name]);
    let before = body.pointer_mut("/NetworkingConfig/EndpointsConfig").and_then(Value::as_object_mut);
    let endpoints = before.into_iter().flat_map(|endpoints| endpoints.values_mut());
    for endpoint in endpoints.chain(creation.connect.iter_mut().map(|(_, endpoint)| endpoint)) {
        endpoint["Aliases"] = alone.clone();
    }
}
