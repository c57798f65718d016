//! A line that stands for a pane where there is no room for a frame.

use super::canvas::{Canvas, Piece, screen_rect};
use super::panes::{findings, gpus, health};
use crate::app::State;
use crate::app::hit::PaneArea;
use crate::app::pane::PaneId;
use ratatui::layout::Rect;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, pane: PaneId, area: Rect) {
    let theme = canvas.theme;
    let said = match pane {
        PaneId::Gpus => gpus::strip(state, theme),
        PaneId::Health => health::strip(state, theme),
        PaneId::Findings => findings::strip(state, theme),
        PaneId::Services
        | PaneId::Logs
        | PaneId::Tasks
        | PaneId::Backups
        | PaneId::Resources
        | PaneId::Messages => Vec::new(),
    };
    let number = pane.number().to_string();
    let title = format!(" {:<10}", pane.title());
    let title_look = if state.focus == pane { theme.border_focused } else { theme.title };
    let mut pieces: Vec<Piece<'_>> = vec![(&number, theme.key), (&title, title_look)];
    pieces.extend(said.iter().map(|(words, look)| (words.as_str(), *look)));
    canvas.pieces(area.x + 1, area.y, area.width.saturating_sub(1), &pieces);
    canvas.hits.panes.push(PaneArea { pane, area: screen_rect(area), body: screen_rect(area) });
}
