//! `update`, from its beginning, from its middle, and back.

use super::*;
use crate::domain::DeployState;
use crate::domain::task::{Acceptance, Strategy, UpdateOptions};

pub(super) const REPLICAS: &str = "
services:
  api:
    image: app
    healthcheck: {test: [CMD, 'true']}
    deploy: {replicas: 2}
    x-mcp:
      on_scale: [{exec: proxy, command: [nginx, -s, reload]}]
      hooks: {after_healthy: [{command: [migrate, up]}]}
  proxy:
    image: nginx
";

pub(super) fn changed() -> Project {
    project(&REPLICAS.replace("image: app\n", "image: app\n    hostname: other\n"))
}

fn options(strategy: Strategy) -> UpdateOptions {
    UpdateOptions { strategy, ..UpdateOptions::default() }
}

/// `verb object`, in the order in which they are taken, and the states that are reached.
pub(super) fn told(plan: &ActionPlan) -> Vec<String> {
    let steps = plan.plan().steps.iter().enumerate();
    let told = steps.filter(|(_, step)| step.verb != StepVerb::Keep).map(|(index, step)| {
        let reached = plan.plan().milestones.iter().filter(|(step, _)| *step == index);
        let reached = reached.fold(String::new(), |text, (_, state)| format!("{text} → {state:?}"));
        format!("{} {}{reached}", step.verb.words(), step.object)
    });
    told.collect()
}

/// With a new container beside the old one of a number.
pub(super) fn beside(
    project: &Project,
    mut observed: Observed,
    number: u32,
    state: ContainerState,
) -> Observed {
    let new = container(project, "api", number, state);
    let id = ContainerId(format!("{number}new{}", "0".repeat(60)));
    let name = Safe::new(format!("{number:012x}_shop-api-{number}"));
    observed.containers.push(Container { id, name, ..new });
    observed
}

#[test]
fn each_new_one_proves_itself_and_takes_requests_before_an_old_one_stops() {
    let before = running(&project(REPLICAS));
    let plan = update(&changed(), &before, &options(Strategy::Rolling)).unwrap();
    assert_eq!(
        told(&plan),
        [
            "create api100000000_shop-api-1",
            "start api100000000_shop-api-1 → GreenCreated",
            "wait for api → GreenHealthy",
            "run in api100000000_shop-api-1",
            "lead requests in shop-proxy-1",
            "run in shop-proxy-1 → Switched",
            "drain shop-api-1",
            "stop shop-api-1 → Drained",
            "create api200000000_shop-api-2",
            "start api200000000_shop-api-2 → GreenCreated",
            "wait for api → GreenHealthy",
            "lead requests in shop-proxy-1",
            "run in shop-proxy-1 → Switched",
            "drain shop-api-2",
            "stop shop-api-2 → Drained",
            "lead requests in shop-proxy-1",
            "run in shop-proxy-1",
            "wait for api",
            "remove shop-api-1 → OldRemoved",
            "remove shop-api-2",
            "rename api100000000_shop-api-1",
            "rename api200000000_shop-api-2 → Committed",
        ]
    );
    let serving: Vec<Vec<&str>> = plan
        .actions()
        .iter()
        .filter_map(|action| match action {
            Action::Steer(steer) => Some(steer.serving.iter().map(Target::name).collect()),
            _ => None,
        })
        .collect();
    assert_eq!(
        serving,
        [
            vec!["api100000000_shop-api-1", "shop-api-2"],
            vec!["api100000000_shop-api-1", "api200000000_shop-api-2"],
            vec![]
        ]
    );
    assert!(plan.plan().steps.iter().all(|step| step.downtime.is_none()), "nobody is away");
}

