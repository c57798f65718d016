//! What is done to containers that are there: signals, pauses, removals.

use super::*;
use crate::compose::file::command_line;
use crate::domain::ImageRemoval;
use crate::domain::container::Attachment;
use crate::domain::resources::AddressPool;

/// The steps that change something, in order: `signal shop-web-1`.
fn changes(plan: &ActionPlan) -> Vec<String> {
    let steps = plan.summary().steps;
    let changing = steps.iter().filter(|step| step.verb != StepVerb::Keep);
    changing.map(|step| format!("{} {}", step.verb.words(), step.object)).collect()
}

fn planned(observed: &Observed, operation: &Operation) -> ActionPlan {
    for_operation(Some(&project(SHOP)), observed, operation).unwrap()
}

fn refused(observed: &Observed, operation: &Operation) -> Fault {
    for_operation(Some(&project(SHOP)), observed, operation).unwrap_err()
}

fn named(services: &[&str]) -> Vec<String> {
    services.iter().map(ToString::to_string).collect()
}

fn shop() -> Observed {
    running(&project(SHOP))
}

fn set(observed: &mut Observed, name: &str, state: ContainerState) {
    for container in observed.containers.iter_mut().filter(|container| container.name.as_str() == name) {
        container.state = state;
    }
}

/// A one-off container of `web`, as `run` makes it.
fn left_over(state: ContainerState) -> Container {
    let mut container = container(&project(SHOP), "web", 1, state);
    container.id = ContainerId("e".repeat(64));
    container.name = Safe::new("shop-web-run-0123456789ab");
    container.compose.as_mut().unwrap().oneoff = true;
    container
}

#[test]
fn kill_signals_all_that_runs_and_one_off_containers_too() {
    let mut observed = shop();
    set(&mut observed, "shop-api-2", ContainerState::Exited);
    observed.containers.push(left_over(ContainerState::Running));
    let kill = |services: &[&str]| Operation::Kill {
        services: named(services),
        signal: "HUP".to_owned(),
        remove_orphans: false,
    };
    assert_eq!(
        changes(&planned(&observed, &kill(&["web", "api"]))),
        ["signal shop-api-1", "signal shop-web-1", "signal shop-web-run-0123456789ab"]
    );
    let plan = planned(&observed, &kill(&["web"]));
    assert!(plan.summary().equivalent.ends_with("kill -s HUP web"), "{}", plan.summary().equivalent);
    set(&mut observed, "shop-db-1", ContainerState::Exited);
    assert_eq!(changes(&planned(&observed, &kill(&["db"]))), Vec::<String>::new());
}

#[test]
fn kill_leaves_strangers_alone_unless_they_are_meant() {
    let mut observed = shop();
    let mut stranger = container(&project(SHOP), "web", 1, ContainerState::Running);
    stranger.name = Safe::new("shop-old-1");
    stranger.compose.as_mut().unwrap().service = "old".to_owned();
    observed.containers.push(stranger);
    let kill = |remove_orphans| Operation::Kill {
        services: Vec::new(),
        signal: "SIGKILL".to_owned(),
        remove_orphans,
    };
    let steps = |orphans| changes(&planned(&observed, &kill(orphans)));
    assert!(!steps(false).contains(&"signal shop-old-1".to_owned()));
    assert!(steps(true).contains(&"signal shop-old-1".to_owned()));
}

#[test]
fn pause_and_unpause_touch_only_what_is_not_so_already() {
    let mut observed = shop();
    set(&mut observed, "shop-api-1", ContainerState::Paused);
    set(&mut observed, "shop-web-1", ContainerState::Exited);
    let pause = |services: &[&str]| Operation::Pause { services: named(services) };
    assert_eq!(changes(&planned(&observed, &pause(&["api"]))), ["pause shop-api-2"]);
    let unpause = Operation::Unpause { services: Vec::new() };
    assert_eq!(changes(&planned(&observed, &unpause)), ["unpause shop-api-1"]);
    let fault = refused(&observed, &pause(&["web"]));
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Conflict, "web"));
}

