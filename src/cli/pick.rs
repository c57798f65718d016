//! The one container of a service that a command is for.

use super::stack::Chosen;
use crate::domain::{Container, Fault, FaultKind};
use crate::engine::Engine;

/// The service's container of this number, else its first. One that does not run is picked only if `stopped` is set.
pub async fn container(
    engine: &Engine,
    chosen: &Chosen,
    service: &str,
    index: Option<u32>,
    stopped: bool,
) -> Result<Container, Fault> {
    let containers = all(engine, chosen, service).await?;
    let number = |container: &Container| container.compose.as_ref().and_then(|labels| labels.number);
    let numbers: Vec<String> =
        containers.iter().filter_map(number).map(|number| number.to_string()).collect();
    let none = containers.is_empty();
    let mut meant = containers.into_iter().filter(|container| index.is_none() || number(container) == index);
    let picked = meant.clone().find(Container::is_running).or_else(|| meant.next().filter(|_| stopped));
    picked.ok_or_else(|| {
        let object = index.map_or_else(|| service.to_owned(), |index| format!("{service}-{index}"));
        if none {
            Fault::new(FaultKind::NotFound, "find container of", object)
                .because("the service has no container")
                .hint("`up` creates it")
        } else if index.is_some_and(|index| !numbers.contains(&index.to_string())) {
            Fault::new(FaultKind::NotFound, "find container of", object)
                .because("the service has no container of this number")
                .hint(format!("there are {}", numbers.join(", ")))
        } else {
            Fault::new(FaultKind::Conflict, "find container of", object)
                .because("it does not run")
                .hint(format!("start it first: mcp-tui -p {} start {service}", chosen.reference.project))
        }
    })
}

/// All containers of a service but one-off ones, by number; the service must be known.
pub async fn all(engine: &Engine, chosen: &Chosen, service: &str) -> Result<Vec<Container>, Fault> {
    let mut containers = engine.containers(Some(&chosen.reference.project)).await?;
    chosen.check_services(&[service.to_owned()], &containers)?;
    containers.retain(|container| {
        container.compose.as_ref().is_some_and(|labels| labels.service == service && !labels.oneoff)
    });
    containers.sort_by_key(|container| container.compose.as_ref().and_then(|labels| labels.number));
    Ok(containers)
}

/// The containers of the named services, or of all; each service must be known. One-off ones only if `oneoffs` is set.
pub async fn of_services(
    engine: &Engine,
    chosen: &Chosen,
    services: &[String],
    oneoffs: bool,
) -> Result<Vec<Container>, Fault> {
    let mut containers = engine.containers(Some(&chosen.reference.project)).await?;
    chosen.check_services(services, &containers)?;
    containers.retain(|container| {
        container.compose.as_ref().is_some_and(|labels| {
            (oneoffs || !labels.oneoff) && (services.is_empty() || services.contains(&labels.service))
        })
    });
    containers.sort_by_key(super::ps::order);
    Ok(containers)
}
