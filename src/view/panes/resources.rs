//! Pane 8: images, volumes and networks.

use super::{Rows, explain};
use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::pane::resources::ResourceKey;
use crate::domain::resources::{Image, Network, Resources, Volume};
use crate::domain::{Safe, units};
use crate::view::canvas::Canvas;
use crate::view::frame::Frame;
use crate::view::widgets::columns::{Column, widths};
use crate::view::words::{self, ABSENT};
use ratatui::layout::Rect;

/// Kind, name, size, age, and what else is known.
const COLUMNS: [Column; 5] = [
    Column::fixed(7, 1),
    Column::between(16, 60, 0),
    Column::fixed(6, 0),
    Column::fixed(5, 2),
    Column::between(12, 60, 3),
];

pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) {
    let theme = canvas.theme;
    let list = &state.panes.resources.list;
    let summary = state.resources.resources().map(summary);
    let fault = state.resources.fault().map(|fault| format!("✗ {fault} "));
    let mut frame = Frame::new(PaneId::Resources, focused);
    if let Some(summary) = &summary {
        frame = frame.left([(summary.as_str(), theme.dim)]);
    }
    if let Some(fault) = &fault {
        frame = frame.left([(fault.as_str(), theme.bad)]);
    }
    let body = frame.draw(canvas, area);
    let Some(resources) = state.resources.resources() else {
        return explain(canvas, body, &["Asking the daemon for images, volumes and networks…"]);
    };
    if list.keys().is_empty() {
        let filtered = list.filter.is_some();
        return explain(
            canvas,
            body,
            &[if filtered { "Nothing matches the filter." } else { "There are none." }],
        );
    }
    let rows = Rows::of(list, PaneId::Resources, focused, body, 1);
    for index in rows.shown.clone() {
        if let Some(row) = list.keys().get(index).and_then(|key| Row::of(key, resources)) {
            row.draw(canvas, rows.text_area(index));
        }
        rows.finish(canvas, index);
    }
    rows.scrollbar(canvas, list.keys().len());
}

fn summary(resources: &Resources) -> String {
    let bytes: u64 = resources.images.iter().map(|image| image.size_bytes).sum();
    format!(
        " {} ({})  {}  {} ",
        words::counted(resources.images.len(), "image", "images"),
        units::bytes(bytes),
        words::counted(resources.volumes.len(), "volume", "volumes"),
        words::counted(resources.networks.len(), "network", "networks"),
    )
}

enum Row<'r> {
    Image(&'r Image),
    Volume(&'r Volume),
    Network(&'r Network),
}

impl<'r> Row<'r> {
    fn of(key: &ResourceKey, resources: &'r Resources) -> Option<Self> {
        match key {
            ResourceKey::Image(id) => resources.images.iter().find(|image| image.id == *id).map(Self::Image),
            ResourceKey::Volume(name) => {
                resources.volumes.iter().find(|volume| *volume.name == **name).map(Self::Volume)
            }
            ResourceKey::Network(id) => {
                resources.networks.iter().find(|network| network.id == *id).map(Self::Network)
            }
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let widths = widths(&COLUMNS, area.width);
        let now = canvas.now;
        let none = || ABSENT.to_owned();
        let [kind, name, size, age, more] = match self {
            Self::Image(image) => [
                "image".to_owned(),
                image.tags.first().map_or_else(|| short_id(&image.id), Safe::to_string),
                units::bytes(image.size_bytes),
                words::age(image.created, now),
                image.tags.iter().skip(1).map(Safe::as_str).collect::<Vec<_>>().join("  "),
            ],
            Self::Volume(volume) => [
                "volume".to_owned(),
                volume.name.to_string(),
                words::optional(volume.size_bytes, units::bytes),
                words::age(volume.created, now),
                volume.project.as_ref().map_or_else(
                    || volume.driver.to_string(),
                    |project| format!("{}  of {project}", volume.driver),
                ),
            ],
            Self::Network(network) => [
                "network".to_owned(),
                network.name.to_string(),
                none(),
                none(),
                std::iter::once(&network.driver)
                    .chain(&network.subnets)
                    .map(Safe::as_str)
                    .collect::<Vec<_>>()
                    .join("  "),
            ],
        };
        let cells =
            [(kind, theme.dim), (name, theme.text), (size, theme.text), (age, theme.dim), (more, theme.dim)];
        let mut x = area.x;
        for (at, (content, look)) in cells.iter().enumerate() {
            if matches!(at, 2 | 3) {
                canvas.put_right(x, area.y, widths[at], content, *look);
            } else {
                canvas.put(x, area.y, widths[at], content, *look);
            }
            x += widths[at] + u16::from(widths[at] > 0);
        }
    }
}

fn short_id(id: &str) -> String {
    let digits = id.strip_prefix("sha256:").unwrap_or(id);
    format!("<untagged> {}", digits.get(..12).unwrap_or(digits))
}