#[test]
fn rm_takes_what_does_not_run_and_the_rest_when_it_may_stop_it() {
    let mut observed = shop();
    set(&mut observed, "shop-db-1", ContainerState::Exited);
    set(&mut observed, "shop-api-1", ContainerState::Created);
    let rm = |stop| Operation::Rm { services: named(&["db", "api"]), stop, volumes: true };
    let kept = planned(&observed, &rm(false));
    assert_eq!(changes(&kept), ["remove shop-api-1", "remove shop-db-1"]);
    let forced = kept.actions().iter().any(|action| matches!(action, Action::Remove { volumes: false, .. }));
    assert!(!forced, "anonymous volumes go too");
    let killing = |plan: &ActionPlan| {
        let steps = plan.plan().steps.iter().zip(plan.actions());
        let killing = steps.filter(|(_, action)| matches!(action, Action::Remove { force: true, .. }));
        killing.map(|(step, _)| step.object.clone()).collect::<Vec<_>>()
    };
    assert_eq!(killing(&kept), [""; 0], "one that somebody starts meanwhile stays");
    assert_eq!(killing(&planned(&observed, &rm(true))), ["shop-api-2"]);
    assert_eq!(
        changes(&planned(&observed, &rm(true))),
        ["remove shop-api-1", "stop shop-api-2", "remove shop-api-2", "remove shop-db-1"]
    );
}

#[test]
fn a_timeout_takes_the_place_of_the_grace() {
    let stop = Operation::Stop { services: named(&["db"]), timeout: Some(3) };
    let plan = planned(&shop(), &stop);
    assert_eq!(plan.stop_timeout(), Some(Duration::from_secs(3)));
    assert_eq!(plan.summary().steps[0].downtime, Some(Duration::from_secs(3)));
    assert!(plan.summary().equivalent.ends_with("stop -t 3 db"));
    let down = Operation::Down(DownOptions { timeout: Some(0), ..DownOptions::default() });
    assert_eq!(planned(&shop(), &down).stop_timeout(), Some(Duration::ZERO));
}

#[test]
fn a_wait_timeout_binds_every_wait_of_the_plan() {
    let options = UpOptions { wait: true, wait_timeout: Some(9), ..UpOptions::default() };
    let plan = planned(&nothing(), &Operation::Up(options));
    assert_eq!(plan.wait_timeout(), Some(Duration::from_secs(9)));
    assert_eq!(planned(&nothing(), &everything()).wait_timeout(), None);
}

#[test]
fn restart_without_dependents() {
    let restart = |no_deps| Operation::Restart { services: named(&["db"]), timeout: None, no_deps };
    assert_eq!(
        changes(&planned(&shop(), &restart(false))),
        ["restart shop-db-1", "restart shop-api-1", "restart shop-api-2"]
    );
    assert_eq!(changes(&planned(&shop(), &restart(true))), ["restart shop-db-1"]);
}

#[test]
fn down_of_a_service_leaves_the_others_their_network() {
    let mut observed = shop();
    for container in &mut observed.containers {
        container.networks =
            vec![Attachment { network: "shop_default".to_owned(), address: None, prefix: None }];
    }
    let down = |services: &[&str]| {
        Operation::Down(DownOptions { services: named(services), ..DownOptions::default() })
    };
    let plan = planned(&observed, &down(&["web"]));
    assert_eq!(changes(&plan), ["stop shop-web-1", "remove shop-web-1"]);
    assert!(plan.summary().warnings.iter().any(|warning| warning.contains("shop_default is kept")));
    assert!(changes(&planned(&observed, &down(&[]))).contains(&"remove network shop_default".to_owned()));
    assert_eq!(refused(&observed, &down(&["nix"])).kind, FaultKind::NotFound);
}

#[test]
fn down_leaves_one_off_containers_and_what_they_hold_unless_they_are_meant() {
    let mut observed = shop();
    let mut job = left_over(ContainerState::Running);
    job.mounts = vec![MountPoint {
        kind: "volume".to_owned(),
        source: "shop_data".to_owned(),
        target: "/data".to_owned(),
        read_write: true,
    }];
    observed.containers.push(job);
    let down = |remove_orphans| {
        Operation::Down(DownOptions { volumes: true, remove_orphans, ..DownOptions::default() })
    };
    let plan = planned(&observed, &down(false));
    let steps = changes(&plan);
    assert!(!steps.iter().any(|step| step.contains("-run-") || step.contains("shop_data")), "{steps:?}");
    assert!(plan.summary().volumes.contains(&"shop_data (kept)".to_owned()));
    let steps = changes(&planned(&observed, &down(true)));
    assert!(steps.contains(&"remove volume shop_data".to_owned()), "{steps:?}");
}

