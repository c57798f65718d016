//! What is kept of a line beside its text and its colours.

use super::line::Kind;
use crate::domain::log::{Level, Place};
use std::ops::{AddAssign, SubAssign};

#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// Nanoseconds since 1970; the least one where the line has no time.
    pub(super) time: i64,
    /// Where it stands: as [`Place`] has it, whose parts take less room by themselves.
    pub(super) order: i64,
    pub(super) epoch: u16,
    pub(super) text_start: u32,
    pub(super) runs_start: u32,
    /// Bytes that were cut off, or the lines that are missing in a gap.
    pub(super) count: u32,
    pub(super) text_length: u16,
    pub(super) runs_length: u16,
    pub(super) source: u16,
    pub(super) kind: Kind,
    pub(super) level: Option<Level>,
    pub(super) flags: Flags,
}

impl Record {
    pub(super) fn place(&self) -> Place {
        Place { epoch: self.epoch, order: self.order }
    }

    /// Which of its container's streams wrote it; none wrote what is of ours.
    pub(super) fn stream(&self) -> Option<usize> {
        match self.kind {
            Kind::Stdout => Some(0),
            Kind::Stderr => Some(1),
            Kind::Console => Some(2),
            Kind::Gap | Kind::Note => None,
        }
    }
}

/// What is known of a line, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags(u8);

impl Flags {
    /// The search finds something in it.
    pub(super) const MATCH: Self = Self(1);
    /// The filters let it through.
    pub(super) const KEPT: Self = Self(2);
    /// It belongs to a line before it of the same container.
    pub(super) const CONTINUES: Self = Self(4);
    /// Other lines belong to it.
    pub(super) const FOLDS: Self = Self(8);
    /// It is unfolded: it, and the lines that belong to it.
    pub(super) const OPEN: Self = Self(16);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    #[must_use]
    pub(super) fn with(self, other: Self, on: bool) -> Self {
        Self(if on { self.0 | other.0 } else { self.0 & !other.0 })
    }

    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn is_shown(self) -> bool {
        self.has(Self::KEPT) && (!self.has(Self::CONTINUES) || self.has(Self::OPEN))
    }

    /// A match that a filter hides is none.
    pub(super) fn is_found(self) -> bool {
        self.has(Self::MATCH) && self.has(Self::KEPT)
    }
}

/// How many lines of a segment there are of each sort, so that it can be passed over whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) kept: u64,
    pub(super) shown: u64,
    pub(super) found: u64,
}

impl Counts {
    pub(super) fn of(flags: Flags) -> Self {
        Self {
            kept: flags.has(Flags::KEPT).into(),
            shown: flags.is_shown().into(),
            found: flags.is_found().into(),
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.kept += other.kept;
        self.shown += other.shown;
        self.found += other.found;
    }
}

impl SubAssign for Counts {
    fn sub_assign(&mut self, other: Self) {
        self.kept -= other.kept;
        self.shown -= other.shown;
        self.found -= other.found;
    }
}
