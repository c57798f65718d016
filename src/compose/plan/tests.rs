use super::*;
use crate::compose::file::fixtures::shop as project;
use crate::compose::hash::{Flavour, config_hash};
use crate::domain::container::{ContainerDetails, MountPoint, PublishedPort};
use crate::domain::resources::{Image, Network, NetworkSettings, Volume};
use crate::domain::{ComposeLabels, Container, ContainerState, DownOptions, Safe, UpOptions, fixtures};
use std::collections::BTreeMap;
use std::fmt::Write as _;

mod hashes;
mod kept;
mod missing;
mod once;
mod reactions;
mod updates;
mod verbs;

const SHOP: &str = "
services:
  db:
    image: postgres:15
    volumes: ['data:/var/lib/postgresql/data']
    stop_grace_period: 30s
  job:
    image: app
    depends_on: {db: {condition: service_healthy}}
  api:
    image: app
    deploy: {replicas: 2, resources: {reservations: {devices: [{capabilities: [gpu], device_ids: ['0', '1']}]}}}
    depends_on:
      db: {condition: service_healthy, restart: true}
      job: {condition: service_completed_successfully}
  web:
    image: nginx
    ports: ['8080:80']
    depends_on: [api]
volumes:
  data:
";

fn image(name: &str) -> Image {
    Image {
        id: format!("sha256:{name}"),
        tags: Vec::new(),
        size_bytes: 1,
        created: None,
        tagged: None,
        volumes: Vec::new(),
    }
}

fn nothing() -> Observed {
    Observed {
        project: "shop".to_owned(),
        images: ["postgres:15", "app", "nginx"].map(|name| (name.to_owned(), image(name))).into(),
        api_version: (1, 41),
        ..Observed::default()
    }
}

fn container(project: &Project, service: &str, number: u32, state: ContainerState) -> Container {
    let declared = project.service(service).unwrap();
    let depends_on = declared
        .depends_on
        .iter()
        .map(|(name, edge)| format!("{name}:{}:{}", edge.condition.word(), edge.restart));
    let labels = ComposeLabels {
        config_hash: Some(config_hash(declared, Flavour::Current)),
        image: Some(format!("sha256:{}", declared.image)),
        depends_on: depends_on.collect(),
        ..fixtures::labels("shop", service, number)
    };
    let stop_grace = declared.stop_grace_period.map(|grace| grace.0);
    Container {
        id: ContainerId(format!("{service}{number}{}", "0".repeat(60))),
        image: Safe::new(&declared.image),
        image_id: format!("sha256:{}", declared.image),
        compose: Some(labels),
        state,
        details: Some(ContainerDetails { stop_grace, ..fixtures::details() }),
        ..fixtures::replica("shop", service, number)
    }
}

/// The stack as an `up` leaves it.
fn running(project: &Project) -> Observed {
    let mut observed = nothing();
    for service in project.services.values() {
        for number in 1..=service.replicas() {
            observed.containers.push(container(project, &service.name, number, ContainerState::Running));
        }
    }
    observed.networks = vec![Network {
        id: "1".to_owned(),
        name: Safe::new("shop_default"),
        driver: Safe::new("bridge"),
        scope: Safe::new("local"),
        project: Some("shop".to_owned()),
        key: Some("default".to_owned()),
        subnets: Vec::new(),
        settings: NetworkSettings::default(),
        endpoints: None,
    }];
    observed.volumes = vec![Volume {
        name: Safe::new("shop_data"),
        driver: Safe::new("local"),
        mount_point: Safe::default(),
        project: Some("shop".to_owned()),
        key: Some("data".to_owned()),
        labels: BTreeMap::new(),
        options: BTreeMap::new(),
        created: None,
        size_bytes: None,
        users: None,
    }];
    observed
}

