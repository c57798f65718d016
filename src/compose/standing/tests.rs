use super::*;
use crate::compose::config_hash;
use crate::compose::file::fixtures::shop;
use crate::compose::hash::Flavour;
use crate::domain::{ComposeLabels, PlannedStep, fixtures};

fn project(api: u32, web: u32) -> Project {
    shop(&format!(
        "services:\n  api: {{image: 'api:{api}'}}\n  web: {{image: 'web:{web}', networks: [n{web}]}}\n\
         networks:\n  n{web}: {{}}\n"
    ))
}

/// A container of each of the services, as the project has them.
fn containers(project: &Project, services: &[&str]) -> Vec<Container> {
    let of = |name: &&str| {
        let hash = config_hash(&project.services[*name], Flavour::Current);
        let labels = ComposeLabels { config_hash: Some(hash), ..fixtures::labels("shop", name, 1) };
        Container { compose: Some(labels), ..fixtures::replica("shop", name, 1) }
    };
    services.iter().map(of).collect()
}

fn plan(steps: &[(StepVerb, &str)]) -> Plan {
    let step = |(verb, service): &(StepVerb, &str)| PlannedStep::new(*verb, *service, "").of(*service);
    Plan { steps: steps.iter().map(step).collect(), ..Plan::default() }
}

fn images(project: &Project) -> Vec<&str> {
    project.services.values().map(|service| service.image.as_str()).collect()
}

#[test]
fn what_a_plan_does_not_touch_stays_as_it_was_made() {
    let (first, second) = (project(1, 1), project(2, 2));
    let there = containers(&first, &["api", "web"]);
    let only_api = plan(&[(StepVerb::CreateContainer, "api"), (StepVerb::RemoveContainer, "api")]);
    let stands = standing(&second, &only_api, true, &there, [project(0, 0), first.clone()]);
    assert_eq!(images(&stands), ["api:2", "web:1"]);
    assert!(stands.networks.contains_key("n1"), "what it needs comes with it: {:?}", stands.networks);
    // Made without us from a file that nobody has: the last deploy is the best guess.
    let strange = containers(&project(9, 9), &["api", "web"]);
    assert_eq!(images(&standing(&second, &only_api, true, &strange, [first.clone()])), ["api:2", "web:1"]);
    assert_eq!(images(&standing(&second, &only_api, true, &strange, [])), ["api:2", "web:2"]);
    // Made anew, or up to date already, it is what the files say, and no earlier one is read.
    let both = plan(&[(StepVerb::RecreateContainer, "api"), (StepVerb::RecreateContainer, "web")]);
    let unread = || std::iter::from_fn(|| -> Option<Project> { panic!("it is not needed") });
    assert_eq!(standing(&second, &both, false, &there, unread()), second);
    let mixed = [containers(&first, &["api"]), containers(&second, &["web"])].concat();
    assert_eq!(standing(&second, &only_api, true, &mixed, unread()), second);
}

#[test]
fn what_was_never_made_is_not_deployed_by_a_plan_for_others_and_what_the_files_lost_is_left_alone() {
    let only_api = plan(&[(StepVerb::CreateContainer, "api")]);
    assert_eq!(images(&standing(&project(1, 1), &only_api, true, &[], [])), ["api:1"]);
    let needed = shop("services:\n  api: {image: 'api:1', depends_on: [web]}\n  web: {image: 'web:1'}\n");
    assert_eq!(images(&standing(&needed, &only_api, true, &[], [])), ["api:1", "web:1"]);

    let first = project(1, 1);
    let without = shop("services:\n  api: {image: 'api:2'}\n");
    let there = containers(&first, &["api", "web"]);
    assert_eq!(images(&standing(&without, &only_api, true, &there, [first.clone()])), ["api:2", "web:1"]);
    assert_eq!(images(&standing(&without, &only_api, false, &there, [first])), ["api:2"]);
}
