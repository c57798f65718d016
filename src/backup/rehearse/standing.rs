//! Services that were started, until each is up or has done what it was there for.

use super::services::Teller;
use crate::compose;
use crate::domain::{Container, ContainerId, ContainerState, Fault, FaultKind, Health, units};
use crate::engine::Engine;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(300);
/// Where no health check can tell: many die of a wrong setting within a moment.
const SETTLED: Duration = Duration::from_secs(1);
/// After so many restarts it is not going to stay.
const RESTARTS: u64 = 3;

#[derive(Debug, PartialEq, Eq)]
enum Standing {
    Up,
    Open(&'static str),
    Broken(String),
}

/// Since when each has run without a restart, as far as was seen.
type Lives = BTreeMap<ContainerId, (Option<Timestamp>, Instant)>;

pub async fn stand(
    engine: &Engine,
    project: &str,
    limit: Duration,
    teller: &Teller<'_>,
) -> Result<(), Fault> {
    let (began, mut lives, mut said) = (Instant::now(), Lives::new(), String::new());
    loop {
        let mut open = Vec::new();
        for listed in engine.containers(Some(project)).await? {
            let container = engine.inspect(&listed.id).await?;
            match judge(&container, &mut lives, Instant::now()) {
                Standing::Up => {}
                Standing::Open(words) => open.push(format!("{} is {words}", container.tag())),
                Standing::Broken(cause) => {
                    let fault =
                        Fault::new(FaultKind::Refused, "start", container.name.as_str()).because(cause);
                    return Err(compose::with_last_words(engine, &container, fault).await);
                }
            }
        }
        let text = open.join(", ");
        if open.is_empty() {
            return Ok(());
        }
        if (teller.cancelled)() {
            return Err(Fault::new(FaultKind::Cancelled, "wait for", project));
        }
        if began.elapsed() > limit {
            let cause = format!("after {} {text}", units::duration(limit));
            return Err(Fault::new(FaultKind::Refused, "wait for", project).because(cause));
        }
        if text != said {
            (teller.told)(text.clone());
            said = text;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn judge(container: &Container, lives: &mut Lives, now: Instant) -> Standing {
    let details = container.details.as_ref();
    let exit_code = details.map_or(-1, |details| details.exit_code);
    if details.is_some_and(|details| details.restart_count >= RESTARTS) {
        return Standing::Broken(format!("it keeps restarting, last with exit code {exit_code}"));
    }
    match container.state {
        ContainerState::Running => {}
        // Nobody has it started again after that: a job that is done.
        ContainerState::Exited if exit_code == 0 => return Standing::Up,
        ContainerState::Exited | ContainerState::Dead | ContainerState::Removing => {
            return Standing::Broken(format!("it ended with exit code {exit_code}"));
        }
        ContainerState::Restarting => return Standing::Open("restarting"),
        ContainerState::Created | ContainerState::Paused | ContainerState::Unknown => {
            return Standing::Open("not running");
        }
    }
    match container.health {
        Some(Health::Healthy) => Standing::Up,
        Some(Health::Unhealthy) => {
            let output = details.and_then(|details| details.health_output.as_ref());
            let output =
                output.map(|output| format!(": {}", crate::domain::secret::mask_text(output.as_str())));
            Standing::Broken(format!("it is unhealthy{}", output.unwrap_or_default()))
        }
        Some(Health::Starting) => Standing::Open("not healthy yet"),
        None => {
            let started = details.and_then(|details| details.started_at);
            let life = lives.entry(container.id.clone()).or_insert((started, now));
            if life.0 != started {
                *life = (started, now);
            }
            if now.duration_since(life.1) >= SETTLED {
                Standing::Up
            } else {
                Standing::Open("running, for now")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::ContainerDetails;
    use crate::domain::fixtures;
    use rstest::rstest;

    fn container(state: ContainerState, health: Option<Health>, exit_code: i64) -> Container {
        let details = ContainerDetails { exit_code, ..fixtures::details() };
        Container { state, health, details: Some(details), ..fixtures::container("shop-web-1") }
    }

    #[rstest]
    #[case::a_job_that_is_done(ContainerState::Exited, None, 0, Standing::Up)]
    #[case::one_that_failed(
        ContainerState::Exited,
        None,
        1,
        Standing::Broken("it ended with exit code 1".to_owned())
    )]
    #[case::healthy(ContainerState::Running, Some(Health::Healthy), 0, Standing::Up)]
    #[case::not_yet(ContainerState::Running, Some(Health::Starting), 0, Standing::Open("not healthy yet"))]
    #[case::away_for_a_moment(ContainerState::Restarting, None, 1, Standing::Open("restarting"))]
    fn what_a_container_has_come_to(
        #[case] state: ContainerState,
        #[case] health: Option<Health>,
        #[case] exit_code: i64,
        #[case] standing: Standing,
    ) {
        let found = judge(&container(state, health, exit_code), &mut Lives::new(), Instant::now());
        assert_eq!(found, standing);
    }

    #[test]
    fn without_a_health_check_it_has_to_run_for_a_moment_and_a_restart_begins_it_anew() {
        let (mut lives, began) = (Lives::new(), Instant::now());
        let mut seen = container(ContainerState::Running, None, 0);
        let open = Standing::Open("running, for now");
        assert_eq!(judge(&seen, &mut lives, began), open);
        assert_eq!(judge(&seen, &mut lives, began + SETTLED), Standing::Up);
        let details = seen.details.as_mut().unwrap();
        details.started_at = Timestamp::from_second(1_795_000_000).ok();
        assert_eq!(judge(&seen, &mut lives, began + SETTLED), open);
        seen.details.as_mut().unwrap().restart_count = RESTARTS;
        assert!(matches!(judge(&seen, &mut lives, began), Standing::Broken(_)));
    }
}
