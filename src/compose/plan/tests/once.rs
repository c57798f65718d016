//! Updates of a stack in which somebody waits for a service that does its work once.

use super::updates::told;
use super::*;
use crate::domain::DeployState;
use crate::domain::task::{Acceptance, Strategy, UpdateOptions};

const MIGRATED: &str = "
services:
  migrate:
    image: app
    environment: {FOR: one}
  api:
    image: app
    environment: {IS: one}
    depends_on: {migrate: {condition: service_completed_successfully}}
";

fn api_changed() -> Project {
    project(&MIGRATED.replace("IS: one", "IS: two"))
}

fn both_changed() -> Project {
    project(&MIGRATED.replace(": one", ": two"))
}

fn change<'seen>(observed: &'seen mut Observed, name: &str) -> &'seen mut Container {
    observed.containers.iter_mut().find(|container| container.name.as_str() == name).unwrap()
}

/// The stack as an `up` leaves it, once the migration has ended with the code.
fn migrated(code: i64) -> Observed {
    let mut observed = running(&project(MIGRATED));
    ended(change(&mut observed, "shop-migrate-1"), code);
    observed
}

fn ended(container: &mut Container, code: i64) {
    container.state = ContainerState::Exited;
    container.details.as_mut().unwrap().exit_code = code;
}

fn plan(project: &Project, observed: &Observed, operation: &Operation) -> ActionPlan {
    let plan = for_operation(Some(project), observed, operation).unwrap();
    let mut states: Vec<DeployState> = plan.plan().milestones.iter().map(|(_, state)| *state).collect();
    states.insert(0, DeployState::Snapshotted);
    for pair in states.windows(2) {
        assert!(pair[0].may_become(pair[1]), "{:?} → {:?} of {states:?}", pair[0], pair[1]);
    }
    plan
}

fn updated(project: &Project, observed: &Observed) -> Vec<String> {
    told(&plan(project, observed, &Operation::Update(UpdateOptions::default())))
}

#[test]
fn one_that_has_ended_well_and_is_not_changed_is_left_alone() {
    let steps = updated(&api_changed(), &migrated(0));
    assert!(!steps.iter().any(|step| step.contains("migrate")), "{steps:#?}");
    assert_eq!(steps.last().unwrap(), "rename api100000000_shop-api-1 → Committed");
    assert!(updated(&project(MIGRATED), &migrated(0)).is_empty(), "all is up to date");
    let mut back = migrated(0);
    *change(&mut back, "shop-api-1") = container(&api_changed(), "api", 1, ContainerState::Running);
    let steps = told(&plan(&project(MIGRATED), &back, &Operation::Rollback { to: None }));
    assert!(!steps.is_empty() && !steps.iter().any(|step| step.contains("migrate")), "{steps:#?}");
}

#[test]
fn one_that_is_gone_is_done_once_more_on_the_way_back() {
    let mut gone = migrated(0);
    gone.containers.retain(|container| container.name.as_str() != "shop-migrate-1");
    let plan = plan(&project(MIGRATED), &gone, &Operation::Rollback { to: None });
    assert_eq!(
        told(&plan),
        ["create shop-migrate-1 → GreenCreated", "start shop-migrate-1", "wait for migrate"]
    );
    let awaited = |action: &Action| matches!(action, Action::Await { condition: Condition::Completed, .. });
    assert!(plan.actions().iter().any(awaited), "that it ends is no failure");
}

