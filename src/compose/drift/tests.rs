use super::*;
use crate::compose::file::fixtures::shop as project;
use crate::compose::{Flavour, config_hash};
use crate::domain::{ContainerId, Safe, fixtures};
use rstest::rstest;

fn shop() -> Project {
    project(
        "
services:
  web: {image: nginx}
  debug: {image: busybox, profiles: [debug]}
",
    )
}

fn container(service: &str, hash: Option<&str>, image: Option<&str>) -> Container {
    let labels = ComposeLabels {
        config_hash: hash.map(str::to_owned),
        image: image.map(str::to_owned),
        ..fixtures::labels("shop", service, 1)
    };
    Container { image: Safe::new("nginx"), compose: Some(labels), ..fixtures::replica("shop", service, 1) }
}

fn all(containers: &[Container]) -> Vec<&Container> {
    containers.iter().collect()
}

fn images() -> PresentImages {
    [("nginx".to_owned(), Some("sha256:1".to_owned())), ("busybox".to_owned(), None)].into()
}

#[rstest]
#[case::as_it_was_created("right", Some("sha256:1"), Drift::InSync)]
#[case::the_file_was_edited("wrong", Some("sha256:1"), Drift::Changed)]
#[case::both("wrong", Some("sha256:2"), Drift::Changed)]
#[case::the_reference_moved_on("right", Some("sha256:2"), Drift::ImageNewer)]
#[case::up_would_recreate_what_has_no_image("right", None, Drift::Changed)]
fn a_container_is_held_against_file_and_image(
    #[case] hash: &str,
    #[case] image: Option<&str>,
    #[case] expected: Drift,
) {
    let project = shop();
    let right = config_hash(&project.services["web"], Flavour::Current);
    let hash = if hash == "right" { right.as_str() } else { hash };
    let containers = [container("web", Some(hash), image)];
    assert_eq!(drift(Some(&project), &all(&containers), &images())["web"], expected);
}

#[test]
fn what_cannot_be_told_is_never_in_sync() {
    let project = shop();
    let right = config_hash(&project.services["web"], Flavour::Current);
    let web = container("web", Some(&right), Some("sha256:1"));
    let of = |project: Option<&Project>, container: &Container, images: &PresentImages| {
        drift(project, &[container], images)["web"]
    };
    assert_eq!(of(None, &web, &images()), Drift::Unknown, "no file");
    assert_eq!(of(Some(&project), &web, &PresentImages::new()), Drift::Unknown, "not asked yet");
    let gone = [("nginx".to_owned(), None)].into();
    assert_eq!(of(Some(&project), &web, &gone), Drift::Unknown, "the reference stands for no image");
    let foreign = container("web", None, None);
    assert_eq!(of(Some(&project), &foreign, &images()), Drift::Unknown, "no Compose tool made it");
}

#[test]
fn a_service_is_what_the_worst_of_its_containers_is() {
    let project = project("services: {web: {image: nginx, deploy: {replicas: 2}}}");
    let right = config_hash(&project.services["web"], Flavour::Current);
    let containers = [
        container("web", Some(&right), Some("sha256:1")),
        container("web", Some(&right), Some("sha256:2")),
        container("web", Some("wrong"), Some("sha256:1")),
    ];
    assert_eq!(drift(Some(&project), &all(&containers[..2]), &images())["web"], Drift::ImageNewer);
    assert_eq!(drift(Some(&project), &all(&containers[1..]), &images())["web"], Drift::Changed);
}

#[test]
fn only_what_no_profile_has_is_an_orphan() {
    let project = shop();
    let mut once = container("web", Some("x"), None);
    if let Some(labels) = &mut once.compose {
        labels.oneoff = true;
    }
    let containers = [container("gone", Some("x"), None), container("debug", Some("x"), None), once];
    let found = drift(Some(&project), &all(&containers), &images());
    assert_eq!(found, [("gone".to_owned(), Drift::Orphan), ("debug".to_owned(), Drift::Changed)].into());
    assert_eq!(
        references(&project, &all(&containers)),
        ["busybox".to_owned()].into(),
        "nothing is asked for in vain"
    );
}

#[test]
fn a_service_that_shares_anothers_network_is_held_against_the_container_that_is_there() {
    let project = project(
        "
services:
  web: {image: nginx}
  probe: {image: nginx, network_mode: 'service:web'}
",
    );
    let web = config_hash(&project.services["web"], Flavour::Current);
    let mut first = container("web", Some(&web), Some("sha256:1"));
    let hash = expected_hashes(&project.services["probe"], &[&first]).remove(0);
    let probe = container("probe", Some(&hash), Some("sha256:1"));
    assert_eq!(drift(Some(&project), &[&first, &probe], &images())["probe"], Drift::InSync);
    first.id = ContainerId("1".repeat(64));
    assert_eq!(drift(Some(&project), &[&first, &probe], &images())["probe"], Drift::Changed);
}

#[test]
fn more_or_fewer_replicas_than_the_file_asks_for_are_a_change() {
    let project = project("services: {web: {image: nginx, deploy: {replicas: 2}}}");
    let right = config_hash(&project.services["web"], Flavour::Current);
    let web = || container("web", Some(&right), Some("sha256:1"));
    for (containers, expected) in [
        (vec![web()], Drift::Changed),
        (vec![web(), web()], Drift::InSync),
        (vec![web(), web(), web()], Drift::Changed),
    ] {
        assert_eq!(drift(Some(&project), &all(&containers), &images())["web"], expected);
    }
}
