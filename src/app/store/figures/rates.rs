//! Rates from counters: what was moved between two readings, by the time between them.

use crate::domain::ContainerFigures;

/// Beyond it, a mean says nothing of now.
const LONGEST_SECONDS: f64 = 120.0;

/// Bytes a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    pub received: Option<u64>,
    pub sent: Option<u64>,
    pub read: Option<u64>,
    pub written: Option<u64>,
}

impl Rates {
    pub(super) fn between(before: &ContainerFigures, after: &ContainerFigures) -> Self {
        let seconds = after.time.duration_since(before.time).as_secs_f64();
        if seconds <= 0.0 || seconds > LONGEST_SECONDS {
            return Self::default();
        }
        let rate = |count: fn(&ContainerFigures) -> Option<u64>| {
            // A count that is less than it was began anew, with the container or its interface.
            let moved = count(after)?.checked_sub(count(before)?)?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                clippy::cast_sign_loss,
                reason = "three digits are shown"
            )]
            let rate = (moved as f64 / seconds).round() as u64;
            Some(rate)
        };
        Self {
            received: rate(|figures| figures.network_received_bytes),
            sent: rate(|figures| figures.network_sent_bytes),
            read: rate(|figures| figures.block_read_bytes),
            written: rate(|figures| figures.block_written_bytes),
        }
    }
}
