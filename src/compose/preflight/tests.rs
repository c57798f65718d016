use super::*;
use crate::compose::file::fixtures::shop;
use crate::domain::container::PublishedPort;
use crate::domain::resources::Image;
use crate::domain::{ContainerState, Safe, fixtures};

fn image() -> Image {
    Image {
        id: "sha256:1".to_owned(),
        tags: Vec::new(),
        size_bytes: 1,
        created: None,
        tagged: None,
        volumes: Vec::new(),
    }
}

/// The lines that are not ok: `mark check: found`.
fn told(text: &str, observed: &Observed, facts: &Facts) -> Vec<String> {
    let project = shop(text);
    let services: Vec<&Service> = project.services.values().collect();
    let lines = check(&project, &services, observed, facts);
    let bad = lines.iter().filter(|line| line.mark != Mark::Ok);
    bad.map(|line| format!("{} {}: {}", line.mark.word(), line.check, line.found)).collect()
}

fn observed() -> Observed {
    Observed {
        project: "shop".to_owned(),
        images: [("app".to_owned(), image())].into(),
        api_version: (1, 41),
        ..Observed::default()
    }
}

fn local() -> Facts {
    Facts { is_local: true, ..Facts::default() }
}

#[test]
fn what_has_all_it_needs_has_nothing_to_mend() {
    let text = "services: {api: {image: app, ports: ['80:80'], volumes: ['/srv:/srv']}}\n";
    assert_eq!(told(text, &observed(), &local()), [""; 0]);
}

#[test]
fn a_port_that_another_has_fails_and_one_s_own_does_not() {
    let text = "services: {api: {image: app, ports: ['80:80']}}\n";
    let publish = |project: &str, service: &str| {
        let port = PublishedPort {
            host_address: None,
            host_port: Some(80),
            container_port: 80,
            protocol: "tcp".to_owned(),
        };
        let container = fixtures::replica(project, service, 1);
        crate::domain::Container { state: ContainerState::Running, ports: vec![port], ..container }
    };
    let own = Observed { containers: vec![publish("shop", "api")], ..observed() };
    assert_eq!(told(text, &own, &local()), [""; 0]);
    let project = shop(text);
    let services: Vec<&Service> = project.services.values().collect();
    assert!(wanted_ports(&services, &own).is_empty(), "it makes room itself");
    assert_eq!(wanted_ports(&services, &observed()), [(80, None)].into());
    let other = Observed { others: vec![publish("blog", "web")], ..observed() };
    assert_eq!(
        told(text, &other, &local()),
        ["failed port 80: api wants it, and the container blog-web-1 has it"]
    );
    let listeners = [(80, "nginx (PID 7)".to_owned())].into();
    let lines = told(text, &observed(), &Facts { listeners, ..local() });
    assert_eq!(lines, ["failed port 80: api wants it, and nginx (PID 7) listens on it"]);
}

#[test]
fn an_image_is_asked_for_only_where_it_is_missing_and_what_is_unknown_is_a_warning() {
    let text = "services: {api: {image: other}}\n";
    let said = |answer| Facts { registry: [("other".to_owned(), answer)].into(), ..local() };
    assert_eq!(told(text, &observed(), &local()), [""; 0]);
    assert_eq!(told(text, &observed(), &said(Ok(()))), [""; 0]);
    let away = Fault::new(FaultKind::Unreachable, "ask the registry", "other");
    assert!(told(text, &observed(), &said(Err(away)))[0].starts_with("warning image of api"));
    let denied = Fault::new(FaultKind::NotFound, "ask the registry", "other");
    assert!(told(text, &observed(), &said(Err(denied)))[0].starts_with("failed image of api"));
    let never = "services: {api: {image: other, pull_policy: never}}\n";
    assert!(told(never, &observed(), &local())[0].starts_with("failed image of api"));
}

#[test]
fn requirements_warn_and_no_room_at_all_fails() {
    let text =
        "x-mcp: {requirements: {cpus: 4, memory: 16g, disk: 20g, gpus: 1}}\nservices: {api: {image: app}}\n";
    let facts = |free: u64| Facts {
        cpus: Some(2),
        memory_bytes: Some(8 << 30),
        disk: Some(("/var/lib/docker".to_owned(), free)),
        gpus: Some(0),
        ..local()
    };
    let marks = |free| -> Vec<String> {
        told(text, &observed(), &facts(free))
            .iter()
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(marks(1 << 30), ["warning processors", "warning memory", "warning disk", "warning GPUs"]);
    assert_eq!(marks(1 << 20)[2], "failed disk");
}

#[test]
fn gpus_paths_secrets_and_subnets_are_looked_at() {
    let text = "
services:
  api:
    image: app
    gpus: all
    volumes: ['/absent:/x', {type: bind, source: /must, target: /y, bind: {create_host_path: false}}]
    secrets: [open, gone]
    networks: [back]
    healthcheck: {test: [CMD, curl, localhost]}
secrets: {open: {file: /open}, gone: {file: /gone}}
networks: {back: {ipam: {config: [{subnet: 172.20.0.0/16}]}}}
";
    let network = crate::domain::resources::Network {
        id: "1".to_owned(),
        name: Safe::new("other"),
        driver: Safe::new("bridge"),
        scope: Safe::new("local"),
        project: None,
        key: None,
        subnets: vec![Safe::new("172.20.3.0/24")],
        settings: crate::domain::resources::NetworkSettings::default(),
        endpoints: None,
    };
    let mut observed = Observed { networks: vec![network], ..observed() };
    observed.missing.files.insert("/gone".to_owned());
    let facts = Facts {
        missing_paths: ["/absent", "/must"].map(str::to_owned).into(),
        modes: [("/open".to_owned(), 0o644)].into(),
        absent_programs: [("api".to_owned(), "curl".to_owned())].into(),
        ..local()
    };
    let checks: Vec<String> = told(text, &observed, &facts)
        .iter()
        .map(|line| line.split(':').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        checks,
        [
            "failed secret gone",
            "warning secret open",
            "warning GPU runtime",
            "warning path /absent",
            "failed path /must",
            "failed subnet 172.20.0.0/16",
            "warning health check of api",
        ]
    );
    let project = shop(text);
    let services: Vec<&Service> = project.services.values().collect();
    assert_eq!(health_program(services[0]), Some("curl"));
    let fault = refusal("up", &check(&project, &services, &observed, &facts)).unwrap();
    assert_eq!(fault.others.len(), 2, "all that fails is told");
    assert!(fault.hint.unwrap().contains("--no-preflight"));
}
