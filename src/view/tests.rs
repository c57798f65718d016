//! Whole screens, made the way the console makes them: by messages. `scenes` has the states, `screens` the snapshots,
//! `promises` what must hold whatever the screen looks like.

mod narrow;
mod own_log;
mod promises;
mod scenes;
mod screens;
mod seats;
mod tall;

use super::{Appearance, draw_buffer};
use crate::app::State;
use crate::app::hit::HitMap;
use crate::config::theme::{ColourDepth, Theme};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn appearance() -> Appearance {
    Appearance::new(Theme::built_in("default").unwrap(), ColourDepth::TwoFiftySix, false, TimeZone::UTC)
}

fn drawn(state: &State, appearance: &Appearance, width: u16, height: u16) -> (Buffer, HitMap) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let hits = draw_buffer(&mut buffer, state, appearance, scenes::now());
    (buffer, hits)
}

fn text(state: &State, width: u16, height: u16) -> String {
    super::export::text(&drawn(state, &appearance(), width, height).0)
}
