//! What `x-mcp` asks for after a scale and after an `up`.

use super::*;

const REPLICAS: &str = "
services:
  api:
    image: app
    healthcheck: {test: [CMD, 'true']}
    deploy: {replicas: 2}
    x-mcp:
      on_scale: [{exec: proxy, command: [nginx, -s, reload]}]
      hooks: {after_healthy: [{command: [migrate, up]}]}
  proxy:
    image: nginx
    depends_on: {api: {condition: service_healthy}}
";

/// With so many replicas more than the file asks for.
fn with_more(project: &Project, more: u32) -> Observed {
    let mut observed = running(project);
    let extra = (3..3 + more).map(|number| container(project, "api", number, ContainerState::Running));
    observed.containers.extend(extra);
    observed
}

fn scaled(project: &Project, more: u32, to: u32) -> ActionPlan {
    scale(project, &with_more(project, more), &[("api".to_owned(), to)].into(), false).unwrap()
}

/// `verb object (reason)` of what is done, each with the steps it waits for.
fn told(plan: &ActionPlan) -> Vec<String> {
    let steps = plan.plan().steps.iter().enumerate();
    let words = steps.filter(|(_, step)| step.verb != StepVerb::Keep).map(|(index, step)| {
        format!("{index} {} {} ({}) after {:?}", step.verb.words(), step.object, step.reason, step.after)
    });
    words.collect()
}

#[test]
fn the_proxy_is_reloaded_once_new_replicas_are_healthy() {
    let project = project(REPLICAS);
    assert_eq!(
        told(&scaled(&project, 0, 3)),
        [
            "2 create shop-api-3 (more are wanted) after []",
            "3 start shop-api-3 (new) after [2]",
            "4 wait for api (its hooks need it healthy) after [3]",
            "5 run in shop-api-3 (api is up: migrate, by services.api.x-mcp.hooks.after_healthy[0]) after [3, 4]",
            "6 run in shop-proxy-1 (api changed: nginx, by services.api.x-mcp.on_scale[0]) after [2, 3, 4]",
        ]
    );
}

#[test]
fn the_proxy_is_reloaded_once_replicas_were_started_or_restarted_with_addresses_of_any_kind() {
    let project = project(REPLICAS);
    let observed = running(&project);
    let api = ["api".to_owned()];
    let reload =
        "run in shop-proxy-1 (api may have other addresses: nginx, by services.api.x-mcp.on_scale[0])";
    let last_two = |plan: ActionPlan| told(&plan).split_off(told(&plan).len() - 2);
    assert_eq!(
        last_two(restart(Some(&project), &observed, &api, None, true).unwrap()),
        [
            "2 wait for api (proxy is told then) after [0, 1]".to_owned(),
            format!("3 {reload} after [0, 1, 2]")
        ]
    );
    let mut stopped = observed;
    for replica in stopped.containers.iter_mut().filter(|container| container.name.as_str() == "shop-api-2") {
        replica.state = ContainerState::Exited;
    }
    assert_eq!(
        last_two(start(Some(&project), &stopped, &api).unwrap()),
        ["2 wait for api (proxy is told then) after [1]".to_owned(), format!("3 {reload} after [1, 2]")]
    );
    // A proxy that is started with it asks for the names itself, and one that does not run asks when it does.
    let whole = restart(Some(&project), &stopped, &[], None, true).unwrap();
    assert!(!told(&whole).iter().any(|step| step.contains("run in")), "{:#?}", told(&whole));
    for container in &mut stopped.containers {
        container.state = ContainerState::Exited;
    }
    let alone = start(Some(&project), &stopped, &api).unwrap();
    assert!(!told(&alone).iter().any(|step| step.contains("run in")), "{:#?}", told(&alone));
}

#[test]
fn the_proxy_is_reloaded_once_replicas_are_gone() {
    let project = project(REPLICAS);
    assert_eq!(
        told(&scaled(&project, 1, 2)),
        [
            "2 stop shop-api-3 (2 are wanted) after [6]",
            "3 remove shop-api-3 (2 are wanted) after [2]",
            "4 lead requests in shop-proxy-1 (those that stay) after []",
            "5 run in shop-proxy-1 (some of api are to go: nginx, by services.api.x-mcp.on_scale[0]) after [4]",
            "6 drain shop-api-3 (what proxy has sent to it is answered first) after [5]",
            "7 lead requests in shop-proxy-1 (whoever its name stands for) after [2, 3]",
            "8 run in shop-proxy-1 (api changed: nginx, by services.api.x-mcp.on_scale[0]) after [2, 3, 7]",
        ]
    );
}

