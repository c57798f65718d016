//! Containers that are stopped for a restore, and started again when it is over.

use super::state::Ran;
use crate::domain::container::Health;
use crate::domain::{Container, Fault, FaultKind};
use crate::engine::Engine;
use std::time::{Duration, Instant};

/// A server that reads all of its data when it starts takes minutes at the most.
const PATIENCE: Duration = Duration::from_mins(5);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// So long a container without a check has to stay up to count as one that does.
const STAYS_UP: Duration = Duration::from_secs(2);

/// Stops it, unless it is stopped or gone.
pub async fn stop(engine: &Engine, ran: &Ran) -> Result<(), Fault> {
    match engine.stop(&ran.container, None).await {
        Err(fault) if fault.kind != FaultKind::NotFound => Err(fault),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Starts it and waits until it is healthy; where no check can tell, until it has stayed up. One that was not well before
/// need not be well now: what is to be said of it then is returned.
pub async fn start(engine: &Engine, ran: &Ran, told: &dyn Fn(&str)) -> Result<Option<String>, Fault> {
    match until_well(engine, ran, told).await {
        Ok(()) => Ok(None),
        Err(fault) => tolerated(ran, fault).map(Some),
    }
}

fn tolerated(ran: &Ran, fault: Fault) -> Result<String, Fault> {
    if !ran.well && matches!(fault.kind, FaultKind::Refused | FaultKind::Timeout) {
        return Ok(format!("warning: {}; it was not well before, either", fault.sentence()));
    }
    Err(fault)
}

async fn until_well(engine: &Engine, ran: &Ran, told: &dyn Fn(&str)) -> Result<(), Fault> {
    let before = engine.inspect(&ran.container).await?;
    if !before.is_running() {
        engine.start(&ran.container).await?;
    }
    let fault = |kind, cause: String| {
        Fault::new(kind, "start", &ran.name)
            .because(cause)
            .hint(format!("its log says why: `docker logs {}`", ran.name))
    };
    let began = Instant::now();
    let mut up: Option<Instant> = None;
    let mut restarts = None;
    loop {
        let container = engine.inspect(&ran.container).await?;
        let count = container.details.as_ref().map(|details| details.restart_count);
        let first = *restarts.get_or_insert(count);
        if first != count {
            return Err(fault(FaultKind::Refused, "it does not stay up".to_owned()));
        }
        match standing(&container) {
            Standing::Up => return Ok(()),
            Standing::Unproven if up.is_some_and(|since| since.elapsed() >= STAYS_UP) => return Ok(()),
            Standing::Unproven => {
                up.get_or_insert_with(Instant::now);
            }
            Standing::Starting => told("waits for its health"),
            Standing::Down(why) => return Err(fault(FaultKind::Refused, why)),
        }
        if began.elapsed() > PATIENCE {
            let cause = format!("it was not healthy within {} minutes", PATIENCE.as_secs() / 60);
            return Err(fault(FaultKind::Timeout, cause));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

enum Standing {
    Up,
    /// It runs, and nothing says whether it is well.
    Unproven,
    Starting,
    Down(String),
}

fn standing(container: &Container) -> Standing {
    if !container.is_running() {
        // A container that does its work and ends has done it.
        return match container.details.as_ref().map(|details| details.exit_code) {
            Some(0) => Standing::Up,
            code => Standing::Down(format!("it ended with exit code {}", code.unwrap_or(-1))),
        };
    }
    match container.health {
        Some(Health::Healthy) => Standing::Up,
        Some(Health::Starting) => Standing::Starting,
        Some(Health::Unhealthy) => Standing::Down("it is unhealthy".to_owned()),
        None => Standing::Unproven,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ContainerId;
    use rstest::rstest;

    #[rstest]
    #[case::it_was_unhealthy(false, FaultKind::Refused, true)]
    #[case::it_was_healthy(true, FaultKind::Refused, false)]
    #[case::nobody_answers(false, FaultKind::Unreachable, false)]
    fn no_more_is_asked_of_it_than_it_was_before(
        #[case] well: bool,
        #[case] kind: FaultKind,
        #[case] goes_on: bool,
    ) {
        let container = ContainerId("1".to_owned());
        let ran = Ran { container, name: "shop-web-1".to_owned(), service: "web".to_owned(), well };
        let fault = Fault::new(kind, "start", "shop-web-1").because("it is unhealthy");
        assert_eq!(tolerated(&ran, fault).is_ok(), goes_on);
    }
}
