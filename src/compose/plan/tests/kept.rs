//! A blue-green update whose old containers are kept until it is accepted, and what other commands are while they are.

use super::updates::{REPLICAS, beside, changed, told};
use super::*;
use crate::compose::observe::Kept;
use crate::domain::task::{Acceptance, Strategy, UpdateOptions};
use crate::domain::{DeployState, Health};
use jiff::Timestamp;

const KEPT: Kept = Kept { deploy: 2, since: Timestamp::UNIX_EPOCH };

fn blue_green(acceptance: Acceptance) -> UpdateOptions {
    UpdateOptions { strategy: Strategy::BlueGreen, acceptance, ..UpdateOptions::default() }
}

/// Both new containers of `api` run, and the old ones beside them have stopped.
fn waiting() -> Observed {
    let changed = changed();
    let mut observed = running(&project(REPLICAS));
    for old in observed.containers.iter_mut().filter(|old| old.name.starts_with("shop-api-")) {
        old.state = ContainerState::Exited;
    }
    for number in [1, 2] {
        observed = beside(&changed, observed, number, ContainerState::Running);
    }
    Observed { kept: Some(KEPT), ..observed }
}

fn plan_of(operation: &Operation, files: &Project, observed: &Observed) -> Result<ActionPlan, Fault> {
    for_operation(Some(files), observed, operation)
}

#[test]
fn the_old_ones_stay_stopped_behind_a_last_look_at_the_new_ones() {
    let before = running(&project(REPLICAS));
    let plan = update(&changed(), &before, &blue_green(Acceptance::ByOperator)).unwrap();
    let steps = told(&plan);
    assert_eq!(steps.last().unwrap(), "wait for api → AwaitingAcceptance", "{steps:#?}");
    assert!(steps.contains(&"stop shop-api-2 → Drained".to_owned()), "{steps:#?}");
    assert!(!steps.iter().any(|step| step.starts_with("remove") || step.starts_with("rename")), "{steps:#?}");
    let warnings = plan.plan().warnings.join("\n");
    assert!(warnings.contains("mcp-tui -p shop accept") && warnings.contains("rollback"), "{warnings}");
}

#[test]
fn scripts_have_them_removed_by_the_update_itself_once_they_were_watched() {
    let before = running(&project(REPLICAS));
    for (acceptance, soak) in
        [(Acceptance::Watched, 10), (Acceptance::WatchedFor(Duration::from_mins(10)), 600)]
    {
        let plan = update(&changed(), &before, &blue_green(acceptance)).unwrap();
        assert!(told(&plan).last().unwrap().ends_with("→ Committed"), "{acceptance:?}");
        let watched = plan.actions().iter().filter_map(|action| match action {
            Action::Gate { gate, .. } => Some(gate.min_healthy.as_secs()),
            _ => None,
        });
        assert!(watched.into_iter().any(|time| time == soak), "{acceptance:?}");
    }
}

#[test]
fn interrupted_it_still_keeps_what_is_left_to_keep_and_commits_where_an_old_one_is_gone() {
    let mut observed = Observed { kept: None, ..waiting() };
    let keep = blue_green(Acceptance::ByOperator);
    let plan = update(&changed(), &observed, &keep).unwrap();
    assert_eq!(
        told(&plan),
        [
            "wait for api → GreenHealthy",
            "run in 000000000001_shop-api-1",
            "lead requests in shop-proxy-1",
            "run in shop-proxy-1",
            "wait for api → AwaitingAcceptance"
        ]
    );
    observed.containers.retain(|container| container.name.as_str() != "shop-api-1");
    let on = told(&update(&changed(), &observed, &keep).unwrap());
    assert!(on.last().unwrap().ends_with("→ Committed"), "{on:#?}");
}