#[test]
fn a_scale_that_changes_nothing_tells_nobody() {
    let project = project(REPLICAS);
    assert_eq!(told(&scaled(&project, 0, 2)), [""; 0]);
}

#[test]
fn a_proxy_that_starts_after_the_replicas_needs_no_reload() {
    let project = project(REPLICAS);
    let plan = up(&project, &nothing(), &UpOptions::default()).unwrap();
    let told = told(&plan);
    assert!(!told.iter().any(|step| step.contains("changed: nginx,")), "{told:#?}");
    let hooks: Vec<_> = told.iter().filter(|step| step.contains("up: migrate,")).collect();
    assert_eq!(hooks.len(), 1, "once for the deploy: {told:#?}");
}

#[test]
fn a_proxy_that_starts_beside_the_replicas_is_told_after_its_own_start() {
    let text = REPLICAS.replace("    depends_on: {api: {condition: service_healthy}}\n", "");
    let project = project(&text);
    let told = told(&up(&project, &nothing(), &UpOptions::default()).unwrap());
    let started = told.iter().position(|step| step.contains("start shop-proxy-1")).unwrap();
    let reload = told.iter().find(|step| step.contains("changed: nginx,")).unwrap();
    assert!(reload.contains(told[started].split(' ').next().unwrap()), "{told:#?}");
}

#[test]
fn a_listener_that_has_no_reload_is_restarted() {
    let text = REPLICAS.replace("{exec: proxy, command: [nginx, -s, reload]}", "{restart: proxy}");
    let project = project(&text);
    let told = told(&scaled(&project, 1, 2));
    assert_eq!(told.last().unwrap(), "4 restart shop-proxy-1 (api changed) after [2, 3]");
}

#[test]
fn the_arguments_of_commands_are_told_nowhere() {
    let text =
        REPLICAS.replace("[migrate, up]", "[migrate, --password=hunter2]").replace("reload]", "hunter2]");
    let project = project(&text);
    let plan = scaled(&project, 0, 3);
    let told = told(&plan);
    assert!(told.iter().any(|step| step.contains("up: migrate,")), "{told:#?}");
    assert!(!format!("{:?}", plan.summary()).contains("hunter2"), "{told:#?}");
}

#[test]
fn what_did_not_end_well_is_done_again_in_all_that_runs() {
    let shop = project(REPLICAS);
    let first = up(&shop, &nothing(), &UpOptions::default()).unwrap().summary().reactions;
    let reload = scaled(&shop, 0, 3).summary().reactions;
    let outstanding = first.into_iter().chain(reload).map(|(_, key)| key).collect();
    let observed = Observed { outstanding, ..running(&shop) };
    let plan = up(&shop, &observed, &UpOptions::default()).unwrap();
    let told: Vec<String> =
        told(&plan).into_iter().map(|step| step.split_once(' ').unwrap().1.to_owned()).collect();
    assert_eq!(
        told,
        [
            "wait for api (its hooks need it healthy) after []",
            "run in shop-api-1 (it did not end well the last time: migrate, by services.api.x-mcp.hooks.after_healthy[0]) after [3]",
            "lead requests in shop-proxy-1 (whoever its name stands for) after []",
            "run in shop-proxy-1 (it did not end well the last time: nginx, by services.api.x-mcp.on_scale[0]) after [5]",
        ],
        "what was interrupted may have led requests to some of them only"
    );
    assert_eq!(plan.summary().reactions.len(), 2);

    let other =
        project(&REPLICAS.replace("[migrate, up]", "[seed]").replace("[nginx, -s, reload]", "[nginx, -t]"));
    let plan = up(&other, &observed, &UpOptions::default()).unwrap();
    assert!(plan.summary().reactions.is_empty(), "what stands in their places now was never asked for");
}
