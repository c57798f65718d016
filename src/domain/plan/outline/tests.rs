use super::*;
use std::time::Duration;

fn plan(steps: Vec<PlannedStep>) -> Plan {
    Plan { steps, ..Plan::default() }
}

fn headlines(plan: &Plan) -> Vec<(String, String)> {
    let branches = plan.outline().into_iter();
    branches.map(|branch| (branch.service.unwrap_or_default(), branch.headline)).collect()
}

fn up() -> Plan {
    plan(vec![
        PlannedStep::new(StepVerb::CreateVolume, "shop_data", "does not exist"),
        PlannedStep::new(StepVerb::RecreateContainer, "shop-api-1", "configuration changed: ports")
            .of("api")
            .away(Duration::from_secs(10)),
        PlannedStep::new(StepVerb::RecreateContainer, "shop-api-2", "configuration changed: ports")
            .of("api")
            .away(Duration::from_secs(10)),
        PlannedStep::new(StepVerb::Keep, "shop-db-1", "up to date").of("db"),
        PlannedStep::new(StepVerb::CreateContainer, "shop-web-1", "does not exist").of("web"),
        PlannedStep::new(StepVerb::CreateNetwork, "shop_default", "does not exist"),
        PlannedStep::new(StepVerb::StartContainer, "shop-api-1", "recreated").of("api"),
        PlannedStep::new(StepVerb::StartContainer, "shop-api-2", "recreated").of("api"),
        PlannedStep::new(StepVerb::Await, "db", "web needs it healthy").of("db"),
        PlannedStep::new(StepVerb::StartContainer, "shop-web-1", "new").of("web"),
        PlannedStep::new(StepVerb::StartContainer, "shop-job-1", "does not run").of("job"),
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
        PlannedStep::new(StepVerb::Keep, "shop-db-1", "up to date").of("db"),
        PlannedStep::new(StepVerb::Keep, "shop-db-2", "up to date").of("db"),
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
    let asked = |verb, object| PlannedStep::new(verb, object, "asked for");
    let plan = plan(vec![
        asked(StepVerb::StopContainer, "shop-a-1").of("a").away(Duration::from_secs(10)),
        asked(StepVerb::RemoveContainer, "shop-a-1").of("a"),
        asked(StepVerb::StopContainer, "shop-b-1").of("b").away(Duration::from_mins(1)),
        asked(StepVerb::RemoveContainer, "shop-b-1").of("b"),
        asked(StepVerb::StopContainer, "shop-c-1").of("c").away(Duration::from_secs(10)),
        asked(StepVerb::RemoveContainer, "shop-c-1").of("c"),
        asked(StepVerb::RemoveNetwork, "shop_default"),
    ]);
    assert_eq!(
        plan.counts(),
        "3 remove, 1 network removed; shop-a-1, shop-b-1 and 1 more stop within 1m each"
    );
    assert_eq!(headlines(&plan)[0], ("a".to_owned(), "remove".to_owned()));
}
