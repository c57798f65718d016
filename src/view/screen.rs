//! The whole screen.

use super::appearance::Appearance;
use super::canvas::Canvas;
use super::dialogs::{self, no_docker};
use super::layout::{Arrangement, Wishes, arrange};
use super::panes::{backups, findings, gpus, health, logs, messages, resources, services, tasks};
use super::{ascii, bottom, header, notices, strip};
use crate::app::State;
use crate::app::hit::HitMap;
use crate::app::pane::PaneId;
use crate::domain::GpuSample;
use jiff::Timestamp;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the state as it is `now` into a frame.
pub fn draw(frame: &mut Frame<'_>, state: &State, appearance: &Appearance, now: Timestamp) -> HitMap {
    draw_buffer(frame.buffer_mut(), state, appearance, now)
}

/// The same into any buffer, which is expected to be blank.
pub fn draw_buffer(buffer: &mut Buffer, state: &State, appearance: &Appearance, now: Timestamp) -> HitMap {
    let area = buffer.area;
    let mut canvas = Canvas {
        buffer,
        theme: &appearance.theme,
        depth: appearance.depth,
        zone: &appearance.zone,
        now,
        hits: HitMap::default(),
    };
    let wishes = Wishes { focus: state.focus, zoomed: state.zoomed, gpus: has_gpus(state) };
    let arrangement = arrange(area, wishes);
    canvas.paint(area, appearance.theme.text);
    header::draw(&mut canvas, state, arrangement.header);
    let body = Rect {
        y: arrangement.header.bottom(),
        height: area.height.saturating_sub(arrangement.header.height + arrangement.bottom.height),
        ..area
    };
    match state.no_docker() {
        Some(fault) => no_docker::draw(&mut canvas, state, body, fault),
        None => draw_panes(&mut canvas, state, &arrangement),
    }
    bottom::draw(&mut canvas, state, arrangement.bottom);
    notices::draw(&mut canvas, state, &arrangement, body);
    dialogs::draw(&mut canvas, state, body);
    let hits = canvas.hits;
    if appearance.ascii {
        ascii::fold(buffer);
    }
    hits
}

fn draw_panes(canvas: &mut Canvas<'_>, state: &State, arrangement: &Arrangement) {
    for (pane, area) in &arrangement.panes {
        let focused = state.focus == *pane;
        match pane {
            PaneId::Services => services::draw(canvas, state, *area, focused),
            PaneId::Gpus => gpus::draw(canvas, state, *area, focused),
            PaneId::Logs => logs::draw(canvas, state, *area, focused),
            PaneId::Health => health::draw(canvas, state, *area, focused),
            PaneId::Findings => findings::draw(canvas, state, *area, focused),
            PaneId::Tasks => tasks::draw(canvas, state, *area, focused),
            PaneId::Backups => backups::draw(canvas, state, *area, focused),
            PaneId::Resources => resources::draw(canvas, state, *area, focused),
            PaneId::Messages => messages::draw(canvas, state, *area, focused),
        }
    }
    for (pane, area) in &arrangement.strips {
        strip::draw(canvas, state, *pane, *area);
    }
}

/// False once it is known that there are none. What failed has to be read in its pane.
pub(super) fn has_gpus(state: &State) -> bool {
    match state.gpus.sample() {
        Some(GpuSample::Absent { .. }) => false,
        Some(GpuSample::Devices(devices)) => !devices.is_empty(),
        Some(GpuSample::Failed(_)) | None => true,
    }
}
