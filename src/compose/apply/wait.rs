//! Waits for a dependency's condition. How long that may take is the health check's affair, but
//! for the limit of `--wait-timeout`.

pub(super) mod last_words;
mod lives;

use super::away::AWAY;
use super::steps::Run;
use crate::compose::file::Condition;
use crate::compose::plan::Target;
use crate::domain::check::gist;
use crate::domain::{Container, ContainerState, Fault, FaultKind, Health, TaskEvent};
use lives::Lives;
use std::time::{Duration, Instant};

/// What comes soon is seen soon, what takes long costs the daemon little.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(500));
const SOON: Duration = Duration::from_secs(10);

/// What containers are waited for to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    Condition(Condition),
    /// Healthy, or running where no health check can tell.
    Up,
}

pub(super) async fn until(
    run: &Run<'_>,
    step: usize,
    goal: Goal,
    containers: &[Target],
    limit: Option<Duration>,
) -> Result<(), Fault> {
    let mut said = String::new();
    let mut lives = Lives::default();
    let begun = Instant::now();
    let mut away: Option<Instant> = None;
    loop {
        match missing(run, goal, containers, &mut lives).await {
            Ok(missing) => {
                away = None;
                // One that has completed is enough, as in docker compose.
                let enough =
                    goal == Goal::Condition(Condition::Completed) && missing.len() < containers.len();
                if missing.is_empty() || enough {
                    return Ok(());
                }
                let text = missing.join(", ");
                if limit.is_some_and(|limit| begun.elapsed() > limit) {
                    return Err(too_late(containers, &text, limit.unwrap_or_default()));
                }
                if text != said {
                    (run.tell)(TaskEvent::StepProgress { step, done: None, total: None, text: text.clone() });
                    said = text;
                }
            }
            Err(fault) if fault.kind == FaultKind::Unreachable => {
                if away.get_or_insert_with(Instant::now).elapsed() > AWAY {
                    return Err(fault);
                }
            }
            Err(fault) => return Err(fault),
        }
        if (run.cancelled)() {
            return Err(super::cancelled("wait for", &names(containers)));
        }
        tokio::time::sleep(if begun.elapsed() < SOON { PAUSES.0 } else { PAUSES.1 }).await;
    }
}

/// Those that are not yet what they are waited for to be, and how they are.
async fn missing(
    run: &Run<'_>,
    goal: Goal,
    containers: &[Target],
    lives: &mut Lives,
) -> Result<Vec<String>, Fault> {
    let mut missing = Vec::new();
    for target in containers {
        let inspected = run.engine.inspect(&run.id(target)?).await;
        let container = inspected.map_err(|fault| Fault { object: target.name().to_owned(), ..fault })?;
        let judged = match goal {
            Goal::Condition(condition) => judge(&container, condition),
            Goal::Up if container.health.is_some() => judge(&container, Condition::Healthy),
            Goal::Up => lives.judge(&container, Instant::now()),
        };
        match judged {
            Ok(Progress::Done) => {}
            Ok(Progress::Pending(state)) => missing.push(format!("{} is {state}", target.name())),
            Err(fault) => return Err(last_words::add(run.engine, &container, fault).await),
        }
    }
    Ok(missing)
}

fn names(containers: &[Target]) -> String {
    containers.iter().map(Target::name).collect::<Vec<_>>().join(", ")
}

fn too_late(containers: &[Target], state: &str, limit: Duration) -> Fault {
    Fault::new(FaultKind::Refused, "wait for", names(containers))
        .because(format!("after {} seconds {state}", limit.as_secs()))
        .hint("what was started stays; give it longer with --wait-timeout")
}

#[derive(Debug, PartialEq, Eq)]
enum Progress {
    Done,
    Pending(&'static str),
}

fn judge(container: &Container, condition: Condition) -> Result<Progress, Fault> {
    let over =
        matches!(container.state, ContainerState::Exited | ContainerState::Dead | ContainerState::Removing);
    let exit_code = container.details.as_ref().map(|details| details.exit_code);
    match condition {
        Condition::Started => Ok(Progress::Done),
        Condition::Completed if over => match exit_code {
            Some(0) => Ok(Progress::Done),
            code => Err(refused(container, &format!("it ended with exit code {}", code.unwrap_or(-1)))),
        },
        Condition::Completed => Ok(Progress::Pending("running")),
        Condition::Healthy if over => {
            Err(refused(container, &format!("it ended with exit code {}", exit_code.unwrap_or(-1))))
        }
        Condition::Healthy => match (container.health, container.state) {
            (Some(Health::Healthy), _) => Ok(Progress::Done),
            // Docker calls one unhealthy that has ended, though no probe has said so.
            (Some(Health::Unhealthy), ContainerState::Restarting) => {
                Err(refused(container, &restarting(container)))
            }
            (Some(Health::Unhealthy), _) => {
                let fault = refused(container, "it is unhealthy");
                let output = container.details.as_ref().and_then(|details| details.health_output.as_ref());
                Err(match output {
                    Some(output) if !output.is_empty() => fault.because(gist(output).to_string()),
                    _ => fault,
                })
            }
            (Some(Health::Starting), _) => Ok(Progress::Pending("starting")),
            (None, ContainerState::Running) => {
                Err(Fault::new(FaultKind::Invalid, "wait for", container.name.as_str())
                    .because("it is to be healthy and has no health check")
                    .hint("give the service a `healthcheck`, or depend on it with `service_started`"))
            }
            (None, _) => Ok(Progress::Pending("not running")),
        },
    }
}

/// `it keeps restarting: exit code 1, started again 4 times`
fn restarting(container: &Container) -> String {
    let details = container.details.as_ref();
    let exit_code = details.map_or(-1, |details| details.exit_code);
    match details.map_or(0, |details| details.restart_count) {
        0 => format!("it ended with exit code {exit_code} and is being restarted"),
        1 => format!("it ended again after a restart, with exit code {exit_code}"),
        count => format!("it keeps restarting: exit code {exit_code}, started again {count} times"),
    }
}

fn refused(container: &Container, cause: &str) -> Fault {
    let log = match &container.compose {
        Some(labels) => format!("mcp-tui -p {} logs {}", labels.project, labels.service),
        None => format!("docker logs {}", container.name),
    };
    Fault::new(FaultKind::Refused, "wait for", container.name.as_str())
        .because(cause)
        .hint(format!("its log says why: {log}"))
}

#[cfg(test)]
mod tests;