#[test]
fn what_is_new_of_it_has_to_complete_before_whoever_waits_for_that_comes() {
    let update = Operation::Update(UpdateOptions::default());
    let plan = plan(&both_changed(), &migrated(0), &update);
    assert_eq!(
        told(&plan),
        [
            "create migrate10000_shop-migrate-1",
            "start migrate10000_shop-migrate-1 → GreenCreated",
            "wait for migrate → GreenHealthy",
            "create api100000000_shop-api-1",
            "start api100000000_shop-api-1 → GreenCreated",
            "wait for api → GreenHealthy → Switched",
            "stop shop-api-1 → Drained",
            "wait for api",
            "remove shop-migrate-1 → OldRemoved",
            "remove shop-api-1",
            "rename migrate10000_shop-migrate-1",
            "rename api100000000_shop-api-1 → Committed",
        ]
    );
    let awaited = plan.actions().iter().find_map(|action| match action {
        Action::Await { condition, containers, required } => {
            Some((*condition, containers[0].name(), *required))
        }
        _ => None,
    });
    assert_eq!(awaited, Some((Condition::Completed, "migrate10000_shop-migrate-1", true)));
    let warnings = plan.plan().warnings.join("\n");
    assert!(!warnings.contains("migrate"), "it needs no health check: {warnings}");
}

#[test]
fn one_that_has_not_ended_well_is_done_once_more_and_one_at_work_is_waited_for() {
    let steps = updated(&api_changed(), &migrated(1));
    let begun = ["start shop-migrate-1 → GreenCreated", "wait for migrate → GreenHealthy"];
    assert_eq!(steps[..2], begun);
    let steps = updated(&api_changed(), &running(&project(MIGRATED)));
    assert_eq!(steps[0], "wait for migrate → GreenHealthy");
    // Two versions of it would be at the same work.
    let steps = updated(&both_changed(), &running(&project(MIGRATED)));
    assert_eq!(steps[1..3], ["stop shop-migrate-1", "start migrate10000_shop-migrate-1 → GreenCreated"]);
}

/// Killed once the new migration has ended well.
fn between() -> Observed {
    let mut observed = migrated(0);
    let mut new = container(&both_changed(), "migrate", 1, ContainerState::Exited);
    ended(&mut new, 0);
    let id = ContainerId(format!("new{}", "0".repeat(61)));
    observed.containers.push(Container { id, name: Safe::new("0123456789ab_shop-migrate-1"), ..new });
    observed
}

#[test]
fn going_on_or_back_does_it_no_more() {
    let steps = updated(&both_changed(), &between());
    let first: Vec<&String> = steps.iter().filter(|step| step.contains("migrate")).collect();
    assert_eq!(first, ["remove shop-migrate-1 → OldRemoved", "rename 0123456789ab_shop-migrate-1"]);
    let steps = told(&back(&both_changed(), &between()).unwrap());
    assert_eq!(steps, ["remove 0123456789ab_shop-migrate-1 → RolledBack"]);
}

#[test]
fn it_is_accepted_with_the_others() {
    let mut observed = between();
    ended(change(&mut observed, "shop-api-1"), 0);
    let new = container(&both_changed(), "api", 1, ContainerState::Running);
    let id = ContainerId(format!("newer{}", "0".repeat(59)));
    observed.containers.push(Container { id, name: Safe::new("0123456789ab_shop-api-1"), ..new });
    let kept = Some(crate::compose::observe::Kept { deploy: 2, since: jiff::Timestamp::UNIX_EPOCH });
    let kept = Observed { kept, ..observed };
    let steps = told(&plan(&both_changed(), &kept, &Operation::Accept));
    assert_eq!(steps.last().unwrap(), "rename 0123456789ab_shop-migrate-1 → Committed");
    let blue_green = UpdateOptions {
        strategy: Strategy::BlueGreen,
        acceptance: Acceptance::ByOperator,
        ..UpdateOptions::default()
    };
    assert!(plan(&both_changed(), &kept, &Operation::Update(blue_green)).plan().is_empty());
    let mut failed = kept;
    ended(change(&mut failed, "0123456789ab_shop-migrate-1"), 1);
    let fault = for_operation(Some(&both_changed()), &failed, &Operation::Accept).unwrap_err();
    assert_eq!(fault.object, "0123456789ab_shop-migrate-1");
}
