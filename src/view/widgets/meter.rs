//! A bar for a part of a whole.

/// How many of the bar's cells are filled. Anything above nothing shows, and only the whole fills the bar.
pub(in crate::view) fn filled(part: f64, cells: u16) -> u16 {
    if part.is_nan() || part <= 0.0 || cells == 0 {
        return 0;
    }
    if part >= 1.0 {
        return cells;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the cells")]
    let rounded = (part * f64::from(cells)).round() as u16;
    rounded.clamp(1, cells.saturating_sub(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0.0, 0)]
    #[case(0.001, 1)]
    #[case(0.5, 5)]
    #[case(0.99, 9)]
    #[case(1.0, 10)]
    #[case(7.0, 10)]
    #[case(f64::NAN, 0)]
    fn a_bar_neither_hides_a_little_nor_claims_the_whole(#[case] part: f64, #[case] cells: u16) {
        assert_eq!(filled(part, 10), cells);
    }

    #[test]
    fn a_bar_of_one_cell_fills_for_anything() {
        assert_eq!(filled(0.1, 1), 1);
        assert_eq!(filled(0.1, 0), 0);
    }
}
