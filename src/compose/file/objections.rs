//! What of a valid project cannot be carried out on one Engine, or has no effect there.
//!
//! A file is valid when docker compose takes it. Whether its services can be deployed here is asked when they are, so
//! that `config` prints every file and `up` drops no key in silence.

use super::project::{FileObject, Project};
use super::service::{FileReference, MountKind, Service};
use std::collections::BTreeMap;

/// One key that does not come about as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// `services.web.provider`
    pub path: String,
    /// Why, and what to do instead.
    pub text: String,
    /// The service cannot be deployed; otherwise the key is passed over.
    pub refused: bool,
}

impl Project {
    /// Everything that stands against deploying these services, in their order.
    pub fn objections<'project>(
        &self,
        services: impl IntoIterator<Item = &'project Service>,
    ) -> Vec<Objection> {
        services.into_iter().flat_map(|service| self.against(service)).collect()
    }

    fn against(&self, service: &Service) -> Vec<Objection> {
        let mut found = Vec::new();
        let mut object = |key: &str, text: &str, refused: bool| {
            let path = format!("services.{}.{key}", service.name);
            found.push(Objection { path, text: text.to_owned(), refused });
        };
        outside(service, &mut object);
        hooks(service, &mut object);
        mounts(service, &mut object);
        swarm(service, &mut object);
        words(service, &mut object);
        files("secrets", &service.secrets, &self.secrets, service.read_only, &mut object);
        files("configs", &service.configs, &self.configs, service.read_only, &mut object);
        found
    }
}

/// What is done by somebody else than the Engine.
fn outside(service: &Service, object: &mut impl FnMut(&str, &str, bool)) {
    if service.provider.is_some() {
        object("provider", "a provider is a program of its own, which is not run here", true);
    }
    if !service.models.is_empty() {
        object("models", "models need Docker's model runner", true);
    }
    if service.credential_spec.is_some() {
        object("credential_spec", "it exists on Windows only", false);
    }
    if service.use_api_socket {
        object(
            "use_api_socket",
            "the socket is mounted, but the registries' credentials are not handed over",
            false,
        );
    }
}

fn hooks(service: &Service, object: &mut impl FnMut(&str, &str, bool)) {
    if !service.pre_start.is_empty() {
        let instead = "run it from a service of its own and depend on its completion";
        object("pre_start", instead, true);
    }
}

fn mounts(service: &Service, object: &mut impl FnMut(&str, &str, bool)) {
    for (index, mount) in service.volumes.iter().enumerate() {
        let path = format!("volumes[{index}].type");
        match mount.kind {
            MountKind::Npipe => object(&path, "named pipes exist on Windows only", true),
            MountKind::Cluster => object(&path, "cluster volumes exist in a swarm only", true),
            MountKind::Bind | MountKind::Volume | MountKind::Tmpfs | MountKind::Image => {}
        }
    }
}

/// What a single Engine passes over.
fn swarm(service: &Service, object: &mut impl FnMut(&str, &str, bool)) {
    let Some(deploy) = &service.deploy else { return };
    let none = "has no effect on a single Engine";
    let keys = [
        ("update_config", deploy.update_config.is_some()),
        ("rollback_config", deploy.rollback_config.is_some()),
        ("placement", deploy.placement != super::Placement::default()),
        ("endpoint_mode", !deploy.endpoint_mode.is_empty()),
        ("mode", !matches!(deploy.mode.as_str(), "" | "replicated")),
    ];
    for (key, _) in keys.into_iter().filter(|(_, given)| *given) {
        object(&format!("deploy.{key}"), none, false);
    }
    let reserved = deploy.resources.reservations.as_ref();
    if reserved.is_some_and(|reserved| !reserved.generic_resources.is_empty()) {
        object("deploy.resources.reservations.generic_resources", none, false);
    }
    if reserved.is_some_and(|reserved| reserved.cpus > 0.0) {
        object("deploy.resources.reservations.cpus", none, false);
    }
}

/// Words that Compose takes unread and the Engine would refuse or mistake.
fn words(service: &Service, object: &mut impl FnMut(&str, &str, bool)) {
    let fine = match service.restart.split_once(':') {
        Some(("on-failure", attempts)) => attempts.parse::<u32>().is_ok(),
        Some(_) => false,
        None => matches!(service.restart.as_str(), "" | "no" | "always" | "unless-stopped" | "on-failure"),
    };
    if !fine {
        object("restart", "expected no, always, unless-stopped or on-failure[:TIMES]", true);
    }
    let condition = service.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref());
    let condition = condition.map_or("", |policy| policy.condition.as_str());
    if !matches!(condition, "" | "none" | "on-failure" | "any" | "always" | "unless-stopped") {
        object("deploy.restart_policy.condition", "expected none, on-failure or any", true);
    }
    for (index, device) in service.devices.iter().enumerate() {
        if !device.source.starts_with('/') && !device.source.contains('=') {
            let text = "expected a path such as /dev/kvm, or a name such as nvidia.com/gpu=all";
            object(&format!("devices[{index}]"), text, true);
        }
    }
    for (index, text) in service.expose.iter().enumerate() {
        let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
        if !port(first) || !port(last) || !matches!(protocol, "tcp" | "udp" | "sctp") {
            object(&format!("expose[{index}]"), "expected a port such as 8080 or 53/udp", false);
        }
    }
}

/// Secrets and configs that are not there to be given.
fn files(
    section: &str,
    references: &[FileReference],
    objects: &BTreeMap<String, FileObject>,
    read_only: bool,
    object: &mut impl FnMut(&str, &str, bool),
) {
    for reference in references {
        let Some(declared) = objects.get(&reference.source) else { continue };
        let path = format!("{section}.{}", reference.source);
        if declared.external {
            object(&path, "an external one exists in a swarm only; name a `file`", true);
        } else if !declared.driver.is_empty() || !declared.template_driver.is_empty() {
            object(&path, "drivers exist in a swarm only; name a `file`", true);
        } else if declared.file.is_empty() && read_only {
            object(&path, "only a `file` can be put into a container whose root is read_only", true);
        } else if !declared.environment.is_empty() && declared.value.is_none() {
            let text = format!("the variable {} is not set; the file is empty", declared.environment);
            object(&path, &text, false);
        }
    }
}

#[cfg(test)]
mod tests;