#[test]
fn accepting_removes_all_old_ones_before_any_new_one_gets_its_name() {
    // By names alone: the files may be others by now.
    for files in [changed(), project(REPLICAS)] {
        let plan = plan_of(&Operation::Accept, &files, &waiting()).unwrap();
        assert_eq!(
            told(&plan),
            [
                "remove shop-api-1 → OldRemoved",
                "remove shop-api-2",
                "rename 000000000001_shop-api-1",
                "rename 000000000002_shop-api-2 → Committed"
            ]
        );
        assert!(plan.undo().is_none(), "what is half removed is not taken back");
    }
    // Killed in the middle of it, it goes on.
    let mut observed = waiting();
    observed.containers.retain(|container| container.name.as_str() != "shop-api-1");
    let on = told(&plan_of(&Operation::Accept, &changed(), &observed).unwrap());
    assert_eq!(on[0], "remove shop-api-2 → OldRemoved");
    assert_eq!(on.len(), 3, "{on:#?}");
    let fault = back(&changed(), &observed).unwrap_err();
    assert!(fault.hint.unwrap().contains("accept"));
    observed.containers.retain(|container| !container.name.starts_with("shop-api"));
    for new in &mut observed.containers {
        new.name = Safe::new(new.name.rsplit('_').next().unwrap_or_default());
    }
    assert!(plan_of(&Operation::Accept, &changed(), &observed).unwrap().plan().is_empty());
}

#[test]
fn what_does_not_serve_is_not_accepted() {
    let spoil: [fn(&mut Container); 5] = [
        |new| new.state = ContainerState::Exited,
        |new| new.state = ContainerState::Restarting,
        |new| new.state = ContainerState::Paused,
        |new| new.health = Some(Health::Unhealthy),
        |new| new.health = Some(Health::Starting),
    ];
    for spoil in spoil {
        let mut observed = waiting();
        spoil(observed.containers.last_mut().unwrap());
        let fault = plan_of(&Operation::Accept, &changed(), &observed).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Conflict);
        assert!(fault.hint.unwrap().contains("rollback"));
    }
}

#[test]
fn an_old_one_that_runs_again_is_stopped_before_it_is_removed() {
    let mut observed = waiting();
    for old in observed.containers.iter_mut().filter(|old| old.name.as_str() == "shop-api-2") {
        old.state = ContainerState::Running;
    }
    let plan = plan_of(&Operation::Accept, &changed(), &observed).unwrap();
    assert_eq!(told(&plan)[..3], ["stop shop-api-2", "remove shop-api-1 → OldRemoved", "remove shop-api-2"]);
    let warnings = &plan.plan().warnings;
    assert!(warnings.iter().any(|warning| warning.starts_with("shop-api-2 runs beside")), "{warnings:?}");
}

#[test]
fn of_several_new_ones_the_one_that_is_well_is_accepted() {
    let mut observed = waiting();
    let of_first = |container: &&mut Container| container.name.starts_with("000000000001_");
    let mut newer = observed.containers.iter_mut().find(of_first).unwrap().clone();
    newer.id = ContainerId("f".repeat(64));
    newer.name = Safe::new("ffffffffffff_shop-api-1");
    newer.state = ContainerState::Restarting;
    newer.created = Some(newer.created.unwrap_or_default() + jiff::SignedDuration::from_hours(1));
    observed.containers.push(newer);
    let steps = told(&plan_of(&Operation::Accept, &changed(), &observed).unwrap());
    assert!(steps.contains(&"remove ffffffffffff_shop-api-1".to_owned()), "{steps:#?}");
    assert!(steps.contains(&"rename 000000000001_shop-api-1".to_owned()), "{steps:#?}");
}

#[test]
fn meanwhile_the_service_is_its_new_containers() {
    let observed = waiting();
    let object = |operation: Operation| -> Vec<String> {
        let plan = plan_of(&operation, &changed(), &observed).unwrap();
        told(&plan).into_iter().filter(|step| step.contains("api")).collect()
    };
    let services = || vec!["api".to_owned()];
    let restarted = object(Operation::Restart { services: services(), timeout: None, no_deps: true });
    // The proxy, whose name the filter drops, is told after the wait.
    assert_eq!(
        restarted,
        ["restart 000000000001_shop-api-1", "restart 000000000002_shop-api-2", "wait for api"]
    );
    assert_eq!(object(Operation::Start { services: services() }), Vec::<String>::new());
    assert_eq!(
        object(Operation::Rm { services: services(), stop: false, volumes: false }),
        Vec::<String>::new()
    );
    assert_eq!(object(Operation::Cleanup { volumes: false }), Vec::<String>::new());
    for operation in
        [Operation::Up(UpOptions::default()), Operation::Update(blue_green(Acceptance::ByOperator))]
    {
        let plan = plan_of(&operation, &changed(), &observed).unwrap();
        assert!(plan.plan().is_empty(), "{:#?}", told(&plan));
        assert!(plan.plan().warnings.iter().any(|warning| warning.contains("waits to be accepted")));
    }
    let down = plan_of(&Operation::Down(DownOptions::default()), &changed(), &observed).unwrap();
    for name in ["shop-api-1", "000000000001_shop-api-1"] {
        assert!(told(&down).contains(&format!("remove {name}")), "{:#?}", told(&down));
    }
    assert!(down.plan().warnings.iter().any(|warning| warning.contains("not accepted")));
}