#[test]
fn down_removes_images_that_nobody_else_uses() {
    let mut observed = shop();
    let down = |images| Operation::Down(DownOptions { images: Some(images), ..DownOptions::default() });
    let images = |observed: &Observed, which| {
        let steps = changes(&planned(observed, &down(which)));
        steps.into_iter().filter(|step| step.starts_with("remove image")).collect::<Vec<_>>()
    };
    assert_eq!(
        images(&observed, ImageRemoval::All),
        ["remove image app", "remove image nginx", "remove image postgres:15"]
    );
    assert!(images(&observed, ImageRemoval::Local).is_empty());
    let mut other = container(&project(SHOP), "web", 1, ContainerState::Exited);
    other.compose = None;
    observed.others.push(other);
    assert_eq!(images(&observed, ImageRemoval::All), ["remove image app", "remove image postgres:15"]);
}

#[test]
fn cleanup_takes_what_is_left_over_and_nothing_that_is_used() {
    let cleanup = Operation::Cleanup { volumes: false };
    let attached = |mut container: Container| {
        container.networks =
            vec![Attachment { network: "shop_default".to_owned(), address: None, prefix: None }];
        container
    };
    let mut observed = shop();
    observed.containers = observed.containers.into_iter().map(attached).collect();
    assert!(planned(&observed, &cleanup).summary().is_empty());

    // An interrupted recreate, before the old container was removed and after.
    let aside = |service: &str, id: &str| {
        let mut container = attached(container(&project(SHOP), service, 1, ContainerState::Created));
        container.id = ContainerId(id.repeat(64));
        container.name = Safe::new(format!("{}_shop-{service}-1", "abc123abc123"));
        container
    };
    observed.containers.push(left_over(ContainerState::Exited));
    observed.containers.push(aside("web", "f"));
    observed.containers.retain(|container| container.name.as_str() != "shop-db-1");
    observed.containers.push(aside("db", "d"));
    assert_eq!(
        changes(&planned(&observed, &cleanup)),
        [
            "remove shop-web-run-0123456789ab",
            "remove abc123abc123_shop-web-1",
            "rename abc123abc123_shop-db-1"
        ]
    );

    // Nothing but leftovers: then the network goes with them.
    let mut observed = shop();
    observed.containers = vec![attached(left_over(ContainerState::Exited))];
    let plan = planned(&observed, &cleanup);
    assert_eq!(changes(&plan), ["remove shop-web-run-0123456789ab", "remove network shop_default"]);
    assert_eq!(plan.summary().steps[1].after, [0]);
    observed.containers[0].state = ContainerState::Running;
    assert!(planned(&observed, &cleanup).summary().is_empty());
}

/// The container that an interrupted recreate of the service's first one has left.
fn aside(service: &str, id: &str, state: ContainerState) -> Container {
    let mut container = container(&project(SHOP), service, 1, state);
    container.id = ContainerId(id.repeat(64));
    container.name = Safe::new(format!("abc123abc123_shop-{service}-1"));
    container
}

#[test]
fn up_puts_right_what_an_interrupted_recreate_has_left() {
    let up = Operation::Up(UpOptions::default());
    // Before the old container was removed: its place is not free, and the next recreate needs the name aside.
    let mut observed = shop();
    observed.containers.push(aside("web", "f", ContainerState::Created));
    assert_eq!(changes(&planned(&observed, &up))[0], "remove abc123abc123_shop-web-1");
    let recreated =
        planned(&observed, &Operation::Up(UpOptions { force_recreate: true, ..UpOptions::default() }));
    let steps = recreated.summary().steps;
    let position = |object: &str| steps.iter().position(|step| step.object == object).unwrap();
    let (gone, made) = (position("abc123abc123_shop-web-1"), position("shop-web-1"));
    assert!(steps[made].after.contains(&gone), "{}", show(&recreated));

    // After: it is the service's container, under its own name again.
    observed.containers.retain(|container| container.name.as_str() != "shop-web-1");
    let steps = changes(&planned(&observed, &up));
    assert!(steps.contains(&"rename abc123abc123_shop-web-1".to_owned()), "{steps:?}");
    assert!(steps.contains(&"start shop-web-1".to_owned()), "{steps:?}");
    assert!(
        !steps.iter().any(|step| step.starts_with("create ") || step.starts_with("remove ")),
        "{steps:?}"
    );

    // One that somebody has started is not stopped for its name.
    let mut observed = shop();
    observed.containers.retain(|container| container.name.as_str() != "shop-web-1");
    observed.containers.push(aside("web", "f", ContainerState::Running));
    let steps = changes(&planned(&observed, &up));
    assert_eq!(
        steps.iter().filter(|step| step.contains("web")).collect::<Vec<_>>(),
        ["rename abc123abc123_shop-web-1"]
    );
}

