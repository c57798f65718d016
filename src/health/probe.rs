//! One run of one check, within its time.

use super::line::Line;
use super::llm::Progress;
use super::{Answer, Outcome, Prober, certificate, docker, exec, http, llm, postgres, redis, tcp};
use crate::domain::{CheckKind, CheckSpec, Container, ContainerState, Health, units};
use std::time::Duration;
use tokio::time::timeout;

/// What one run leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    progress: Option<Progress>,
    /// The command that was started last and not seen to end.
    exec: Option<String>,
    /// There will be no next run.
    once: bool,
}

impl Memory {
    pub(super) fn once() -> Self {
        Self { once: true, ..Self::default() }
    }
}

/// Asks for the service as a whole.
pub(super) async fn service(
    spec: &CheckSpec,
    prober: &Prober,
    fleet: Option<&Vec<Container>>,
    memory: &mut Memory,
) -> Outcome {
    if let Some(outcome) = fleet.and_then(|fleet| docker::not_running(&spec.id, fleet)) {
        return outcome;
    }
    if spec.kind == CheckKind::Docker {
        return match fleet {
            Some(fleet) => docker::verdict(&spec.id, fleet),
            None => Outcome::new(Answer::Unknown, "waiting for the daemon"),
        };
    }
    ask(spec, prober, None, memory).await
}

/// Asks one container of it.
pub(super) async fn replica(
    spec: &CheckSpec,
    prober: &Prober,
    container: &Container,
    memory: &mut Memory,
) -> Outcome {
    if container.was_stopped() {
        // Nobody expects an answer, and none is noted as missing.
        return Outcome::new(Answer::Unknown, "stopped");
    }
    match container.state {
        ContainerState::Running => {}
        ContainerState::Restarting => return Outcome::refused("restarting"),
        ContainerState::Paused => return Outcome::refused("paused"),
        ContainerState::Created => return Outcome::refused("not started yet"),
        ContainerState::Exited
        | ContainerState::Dead
        | ContainerState::Removing
        | ContainerState::Unknown => {
            return Outcome::refused(container.status.to_string());
        }
    }
    let outcome = ask(spec, prober, Some(container), memory).await;
    if outcome.answer == Answer::Down && container.health == Some(Health::Starting) {
        // Its file gives it time to start, and Docker counts that time.
        return Outcome { answer: Answer::Starting, refused: false, ..outcome };
    }
    outcome
}

async fn ask(
    spec: &CheckSpec,
    prober: &Prober,
    container: Option<&Container>,
    memory: &mut Memory,
) -> Outcome {
    let replica = container.map(|container| (spec.id.service.as_str(), container));
    let is_far = prober.endpoint.as_ref().is_some_and(|endpoint| !endpoint.is_local());
    let line = Line { dialer: &prober.dialer, replica, is_far };
    let asked = async {
        match &spec.kind {
            CheckKind::Docker => Outcome::new(Answer::Unknown, "Docker was not asked"),
            CheckKind::Http { url, expect } => http::ask(line, url, expect).await,
            CheckKind::Tcp { host, port } => tcp::ask(line, host, *port).await,
            CheckKind::Exec { command } => match container {
                Some(container) => {
                    exec::ask(prober.endpoint.as_ref(), container, command, &mut memory.exec).await
                }
                None => Outcome::new(Answer::Unknown, "there is no container to run it in"),
            },
            CheckKind::Redis { host, port } => redis::ask(line, host, *port).await,
            CheckKind::Postgres { host, port, user } => {
                postgres::ask(line, host, *port, user.as_deref()).await
            }
            CheckKind::Certificate { host, port, name } => {
                certificate::ask(line, host, *port, name.as_deref()).await
            }
            CheckKind::LlmProgress { url } => {
                let busy = container.and_then(|container| prober.gpus.of(container));
                llm::ask(line, url, busy, &mut memory.progress, memory.once.then_some(spec.timeout)).await
            }
        }
    };
    match timeout(spec.timeout, asked).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::down(format!("no answer within {}", time(spec.timeout))),
    }
}

/// `3s`, `1.5s`, `250ms`
fn time(duration: Duration) -> String {
    if duration.subsec_millis() == 0 || duration < Duration::from_secs(1) {
        units::duration(duration)
    } else {
        format!("{:.1}s", duration.as_secs_f64())
    }
}