/// One that has taken requests may have died since, while the others were replaced.
#[test]
fn all_new_ones_are_looked_at_once_more_before_any_old_one_is_removed() {
    let before = running(&project(REPLICAS));
    let watched = UpdateOptions { acceptance: Acceptance::Watched, ..options(Strategy::BlueGreen) };
    for options in [options(Strategy::Rolling), watched] {
        let plan = update(&changed(), &before, &options).unwrap();
        let removal =
            plan.actions().iter().position(|action| matches!(action, Action::Remove { .. })).unwrap();
        let gate = plan.actions()[..removal].iter().rev().find_map(|action| match action {
            Action::Gate { containers, .. } => Some(containers.iter().map(Target::name).collect::<Vec<_>>()),
            _ => None,
        });
        assert_eq!(gate.unwrap(), ["api100000000_shop-api-1", "api200000000_shop-api-2"]);
        let last_stop = plan.actions().iter().rposition(|action| matches!(action, Action::Stop(_))).unwrap();
        assert!(matches!(plan.actions()[removal - 1], Action::Gate { .. }) && last_stop < removal - 1);
        let whole = for_operation(Some(&changed()), &before, &Operation::Update(options)).unwrap();
        assert!(whole.undo().is_some(), "until then it can be taken back");
    }
}

#[test]
fn blue_green_makes_all_of_them_before_any_old_one_stops() {
    let before = running(&project(REPLICAS));
    let told = told(&update(&changed(), &before, &options(Strategy::BlueGreen)).unwrap());
    let place = |what: &str| told.iter().position(|step| step.starts_with(what)).unwrap();
    assert!(place("start api2") < place("lead requests"), "{told:#?}");
    assert!(place("drain shop-api-1, shop-api-2") < place("wait for api → Soaking"), "{told:#?}");
    assert!(place("wait for api → Soaking") < place("stop shop-api-1"), "{told:#?}");
}

#[test]
fn what_cannot_be_there_twice_stops_first_and_says_why() {
    let text = REPLICAS.replace("deploy: {replicas: 2}", "ports: ['80:80']");
    let before = running(&project(&text));
    let changed = project(&text.replace("image: app\n", "image: app\n    hostname: other\n"));
    let plan = update(&changed, &before, &options(Strategy::Rolling)).unwrap();
    let told = told(&plan);
    let place = |what: &str| told.iter().position(|step| step.starts_with(what)).unwrap();
    assert!(place("create api1") < place("stop shop-api-1"), "{told:#?}");
    assert!(place("stop shop-api-1") < place("start api1"), "{told:#?}");
    assert!(
        plan.plan().warnings.iter().any(|warning| warning.contains("port 80")),
        "{:?}",
        plan.plan().warnings
    );
    assert!(plan.plan().steps.iter().any(|step| step.downtime.is_some()));
}

#[test]
fn from_the_middle_it_goes_on_with_what_is_left() {
    let changed = changed();
    let mut observed = beside(&changed, running(&project(REPLICAS)), 1, ContainerState::Running);
    for old in observed.containers.iter_mut().filter(|old| old.name.as_str() == "shop-api-1") {
        old.state = ContainerState::Exited;
    }
    let on = told(&update(&changed, &observed, &options(Strategy::Rolling)).unwrap());
    assert_eq!(
        on[..3],
        ["wait for api → GreenHealthy", "run in 000000000001_shop-api-1", "create api200000000_shop-api-2"]
    );
    assert_eq!(
        on.iter().filter(|step| step.starts_with("run in") && step.ends_with("shop-api-1")).count(),
        1
    );
    assert!(on.contains(&"remove shop-api-1 → OldRemoved".to_owned()), "{on:#?}");
    assert!(on.contains(&"rename 000000000001_shop-api-1".to_owned()), "{on:#?}");

    assert!(is_between(&changed, &observed));
    assert_eq!(
        told(&back(&changed, &observed).unwrap()),
        [
            "start shop-api-1 → RollingBack",
            "wait for api",
            "lead requests in shop-proxy-1",
            "run in shop-proxy-1",
            "drain 000000000001_shop-api-1",
            "stop 000000000001_shop-api-1",
            "lead requests in shop-proxy-1",
            "run in shop-proxy-1",
            "remove 000000000001_shop-api-1 → RolledBack",
        ]
    );

    // Where an old one is gone there is only the way forward.
    observed.containers.retain(|container| container.name.as_str() != "shop-api-1");
    assert!(back(&changed, &observed).unwrap_err().hint.unwrap().contains("update"));
    let on = told(&update(&changed, &observed, &options(Strategy::Rolling)).unwrap());
    assert!(on.last().unwrap().ends_with("→ Committed"), "{on:#?}");
}