fn show(plan: &ActionPlan) -> String {
    let plan = plan.summary();
    let mut text = format!("{}\n", plan.title);
    for (index, step) in plan.steps.iter().enumerate() {
        let _ = write!(text, "{index:2} {} {} ({})", step.verb.words(), step.object, step.reason);
        if !step.after.is_empty() {
            let _ = write!(text, " after {:?}", step.after);
        }
        if let Some(downtime) = step.downtime {
            let _ = write!(text, ", away for {downtime:?}");
        }
        text.push('\n');
    }
    for (what, lines) in [("volume", &plan.volumes), ("gpu", &plan.gpus), ("warning", &plan.warnings)] {
        for line in lines {
            let _ = writeln!(text, "{what}: {line}");
        }
    }
    text + "$ " + &plan.equivalent
}

fn operation(text: &str, observed: impl Fn(&Project) -> Observed, operation: &Operation) -> String {
    let project = project(text);
    show(&for_operation(Some(&project), &observed(&project), operation).unwrap())
}

fn everything() -> Operation {
    Operation::Up(UpOptions::default())
}

#[test]
fn the_first_up_makes_everything_in_order() {
    insta::assert_snapshot!(operation(SHOP, |_| nothing(), &everything()));
}

#[test]
fn up_of_one_service_takes_what_it_needs() {
    let only = Operation::Up(UpOptions { services: vec!["job".to_owned()], ..UpOptions::default() });
    insta::assert_snapshot!(operation(SHOP, |_| nothing(), &only));
}

#[test]
fn a_second_up_has_nothing_to_do() {
    let project = project(SHOP);
    let plan = for_operation(Some(&project), &running(&project), &everything()).unwrap();
    assert!(plan.summary().is_empty(), "{}", show(&plan));
}

#[test]
fn a_changed_database_is_recreated_and_its_dependents_restarted() {
    let changed = SHOP.replace("postgres:15\n", "postgres:15\n    hostname: other\n");
    let before = |_: &Project| running(&project(SHOP));
    insta::assert_snapshot!(operation(&changed, before, &everything()));
}

#[test]
fn a_new_image_recreates() {
    let observed = |project: &Project| {
        let mut observed = running(project);
        observed.images.insert("nginx".to_owned(), image("nginx-newer"));
        observed
    };
    let text = operation(SHOP, observed, &everything());
    assert!(text.contains("recreate shop-web-1 (image changed)"), "{text}");
}

#[test]
fn scale_takes_the_highest_numbers_and_adds_above_them() {
    let gap = |project: &Project| {
        let mut observed = running(project);
        observed.containers.retain(|container| container.name.as_str() != "shop-api-1");
        observed.containers.push(container(project, "api", 5, ContainerState::Running));
        observed
    };
    let to = |count: u32| Operation::Scale { replicas: [("api".to_owned(), count)].into(), no_deps: false };
    let up = operation(SHOP, gap, &to(4));
    assert!(up.contains("create shop-api-6 ") && up.contains("create shop-api-7 "), "{up}");
    let down = operation(SHOP, gap, &to(1));
    assert!(down.contains("remove shop-api-5 ") && !down.contains("remove shop-api-2 "), "{down}");
}

#[test]
fn more_replicas_than_a_service_may_have_are_refused_before_any_is_planned() {
    let project = project(SHOP);
    let observed = running(&project);
    let to = |count: u32| BTreeMap::from([("api".to_owned(), count)]);
    assert!(scale(&project, &observed, &to(1_000), false).is_ok());
    for count in [1_001, 99_999_999, u32::MAX] {
        let fault = scale(&project, &observed, &to(count), false).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Invalid);
        assert!(fault.to_string().contains("1000 replicas at the most"), "{fault}");
    }
}

#[test]
fn down_goes_backwards_and_keeps_the_data() {
    let down = Operation::Down(DownOptions::default());
    insta::assert_snapshot!(operation(SHOP, running, &down));
}

