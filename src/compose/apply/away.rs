//! A daemon that restarts in the middle of the work.

use crate::domain::{Fault, FaultKind};
use std::time::{Duration, Instant};

/// A daemon that restarts is back within this time, and its containers may have gone on.
pub(super) const AWAY: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(250);

/// Asks again until the daemon is back. For what may be asked twice: looking, and taking away.
pub(super) async fn outlasting<T>(
    is_cancelled: &dyn Fn() -> bool,
    ask: impl AsyncFn() -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut away: Option<Instant> = None;
    loop {
        match ask().await {
            Err(fault)
                if fault.kind == FaultKind::Unreachable
                    && away.get_or_insert_with(Instant::now).elapsed() <= AWAY
                    && !is_cancelled() =>
            {
                tokio::time::sleep(PAUSE).await;
            }
            result => return result,
        }
    }
}