/// A migration is the deploy's, however often its worker dies.
#[test]
fn what_was_done_once_the_first_one_was_healthy_is_not_done_again_by_an_update_that_goes_on() {
    let changed = changed();
    let hook = |plan: &ActionPlan| {
        let mut run = told(plan).into_iter().filter(|step| step.starts_with("run in"));
        run.find(|step| step.contains("shop-api-"))
    };
    let fresh = running(&project(REPLICAS));
    let first = update(&changed, &fresh, &options(Strategy::Rolling)).unwrap();
    assert_eq!(hook(&first).unwrap(), "run in api100000000_shop-api-1");
    let key = first.plan().reactions.iter().map(|(_, key)| key).find(|key| key.contains("hooks")).unwrap();
    let done = |observed: Observed| Observed { done: [key.clone()].into(), ..observed };
    let mut between = beside(&changed, fresh.clone(), 1, ContainerState::Running);
    between.containers.iter_mut().find(|old| old.name.as_str() == "shop-api-1").unwrap().state =
        ContainerState::Exited;
    let on = |project: &Project, observed: &Observed| {
        hook(&update(project, observed, &options(Strategy::Rolling)).unwrap())
    };
    assert!(on(&changed, &between).is_some(), "nobody knows that it was done");
    assert_eq!(on(&changed, &done(between.clone())), None);
    let mended = REPLICAS.replace("image: app\n", "image: app\n    hostname: other\n").replace("up]", "on]");
    assert!(on(&project(&mended), &done(between.clone())).is_some(), "it is another one by now");
    let third = project(&REPLICAS.replace("image: app\n", "image: app\n    hostname: third\n"));
    assert!(on(&third, &done(between)).is_some(), "another version has to be migrated to");
    assert!(on(&changed, &done(fresh)).is_some(), "what was given up counts no more");
}

/// The old one is stopped, and nobody has seen yet what comes of the new one.
#[test]
fn interrupted_while_a_new_one_that_runs_alone_is_waited_for_it_still_has_to_prove_itself() {
    let text = REPLICAS.replace("deploy: {replicas: 2}", "ports: ['80:80']");
    let changed = project(&text.replace("image: app\n", "image: app\n    hostname: other\n"));
    let mut observed = running(&project(&text));
    observed.containers.iter_mut().find(|old| old.name.as_str() == "shop-api-1").unwrap().state =
        ContainerState::Exited;
    let observed = beside(&changed, observed, 1, ContainerState::Running);
    let plan = update(&changed, &observed, &options(Strategy::Rolling)).unwrap();
    let told = told(&plan);
    assert_eq!(told[..2], ["wait for api → GreenHealthy", "run in 000000000001_shop-api-1"], "{told:#?}");
    let gates = plan.actions().iter().find_map(|action| match action {
        Action::Gate { containers, gate } => Some((containers[0].name(), containers.len(), gate.min_healthy)),
        _ => None,
    });
    let whole = Duration::from_secs(10);
    assert_eq!(gates, Some(("000000000001_shop-api-1", 1, whole)), "no shorter than it would have been");
    assert!(told.iter().any(|step| step.starts_with("remove shop-api-1")), "{told:#?}");
    assert_eq!(told.last().unwrap(), "rename 000000000001_shop-api-1 → Committed");
}

