use crate::compose::file::{LoadRequest, Project, load};
use rstest::rstest;

fn project(service: &str) -> Project {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("compose.yaml");
    let text = format!(
        "name: t\nservices:\n  a: {{image: i, {service}}}\nsecrets: {{s: {{environment: S}}, e: {{external: true}}}}\nmodels: {{m: {{model: x}}}}\n"
    );
    std::fs::write(&file, text).unwrap();
    load(&LoadRequest { files: vec![file], ..LoadRequest::default() }).unwrap()
}

#[rstest]
#[case("provider: {type: p}", "provider", true)]
#[case("models: [m]", "models", true)]
#[case("pre_start: [{command: x}]", "pre_start", true)]
#[case("volumes: [{type: npipe, source: x, target: /x}]", "volumes[0].type", true)]
#[case("restart: sometimes", "restart", true)]
#[case("devices: ['kvm']", "devices[0]", true)]
#[case("expose: [abc]", "expose[0]", false)]
#[case("credential_spec: {file: x.json}", "credential_spec", false)]
#[case("secrets: [s]", "secrets.s", false)]
#[case("secrets: [s], read_only: true", "secrets.s", true)]
#[case("secrets: [e]", "secrets.e", true)]
#[case("deploy: {placement: {constraints: [a]}}", "deploy.placement", false)]
#[case("deploy: {mode: global}", "deploy.mode", false)]
fn what_cannot_be_done_here_is_named(#[case] service: &str, #[case] path: &str, #[case] refused: bool) {
    let project = project(service);
    let found = project.objections(project.services.values());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].path.as_str(), found[0].refused), (format!("services.a.{path}").as_str(), refused));
}

#[test]
fn an_ordinary_service_meets_no_objection() {
    let project = project("restart: on-failure:3, expose: ['80-82/udp'], deploy: {replicas: 2}");
    assert_eq!(project.objections(project.services.values()), []);
}
