use super::*;
use crate::domain::{ComposeLabels, ContainerId, fixtures};
use jiff::Timestamp;
use rstest::rstest;

fn container(second: i64, version: Option<&str>) -> Container {
    Container {
        id: ContainerId(second.to_string()),
        created: Some(Timestamp::from_second(second).unwrap()),
        compose: version.map(|version| ComposeLabels {
            config_hash: Some(String::new()),
            version: Some(version.to_owned()),
            ..fixtures::labels("other", "web", 1)
        }),
        ..fixtures::container("other-web-1")
    }
}

#[test]
fn the_newest_container_of_a_docker_compose_tells_its_version() {
    let others = [
        container(10, Some("2.26.1-4")),
        container(30, Some("2.40.3")),
        container(20, Some("2.26.1-4")),
        container(40, Some("1.29.2")),
        container(50, Some(COMPOSE_VERSION)),
        container(60, None),
    ];
    assert_eq!(labelled(&others).as_deref(), Some("2.40.3"));
    assert_eq!(labelled(&others[3..]), None);
}

#[rstest]
#[case("docker-compose", "install ok installed", "2.26.1-4", Some("2.26.1"))]
#[case("docker-compose-plugin", "install ok installed", "5:2.40.3-1~debian.13~trixie", Some("2.40.3"))]
#[case("docker-compose-v2", "hold ok installed", "2.24.6+ds1-0ubuntu1~24.04.1", Some("2.24.6+ds1"))]
#[case("docker-compose", "deinstall ok config-files", "2.26.1-4", None)]
#[case("docker-compose", "install ok installed", "1.29.2-3", None)]
#[case("docker-compose-docs", "install ok installed", "2.26.1-4", None)]
fn an_installed_package_tells_its_version(
    #[case] package: &str,
    #[case] status: &str,
    #[case] version: &str,
    #[case] expected: Option<&str>,
) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("status");
    let other = "Package: adduser\nStatus: install ok installed\nVersion: 3.134\nDescription: adds users\n Package: docker-compose\n";
    let text =
        format!("{other}\nPackage: {package}\nStatus: {status}\nDepends: x\nVersion: {version}\n\n{other}");
    std::fs::write(&file, text).unwrap();
    assert_eq!(installed(&file).as_deref(), expected);
    assert_eq!(installed(&directory.path().join("none")), None);
}