#[test]
fn back_is_to_those_that_had_the_name_whatever_the_files_ask_for_by_now() {
    let before = project(REPLICAS);
    let changed = changed();
    let observed = beside(&changed, running(&before), 1, ContainerState::Running);
    let third = project(&REPLICAS.replace("image: app\n", "image: app\n    hostname: third\n"));
    let expected = told(&back(&changed, &observed).unwrap());
    assert!(expected.contains(&"stop 000000000001_shop-api-1".to_owned()), "{expected:#?}");
    for files in [before, third] {
        assert!(is_between(&files, &observed));
        assert_eq!(told(&back(&files, &observed).unwrap()), expected);
    }
}

#[test]
fn one_update_given_up_for_another_leaves_its_container_aside_and_no_way_back_to_it() {
    let third = project(&REPLICAS.replace("image: app\n", "image: app\n    hostname: third\n"));
    let mut observed = running(&project(REPLICAS));
    let first =
        observed.containers.iter_mut().find(|container| container.name.as_str() == "shop-api-1").unwrap();
    first.id = ContainerId(format!("{:064x}", 1).chars().rev().collect());
    let aside = format!("{}_shop-api-1", first.id.short());
    observed = beside(&changed(), observed, 1, ContainerState::Created);
    observed.containers.last_mut().unwrap().name = Safe::new(aside.clone());
    let on = told(&update(&third, &observed, &options(Strategy::Rolling)).unwrap());
    assert!(!on.contains(&format!("create {aside}")), "that name is taken: {on:#?}");
    assert!(on.contains(&format!("remove {aside}")), "{on:#?}");
    let back = told(&back(&third, &observed).unwrap());
    assert!(!back.iter().any(|step| step.starts_with("start") || step == "remove shop-api-1"), "{back:#?}");
    assert!(back.iter().any(|step| step.starts_with(&format!("remove {aside}"))), "{back:#?}");
}

#[test]
fn the_states_that_a_plan_passes_follow_each_other() {
    let changed = changed();
    let before = running(&project(REPLICAS));
    let between = beside(&changed, running(&project(REPLICAS)), 2, ContainerState::Created);
    let mut half = beside(&changed, running(&project(REPLICAS)), 1, ContainerState::Running);
    half.containers.iter_mut().find(|old| old.name.as_str() == "shop-api-1").unwrap().state =
        ContainerState::Exited;
    for plan in [
        update(&changed, &half, &options(Strategy::Rolling)).unwrap(),
        update(&changed, &half, &options(Strategy::BlueGreen)).unwrap(),
        update(&changed, &before, &options(Strategy::Rolling)).unwrap(),
        update(&changed, &before, &options(Strategy::BlueGreen)).unwrap(),
        update(&changed, &between, &options(Strategy::Rolling)).unwrap(),
        back(&changed, &between).unwrap(),
    ] {
        let mut states: Vec<DeployState> = plan.plan().milestones.iter().map(|(_, state)| *state).collect();
        states.insert(0, DeployState::Snapshotted);
        for pair in states.windows(2) {
            assert!(pair[0].may_become(pair[1]), "{:?} → {:?} of {states:?}", pair[0], pair[1]);
        }
    }
}

#[test]
fn an_update_of_what_is_up_to_date_does_nothing() {
    let project = project(REPLICAS);
    let plan = update(&project, &running(&project), &UpdateOptions::default()).unwrap();
    assert!(plan.plan().is_empty(), "{:?}", told(&plan));
    assert!(plan.undo().is_none());
}

