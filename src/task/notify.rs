//! Tells others how a task has ended. That comes after the end is written down and the lock let go: neither an address
//! that does not answer nor one that refuses can change anything for the task.

mod email;
mod message;
mod webhook;

use crate::domain::notify::{Email, NotifySettings};
use crate::domain::task::Told;
use crate::domain::{TaskRecord, secret};
use message::Message;
use std::fmt::Display;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// An address is tried so often, with a pause that doubles.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// Why a try did not succeed.
struct Failure {
    cause: String,
    /// Whether another try may.
    passing: bool,
}

/// Tells those who are to hear of this end, one after the other, and what came of it.
pub async fn tell(settings: &NotifySettings, record: &TaskRecord, told: &mut impl FnMut(Told)) {
    let message = Message::of(record);
    if let Some(address) = &record.spec.terms.email {
        let undelivered = match &settings.email {
            Some(email) => {
                let email = Email { to: vec![address.clone()], ..email.clone() };
                tries(settings.timeout, || email::send(&email, settings.timeout, &message)).await
            }
            None => Some("the settings name no mail server (notify.email)".to_owned()),
        };
        told(Told { to: address.clone(), undelivered });
    }
    if !settings.when.is_for(record.state) {
        return;
    }
    if let Some(webhook) = &settings.webhook {
        let undelivered = tries(settings.timeout, || webhook::post(&webhook.url, &message)).await;
        told(Told { to: webhook.masked(), undelivered });
    }
    if let Some(email) = &settings.email {
        let undelivered = tries(settings.timeout, || email::send(email, settings.timeout, &message)).await;
        told(Told { to: email.to.join(", "), undelivered });
    }
}

/// Why it could not be delivered, after all tries.
async fn tries<F: Future<Output = Result<(), Failure>>>(
    limit: Duration,
    send: impl Fn() -> F,
) -> Option<String> {
    let mut last = String::new();
    for number in 0..TRIES {
        if number > 0 {
            sleep(PAUSE * 2u32.pow(number - 1)).await;
        }
        match timeout(limit, send()).await {
            Ok(Ok(())) => return None,
            Ok(Err(failure)) => {
                last = secret::mask_text(&failure.cause);
                if !failure.passing {
                    return Some(last);
                }
            }
            Err(_) => last = format!("no answer within {} s", limit.as_secs_f32()),
        }
    }
    Some(format!("{last} ({TRIES} tries)"))
}

impl Failure {
    fn passing(cause: impl Display) -> Self {
        Self { cause: format!("{cause}"), passing: true }
    }

    fn lasting(cause: impl Display) -> Self {
        Self { cause: format!("{cause}"), passing: false }
    }
}

#[cfg(test)]
mod tests;
