//! Docker's own verdict on what a check of ours is about, and whether the two contradict each other.

use crate::app::store::fleet::FleetStore;
use crate::domain::{CheckReport, Container, Health};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BesideDocker {
    /// The worst of the containers'; `None` where Docker checks none of them.
    pub health: Option<Health>,
    pub disagrees: bool,
}

impl BesideDocker {
    /// As both are now: a container's health may have changed since the check ran.
    pub fn of(fleet: &FleetStore, report: &CheckReport) -> Self {
        if report.is_dockers() {
            return Self::default();
        }
        if let Some(replica) = &report.replica {
            let health = fleet.get(&replica.container).and_then(|container| container.health);
            return Self::new(report, health);
        }
        if !report.replicas.is_empty() {
            let each: Vec<Self> = report.replicas.iter().map(|replica| Self::of(fleet, replica)).collect();
            return Self {
                health: worst(each.iter().filter_map(|beside| beside.health)),
                disagrees: each.iter().any(|beside| beside.disagrees),
            };
        }
        let of_service = |container: &&Container| {
            container.compose.as_ref().is_some_and(|labels| {
                labels.project == report.id.stack && labels.service == report.id.service && !labels.oneoff
            })
        };
        let containers = fleet.containers().values().filter(of_service);
        Self::new(report, worst(containers.filter_map(|container| container.health)))
    }

    fn new(report: &CheckReport, health: Option<Health>) -> Self {
        Self { health, disagrees: health.is_some_and(|health| report.verdict.disagrees_with(health)) }
    }
}

fn worst(healths: impl Iterator<Item = Health>) -> Option<Health> {
    healths.min_by_key(|health| match health {
        Health::Unhealthy => 0,
        Health::Starting => 1,
        Health::Healthy => 2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::Replica;
    use crate::domain::{CheckId, ContainerId, FleetEvent, Safe, Verdict, fixtures};
    use jiff::Timestamp;
    use rstest::rstest;

    fn report(verdict: Verdict, container: Option<&str>) -> CheckReport {
        let id = CheckId { stack: "mcp".to_owned(), service: "web".to_owned(), name: "n".to_owned() };
        CheckReport {
            verdict,
            replica: container
                .map(|id| Replica { container: ContainerId(id.to_owned()), name: Safe::new(id) }),
            ..CheckReport::new(id, "http /")
        }
    }

    fn fleet(healths: &[Option<Health>]) -> FleetStore {
        let mut fleet = FleetStore::default();
        let container = |(number, health): (u32, &Option<Health>)| Container {
            id: ContainerId(format!("web-{number}")),
            health: *health,
            ..fixtures::replica("mcp", "web", number)
        };
        let all = (1..).zip(healths).map(container).collect();
        fleet.apply(FleetEvent::Listed(all), Timestamp::UNIX_EPOCH);
        fleet
    }

    #[rstest]
    #[case(Verdict::Up, Some(Health::Healthy), false)]
    #[case(Verdict::Up, Some(Health::Unhealthy), true)]
    #[case(Verdict::Degraded, Some(Health::Unhealthy), true)]
    #[case(Verdict::Down, Some(Health::Healthy), true)]
    #[case(Verdict::Down, Some(Health::Starting), false)]
    #[case(Verdict::Starting, Some(Health::Healthy), false)]
    #[case(Verdict::Unknown, Some(Health::Unhealthy), false)]
    #[case(Verdict::Down, None, false)]
    fn only_two_that_know_can_disagree(
        #[case] verdict: Verdict,
        #[case] health: Option<Health>,
        #[case] disagrees: bool,
    ) {
        let fleet = fleet(&[health]);
        let beside = BesideDocker::of(&fleet, &report(verdict, Some("web-1")));
        assert_eq!(beside, BesideDocker { health, disagrees });
        assert_eq!(BesideDocker::of(&fleet, &report(verdict, None)), beside, "of the whole service");
    }

    #[test]
    fn one_replica_that_disagrees_is_enough_and_agreement_in_sum_hides_nothing() {
        let fleet = fleet(&[Some(Health::Healthy), Some(Health::Unhealthy)]);
        let replicas = vec![report(Verdict::Down, Some("web-1")), report(Verdict::Up, Some("web-2"))];
        let sum = CheckReport { replicas, ..report(Verdict::Degraded, None) };
        let beside = BesideDocker::of(&fleet, &sum);
        assert_eq!(beside, BesideDocker { health: Some(Health::Unhealthy), disagrees: true });
        let dockers = CheckReport { label: Safe::new("docker"), ..report(Verdict::Up, None) };
        assert_eq!(BesideDocker::of(&fleet, &dockers), BesideDocker::default());
    }
}
