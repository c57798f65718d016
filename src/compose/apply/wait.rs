//! Waits for a dependency's condition. How long that may take is the health check's affair.

use super::steps::Run;
use crate::compose::file::Condition;
use crate::compose::plan::Target;
use crate::domain::{Container, ContainerState, Fault, FaultKind, Health, TaskEvent};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(500);

pub(super) async fn until(
    run: &Run<'_>,
    step: usize,
    condition: Condition,
    containers: &[Target],
) -> Result<(), Fault> {
    let mut said = String::new();
    loop {
        let mut missing = Vec::new();
        for target in containers {
            let id = run.id(target)?;
            let container = run
                .engine
                .inspect(&id)
                .await
                .map_err(|fault| Fault { object: target.name().to_owned(), ..fault })?;
            match judge(&container, condition)? {
                Progress::Done => {}
                Progress::Pending(state) => missing.push(format!("{} is {state}", target.name())),
            }
        }
        // One that has completed is enough, as in docker compose.
        let done =
            missing.is_empty() || (condition == Condition::Completed && missing.len() < containers.len());
        if done {
            return Ok(());
        }
        let text = missing.join(", ");
        if text != said {
            (run.tell)(TaskEvent::StepProgress { step, done: None, total: None, text: text.clone() });
            said = text;
        }
        if (run.cancelled)() {
            let names: Vec<_> = containers.iter().map(Target::name).collect();
            return Err(super::cancelled("wait for", &names.join(", ")));
        }
        tokio::time::sleep(PAUSE).await;
    }
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
            (Some(Health::Unhealthy), _) => {
                let fault = refused(container, "it is unhealthy");
                let output = container.details.as_ref().and_then(|details| details.health_output.as_ref());
                Err(match output {
                    Some(output) if !output.is_empty() => fault.because(output.to_string()),
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

fn refused(container: &Container, cause: &str) -> Fault {
    Fault::new(FaultKind::Refused, "wait for", container.name.as_str())
        .because(cause)
        .hint(format!("its log says why: docker logs {}", container.name))
}

#[cfg(test)]
mod tests;
