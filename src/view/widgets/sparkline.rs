//! The course of a figure over the last readings.

const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The newest `columns` readings of 0 to 1, oldest first; a reading that is absent leaves a gap.
pub(in crate::view) fn line(history: &[Option<f64>], columns: usize) -> String {
    let shown = &history[history.len().saturating_sub(columns)..];
    // Young histories grow from the right, so that "now" is always at the same place.
    let blanks = std::iter::repeat_n(' ', columns - shown.len());
    let mut line = String::with_capacity(columns * '█'.len_utf8());
    line.extend(blanks.chain(shown.iter().map(|reading| reading.map_or(' ', step))));
    line
}

fn step(part: f64) -> char {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the steps")]
    let at = (part.clamp(0.0, 1.0) * 7.0).round() as usize;
    STEPS[at.min(7)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_stay_gaps_and_now_is_on_the_right() {
        assert_eq!(line(&[Some(0.0), None, Some(1.0), Some(0.5)], 6), "  ▁ █▅");
        assert_eq!(line(&[Some(0.0), Some(1.0)], 1), "█");
        assert_eq!(line(&[], 3), "   ");
        assert_eq!(line(&[Some(f64::NAN)], 1).chars().count(), 1);
    }
}
