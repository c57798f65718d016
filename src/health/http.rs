//! A request for a page: 200 to 399 is up, and so is a service that asks for credentials.

mod body;
mod fetch;

pub(super) use fetch::{Page, Want, fetch};

use super::line::Line;
use super::{Answer, Outcome};
use crate::domain::check::Expected;
use hyper::StatusCode;
use std::time::Duration;

/// A page that begins to answer and then stalls, or a stream of events that never ends, is not waited for when nobody
/// asks what it says.
const BODY_TIME: Duration = Duration::from_millis(500);
/// An answer is read so far and no further.
const BODY_LIMIT: usize = 64 * 1024;

pub(super) async fn ask(line: Line<'_>, url: &str, expect: &Expected) -> Outcome {
    let want = Want {
        status: expect.status,
        bytes: BODY_LIMIT,
        patience: (!expect.reads_body()).then_some(BODY_TIME),
    };
    match fetch(line, url, want).await {
        Ok(page) => {
            let latency = page.latency;
            certified(judge(&page, expect), &page).after(latency)
        }
        // Whatever it speaks, it speaks: nobody has said that it is a page.
        Err(outcome) if expect.any_answer && outcome.message.as_str() == fetch::NOT_HTTP => {
            Outcome::up("answers, though not in HTTP")
        }
        Err(outcome) => outcome,
    }
}

fn judge(page: &Page, expect: &Expected) -> Outcome {
    let text = words(page.status);
    let by_status = match (expect.status, page.status.as_u16()) {
        (Some(wanted), code) if code == wanted => Outcome::up(text),
        (Some(wanted), _) => Outcome::refused(format!("{text}, expected {wanted}")),
        (None, 401 | 403) => return Outcome::up(format!("{text}: alive, asks for credentials")),
        (None, 200..=399) => Outcome::up(text),
        (None, 400..=499) if expect.any_answer => Outcome::up(format!("{text}: alive, has no such page")),
        (None, _) => Outcome::refused(text),
    };
    match (by_status.answer, body::complaint(page, expect)) {
        (Answer::Up, Some(why)) => Outcome::refused(format!("{}, but {why}", by_status.message)),
        _ => by_status,
    }
}

/// What clients would think of the certificate weighs as much as what the page says.
fn certified(outcome: Outcome, page: &Page) -> Outcome {
    match &page.doubt {
        Some(doubt) if outcome.answer == Answer::Up => {
            let answer = if doubt.refuses { Answer::Down } else { Answer::Degraded };
            let message = format!("{}, but its certificate {}", outcome.message, doubt.text);
            Outcome { refused: doubt.refuses, ..Outcome::new(answer, message) }
        }
        _ => outcome,
    }
}

/// `503 Service Unavailable`
fn words(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}