#[test]
fn a_third_version_has_to_wait_for_the_decision() {
    let third = project(&REPLICAS.replace("image: app\n", "image: app\n    hostname: third\n"));
    let scale = |count| Operation::Scale { replicas: [("api".to_owned(), count)].into(), no_deps: false };
    for (operation, files) in [
        (Operation::Up(UpOptions::default()), &third),
        (Operation::Update(UpdateOptions::default()), &third),
        (Operation::Rollback { to: Some(1) }, &project(REPLICAS)),
        (scale(3), &changed()),
        (scale(1), &changed()),
        (Operation::Rm { services: Vec::new(), stop: true, volumes: false }, &changed()),
    ] {
        let fault = plan_of(&operation, files, &waiting()).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Conflict, "{operation:?}: {fault}");
        let hint = fault.hint.unwrap();
        assert!(hint.contains("accept") && hint.contains("rollback"), "{hint}");
    }
}

#[test]
fn the_states_of_the_decision_follow_the_wait_for_it() {
    let waits = DeployState::AwaitingAcceptance;
    for plan in
        [plan_of(&Operation::Accept, &changed(), &waiting()).unwrap(), back(&changed(), &waiting()).unwrap()]
    {
        let first = plan.plan().milestones.first().unwrap().1;
        assert!(waits.may_become(first), "{first:?}");
    }
}

/// Both versions were stopped, by hand or by a host that went down.
#[test]
fn with_all_of_them_stopped_the_old_ones_are_still_told_by_their_names() {
    let mut observed = waiting();
    for container in observed.containers.iter_mut().filter(|container| container.name.contains("shop-api-")) {
        container.state = ContainerState::Exited;
    }
    let api = |operation: Operation| -> Vec<String> {
        let plan = plan_of(&operation, &changed(), &observed).unwrap();
        told(&plan).into_iter().filter(|step| step.contains("api-")).collect()
    };
    let new = ["start 000000000001_shop-api-1", "start 000000000002_shop-api-2"];
    assert_eq!(api(Operation::Start { services: vec!["api".to_owned()] }), new);
    assert_eq!(api(Operation::Cleanup { volumes: false }), [""; 0]);
    let fault =
        plan_of(&Operation::Rm { services: Vec::new(), stop: false, volumes: false }, &changed(), &observed)
            .unwrap_err();
    assert!(fault.to_string().contains("000000000001_shop-api-1"), "{fault}");
}

#[test]
fn an_old_one_that_runs_again_is_stopped_by_a_stop() {
    let mut observed = waiting();
    for old in observed.containers.iter_mut().filter(|old| old.name.as_str() == "shop-api-2") {
        old.state = ContainerState::Running;
    }
    let stop = Operation::Stop { services: vec!["api".to_owned()], timeout: None };
    let stopped = told(&plan_of(&stop, &changed(), &observed).unwrap());
    assert!(stopped.contains(&"stop shop-api-2".to_owned()), "{stopped:#?}");
    assert!(!stopped.contains(&"stop shop-api-1".to_owned()), "{stopped:#?}");
}

#[test]
fn one_container_by_itself_does_not_anticipate_the_decision() {
    let observed = waiting();
    let check = |name: &str, removes: bool| {
        let found = observed.containers.iter().find(|container| container.name.as_str() == name).unwrap();
        check_one_kept("rm", &found.id, removes, &KEPT, &observed.containers)
    };
    for (name, removes) in [("shop-api-1", false), ("shop-api-1", true), ("000000000001_shop-api-1", true)] {
        let fault = check(name, removes).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Conflict);
        assert!(fault.hint.unwrap().contains("mcp-tui -p shop accept"), "{name}");
    }
    for (name, removes) in [("000000000001_shop-api-1", false), ("shop-proxy-1", true)] {
        check(name, removes).unwrap();
    }
}
