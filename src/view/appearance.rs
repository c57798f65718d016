//! What the drawing depends on besides the state and the time.

use crate::config::theme::{ColourDepth, Theme};
use jiff::tz::TimeZone;

#[derive(Debug, Clone, PartialEq)]
pub struct Appearance {
    pub(super) theme: Theme,
    pub(super) depth: ColourDepth,
    pub(super) ascii: bool,
    pub(super) zone: TimeZone,
}

impl Appearance {
    /// Times are shown in `zone`; with `ascii`, every symbol has a stand-in, for locales without Unicode.
    pub fn new(theme: Theme, depth: ColourDepth, ascii: bool, zone: TimeZone) -> Self {
        Self { theme: theme.at(depth), depth, ascii, zone }
    }
}
