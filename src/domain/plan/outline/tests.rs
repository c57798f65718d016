use super::*;
use std::time::Duration;

fn step(verb: StepVerb, object: &str, service: &str, reason: &str) -> PlannedStep {
    PlannedStep {
        verb,
        object: object.to_owned(),
        service: Some(service).filter(|service| !service.is_empty()).map(str::to_owned),
        reason: reason.to_owned(),
        after: Vec::new(),
        downtime: None,
    }
}

fn away(mut step: PlannedStep, seconds: u64) -> PlannedStep {
    step.downtime = Some(Duration::from_secs(seconds));
    step
}

fn plan(steps: Vec<PlannedStep>) -> Plan {
    Plan { steps, ..Plan::default() }
}

fn headlines(plan: &Plan) -> Vec<(String, String)> {
    let branches = plan.outline().into_iter();
    branches.map(|branch| (branch.service.unwrap_or_default(), branch.headline)).collect()
}

fn up() -> Plan {
    plan(vec![
        step(StepVerb::CreateVolume, "shop_data", "", "does not exist"),
        away(step(StepVerb::RecreateContainer, "shop-api-1", "api", "configuration changed: ports"), 10),
        away(step(StepVerb::RecreateContainer, "shop-api-2", "api", "configuration changed: ports"), 10),
        step(StepVerb::Keep, "shop-db-1", "db", "up to date"),
        step(StepVerb::CreateContainer, "shop-web-1", "web", "does not exist"),
        step(StepVerb::CreateNetwork, "shop_default", "", "does not exist"),
        step(StepVerb::StartContainer, "shop-api-1", "api", "recreated"),
        step(StepVerb::StartContainer, "shop-api-2", "api", "recreated"),
        step(StepVerb::Await, "db", "db", "web needs it healthy"),
        step(StepVerb::StartContainer, "shop-web-1", "web", "new"),
        step(StepVerb::StartContainer, "shop-job-1", "job", "does not run"),
    ])
}

#[test]
fn every_service_is_one_branch_with_what_its_steps_come_to() {
    let plan = up();
    let expected = [
        ("", "create volume; create network"),
        ("api", "recreate ×2: configuration changed: ports"),
        ("db", "nothing to do; waited for"),
        ("web", "create"),
        ("job", "start"),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(service, words)| (service.to_owned(), words.to_owned())).collect();
    assert_eq!(headlines(&plan), expected);
    let outline = plan.outline();
    assert_eq!(outline[1].steps, [1, 2, 6, 7]);
    assert_eq!(outline[1].verb, StepVerb::RecreateContainer);
    let mut all: Vec<usize> = outline.into_iter().flat_map(|branch| branch.steps).collect();
    all.sort_unstable();
    assert_eq!(all, (0..plan.steps.len()).collect::<Vec<_>>(), "no step is lost or told twice");
}

#[test]
fn what_stays_has_nothing_to_do() {
    let plan = plan(vec![
        step(StepVerb::Keep, "shop-db-1", "db", "up to date"),
        step(StepVerb::Keep, "shop-db-2", "db", "up to date"),
    ]);
    assert_eq!(headlines(&plan), [("db".to_owned(), "nothing to do".to_owned())]);
    assert_eq!(plan.counts(), "2 unchanged");
}

#[test]
fn the_counts_say_each_container_once_and_who_is_away() {
    assert_eq!(
        up().counts(),
        "1 new network, 1 new volume, 1 create, 2 recreate, 1 start, 1 unchanged; \
         shop-api-1 and shop-api-2 away up to 10s each"
    );
}

#[test]
fn a_stop_before_a_removal_is_one_removal() {
    let plan = plan(vec![
        away(step(StepVerb::StopContainer, "shop-a-1", "a", "asked for"), 10),
        step(StepVerb::RemoveContainer, "shop-a-1", "a", "asked for"),
        away(step(StepVerb::StopContainer, "shop-b-1", "b", "asked for"), 60),
        step(StepVerb::RemoveContainer, "shop-b-1", "b", "asked for"),
        away(step(StepVerb::StopContainer, "shop-c-1", "c", "asked for"), 10),
        step(StepVerb::RemoveContainer, "shop-c-1", "c", "asked for"),
        step(StepVerb::RemoveNetwork, "shop_default", "", "asked for"),
    ]);
    assert_eq!(
        plan.counts(),
        "3 remove, 1 network removed; shop-a-1, shop-b-1 and 1 more stop within 1m each"
    );
    assert_eq!(headlines(&plan)[0], ("a".to_owned(), "remove".to_owned()));
}
