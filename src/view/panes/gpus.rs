//! Pane 2: what each GPU does, and who holds its memory.

mod details;
mod graphs;
mod holders;
mod row;
mod seats;

use super::{Rows, explain};
use crate::app::State;
use crate::app::pane::PaneId;
use crate::config::theme::Theme;
use crate::domain::GpuSample;
use crate::domain::safe::TextStyle;
use crate::view::canvas::Canvas;
use crate::view::frame::Frame;
use crate::view::{text, words};
use ratatui::layout::Rect;

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let body = Frame::new(PaneId::Gpus, focused).draw(canvas, area);
    match state.gpus.sample() {
        None => explain(canvas, body, &["Asking the GPUs…"]),
        Some(GpuSample::Absent { reason }) => explain(canvas, body, &[reason]),
        Some(GpuSample::Failed(fault)) => {
            let text = fault.to_string();
            explain(canvas, body, &[&text, fault.hint.as_deref().unwrap_or_default()]);
        }
        Some(GpuSample::Devices(_)) if state.zoomed => draw_zoomed(canvas, state, body, focused),
        Some(GpuSample::Devices(_)) => draw_rows(canvas, state, body, focused),
    }
}

/// All devices, below them all that is known of the selected one, and who asked for which.
fn draw_zoomed(canvas: &mut Canvas<'_>, state: &State, body: Rect, focused: bool) {
    let rows = u16::try_from(state.panes.gpus.list.keys().len()).unwrap_or(u16::MAX);
    let wanted = details::HEIGHT + graphs::LEAST;
    // The rows keep what they need, up to half of the screen.
    let above = if body.height >= rows.saturating_mul(2) + wanted { rows * 2 } else { rows };
    let above = above.min((body.height / 2).max(3)).min(body.height);
    let (list, below) = (Rect { height: above, ..body }, body.height - above);
    draw_rows(canvas, state, list, focused);
    let below = Rect { y: body.y + above, height: below, ..body };
    // A line for how many have asked is left to the plan.
    let mut used = details::draw(canvas, state, Rect { height: below.height.saturating_sub(1), ..below });
    // The plan leaves the graphs a row, unless only its titles would have room then.
    let left = below.height - used;
    let room = left.checked_sub(graphs::WORTH).filter(|room| *room >= seats::LEAST).unwrap_or(left);
    used += seats::draw(canvas, state, Rect { y: below.y + used, height: room, ..below });
    graphs::draw(canvas, state, Rect { y: below.y + used, height: below.height - used, ..below });
}

fn draw_rows(canvas: &mut Canvas<'_>, state: &State, body: Rect, focused: bool) {
    let list = &state.panes.gpus.list;
    let all = list.keys().len();
    // A second line for each device's course and holders, as soon as all devices then still fit.
    let roomy = usize::from(body.height) >= all * 2;
    let height = if roomy { 2 } else { 1 };
    // A blank line in between, when there is room for that too.
    let airy = usize::from(body.height) >= all * 3 && all > 0 && !state.zoomed;
    let rows = Rows::of(list, PaneId::Gpus, focused, body, if airy { 3 } else { height });
    for index in rows.shown.clone() {
        let Some(place) = list.keys().get(index) else { continue };
        let Some(device) = state.gpus.get(place.device) else { continue };
        let text = rows.text_area(index);
        let marked = Rect { height: height.min(text.height), ..rows.area(index) };
        row::draw(canvas, state, Rect { height: marked.height, ..text }, device, place.instance);
        rows.finish_in(canvas, index, marked);
    }
    rows.scrollbar(canvas, all);
}

/// One line that stands for the pane where it has no room.
pub(in crate::view) fn strip(state: &State, theme: &Theme) -> Vec<(String, TextStyle)> {
    let devices = match state.gpus.sample() {
        None => return vec![("asking…".to_owned(), theme.dim)],
        Some(GpuSample::Absent { reason }) => return vec![(reason.to_string(), theme.dim)],
        Some(GpuSample::Failed(fault)) => return vec![(format!("✗ {fault}"), theme.bad)],
        Some(GpuSample::Devices(devices)) => devices,
    };
    let mut pieces = Vec::new();
    for device in devices {
        pieces.push((format!("{} ", device.index), theme.dim));
        match &device.reading {
            Ok(reading) => {
                let utilisation = row::utilisation(reading);
                let memory = words::part_of(reading.memory_used_bytes, reading.memory_total_bytes);
                pieces.push((format!("{utilisation:>4} "), theme.text));
                pieces.push((
                    format!("{memory}  "),
                    row::memory_look(reading.memory_used_bytes, reading.memory_total_bytes, theme),
                ));
            }
            Err(reason) => pieces.push((format!("✗ {}  ", text::fit(reason, 12)), theme.bad)),
        }
    }
    pieces
}