#[test]
fn down_without_files_knows_the_order_from_labels() {
    let observed = running(&project(SHOP));
    let down = Operation::Down(DownOptions { volumes: true, ..DownOptions::default() });
    let plan = for_operation(None, &observed, &down).unwrap();
    let steps = plan.summary().steps;
    let position = |object: &str| steps.iter().position(|step| step.object == object).unwrap();
    assert!(
        position("shop-web-1") < position("shop-api-1") && position("shop-api-1") < position("shop-db-1")
    );
    assert!(steps[position("shop_data")].after.len() == observed.containers.len());
    let fault = for_operation(None, &observed, &everything()).unwrap_err();
    assert!(fault.hint.is_some(), "{fault}");
}

#[test]
fn restart_and_stop_show_the_grace() {
    let services = || vec!["db".to_owned()];
    insta::assert_snapshot!(format!(
        "{}\n\n{}",
        operation(SHOP, running, &Operation::Restart { services: services(), timeout: None, no_deps: false }),
        operation(SHOP, running, &Operation::Stop { services: Vec::new(), timeout: None }),
    ));
}

#[test]
fn start_waits_for_what_it_needs() {
    let stopped = |project: &Project| {
        let mut observed = running(project);
        observed.containers.iter_mut().for_each(|container| container.state = ContainerState::Exited);
        observed
    };
    insta::assert_snapshot!(operation(SHOP, stopped, &Operation::Start { services: Vec::new() }));
}

/// What goes wrong, and with which object.
fn refusal(text: &str, change: impl Fn(&mut Observed), operation: &Operation) -> Fault {
    let project = project(text);
    let mut observed = running(&project);
    change(&mut observed);
    let fault = for_operation(Some(&project), &observed, operation).unwrap_err();
    assert!(fault.hint.is_some(), "{fault}");
    fault
}

#[test]
fn what_would_fail_half_way_is_refused_before() {
    let gone = |observed: &mut Observed| observed.containers.clear();
    let kept = SHOP.replace("image: postgres:15", "image: postgres:15\n    pull_policy: never");
    let fault = refusal(&kept, |observed| (gone(observed), observed.images.clear()).1, &everything());
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::NotFound, "postgres:15"));

    let mut foreign = container(&project(SHOP), "web", 1, ContainerState::Running);
    foreign.compose = None;
    let named = |observed: &mut Observed| {
        gone(observed);
        observed.others.push(foreign.clone());
    };
    let fault = refusal(SHOP, named, &everything());
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Conflict, "shop-web-1"));

    let mut holder = foreign.clone();
    holder.name = Safe::new("squatter");
    holder.ports = vec![PublishedPort {
        host_address: None,
        host_port: Some(8080),
        container_port: 1,
        protocol: "tcp".to_owned(),
    }];
    let held = |observed: &mut Observed| {
        gone(observed);
        observed.others.push(holder.clone());
    };
    let fault = refusal(SHOP, held, &everything());
    assert!(fault.object == "8080" && fault.to_string().contains("squatter"), "{fault}");

    let many = Operation::Scale { replicas: [("web".to_owned(), 2)].into(), no_deps: false };
    assert!(refusal(SHOP, |_| (), &many).to_string().contains("8080"));
    let unknown = Operation::Restart { services: vec!["nix".to_owned()], timeout: None, no_deps: false };
    assert!(refusal(SHOP, |_| (), &unknown).hint.unwrap().contains("api, db, job, web"));
    let paused = |observed: &mut Observed| observed.containers[0].state = ContainerState::Paused;
    assert!(refusal(SHOP, paused, &everything()).hint.unwrap().contains("mcp-tui -p shop unpause"));
}

#[test]
fn orphans_are_warned_about_or_removed() {
    let before = |_: &Project| running(&project(SHOP));
    let less = SHOP.replace("  web:\n    image: nginx\n    ports: ['8080:80']\n    depends_on: [api]\n", "");
    let text = operation(&less, before, &everything());
    assert!(text.contains("warning: the files have no service for shop-web-1"), "{text}");
    let clear = Operation::Up(UpOptions { remove_orphans: true, ..UpOptions::default() });
    let text = operation(&less, before, &clear);
    assert!(text.contains("remove shop-web-1 (its service is not in the files) after"), "{text}");
}

