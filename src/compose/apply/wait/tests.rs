use super::*;
use crate::domain::container::ContainerDetails;
use crate::domain::{Safe, fixtures};
use rstest::rstest;

pub fn container(state: ContainerState, health: Option<Health>, exit_code: i64) -> Container {
    let health_output = Some(Safe::new("connection refused"));
    let details = ContainerDetails { exit_code, health_output, ..fixtures::details() };
    Container { state, health, details: Some(details), ..fixtures::container("demo-db-1") }
}

#[rstest]
#[case(Condition::Healthy, ContainerState::Running, Some(Health::Healthy), 0, Ok(Progress::Done))]
#[case(
    Condition::Healthy,
    ContainerState::Running,
    Some(Health::Starting),
    0,
    Ok(Progress::Pending("starting"))
)]
#[case(
    Condition::Healthy,
    ContainerState::Running,
    Some(Health::Unhealthy),
    0,
    Err("unhealthy: connection refused")
)]
#[case(
    Condition::Healthy,
    ContainerState::Restarting,
    Some(Health::Unhealthy),
    1,
    Err("ended with exit code 1 and is being restarted")
)]
#[case(Condition::Healthy, ContainerState::Exited, Some(Health::Starting), 3, Err("exit code 3"))]
#[case(Condition::Healthy, ContainerState::Running, None, 0, Err("no health check"))]
#[case(Condition::Healthy, ContainerState::Restarting, None, 0, Ok(Progress::Pending("not running")))]
#[case(Condition::Completed, ContainerState::Running, None, 0, Ok(Progress::Pending("running")))]
#[case(Condition::Completed, ContainerState::Exited, None, 0, Ok(Progress::Done))]
#[case(Condition::Completed, ContainerState::Exited, None, 1, Err("exit code 1"))]
fn conditions(
    #[case] condition: Condition,
    #[case] state: ContainerState,
    #[case] health: Option<Health>,
    #[case] exit_code: i64,
    #[case] expected: Result<Progress, &str>,
) {
    match (judge(&container(state, health, exit_code), condition), expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected),
        (Err(fault), Err(words)) => {
            assert!(fault.to_string().contains("demo-db-1") && fault.to_string().contains(words), "{fault}");
            assert!(fault.hint.is_some());
        }
        (found, expected) => panic!("{found:?} instead of {expected:?}"),
    }
}

#[test]
fn one_that_restarts_again_and_again_is_not_called_unhealthy_by_a_probe_that_never_ran() {
    let mut looping = container(ContainerState::Restarting, Some(Health::Unhealthy), 1);
    looping.details.as_mut().unwrap().restart_count = 4;
    let fault = judge(&looping, Condition::Healthy).unwrap_err().to_string();
    assert!(fault.contains("keeps restarting: exit code 1, started again 4 times"), "{fault}");
    assert!(!fault.contains("unhealthy"), "{fault}");
}
