//! Columns of a table: the ones that matter least give way first when there is little room.

/// What a column wants.
#[derive(Debug, Clone, Copy)]
pub(in crate::view) struct Column {
    pub(in crate::view) least: u16,
    /// What it may grow to when there is room; equal to `least` for a fixed column.
    pub(in crate::view) most: u16,
    /// 0 stays to the end; the highest goes first.
    pub(in crate::view) rank: u8,
}

impl Column {
    pub(in crate::view) const fn fixed(width: u16, rank: u8) -> Self {
        Self { least: width, most: width, rank }
    }

    pub(in crate::view) const fn between(least: u16, most: u16, rank: u8) -> Self {
        Self { least, most, rank }
    }
}

/// The width of each column within `room`, with one blank between neighbours; 0 for those that gave way.
pub(in crate::view) fn widths<const N: usize>(columns: &[Column; N], room: u16) -> [u16; N] {
    let mut kept = columns.map(|column| column.most > 0);
    let needed = |kept: &[bool; N]| {
        let (count, sum) = columns
            .iter()
            .zip(kept)
            .filter(|(_, kept)| **kept)
            .fold((0u16, 0u16), |(count, sum), (column, _)| (count + 1, sum + column.least));
        sum + count.saturating_sub(1)
    };
    while needed(&kept) > room {
        let worst = (0..N).filter(|at| kept[*at] && columns[*at].rank > 0).max_by_key(|at| columns[*at].rank);
        match worst {
            Some(at) => kept[at] = false,
            None => break,
        }
    }
    let mut spare = room.saturating_sub(needed(&kept));
    let mut widths = [0; N];
    for at in 0..N {
        if kept[at] {
            widths[at] = columns[at].least;
        }
    }
    // The columns that matter most take of the spare room first.
    let mut order: [usize; N] = std::array::from_fn(|at| at);
    order.sort_by_key(|at| columns[*at].rank);
    for at in order.into_iter().filter(|at| kept[*at]) {
        let more = spare.min(columns[at].most - columns[at].least);
        widths[at] += more;
        spare -= more;
    }
    // Even what may not give way is cut to the room there is.
    let mut left = room;
    for width in &mut widths {
        *width = (*width).min(left);
        left = left.saturating_sub(*width + u16::from(*width > 0));
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLUMNS: [Column; 4] =
        [Column::between(8, 30, 0), Column::fixed(5, 1), Column::fixed(6, 3), Column::between(4, 10, 2)];

    #[test]
    fn the_least_important_column_goes_first_and_the_most_important_grows_first() {
        assert_eq!(widths(&COLUMNS, 26), [8, 5, 6, 4]);
        assert_eq!(widths(&COLUMNS, 25), [14, 5, 0, 4]);
        assert_eq!(widths(&COLUMNS, 14), [8, 5, 0, 0]);
        assert_eq!(widths(&COLUMNS, 13), [13, 0, 0, 0]);
        assert_eq!(widths(&COLUMNS, 3), [3, 0, 0, 0]);
        assert_eq!(widths(&COLUMNS, 200), [30, 5, 6, 10]);
    }

    proptest! {
        #[test]
        fn columns_never_need_more_than_the_room(room in 0u16..300) {
            let widths = widths(&COLUMNS, room);
            let shown = widths.iter().filter(|width| **width > 0).count();
            let sum: u16 = widths.iter().sum();
            prop_assert!(usize::from(sum) + shown.saturating_sub(1) <= usize::from(room));
        }
    }
}
