//! Processes that have ended and stay in the table of processes, until no new ones can be made.

use crate::triage::{Facts, Finding, Origin, Severity};

/// What a program waits for a little later is no trouble.
const MANY: u64 = 10;

const ADVICE: &str = "set `init: true` in the Compose file and deploy it again: Docker's init then waits for what the program leaves";
const STUCK: &str = "look whether its init is stopped or traced; deploying it again clears them away";

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in facts.containers.iter().copied().filter(|container| container.is_running()) {
        let figures = facts.figures.get(&container.id).filter(|figures| !figures.is_stale(facts.now));
        let zombies = figures.and_then(|figures| figures.zombies).filter(|zombies| *zombies >= MANY);
        let (Some(zombies), Some(details)) = (zombies, &container.details) else { continue };
        let title = format!("{} keeps {zombies} processes that have ended (zombies)", container.tag());
        let finding = Finding::on("zombies", container, Severity::Warning, title).seen(
            Origin::Host,
            None,
            format!(
                "{zombies} children of its main process are in the state Z, as that does not wait for them"
            ),
        );
        let finding = match figures.and_then(|figures| figures.pids) {
            Some(pids) => finding.seen(Origin::Cgroup, None, format!("they are among its {pids} tasks")),
            None => finding,
        };
        let (seen, advice) = match details.init {
            Some(true) => ("it runs with `init`, which does not wait either", STUCK),
            Some(false) | None => ("it runs without `init`", ADVICE),
        };
        findings.push(finding.seen(Origin::Inspect, None, seen).advise(advice));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::ContainerDetails;
    use crate::domain::figures::FigureSource;
    use crate::domain::{Container, ContainerFigures, fixtures};
    use crate::triage::findings;
    use jiff::{SignedDuration, Timestamp};

    fn told(zombies: Option<u64>, init: Option<bool>, age: i64) -> Vec<Finding> {
        let now: Timestamp = "2026-11-20T03:00:00Z".parse().expect("a time");
        let time = now - SignedDuration::from_secs(age);
        let figures = ContainerFigures {
            pids: Some(21),
            zombies,
            ..ContainerFigures::unknown(time, FigureSource::Cgroup)
        };
        let container = Container {
            details: Some(ContainerDetails { init, ..fixtures::details() }),
            ..fixtures::replica("shop", "api", 1)
        };
        let figures = [(&container.id, &figures)].into();
        findings(&Facts { containers: vec![&container], figures, now, ..Facts::default() })
    }

    #[test]
    fn many_processes_that_nobody_waits_for_are_told() {
        let found = told(Some(20), None, 0);
        assert_eq!(found.len(), 1);
        assert_eq!(&*found[0].title, "api-1 keeps 20 processes that have ended (zombies)");
        assert_eq!(found[0].severity, Severity::Warning);
        let advice =
            |found: &[Finding]| found[0].fix.as_ref().map(|fix| fix.label.to_string()).unwrap_or_default();
        assert!(advice(&found).contains("init: true"));
        assert!(!advice(&told(Some(20), Some(true), 0)).contains("init: true"), "it has that already");
    }

    #[test]
    fn few_of_them_and_figures_of_long_ago_are_nothing() {
        assert_eq!(told(Some(9), None, 0), []);
        assert_eq!(told(None, None, 0), []);
        assert_eq!(told(Some(20), None, 60), []);
    }
}
