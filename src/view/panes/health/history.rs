//! The strip of the last results, the newest at its right end.

use crate::domain::Verdict;
use crate::view::canvas::Canvas;

pub(super) fn draw(canvas: &mut Canvas<'_>, x: u16, y: u16, room: u16, history: &[Verdict]) {
    let theme = canvas.theme;
    let shown = &history[history.len().saturating_sub(usize::from(room))..];
    let mut at = x + room - u16::try_from(shown.len()).unwrap_or(room);
    for result in shown {
        let (symbol, look) = match result {
            Verdict::Up => ("▂", theme.gauge_empty),
            Verdict::Degraded => ("▄", theme.warning),
            Verdict::Starting => ("▁", theme.starting),
            Verdict::Down => ("▆", theme.bad),
            Verdict::Unknown => (" ", theme.dim),
        };
        at = canvas.put(at, y, 1, symbol, look);
    }
}
