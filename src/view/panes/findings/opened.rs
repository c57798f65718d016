//! One finding in full.

use super::told;
use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::pane::findings::Opened;
use crate::app::store::findings::Incident;
use crate::domain::Safe;
use crate::view::canvas::Canvas;
use crate::view::frame::{Frame, scrollbar};
use ratatui::layout::Rect;

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    area: Rect,
    focused: bool,
    (open, incident): (&Opened, &Incident),
) {
    let theme = canvas.theme;
    let over = if incident.is_over() { "over " } else { "" };
    let about = &incident.finding.about;
    let of = [about.stack.as_deref(), about.service.as_deref()].into_iter().flatten();
    let names: Vec<String> = of.map(|name| format!("› {} ", Safe::new(name))).collect();
    let title = names.concat();
    let body = Frame::new(PaneId::Findings, focused)
        .left([(title.as_str(), theme.title), (over, theme.dim)])
        .draw(canvas, area);
    let lines = told::in_full(canvas, state, incident, &open.preview, body.width.saturating_sub(2));
    let rows = usize::from(body.height);
    let first = open.scroll.min(lines.len().saturating_sub(rows));
    told::draw(canvas, body, &lines[first..]);
    scrollbar(canvas, body, first, rows.min(lines.len()), lines.len());
    canvas.hits.finding_lines = lines.len();
}
