//! A task that failed for a reason that the daemon names: a name that is taken, an image that cannot be had, a
//! dependency that did not come up.

use super::port::{holder, port_in};
use crate::domain::{Container, ContainerState, Operation, TaskRecord};
use crate::triage::{About, Facts, Finding, Origin, Severity};

struct Cause {
    phrase: &'static str,
    rule: &'static str,
    what: &'static str,
    advice: &'static str,
}

const PORT: &str = "a port is taken";
const PORT_ADVICE: &str = "stop who has the port, or publish another one in the Compose file";

const CAUSES: [Cause; 14] = [
    Cause {
        phrase: "toomanyrequests",
        rule: "image",
        what: "the registry gives no more images for now",
        advice: "log in (`docker login`) for a larger allowance, wait, or use a mirror",
    },
    Cause {
        phrase: "pull access denied",
        rule: "image",
        what: "the image does not exist, or may not be pulled",
        advice: "correct the image's name, log in to its registry, or build it",
    },
    Cause {
        phrase: "manifest unknown",
        rule: "image",
        what: "the image has no such tag",
        advice: "correct the tag in the Compose file",
    },
    Cause {
        phrase: "No such image",
        rule: "image",
        what: "its image is missing",
        advice: "pull or build the image, then deploy the stack again",
    },
    Cause {
        phrase: "needs it and it is not on this server",
        rule: "image",
        what: "its image is missing",
        advice: "pull or build the image, or let it be pulled (`pull_policy`), then deploy the stack again",
    },
    Cause {
        phrase: "is already in use by container",
        rule: "name-conflict",
        what: "the container's name is taken",
        advice: "remove or rename the other container, or take `container_name` out of the Compose file",
    },
    Cause {
        phrase: "has this name already",
        rule: "name-conflict",
        what: "the container's name is taken",
        advice: "remove or rename the other container, or take `container_name` out of the Compose file",
    },
    Cause { phrase: "port is already allocated", rule: "task-port", what: PORT, advice: PORT_ADVICE },
    Cause { phrase: "bind: address already in use", rule: "task-port", what: PORT, advice: PORT_ADVICE },
    // Seen before anything was started.
    Cause { phrase: "wants it, and the container", rule: "task-port", what: PORT, advice: PORT_ADVICE },
    Cause {
        phrase: "is unhealthy",
        rule: "dependency",
        what: "a dependency is unhealthy",
        advice: "mend the dependency first; its own log and health check say what it lacks",
    },
    Cause {
        phrase: "has no healthcheck configured",
        rule: "dependency",
        what: "a dependency has no health check to wait for",
        advice: "give it a `healthcheck`, or use `condition: service_started`",
    },
    Cause {
        phrase: "could not select device driver",
        rule: "gpu-driver",
        what: "Docker has no driver for the GPU",
        advice: "install the NVIDIA container toolkit and restart Docker, or deploy the service without a GPU",
    },
    Cause {
        phrase: "no space left on device",
        rule: "task-disk",
        what: "the disk is full",
        advice: "free some room: `docker system df` tells where it went",
    },
];

/// The finding that says more than that the task has failed, if its fault tells.
pub(super) fn of(record: &TaskRecord, about: &About, facts: &Facts<'_>) -> Option<Finding> {
    let text = record.fault.as_ref()?.to_string();
    let cause = CAUSES.iter().find(|cause| text.contains(cause.phrase))?;
    // What an update finds unhealthy is the new container itself.
    let replaces = matches!(record.spec.operation, Operation::Update(_) | Operation::Rollback { .. });
    if replaces && cause.rule == "dependency" {
        return None;
    }
    let verb = record.spec.operation.verb();
    let name = record.spec.target.name();
    let port = port_of(record).filter(|_| cause.rule == "task-port");
    let title = match port {
        Some(port) => format!("{verb} of {name} failed: port {port} is taken"),
        None => format!("{verb} of {name} failed: {}", cause.what),
    };
    let finding = Finding::new(cause.rule, name, Severity::Critical, title, about.clone()).seen(
        Origin::Task,
        record.finished,
        &text,
    );
    if let Some(port) = port
        && let Some((seen, advice)) = holder(facts, port, |other| !is_of_task(other, about))
    {
        return Some(finding.seen(seen.0, None, seen.1).advise(advice));
    }
    match taken_name(&text).and_then(|taken| owner(facts, taken)) {
        Some(owner) if cause.rule == "name-conflict" => {
            let stack = owner
                .compose
                .as_ref()
                .map_or_else(|| "no stack".to_owned(), |labels| format!("the stack {}", labels.project));
            let advice = if owner.state == ContainerState::Running {
                format!("it runs: rename one of the two, or stop and remove {}", owner.name)
            } else {
                format!("it does not run: remove it with `docker rm {}`, then deploy again", owner.name)
            };
            Some(
                finding
                    .seen(Origin::Inspect, owner.created, format!("{} belongs to {stack}", owner.name))
                    .advise(advice),
            )
        }
        Some(_) | None => Some(finding.advise(cause.advice)),
    }
}

/// What the task was about holds no port against itself.
fn is_of_task(container: &Container, about: &About) -> bool {
    let stack = container.compose.as_ref().map(|labels| &labels.project);
    about.container.as_ref() == Some(&container.id) || (stack.is_some() && stack == about.stack.as_ref())
}

/// The port that the task could not publish.
pub(super) fn port_of(record: &TaskRecord) -> Option<u16> {
    let text = record.fault.as_ref()?.to_string();
    port_in(&text).or_else(|| text.split_once("publish port ")?.1.split(':').next()?.parse().ok())
}

/// `The container name "/shop-db" is already in use`, `create container shop-db: … has this name already`
fn taken_name(text: &str) -> Option<&str> {
    if let Some((_, rest)) = text.split_once("container name \"") {
        return rest.split('"').next().map(|name| name.trim_start_matches('/'));
    }
    text.split_once("create container ")?.1.split(':').next()
}

fn owner<'facts>(facts: &Facts<'facts>, name: &str) -> Option<&'facts Container> {
    facts.containers.iter().copied().find(|container| *container.name == *name)
}
