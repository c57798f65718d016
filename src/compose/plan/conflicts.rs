//! What would fail half-way and can be seen before: missing images, names and ports that others have.

use crate::compose::body::Creation;
use crate::compose::file::{Port, Project, Service, address};
use crate::compose::observe::Observed;
use crate::domain::container::PublishedPort;
use crate::domain::resources::Image;
use crate::domain::{Container, Fault, FaultKind};

/// The image that a service's containers are made from.
pub fn image<'seen>(
    project: &Project,
    service: &Service,
    observed: &'seen Observed,
) -> Result<&'seen Image, Fault> {
    let reference = service.image_name(&project.name);
    let pinned = observed.pinned.get(&service.name);
    pinned.or_else(|| observed.images.get(&reference)).ok_or_else(|| {
        let fault = Fault::new(FaultKind::NotFound, "find image", reference.as_str())
            .because(format!("the service {} needs it and it is not on this server", service.name));
        match (&service.build, service.pull_policy.as_str()) {
            (Some(_), _) => {
                fault.because("it is not to be built").hint(format!("build it first: build {}", service.name))
            }
            (None, "build") => fault
                .because("its pull_policy is build, and the service has no `build`")
                .hint("add one, or choose another pull_policy"),
            (None, _) => {
                fault.because("it is not to be pulled").hint(format!("get it first: docker pull {reference}"))
            }
        }
    })
}

/// What stands for an image that is pulled or built before the plan is made again.
pub fn image_to_come() -> Image {
    Image {
        id: String::new(),
        tags: Vec::new(),
        size_bytes: 0,
        created: None,
        tagged: None,
        volumes: Vec::new(),
    }
}

/// A container of somebody else has the name.
pub fn name(creation: &Creation, observed: &Observed) -> Result<(), Fault> {
    let Some(other) = observed.others.iter().find(|other| other.name.as_str() == creation.name) else {
        return Ok(());
    };
    let owner = match &other.compose {
        Some(labels) if labels.project != observed.project => format!("of the project {}", labels.project),
        _ => "that no Compose tool made".to_owned(),
    };
    Err(Fault::new(FaultKind::Conflict, "create container", creation.name.as_str())
        .because(format!("a container {owner} has this name already ({})", other.id.short()))
        .hint(format!("rename or remove that one: docker rename {0} {0}-old", creation.name)))
}

/// Replicas that would all publish one host port.
pub fn replicas(service: &Service, replicas: u32) -> Result<(), Fault> {
    let fixed = service.ports.iter().find(|port| !port.published.is_empty() && width(port) < replicas);
    match fixed {
        Some(port) if replicas > 1 => Err(Fault::new(FaultKind::Conflict, "scale", service.name.as_str())
            .because(format!("{replicas} replicas cannot all publish port {} of the host", port.published))
            .hint("publish a range such as 8080-8089:80, or no host port, and put a proxy in front")),
        _ if replicas > 1 && !service.container_name.is_empty() => {
            Err(Fault::new(FaultKind::Conflict, "scale", service.name.as_str())
                .because(format!(
                    "{replicas} replicas cannot share the container_name {}",
                    service.container_name
                ))
                .hint("remove container_name from the file"))
        }
        _ => Ok(()),
    }
}

fn bounds(port: &Port) -> Option<(u16, u16)> {
    let (first, last) = port.published.split_once('-').unwrap_or((&port.published, &port.published));
    Some((first.parse().ok()?, last.parse().ok()?))
}

fn width(port: &Port) -> u32 {
    bounds(port).map_or(1, |(first, last)| u32::from(last.saturating_sub(first)) + 1)
}

/// A container that runs publishes one of the ports; `gone` says which containers the plan takes away.
pub fn ports(service: &Service, observed: &Observed, gone: &dyn Fn(&Container) -> bool) -> Result<(), Fault> {
    for port in &service.ports {
        // Of a range the Engine takes what is free.
        let Some((wanted, _)) = bounds(port).filter(|(first, last)| first == last) else { continue };
        let holder = observed
            .others
            .iter()
            .chain(&observed.containers)
            .filter(|other| other.is_running() && !gone(other))
            .find(|other| other.ports.iter().any(|held| clash(held, port, wanted)));
        if let Some(holder) = holder {
            return Err(Fault::new(FaultKind::Conflict, "publish port", wanted.to_string())
                .because(format!(
                    "the service {} wants it, and the container {} has it",
                    service.name, holder.name
                ))
                .hint(format!("stop that one (docker stop {}), or publish another port", holder.name)));
        }
    }
    Ok(())
}

fn clash(held: &PublishedPort, port: &Port, wanted: u16) -> bool {
    held.host_port == Some(wanted)
        && held.protocol == port.protocol
        && address::meet(held.host_address, port.host_address())
}
