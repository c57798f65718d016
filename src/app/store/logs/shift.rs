//! What those who hold a line's number are told when numbers change.

/// Lines were put in between others, whose numbers are higher now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shift {
    /// One merge each: the numbers, before it, of the lines before which something was put; ascending, repeated.
    pub(super) merges: Vec<Vec<u64>>,
}

impl Shift {
    /// The number that the line has now.
    pub fn of(&self, number: u64) -> u64 {
        self.merges
            .iter()
            .fold(number, |number, merge| number + merge.partition_point(|before| *before <= number) as u64)
    }

    pub fn is_none(&self) -> bool {
        self.merges.is_empty()
    }

    /// The least number that means another line than before.
    pub(super) fn least(&self) -> Option<u64> {
        self.merges.iter().filter_map(|merge| merge.first().copied()).min()
    }
}
