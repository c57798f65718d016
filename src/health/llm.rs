//! Whether an engine of language models gets on. Its `/health` stays 200 while the engine behind it hangs; what it tells
//! Prometheus does not lie: requests wait, and no token comes.

mod figures;

use super::gpus::Busy;
use super::http::{Want, fetch};
use super::line::Line;
use super::{Answer, Outcome};
use figures::Figures;
use std::time::{Duration, Instant};

/// Histograms of a busy engine take some hundred kilobytes.
const LIMIT: usize = 2 * 1024 * 1024;
/// A long prompt is read for some seconds before its first token comes.
const SLOW: Duration = Duration::from_secs(10);
/// A GPU that does no more than this reads no prompt.
const IDLE_PERCENT: u32 = 5;
const WEDGED: Duration = Duration::from_secs(30);
/// Who looks but once looks a second time after so long, when requests wait.
const SECOND_LOOK: Duration = Duration::from_millis(1500);
/// The second answer is given at least so long.
const AMPLE: Duration = Duration::from_millis(500);

/// What is remembered from one run to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    tokens: u64,
    /// Whether anybody waited for one.
    asked: bool,
    /// Since when somebody waits and no token has come.
    since: Instant,
}

/// With nothing remembered and no second chance it looks twice, if there is time for it in all that `once` gives.
pub(super) async fn ask(
    line: Line<'_>,
    url: &str,
    busy: Option<Busy>,
    progress: &mut Option<Progress>,
    once: Option<Duration>,
) -> Outcome {
    let began = Instant::now();
    let first = look(line, url).await;
    match first {
        Ok((figures, latency)) => {
            let outcome = judge(figures, busy, progress, Instant::now());
            if !figures.asks() || !once.is_some_and(|limit| has_time(limit, began.elapsed(), latency)) {
                return outcome.after(latency);
            }
            tokio::time::sleep(SECOND_LOOK).await;
            match look(line, url).await {
                Ok((figures, latency)) => {
                    second(figures, progress.as_ref()).unwrap_or(outcome).after(latency)
                }
                Err(outcome) => outcome,
            }
        }
        Err(outcome) => outcome,
    }
}

/// Whether a second look will have come to its end within the limit: a first answer is not lost for its sake.
fn has_time(limit: Duration, passed: Duration, latency: Duration) -> bool {
    limit.saturating_sub(passed) >= SECOND_LOOK + AMPLE.max(latency * 2)
}

async fn look(line: Line<'_>, url: &str) -> Result<(Figures, Duration), Outcome> {
    let want = Want { status: Some(200), bytes: LIMIT, patience: None };
    let page = fetch(line, url, want).await?;
    if page.status.as_u16() != 200 {
        return Err(Outcome::refused(format!("{} instead of the engine's figures", page.status)));
    }
    let figures = Figures::read(&String::from_utf8_lossy(&page.body));
    let told = figures.ok_or_else(|| {
        Outcome::refused("there are no figures of a language model's engine (vLLM, SGLang) on this page")
    })?;
    Ok((told, page.latency))
}

fn judge(figures: Figures, busy: Option<Busy>, progress: &mut Option<Progress>, now: Instant) -> Outcome {
    let waits = |before: &Progress| before.asked && figures.asks() && figures.tokens == before.tokens;
    let Some(before) = progress.filter(waits) else {
        // A token has come, the engine was started anew, or there was nothing to do until now.
        *progress = Some(Progress { tokens: figures.tokens, asked: figures.asks(), since: now });
        return Outcome::up(figures.words());
    };
    let still = now.saturating_duration_since(before.since);
    let gpu = busy.map(|busy| format!(", while {}", busy.words())).unwrap_or_default();
    let text = format!("{}, and no token has come for {}s{gpu}", figures.words(), still.as_secs());
    let is_idle = busy.is_some_and(|busy| busy.percent < IDLE_PERCENT);
    if still >= WEDGED || is_idle && still >= SLOW {
        Outcome::refused(format!("the engine is wedged: {text}"))
    } else if still >= SLOW {
        Outcome::new(Answer::Degraded, text)
    } else {
        Outcome::up(figures.words())
    }
}

fn second(figures: Figures, progress: Option<&Progress>) -> Option<Outcome> {
    let stands_still = figures.asks() && progress.is_some_and(|before| before.tokens == figures.tokens);
    stands_still.then(|| {
        let text =
            format!("{}, and no token has come for {:.1}s", figures.words(), SECOND_LOOK.as_secs_f64());
        Outcome::new(Answer::Degraded, text)
    })
}

#[cfg(test)]
mod tests;
