//! Graphs beside and above one another, each below a line of words.

use super::bars;
use crate::app::pane::services::Series;
use crate::view::canvas::Canvas;
use crate::view::text;
use ratatui::layout::Rect;

/// Between two graphs.
const GAP: u16 = 2;

pub(in crate::view) struct Panel<'g> {
    /// The longest first.
    pub(in crate::view) titles: Vec<String>,
    pub(in crate::view) series: &'g Series,
    /// What fills the height.
    pub(in crate::view) top: f64,
}

/// So many side by side. `last` is the number of the newest step.
pub(in crate::view) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    panels: &[Panel<'_>],
    across: u16,
    last: i64,
) {
    let theme = canvas.theme;
    let count = u16::try_from(panels.len()).unwrap_or(u16::MAX);
    for (place, Panel { titles, series, top }) in cells(area, count, across).into_iter().zip(panels) {
        if place.height == 0 {
            continue;
        }
        let fits = |title: &&String| text::width(title) <= usize::from(place.width);
        let title = titles.iter().find(fits).or(titles.last());
        canvas.put(place.x, place.y, place.width, title.map_or("", String::as_str), theme.text);
        let lines = Rect { y: place.y + 1, height: place.height - 1, ..place };
        let room = usize::from(lines.width);
        let columns = bars::columns(&series.0, last, room);
        for row in 0..lines.height {
            let line = bars::line(&columns, *top, lines.height, row, room);
            canvas.put(lines.x, lines.y + row, lines.width, &line, theme.sparkline);
        }
    }
}

fn cells(area: Rect, count: u16, across: u16) -> Vec<Rect> {
    let down = count.div_ceil(across.max(1)).max(1);
    let width = (area.width + GAP) / across.max(1);
    let height = area.height / down;
    let cell = |at: u16| {
        let (column, row) = (at % across.max(1), at / across.max(1));
        // The last one below has the rows that are left over.
        let rest = if row + 1 == down { area.height - height * down } else { 0 };
        Rect {
            x: area.x + column * width,
            y: area.y + row * height,
            width: width.saturating_sub(GAP),
            height: height + rest,
        }
    };
    (0..count).map(cell).collect()
}
