//! Two want the same port of the host: who has it.

use super::start_error::refused_at;
use crate::domain::{Container, ContainerState, Operation};
use crate::triage::finding::request;
use crate::triage::{Facts, Finding, Origin, Severity, Sign};

/// What listens for Docker on the ports that containers publish.
const PROXY: &str = "docker-proxy";
const PHRASES: [&str; 2] = ["port is already allocated", "address already in use"];

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        let error = container.details.as_ref().and_then(|details| details.error.as_ref());
        let Some(error) = error.filter(|_| container.state != ContainerState::Running) else { continue };
        if PHRASES.iter().any(|phrase| error.contains(phrase)) {
            let port = port_in(error);
            let title = match port {
                Some(port) => format!("{} does not start: port {port} is taken", container.tag()),
                None => format!("{} does not start: its port is taken", container.tag()),
            };
            let finding = Finding::on("port", container, Severity::Critical, title)
                .seen(Origin::Inspect, None, error)
                .began(refused_at(container));
            findings.push(with_owner(facts, container, port, finding));
        }
    }
    for (container, told) in facts.with_sign(Sign::AddressInUse) {
        let title = format!("{} cannot listen: its address is taken", container.tag());
        let finding = Finding::on("port-inside", container, super::log_sign::severity(container), title)
            .signed(told)
            .advise(
                "another process in the container, or on the host with `network_mode: host`, listens there: stop it, \
                 or choose another port",
            );
        findings.push(finding);
    }
}

fn with_owner(facts: &Facts<'_>, container: &Container, port: Option<u16>, finding: Finding) -> Finding {
    let Some(port) = port else {
        return finding.advise("find who holds the port with `ss -ltnp`; stop that, or publish another port");
    };
    if let Some((seen, advice)) = holder(facts, port, |other| other.id != container.id) {
        return finding.seen(seen.0, None, seen.1).advise(advice);
    }
    match facts.listeners.get(&port) {
        // Nobody any more: it can be started.
        Some(None) => finding
            .seen(Origin::Host, None, format!("nobody listens on port {port} now"))
            .fix("start it again", request(container, |services| Operation::Start { services })),
        Some(Some(_)) | None => {
            finding.advise("find who holds the port with `ss -ltnp`; stop that, or publish another port")
        }
    }
}

/// Who has the port, and what to do about that.
pub(super) fn holder(
    facts: &Facts<'_>,
    port: u16,
    counts: impl Fn(&Container) -> bool,
) -> Option<((Origin, String), String)> {
    let publishes = |other: &&&Container| {
        counts(other)
            && other.is_running()
            && other.ports.iter().any(|published| published.host_port == Some(port))
    };
    if let Some(owner) = facts.containers.iter().find(publishes) {
        let stack =
            owner.compose.as_ref().map(|labels| format!(" of {}", labels.project)).unwrap_or_default();
        let seen = format!("{}{stack} publishes port {port}", owner.name);
        let advice = format!(
            "stop {}{stack} (`docker stop {}`), or publish another port in the Compose file",
            owner.tag(),
            owner.name
        );
        return Some(((Origin::Inspect, seen), advice));
    }
    let listener = facts.listeners.get(&port).copied().flatten()?;
    let seen = (Origin::Host, format!("{listener} listens on port {port}"));
    // It stands for a container, and Docker starts it: to end it would help nobody.
    let advice = if listener.starts_with(PROXY) {
        format!(
            "a container publishes the port: find it with `docker ps --filter publish={port}` and stop it, or publish \
             another port in the Compose file"
        )
    } else {
        format!("stop {listener}, or publish another port in the Compose file")
    };
    Some((seen, advice))
}

/// The port of the host in the daemon's words: `Bind for 0.0.0.0:80 failed`, `listen tcp4 0.0.0.0:8080: bind:`.
pub(in crate::triage) fn port_in(error: &str) -> Option<u16> {
    let after = |phrase: &str| error.split_once(phrase).map(|(_, rest)| rest);
    let rest = after("Bind for ")
        .or_else(|| after("listen tcp4 "))
        .or_else(|| after("listen tcp6 "))
        .or_else(|| after("listen tcp "))
        .or_else(|| after("listen udp4 "))
        .or_else(|| after("exposing port TCP "))?;
    let address = rest.split([' ', ',']).next()?;
    let address = address.strip_suffix(':').unwrap_or(address);
    let (_, port) = address.rsplit_once(':')?;
    port.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("… on endpoint x (9af): Bind for 0.0.0.0:80 failed: port is already allocated", Some(80))]
    #[case("Bind for :::8080 failed: port is already allocated", Some(8080))]
    #[case(
        "Error starting userland proxy: listen tcp4 0.0.0.0:18080: bind: address already in use",
        Some(18080)
    )]
    #[case("listen tcp4 127.0.0.1:9: bind: address already in use", Some(9))]
    #[case("port is already allocated", None)]
    fn the_daemon_names_the_port(#[case] error: &str, #[case] port: Option<u16>) {
        assert_eq!(port_in(error), port);
    }
}