#[test]
fn whoever_is_told_is_replaced_last_and_looks_names_up_by_itself_then() {
    let text = REPLICAS.replace("  proxy:", "  aproxy:").replace("exec: proxy", "exec: aproxy");
    let before = running(&project(&text));
    let both = text.replace("image: app\n", "image: app\n    hostname: other\n");
    let both = project(&both.replace("image: nginx\n", "image: nginx\n    hostname: other\n"));
    let told = told(&update(&both, &before, &options(Strategy::Rolling)).unwrap());
    let last = |what: &str| told.iter().rposition(|step| step.starts_with(what)).unwrap();
    let first = |what: &str| told.iter().position(|step| step.starts_with(what)).unwrap();
    assert!(last("run in shop-aproxy-1") < first("create aproxy"), "{told:#?}");
    assert!(last("stop shop-aproxy-1") < first("remove shop-api-1"), "{told:#?}");
}

#[test]
fn each_service_goes_back_to_its_own_image_and_no_name_is_taken_from_another_one() {
    let text = "services:\n  api: {image: app}\n  web: {image: app}\n  db: {image: nginx}\n";
    let project = project(text);
    let mut observed = running(&project);
    observed.images.insert("nginx".to_owned(), image("newer"));
    let pinned = [("api", "first"), ("web", "second"), ("db", "nginx")];
    observed.pinned = pinned.map(|(service, name)| (service.to_owned(), image(name))).into();
    let plan = for_operation(Some(&project), &observed, &Operation::Rollback { to: Some(1) }).unwrap();
    let tagged: Vec<&str> = plan
        .plan()
        .steps
        .iter()
        .filter(|step| step.verb == StepVerb::TagImage)
        .map(|step| &*step.object)
        .collect();
    assert_eq!(tagged, ["nginx"], "two services ran different images by the other name");
    let made: BTreeMap<&str, &serde_json::Value> = plan
        .actions()
        .iter()
        .filter_map(|action| match action {
            Action::Create(creation) => Some((creation.service.as_str(), &creation.body["Image"])),
            _ => None,
        })
        .collect();
    assert_eq!(made, BTreeMap::from([("api", &"sha256:first".into()), ("web", &"sha256:second".into())]));
    assert_eq!(
        plan.again().unwrap().pinned,
        observed.pinned,
        "it is planned again once the names lead there"
    );
}

#[test]
fn a_way_back_makes_what_is_gone_before_it_replaces_anything_and_tells_what_that_deploy_did_not_have() {
    let earlier = project(
        "services:\n  db: {image: nginx}\n  api: {image: app, depends_on: [db]}\n  web: {image: nginx, hostname: one}\n",
    );
    let present = project("services:\n  web: {image: nginx}\n  late: {image: app}\n");
    let observed = running(&present);
    let back = Operation::Rollback { to: Some(1) };
    let plan = for_operation(Some(&earlier), &observed, &back).unwrap();
    let told = told(&plan);
    assert_eq!(
        told[..6],
        [
            "create shop-db-1 → GreenCreated",
            "create shop-api-1 → GreenCreated",
            "start shop-db-1",
            "start shop-api-1",
            "wait for db",
            "wait for api",
        ]
    );
    assert!(told[6].starts_with("create web1"), "{told:?}");
    let steps = &plan.plan().steps;
    let made = steps.iter().position(|step| step.object.starts_with("web1")).unwrap();
    let last = steps.iter().rposition(|step| step.service.as_deref() == Some("api")).unwrap();
    assert!(steps[made].after.contains(&last), "{:?}", steps[made]);
    let warned = plan.plan().warnings.iter().any(|warning| {
        warning.contains("has no service late, and shop-late-1 stays") && warning.contains("rm --stop late")
    });
    assert!(warned, "{:?}", plan.plan().warnings);

    // All that runs is of services with other names.
    let renamed = project("services:\n  late: {image: app}\n");
    let plan = for_operation(Some(&earlier), &running(&renamed), &back).unwrap();
    assert!(plan.plan().steps.iter().any(|step| step.object == "shop-web-1"), "{:?}", plan.plan().steps);
    // The others of a project with no replicas are not made.
    let none = project("services:\n  late: {image: app}\n  idle: {image: app, scale: 0}\n");
    assert!(for_operation(Some(&none), &running(&renamed), &back).unwrap().plan().is_empty());
}
