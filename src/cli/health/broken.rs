//! Services that no check asks about and whose containers tell by themselves that they are down.

use crate::domain::{CheckId, CheckReport, Container, ContainerState, Safe, Verdict, units};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// How a process ends that was asked to, or has done its work.
const WELL: [i64; 3] = [0, 130, 143];

/// A row for each of them. `asked` are those that checks ask about, `counts` says which are meant.
pub(super) fn reports<'fleet>(
    containers: &'fleet [Container],
    asked: &BTreeSet<(&str, &str)>,
    counts: impl Fn(&str, &str) -> bool,
    now: Timestamp,
) -> Vec<CheckReport> {
    let mut services: BTreeMap<(&'fleet str, &'fleet str), Vec<&'fleet Container>> = BTreeMap::new();
    for container in containers {
        if let Some(labels) = container.compose.as_ref().filter(|labels| !labels.oneoff) {
            services.entry((&labels.project, &labels.service)).or_default().push(container);
        }
    }
    let runs = |stack: &str| {
        let serving = services.iter().filter(|((of, _), _)| *of == stack).flat_map(|(_, all)| all);
        serving.into_iter().any(|container| container.is_running())
    };
    let broken = services
        .iter()
        .filter(|((stack, service), _)| !asked.contains(&(*stack, *service)) && counts(stack, service));
    broken
        .filter_map(|((stack, service), all)| {
            let mut ill =
                all.iter().filter_map(|container| Some((container, words(container, runs(stack), now)?)));
            let (first, words) = ill.next()?;
            let count = 1 + ill.count();
            let who = if all.len() > 1 {
                format!("{count} of {}: {}: ", all.len(), first.tag())
            } else {
                String::new()
            };
            let verdict = if count < all.len() { Verdict::Degraded } else { Verdict::Down };
            let id = CheckId {
                stack: (*stack).to_owned(),
                service: (*service).to_owned(),
                name: "container".to_owned(),
            };
            let message = Safe::new(format!("{who}{words}"));
            Some(CheckReport { verdict, message, last_run: Some(now), ..CheckReport::new(id, "container") })
        })
        .collect()
}

/// What is wrong with it, if anything is. What is down with all of its stack was put away.
fn words(container: &Container, stack_runs: bool, now: Timestamp) -> Option<String> {
    let details = container.details.as_ref();
    let code = details.map(|details| details.exit_code);
    let code_words = code.map(|code| format!(": exit code {code}")).unwrap_or_default();
    match container.state {
        ContainerState::Restarting => {
            let times = details.map(|details| details.restart_count).filter(|count| *count > 0);
            let times = times.map(|count| format!(", started again {count} times")).unwrap_or_default();
            Some(format!("restarting{code_words}{times}"))
        }
        ContainerState::Dead => Some(format!("dead{code_words}")),
        ContainerState::Exited => {
            let failed = code.is_none_or(|code| !WELL.contains(&code));
            if container.was_stopped() || !failed || !stack_runs {
                return None;
            }
            let ended = details.and_then(|details| details.finished_at);
            let ago = ended.map(|end| format!(", {} ago", units::duration(units::since(end, now))));
            Some(format!("exited{code_words}{}", ago.unwrap_or_default()))
        }
        // In a loop it is up for a moment between two ends.
        ContainerState::Running
            if crate::triage::is_in_trouble(container, now) && container.health.is_none() =>
        {
            let count = details.map_or(0, |details| details.restart_count);
            Some(format!("keeps restarting, started again {count} times"))
        }
        ContainerState::Running
        | ContainerState::Created
        | ContainerState::Paused
        | ContainerState::Removing
        | ContainerState::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::ContainerDetails;
    use crate::domain::fixtures;
    use rstest::rstest;

    fn now() -> Timestamp {
        "2026-11-20T03:00:00Z".parse().unwrap()
    }

    fn worker(state: ContainerState, exit_code: i64) -> Container {
        let details = ContainerDetails {
            exit_code,
            restart_count: 9,
            started_at: Some(now() - std::time::Duration::from_secs(7)),
            finished_at: Some(now() - std::time::Duration::from_secs(8)),
            ..fixtures::details()
        };
        Container { state, health: None, details: Some(details), ..fixtures::replica("shop", "worker", 1) }
    }

    fn told(containers: &[Container], asked: &[(&str, &str)]) -> Vec<(Verdict, String)> {
        let asked = asked.iter().copied().collect();
        let reports = reports(containers, &asked, |_, _| true, now());
        reports.iter().map(|report| (report.verdict, report.message.to_string())).collect()
    }

    #[rstest]
    #[case(ContainerState::Restarting, 1, Some("restarting: exit code 1, started again 9 times"))]
    #[case(ContainerState::Running, 0, Some("keeps restarting, started again 9 times"))]
    #[case(ContainerState::Dead, 1, Some("dead: exit code 1"))]
    #[case(ContainerState::Exited, 1, Some("exited: exit code 1, 8s ago"))]
    #[case::a_job_that_is_done(ContainerState::Exited, 0, None)]
    #[case::one_that_was_asked_to_end(ContainerState::Exited, 143, None)]
    fn what_no_check_asks_about_is_down_by_its_container(
        #[case] state: ContainerState,
        #[case] exit_code: i64,
        #[case] expected: Option<&str>,
    ) {
        let all = [worker(state, exit_code), fixtures::replica("shop", "web", 1)];
        let expected: Vec<_> = expected.into_iter().map(|words| (Verdict::Down, words.to_owned())).collect();
        assert_eq!(told(&all, &[]), expected);
        assert_eq!(told(&all, &[("shop", "worker")]), [], "its check says so");
    }

    #[test]
    fn what_is_down_with_its_whole_stack_was_put_away() {
        assert_eq!(told(&[worker(ContainerState::Exited, 1)], &[]), []);
    }

    #[test]
    fn one_of_two_is_not_all() {
        let well = Container { health: None, ..fixtures::replica("shop", "worker", 2) };
        let told = told(&[worker(ContainerState::Restarting, 1), well], &[]);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0, Verdict::Degraded);
        assert!(told[0].1.starts_with("1 of 2: worker-1: restarting"), "{told:?}");
    }
}