/// The stack with its web stopped, and another container that holds the port of the web meanwhile.
fn held_by(project: &Project, service: &str, number: u32) -> Observed {
    let mut observed = running(project);
    for web in observed.containers.iter_mut().filter(|container| container.name.as_str() == "shop-web-1") {
        web.state = ContainerState::Exited;
    }
    let name = format!("shop-{service}-{number}");
    observed.containers.retain(|container| container.name.as_str() != name);
    let known = if project.service(service).is_some() { service } else { "web" };
    let mut holder = container(project, known, number, ContainerState::Running);
    holder.compose.as_mut().unwrap().service = service.to_owned();
    holder.id = ContainerId("f".repeat(64));
    holder.name = Safe::new(name);
    holder.ports = vec![PublishedPort {
        host_address: None,
        host_port: Some(8080),
        container_port: 80,
        protocol: "tcp".to_owned(),
    }];
    observed.containers.push(holder);
    observed
}

#[test]
fn a_start_waits_until_what_held_its_port_is_gone() {
    let project = project(SHOP);
    let clear = Operation::Up(UpOptions { remove_orphans: true, ..UpOptions::default() });
    for (service, number) in [("old", 1), ("api", 3)] {
        let plan = for_operation(Some(&project), &held_by(&project, service, number), &clear).unwrap();
        let steps = plan.summary().steps;
        let step = |verb, object: &str| {
            steps.iter().position(|step| step.verb == verb && step.object == object).unwrap()
        };
        let removed = step(StepVerb::RemoveContainer, &format!("shop-{service}-{number}"));
        let started = step(StepVerb::StartContainer, "shop-web-1");
        assert!(steps[started].after.contains(&removed), "{}", show(&plan));
    }
}

#[test]
fn a_port_that_a_container_of_the_stack_keeps_is_refused_before_anything_is_done() {
    let project = project(SHOP);
    for (service, number) in [("old", 1), ("api", 2)] {
        let fault = for_operation(Some(&project), &held_by(&project, service, number), &everything());
        let fault = fault.unwrap_err();
        assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Conflict, "8080"), "{fault}");
        assert!(fault.to_string().contains(&format!("shop-{service}-{number}")), "{fault}");
    }
}

#[test]
fn a_recreated_container_takes_its_anonymous_volumes_over() {
    let text = "services:\n  web:\n    image: nginx\n    volumes: [/cache]\n    hostname: new\n";
    let project = project(text);
    let mut observed = running(&project);
    observed.images.get_mut("nginx").unwrap().volumes = vec!["/declared".to_owned()];
    let mount = |source: &str, target: &str| MountPoint {
        kind: "volume".to_owned(),
        source: source.to_owned(),
        target: target.to_owned(),
        read_write: true,
    };
    observed.containers[0].mounts =
        vec![mount("aaa", "/cache"), mount("bbb", "/declared"), mount("ccc", "/dropped")];
    let force = Operation::Up(UpOptions { force_recreate: true, ..UpOptions::default() });
    let plan = for_operation(Some(&project), &observed, &force).unwrap();
    let Action::Recreate { creation, .. } = &plan.actions()[0] else { panic!("{:?}", plan.actions()) };
    assert_eq!(
        creation.body["HostConfig"]["Binds"],
        serde_json::json!(["aaa:/cache:rw", "bbb:/declared:rw"])
    );
    assert_eq!(creation.body["HostConfig"]["Mounts"], serde_json::json!([]));
}

#[test]
fn replicas_of_the_file_are_kept_by_a_scale_of_another() {
    let project = project(SHOP);
    let mut observed = running(&project);
    observed.containers.push(container(&project, "api", 3, ContainerState::Running));
    let one: BTreeMap<String, u32> = [("web".to_owned(), 1)].into();
    let plan = for_operation(Some(&project), &observed, &Operation::Scale { replicas: one, no_deps: false })
        .unwrap();
    assert!(plan.summary().is_empty(), "{}", show(&plan));
}
