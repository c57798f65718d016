//! Which columns there is room for, and where they stand, so that all rows stand in line.

use crate::app::pane::services::Column;
use crate::app::tree::COURSE_STEPS;
use crate::view::widgets::columns::{Column as Wish, widths};
use ratatui::layout::Rect;

/// The longest word for a drift, `image newer`.
pub(super) const DRIFT_WORD: u16 = 11;
const LEAST_NAME: u16 = 18;
/// What names have in any case, lest the columns move whenever one comes or goes.
const USUAL_NAME: u16 = 28;
const LONGEST_NAME: u16 = 40;
/// From here on there are columns that matter less than a whole name.
const WIDE: u16 = 90;
const COUNT: usize = Column::ALL.len();
/// What came is read beside what went; the one without the other misleads.
const PAIRS: [[Column; 2]; 2] = [[Column::Received, Column::Sent], [Column::Read, Column::Written]];

/// Whether the columns have names: what nobody could tell apart without them has no place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Headings {
    None,
    /// Beside other panes; words and figures share the room.
    Wide,
    /// On the whole screen; the figures come before the words.
    Zoomed,
}

pub(super) struct Columns {
    widths: [u16; COUNT],
}

impl Columns {
    /// A server without GPUs needs no room for them where there is much to show. Where there is
    /// room, the longest name is seen whole, marks and all, before the least important columns are.
    pub(super) fn within(room: u16, headings: Headings, gpus: bool, longest_name: u16) -> Self {
        let wishes = |drift: u16, drift_rank: Option<u8>| {
            Column::ALL.map(|column| {
                let rank = match column {
                    Column::Drift => drift_rank.or_else(|| rank(column, headings)),
                    Column::Gpus if !gpus && headings != Headings::None => None,
                    other => rank(other, headings),
                };
                // What is not wanted takes nothing, and gives way first.
                let (least, most) = match column {
                    Column::Drift => (drift, drift),
                    Column::Name if room >= WIDE => (
                        longest_name.clamp(LEAST_NAME, LONGEST_NAME),
                        LONGEST_NAME.min(longest_name.max(USUAL_NAME)),
                    ),
                    Column::Name => (LEAST_NAME, USUAL_NAME),
                    other => size(other),
                };
                match rank {
                    Some(rank) => Wish::between(least, most, rank),
                    None => unwanted(room),
                }
            })
        };
        let in_words = in_pairs(wishes(DRIFT_WORD, None), room);
        // Its symbol stays where there is no room for its word.
        let has_word = in_words[Column::Drift.place()] > 0;
        Self { widths: if has_word { in_words } else { in_pairs(wishes(1, Some(2)), room) } }
    }

    pub(super) fn width(&self, column: Column) -> u16 {
        self.widths[column.place()]
    }

    /// With the blank behind it.
    pub(super) fn with_gap(&self, column: Column) -> u16 {
        let width = self.width(column);
        width + u16::from(width > 0)
    }

    /// Where the column begins in a row, and how wide it is.
    pub(super) fn place(&self, row: Rect, column: Column) -> (u16, u16) {
        let before: u16 = Column::ALL[..column.place()].iter().map(|column| self.with_gap(*column)).sum();
        (row.x.saturating_add(before), self.width(column))
    }

    /// Those that are on the screen.
    pub(super) fn shown(&self) -> impl Iterator<Item = Column> {
        Column::ALL.into_iter().filter(|column| self.width(*column) > 0)
    }
}

fn unwanted(room: u16) -> Wish {
    Wish::fixed(room.saturating_add(1), u8::MAX)
}

/// Those of a pair come or give way together, and leave their room to others.
fn in_pairs(mut wishes: [Wish; COUNT], room: u16) -> [u16; COUNT] {
    let mut settled = widths(&wishes, room);
    for pair in PAIRS {
        let [one, other] = pair.map(|column| settled[column.place()] > 0);
        if one != other {
            for column in pair {
                wishes[column.place()] = unwanted(room);
            }
            settled = widths(&wishes, room);
        }
    }
    settled
}