#[test]
fn up_tells_each_setting_of_a_network_or_volume_that_differs_and_no_value_of_an_option() {
    let text = SHOP
        .replace("  data:\n", "  data: {driver_opts: {o: 'password=hush'}, labels: {tier: gold}}\n")
        + "networks:\n  default:\n    internal: true\n    enable_ipv6: true\n    driver_opts: {mtu: '9000'}\n    \
           labels: {team: shop}\n    ipam: {config: [{subnet: 10.9.0.0/24, gateway: 10.9.0.254}]}\n";
    let project = project(&text);
    let mut observed = running(&project);
    for image in ["postgres:15", "app", "nginx"] {
        observed.images.insert(image.to_owned(), super::image(image));
    }
    let warnings = |observed: &Observed| {
        let plan = for_operation(Some(&project), observed, &Operation::Up(UpOptions::default())).unwrap();
        assert!(plan.summary().is_empty(), "nothing is done to them");
        plan.summary().warnings.join("\n")
    };
    let settings = &mut observed.networks[0].settings;
    settings.attachable = true;
    settings.options.insert("icc".to_owned(), "false".to_owned());
    let gateway = "10.9.0.1".to_owned();
    settings.pools =
        vec![AddressPool { subnet: "10.9.0.0/24".to_owned(), gateway, ..AddressPool::default() }];
    observed.networks[0].subnets = vec![Safe::new("10.9.0.0/24")];
    let told = warnings(&observed);
    for words in [
        "it is not internal",
        "it is attachable",
        "IPv6 is off in it",
        "its options icc, mtu differ",
        "its label team differs",
        "its gateway is 10.9.0.1, not 10.9.0.254",
        "a down and an up make it anew",
        "its option o differs",
        "its label tier differs",
    ] {
        assert!(told.contains(words), "{words} is not in {told}");
    }
    assert!(!told.contains("hush"), "{told}");

    let settings = &mut observed.networks[0].settings;
    (settings.internal, settings.attachable, settings.ipv6) = (true, false, true);
    settings.pools[0].gateway = "10.9.0.254".to_owned();
    settings.options = [("mtu".to_owned(), "9000".to_owned())].into();
    let own = ("com.docker.compose.project".to_owned(), "shop".to_owned());
    settings.labels = [("team".to_owned(), "shop".to_owned()), own.clone()].into();
    observed.volumes[0].options = [("o".to_owned(), "password=hush".to_owned())].into();
    observed.volumes[0].labels = [("tier".to_owned(), "gold".to_owned()), own].into();
    assert_eq!(warnings(&observed), "", "and what is as the files say is not worth a word");
}

#[test]
fn up_says_in_what_existing_networks_and_volumes_differ() {
    let text = SHOP.replace("  data:\n", "  data: {driver: other}\n")
        + "networks:\n  default: {driver: macvlan, ipam: {config: [{subnet: 10.9.0.0/24}]}}\n";
    let project = project(&text);
    let mut observed = running(&project);
    for image in ["postgres:15", "app", "nginx"] {
        observed.images.insert(image.to_owned(), super::image(image));
    }
    let plan = for_operation(Some(&project), &observed, &Operation::Up(UpOptions::default())).unwrap();
    let warnings = plan.summary().warnings.join("\n");
    for words in [
        "network shop_default differs",
        "driver bridge, not macvlan",
        "no subnet, not 10.9.0.0/24",
        "volume shop_data differs",
    ] {
        assert!(warnings.contains(words), "{words} is not in {warnings}");
    }
    assert!(warnings.contains("its data is kept"), "{warnings}");
}

