//! Conversions between counters and curves. Every figure here is far below 2^52, so nothing is lost in practice.

#[expect(clippy::cast_precision_loss, reason = "simulated figures stay far below 2^52")]
pub fn float(value: u64) -> f64 {
    value as f64
}

/// Rounds; what is negative or not a number becomes 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates and the value is clamped at 0"
)]
pub fn whole(value: f64) -> u64 {
    value.max(0.0).round() as u64
}
