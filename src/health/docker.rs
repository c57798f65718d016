//! What Docker says of a service's containers.

use super::{Answer, Outcome};
use crate::domain::check::gist;
use crate::domain::{CheckId, Container, ContainerState, Health};

/// The service's containers, but for those of one-off commands.
pub(super) fn of<'fleet>(
    id: &CheckId,
    fleet: &'fleet [Container],
) -> impl Iterator<Item = &'fleet Container> {
    fleet.iter().filter(|container| {
        container.compose.as_ref().is_some_and(|labels| {
            labels.project == id.stack && labels.service == id.service && !labels.oneoff
        })
    })
}

/// The outcome when no container of the service runs. A service that was never deployed, or was stopped by itself or
/// with its whole stack, is not down: nobody expects an answer.
pub(super) fn not_running(id: &CheckId, fleet: &[Container]) -> Option<Outcome> {
    let containers: Vec<_> = of(id, fleet).collect();
    if containers.is_empty() {
        return Some(Outcome::new(Answer::Unknown, "not deployed"));
    }
    if containers.iter().any(|container| container.is_running()) {
        return None;
    }
    if containers.iter().all(|container| container.was_stopped()) {
        return Some(Outcome::new(Answer::Unknown, "stopped"));
    }
    let of_stack =
        |container: &&Container| container.compose.as_ref().is_some_and(|labels| labels.project == id.stack);
    Some(if fleet.iter().filter(of_stack).any(Container::is_running) {
        let created = containers.iter().all(|container| container.state == ContainerState::Created);
        Outcome::down(if created { "not started yet" } else { "no container of it runs" })
    } else {
        Outcome::new(Answer::Unknown, "stopped")
    })
}

/// The worst of the replicas, and how many are well.
pub(super) fn verdict(id: &CheckId, fleet: &[Container]) -> Outcome {
    let containers: Vec<_> = of(id, fleet).filter(|container| container.is_running()).collect();
    let count =
        |health: Health| containers.iter().filter(|container| container.health == Some(health)).count();
    let (healthy, starting, unhealthy) =
        (count(Health::Healthy), count(Health::Starting), count(Health::Unhealthy));
    let restarting = containers.iter().any(|container| container.state == ContainerState::Restarting);
    let all = containers.len();
    if healthy + starting + unhealthy == 0 && !restarting {
        return Outcome::new(Answer::Unknown, "Docker checks no container of it");
    }
    let ill = containers.iter().find(|container| container.health == Some(Health::Unhealthy));
    let who = ill.filter(|_| all > 1).map(|ill| format!(": {}", ill.tag())).unwrap_or_default();
    let output = ill.and_then(|ill| ill.details.as_ref()?.health_output.as_ref());
    let output = who + &output.map(|output| format!(": {}", gist(output))).unwrap_or_default();
    match (unhealthy, starting) {
        _ if restarting => Outcome::down("restarting"),
        (0, 0) => Outcome::new(Answer::Up, replicas(all, healthy, "healthy")),
        (0, _) => Outcome::new(Answer::Starting, replicas(all, starting, "starting")),
        _ if healthy > 0 => Outcome::new(Answer::Degraded, replicas(all, unhealthy, "unhealthy") + &output),
        _ => Outcome::down(replicas(all, unhealthy, "unhealthy") + &output),
    }
}

fn replicas(all: usize, of_them: usize, word: &str) -> String {
    if all == 1 { word.to_owned() } else { format!("{of_them} of {all} {word}") }
}
