//! One run of one check, within its time.

use super::{Answer, Dialer, Outcome, docker, http, tcp};
use crate::domain::{CheckKind, CheckSpec, Container, units};
use std::time::Duration;
use tokio::time::timeout;

pub(super) async fn probe(spec: &CheckSpec, dialer: &Dialer, fleet: Option<&Vec<Container>>) -> Outcome {
    if let Some(outcome) = fleet.and_then(|fleet| docker::not_running(&spec.id, fleet)) {
        return outcome;
    }
    let asked = async {
        match &spec.kind {
            CheckKind::Docker => match fleet {
                Some(fleet) => docker::verdict(&spec.id, fleet),
                None => Outcome::new(Answer::Unknown, "waiting for the daemon"),
            },
            CheckKind::Http { url, expect_status } => http::ask(dialer, url, *expect_status).await,
            CheckKind::Tcp { host, port } => tcp::ask(dialer, host, *port).await,
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
