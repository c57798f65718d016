//! Projects for the tests of other rooms.

use super::{LoadRequest, Project, load};

/// The project `shop` of one file. It is the same wherever the tests run.
pub(crate) fn shop(text: &str) -> Project {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("compose.yaml");
    std::fs::write(&file, text).unwrap();
    let project_name = Some("shop".to_owned());
    let request = LoadRequest { files: vec![file], project_name, ..LoadRequest::default() };
    let mut project = load(&request).unwrap();
    project.files = vec!["/srv/shop/compose.yaml".into()];
    project
}
