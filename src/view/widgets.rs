//! The small parts that panes are made of.

pub(super) mod bars;
pub(super) mod columns;
pub(super) mod meter;
pub(super) mod panels;
pub(super) mod sparkline;