#[test]
fn a_one_off_container_has_its_dependencies_in_their_conditions() {
    let prepare = |no_deps| Operation::Prepare {
        service: "api".to_owned(),
        options: UpOptions { no_deps, ..UpOptions::default() },
    };
    let plan = planned(&nothing(), &prepare(false));
    let steps = changes(&plan);
    let expected = ["create network shop_default", "start shop-db-1", "wait for job"];
    for step in expected {
        assert!(steps.contains(&step.to_owned()), "{step} is not in {steps:?}");
    }
    assert!(!steps.iter().any(|step| step.contains("shop-api")), "{steps:?}");
    assert_eq!(changes(&planned(&nothing(), &prepare(true))), ["create network shop_default"]);
    assert!(planned(&shop(), &prepare(true)).summary().is_empty());

    let mut observed = shop();
    let mut stranger = container(&project(SHOP), "web", 1, ContainerState::Running);
    stranger.name = Safe::new("shop-old-1");
    stranger.compose.as_mut().unwrap().service = "old".to_owned();
    observed.containers.push(stranger);
    let options = UpOptions { no_deps: true, remove_orphans: true, ..UpOptions::default() };
    let prepare = Operation::Prepare { service: "api".to_owned(), options };
    assert_eq!(changes(&planned(&observed, &prepare)), ["stop shop-old-1", "remove shop-old-1"]);
}

#[test]
fn a_one_off_container_is_like_a_replica_but_nobodys() {
    let project = project(SHOP);
    let wish = OneOff { service: "web".to_owned(), slug: "0123456789abcdef".to_owned(), ..OneOff::default() };
    let plain = oneoff(&project, &shop(), &wish).unwrap();
    assert_eq!(plain.name, "shop-web-run-0123456789ab");
    assert_eq!(plain.body["HostConfig"]["PortBindings"], serde_json::json!({}), "its port would be taken");
    assert_eq!(plain.body["Labels"]["com.docker.compose.oneoff"], "True");
    assert_eq!(plain.body["HostConfig"].get("AutoRemove"), None);
    let endpoints = &plain.body["NetworkingConfig"]["EndpointsConfig"]["shop_default"];
    assert_eq!(endpoints["Aliases"], serde_json::json!([plain.name]), "nobody who asks for web finds it");

    let asked = OneOff {
        name: Some("job".to_owned()),
        entrypoint: Some(vec!["sh".to_owned(), "-e".to_owned()]),
        environment: vec!["A=1".to_owned(), "B".to_owned()],
        ports: command_line::ports("9000:90").unwrap(),
        service_ports: true,
        use_aliases: true,
        remove: true,
        stdin: true,
        ..wish
    };
    let job = oneoff(&project, &shop(), &asked).unwrap();
    assert_eq!(job.name, "job");
    assert_eq!(job.body["Env"], serde_json::json!(["A=1", "B"]));
    assert_eq!(job.body["Entrypoint"], serde_json::json!(["sh", "-e"]));
    assert_eq!(job.body["Cmd"], serde_json::json!([]), "the image's command was for its own entrypoint");
    let bindings = job.body["HostConfig"]["PortBindings"].as_object().unwrap();
    assert_eq!(bindings.keys().collect::<Vec<_>>(), ["80/tcp", "90/tcp"]);
    assert_eq!(job.body["HostConfig"]["AutoRemove"], true);
    let endpoints = &job.body["NetworkingConfig"]["EndpointsConfig"]["shop_default"];
    assert!(endpoints["Aliases"].as_array().unwrap().contains(&serde_json::json!("web")));
    let unknown = OneOff { service: "nix".to_owned(), ..OneOff::default() };
    assert_eq!(oneoff(&project, &shop(), &unknown).unwrap_err().kind, FaultKind::NotFound);
}

#[test]
fn what_is_stopped_already_is_no_mistake() {
    let idle = nothing();
    let stop = Operation::Stop { services: Vec::new(), timeout: None };
    let kill =
        Operation::Kill { services: named(&["web"]), signal: "KILL".to_owned(), remove_orphans: false };
    for operation in [stop, kill] {
        assert_eq!(changes(&planned(&idle, &operation)), Vec::<String>::new());
    }
}

#[test]
fn start_starts_what_a_service_depends_on_as_well() {
    let mut observed = shop();
    for name in ["shop-db-1", "shop-web-1", "shop-api-1"] {
        set(&mut observed, name, ContainerState::Exited);
    }
    let start = Operation::Start { services: named(&["web"]) };
    let started = changes(&planned(&observed, &start));
    let at = |what: &str| {
        started.iter().position(|step| step == what).unwrap_or_else(|| panic!("{what}: {started:?}"))
    };
    assert!(
        at("start shop-db-1") < at("start shop-api-1") && at("start shop-api-1") < at("start shop-web-1")
    );
}
