//! A thousand containers.

use super::Stage;
use crate::sim::Scenario;

#[test]
fn a_fleet_is_listed_whole() {
    let stage = Stage::of(Scenario::builtin("empty").unwrap().with_fleet(1000).held());
    let listed = stage.client().get("/containers/json").json();
    assert_eq!(listed.as_array().unwrap().len(), 1000);
    let projects: std::collections::BTreeSet<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|container| container["Labels"]["com.docker.compose.project"].as_str())
        .collect();
    assert_eq!(projects.len(), 50);
}