fn size(column: Column) -> (u16, u16) {
    match column {
        Column::Name => (LEAST_NAME, LONGEST_NAME),
        Column::State => (21, 24),
        Column::Check => (12, 28),
        Column::Ports => (10, 22),
        Column::Course => (8, u16::try_from(COURSE_STEPS).unwrap_or(0)),
        Column::Gpus | Column::MemoryPart => (6, 6),
        Column::Restarts | Column::Pids | Column::Throttled => (4, 4),
        Column::OomKills => (3, 3),
        Column::Drift => (1, 1),
        Column::Replicas
        | Column::Cpu
        | Column::Memory
        | Column::Received
        | Column::Sent
        | Column::Read
        | Column::Written => (5, 5),
    }
}

/// What gives way first has the highest; `None` where it has no place at all.
fn rank(column: Column, headings: Headings) -> Option<u8> {
    let [narrow, wide, whole] = match column {
        Column::Name => [Some(0); 3],
        Column::Replicas | Column::State => [Some(1); 3],
        Column::Memory => [Some(2); 3],
        Column::Cpu => [Some(3); 3],
        Column::Restarts => [Some(4); 3],
        // What is about to fail comes before what is going on, and that before what has no end: rates and numbers.
        Column::Drift => [Some(5), Some(5), Some(13)],
        Column::Check => [Some(6), Some(10), Some(14)],
        Column::Gpus => [Some(7), Some(8), Some(8)],
        Column::Ports => [Some(8), Some(11), Some(15)],
        Column::Course => [None, Some(6), Some(6)],
        Column::Received | Column::Sent => [None, Some(7), Some(9)],
        Column::Read => [None, Some(12), Some(12)],
        Column::Written => [None, Some(12), Some(11)],
        Column::MemoryPart => [None, Some(13), Some(5)],
        Column::Pids => [None, Some(14), Some(12)],
        Column::Throttled => [None, Some(9), Some(10)],
        Column::OomKills => [None, Some(9), Some(7)],
    };
    match headings {
        Headings::None => narrow,
        Headings::Wide => wide,
        Headings::Zoomed => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::a_small_terminal(76, Headings::None, &[Column::Cpu, Column::Memory, Column::Drift])]
    #[case::a_small_terminal_zoomed(76, Headings::Zoomed, &[Column::Cpu, Column::Memory, Column::MemoryPart])]
    #[case::the_middle_zoomed(116, Headings::Zoomed, &[Column::MemoryPart, Column::OomKills, Column::Course, Column::Gpus, Column::Received, Column::Throttled])]
    #[case::a_desk(112, Headings::Wide, &[Column::Course, Column::Received, Column::Drift, Column::OomKills])]
    #[case::all_of_it(196, Headings::Zoomed, &Column::ALL)]
    fn there_is_room_for(#[case] room: u16, #[case] headings: Headings, #[case] expected: &[Column]) {
        let columns = Columns::within(room, headings, true, 0);
        let shown: Vec<Column> = columns.shown().collect();
        assert!(expected.iter().all(|column| shown.contains(column)), "{shown:?}");
        assert_eq!(Columns::within(room, headings, false, 0).width(Column::Gpus), 0);
        let row = Rect::new(0, 0, room, 1);
        assert!(columns.place(row, Column::OomKills).0 + columns.width(Column::OomKills) <= room + 1);
    }

    #[rstest]
    fn what_came_and_what_went_come_together(
        #[values(Headings::None, Headings::Wide, Headings::Zoomed)] headings: Headings,
        #[values(true, false)] gpus: bool,
    ) {
        for (room, name) in (0..220).flat_map(|room| [0, 18, 33, 40].map(|name| (room, name))) {
            let columns = Columns::within(room, headings, gpus, name);
            for [came, went] in PAIRS {
                assert_eq!(columns.width(came), columns.width(went), "{came:?} in {room} beside {name}");
            }
        }
    }

    #[test]
    fn a_long_name_has_the_room_that_it_needs() {
        let name = |room, longest| Columns::within(room, Headings::None, false, longest).width(Column::Name);
        assert_eq!((name(116, 33), name(116, 10), name(116, 90)), (33, 28, 40));
    }

    #[test]
    fn without_headings_there_are_the_words_and_no_more_figures_than_two() {
        for room in 0..200 {
            let columns = Columns::within(room, Headings::None, true, 0);
            assert!(
                columns.shown().all(|column| column <= Column::Cpu || column == Column::Memory),
                "{room}"
            );
        }
    }
}
