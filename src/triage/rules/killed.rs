//! Somebody killed it, so that Docker leaves it dead whatever its restart policy says, and others that run need it. Who
//! stops a service on purpose lets the daemon stop it, which is another thing to it.

use crate::domain::{Container, ContainerState, Operation, units};
use crate::triage::finding::request;
use crate::triage::{Facts, Finding, Origin, Severity, exit_code, needs};
use std::time::Duration;

const KILLED: i64 = 137;
/// The daemon tells that it has stopped a container a moment after the container has ended.
const PATIENCE: Duration = Duration::from_secs(3);
/// Between the end and the daemon's word that it has stopped the container.
const NEAR: Duration = Duration::from_secs(10);

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in facts.containers.iter().filter(|container| may_be(container)) {
        let (Some(labels), Some(end)) =
            (&container.compose, container.details.as_ref().and_then(|details| details.finished_at))
        else {
            continue;
        };
        let stop = facts.stops.get(&container.id);
        let was_stopped = stop.is_some_and(|stop| units::since(*stop.min(&end), *stop.max(&end)) <= NEAR);
        let (stack, service) = (&labels.project, &labels.service);
        let others_serve = facts.of_service(stack, service).any(|other| other.state.serves());
        let needing = needs::running(facts, stack, service);
        if !facts.past_is_known
            || was_stopped
            || others_serve
            || needing.is_empty()
            || units::since(end, facts.now) < PATIENCE
        {
            continue;
        }
        let (who, verb) = (needing.join(", "), if needing.len() == 1 { "needs" } else { "need" });
        let title = format!("{} is stopped: {}; {who} {verb} it", container.tag(), exit_code::words(KILLED));
        let ago = units::duration(units::since(end, facts.now));
        findings.push(
            Finding::on("killed", container, Severity::Warning, title)
                .seen(Origin::Inspect, end, format!("ended {ago} ago, and Docker does not start it again"))
                .seen(
                    Origin::Daemon,
                    None,
                    "no stop of it is known: killed from outside, or stopped before the oldest event that the daemon keeps",
                )
                .fix("start it", request(container, |services| Operation::Start { services })),
        );
    }
}

/// Whether it looks as if somebody had killed it. Only the daemon's events tell whether it was stopped.
pub(in crate::triage) fn may_be(container: &Container) -> bool {
    let labels = container.compose.as_ref().filter(|labels| !labels.oneoff);
    let details = container.details.as_ref().filter(|details| !details.oom_killed);
    labels.is_some()
        && container.state == ContainerState::Exited
        && container.was_stopped()
        && details.is_some_and(|details| details.exit_code == KILLED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::{ContainerDetails, HealthRun};
    use crate::domain::{ComposeLabels, Health, Safe, fixtures};
    use crate::triage::findings;
    use jiff::Timestamp;
    use rstest::rstest;

    fn now() -> Timestamp {
        "2026-11-20T03:00:00Z".parse().unwrap()
    }

    fn redis(exit_code: i64) -> Container {
        let details = ContainerDetails {
            exit_code,
            restart_policy: "unless-stopped".to_owned(),
            finished_at: Some(now() - Duration::from_mins(4)),
            ..fixtures::details()
        };
        Container {
            state: ContainerState::Exited,
            details: Some(details),
            ..fixtures::replica("mcp", "redis", 1)
        }
    }

    fn worker(state: ContainerState) -> Container {
        let labels = ComposeLabels {
            depends_on: vec!["redis:service_started:false".to_owned()],
            ..fixtures::labels("mcp", "worker", 1)
        };
        Container { state, compose: Some(labels), ..fixtures::replica("mcp", "worker", 1) }
    }

    #[rstest]
    #[case::killed(137, ContainerState::Running, None, true, 1)]
    #[case::ended_by_itself(0, ContainerState::Running, None, true, 0)]
    #[case::nobody_needs_it(137, ContainerState::Exited, None, true, 0)]
    #[case::stopped(137, ContainerState::Running, Some(240), true, 0)]
    #[case::stopped_another_time(137, ContainerState::Running, Some(2400), true, 1)]
    #[case::nothing_is_known_of_it_yet(137, ContainerState::Running, None, false, 0)]
    fn what_was_killed_and_is_needed_is_told(
        #[case] exit_code: i64,
        #[case] others: ContainerState,
        #[case] stopped_seconds_ago: Option<u64>,
        #[case] past_is_known: bool,
        #[case] expected: usize,
    ) {
        let (redis, worker) = (redis(exit_code), worker(others));
        let stops = stopped_seconds_ago.map(|ago| (&redis.id, now() - Duration::from_secs(ago)));
        let found = findings(&Facts {
            containers: vec![&redis, &worker],
            stops: stops.into_iter().collect(),
            past_is_known,
            now: now(),
            ..Facts::default()
        });
        let found: Vec<_> = found.into_iter().filter(|finding| finding.id.starts_with("killed/")).collect();
        assert_eq!(found.len(), expected, "{found:?}");
        for finding in found {
            let title = "redis-1 is stopped: exit code 137, killed; worker needs it";
            assert_eq!((finding.severity, &*finding.title), (Severity::Warning, title));
            let request = finding.fix.unwrap().request.unwrap();
            assert_eq!(request.operation, Operation::Start { services: vec!["redis".to_owned()] });
        }
    }

    #[test]
    fn it_explains_what_is_wrong_since_then_and_not_before() {
        let redis = redis(137);
        let explained = |minutes: u64| {
            let began = Some(now() - Duration::from_mins(minutes));
            let run = HealthRun { began, ended: began, exit_code: 1, output: Safe::default() };
            let worker = worker(ContainerState::Running);
            let details =
                ContainerDetails { health_runs: vec![run], failing_streak: 1, ..fixtures::details() };
            let worker = Container { health: Some(Health::Unhealthy), details: Some(details), ..worker };
            let containers = vec![&redis, &worker];
            let found = findings(&Facts { containers, past_is_known: true, now: now(), ..Facts::default() });
            found
                .iter()
                .find(|finding| finding.id.starts_with("killed/"))
                .map(|finding| finding.explains.len())
        };
        assert_eq!([explained(3), explained(5)], [Some(1), Some(0)]);
    }

    #[test]
    fn the_other_replicas_do_its_work() {
        let (redis, worker) = (redis(137), worker(ContainerState::Running));
        let other = fixtures::replica("mcp", "redis", 2);
        let containers = vec![&redis, &worker, &other];
        let found = findings(&Facts { containers, past_is_known: true, now: now(), ..Facts::default() });
        assert!(!found.iter().any(|finding| finding.id.starts_with("killed/")), "{found:?}");
    }
}
