//! Containers that other versions of docker compose have made.

use super::*;
use crate::compose::body::resolved;
use crate::compose::file::Service;
use rstest::rstest;

const FILE: &str = "
services:
  db: {image: 'postgres:15'}
  web: {image: nginx, depends_on: [db], volumes: ['/srv:/srv']}
";

/// Each service runs once, as a version of docker compose has made it.
fn made_by(project: &Project, version: &str, hash: impl Fn(&Service) -> String) -> Observed {
    let mut observed = running(project);
    for container in &mut observed.containers {
        let labels = container.compose.as_mut().unwrap();
        labels.version = Some(version.to_owned());
        labels.config_hash = Some(hash(&project.services[&labels.service]));
    }
    observed
}

fn up(project: &Project, observed: &Observed, options: UpOptions) -> ActionPlan {
    for_operation(Some(project), observed, &Operation::Up(options)).unwrap()
}

#[rstest]
#[case("2.26.1", Flavour::WithDependencies)]
#[case("2.30.0", Flavour::WithProfiles)]
#[case("2.40.3", Flavour::WithHostPaths)]
#[case("5.5.0", Flavour::Current)]
fn containers_of_any_version_stay_and_new_ones_are_like_them(
    #[case] version: &str,
    #[case] flavour: Flavour,
) {
    let project = project(FILE);
    let observed = made_by(&project, version, |service| config_hash(service, flavour));
    let more = UpOptions { scale: [("web".to_owned(), 2)].into(), ..UpOptions::default() };
    let plan = up(&project, &observed, more);
    let made: Vec<&Action> = plan
        .actions()
        .iter()
        .filter(|action| matches!(action, Action::Create(_) | Action::Recreate { .. }))
        .collect();
    let [Action::Create(creation)] = made.as_slice() else { panic!("{made:#?}") };
    let label = |key: &str| creation.body["Labels"][format!("com.docker.compose.{key}")].as_str();
    assert_eq!(label("version"), Some(version));
    assert_eq!(label("config-hash"), Some(config_hash(&project.services["web"], flavour).as_str()));
}

#[test]
fn a_new_project_is_made_for_the_docker_compose_beside_us() {
    let project = project(FILE);
    let observed = Observed { neighbour: Some("2.26.1-4".to_owned()), ..nothing() };
    let plan = up(&project, &observed, UpOptions::default());
    let made = plan.actions().iter().filter_map(|action| match action {
        Action::Create(creation) => Some((&creation.service, &creation.body["Labels"])),
        _ => None,
    });
    for (service, labels) in made {
        let hash = config_hash(&project.services[service], Flavour::WithDependencies);
        assert_eq!(labels["com.docker.compose.config-hash"], hash.as_str());
        assert_eq!(labels["com.docker.compose.version"], "2.26.1-4");
    }
}

#[test]
fn what_shares_a_namespace_is_known_by_the_container_it_shares_it_with() {
    let project = project(
        "services:\n  db: {image: 'postgres:15'}\n  web: {image: nginx, network_mode: 'service:db'}\n",
    );
    let direct = |service: &Service| config_hash(service, Flavour::WithDependencies);
    let id = running(&project).containers[0].id.0.clone();
    let by_container = |service: &Service| direct(&resolved(service, &|_| Some(id.clone())));
    let plan = up(&project, &made_by(&project, "2.26.1", by_container), UpOptions::default());
    assert!(plan.summary().is_empty(), "{}", show(&plan));
    let elsewhere = |service: &Service| direct(&resolved(service, &|_| Some("other".to_owned())));
    let plan = up(&project, &made_by(&project, "2.26.1", elsewhere), UpOptions::default());
    assert!(show(&plan).contains("shop-web-1 (configuration changed)"), "{}", show(&plan));
}

#[test]
fn what_cannot_be_done_here_ends_an_up_and_what_has_no_effect_is_said() {
    let refused = project("services:\n  web: {image: nginx, provider: {type: x}, devices: [kvm]}\n");
    let all = Operation::Up(UpOptions::default());
    let fault = for_operation(Some(&refused), &nothing(), &all).unwrap_err();
    let objects: Vec<&str> = fault.each().iter().map(|(fault, _)| fault.object.as_str()).collect();
    assert_eq!(objects, ["services.web.provider", "services.web.devices[0]"]);
    let passed = project("services:\n  web: {image: nginx, deploy: {endpoint_mode: vip}}\n");
    let plan = up(&passed, &nothing(), UpOptions::default());
    assert!(plan.summary().warnings.iter().any(|warning| warning.contains("deploy.endpoint_mode")));
}
