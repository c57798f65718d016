//! Which panes are on the screen and where: a whole desk where there is room, the essentials where there is little.

use crate::app::pane::PaneId;
use ratatui::layout::Rect;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Arrangement {
    pub(super) header: Rect,
    /// Keys, or what is being typed.
    pub(super) bottom: Rect,
    pub(super) panes: Vec<(PaneId, Rect)>,
    /// Panes that have only a line to say what matters.
    pub(super) strips: Vec<(PaneId, Rect)>,
}

/// What the arrangement depends on besides the size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wishes {
    pub(super) focus: PaneId,
    pub(super) zoomed: bool,
    /// False where there is no GPU: its pane then gives its room away but for a line.
    pub(super) gpus: bool,
}

/// From this size on, every pane of the desk has a frame of its own.
const DESK_COLUMNS: u16 = 100;
const DESK_ROWS: u16 = 30;
/// From this width on, the tasks stand beside health and findings.
const WIDE_COLUMNS: u16 = 170;

pub(super) fn arrange(area: Rect, wishes: Wishes) -> Arrangement {
    let mut arrangement = Arrangement::default();
    let (header, rest) = split_top(area, 1);
    let (body, bottom) = split_top(rest, rest.height.saturating_sub(1));
    arrangement.header = header;
    arrangement.bottom = bottom;
    let desk = area.width >= DESK_COLUMNS && area.height >= DESK_ROWS;
    if body.is_empty() {
        return arrangement;
    }
    if wishes.zoomed || body.height < 9 {
        arrangement.panes.push((wishes.focus, body));
    } else if desk {
        lay_desk(&mut arrangement, body, wishes);
    } else {
        lay_essentials(&mut arrangement, body, wishes);
    }
    arrangement
}

fn lay_desk(arrangement: &mut Arrangement, body: Rect, wishes: Wishes) {
    let wide = body.width >= WIDE_COLUMNS;
    let (top, rest) = split_top(body, share(body.height, 40).clamp(9, 24));
    let below = share(body.height, 24).clamp(6, 14);
    let (middle, below) = split_top(rest, rest.height.saturating_sub(below));
    if wishes.gpus {
        let (services, gpus) = split_left(top, share(top.width, 58));
        arrangement.panes.extend([(PaneId::Services, services), (PaneId::Gpus, gpus)]);
    } else {
        let (services, strip) = split_top(top, top.height - 1);
        arrangement.panes.push((PaneId::Services, services));
        arrangement.strips.push((PaneId::Gpus, strip));
    }
    let in_the_middle = match wishes.focus {
        PaneId::Tasks if wide => PaneId::Logs,
        PaneId::Tasks | PaneId::Backups | PaneId::Resources | PaneId::Messages => wishes.focus,
        PaneId::Services | PaneId::Gpus | PaneId::Logs | PaneId::Health | PaneId::Findings => PaneId::Logs,
    };
    arrangement.panes.push((in_the_middle, middle));
    let (health, rest) = split_left(below, share(below.width, if wide { 32 } else { 42 }));
    arrangement.panes.push((PaneId::Health, health));
    if wide {
        let (findings, tasks) = split_left(rest, share(rest.width, 54));
        arrangement.panes.extend([(PaneId::Findings, findings), (PaneId::Tasks, tasks)]);
    } else {
        arrangement.panes.push((PaneId::Findings, rest));
    }
}

/// Services and one more pane; the others in a line each.
fn lay_essentials(arrangement: &mut Arrangement, body: Rect, wishes: Wishes) {
    let below = match wishes.focus {
        PaneId::Services => PaneId::Logs,
        other => other,
    };
    let strips: Vec<_> = [PaneId::Gpus, PaneId::Health, PaneId::Findings]
        .into_iter()
        .filter(|pane| *pane != below && body.height >= 14)
        .collect();
    let lines = u16::try_from(strips.len()).unwrap_or(0);
    let framed = body.height.saturating_sub(lines);
    let (services, rest) = split_top(body, framed - framed / 2);
    let (mut lines, below_area) = split_top(rest, lines);
    arrangement.panes.extend([(PaneId::Services, services), (below, below_area)]);
    for pane in strips {
        let (line, others) = split_top(lines, 1);
        arrangement.strips.push((pane, line));
        lines = others;
    }
}

fn share(whole: u16, percent: u16) -> u16 {
    u16::try_from(u32::from(whole) * u32::from(percent) / 100).unwrap_or(whole)
}

fn split_top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let top = Rect { height: rows, ..area };
    (top, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

fn split_left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    let left = Rect { width: columns, ..area };
    (left, Rect { x: area.x + columns, width: area.width - columns, ..area })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn wishes(focus: PaneId) -> Wishes {
        Wishes { focus, zoomed: false, gpus: true }
    }

    fn all_areas(arrangement: &Arrangement) -> Vec<Rect> {
        let panes = arrangement.panes.iter().chain(&arrangement.strips).map(|(_, area)| *area);
        panes.chain([arrangement.header, arrangement.bottom]).filter(|area| !area.is_empty()).collect()
    }

    #[test]
    fn every_cell_belongs_to_exactly_one_part_whatever_the_size() {
        for (width, height) in
            [(1, 1), (1, 2), (5, 3), (80, 24), (99, 40), (100, 30), (120, 40), (200, 60), (500, 200)]
        {
            for focus in PaneId::ALL {
                for (zoomed, gpus) in [(false, true), (false, false), (true, true)] {
                    let area = Rect::new(0, 0, width, height);
                    let areas = all_areas(&arrange(area, Wishes { focus, zoomed, gpus }));
                    let covered: u32 = areas.iter().map(|part| part.area()).sum();
                    assert_eq!(covered, area.area(), "{width}×{height} {focus:?}");
                    for (place, part) in areas.iter().enumerate() {
                        assert!(areas[place + 1..].iter().all(|other| !part.intersects(*other)));
                    }
                }
            }
        }
    }

    #[rstest]
    fn the_focused_pane_is_always_on_the_screen(
        #[values((20, 6), (80, 24), (120, 40), (200, 60))] size: (u16, u16),
        #[values(false, true)] gpus: bool,
    ) {
        for focus in PaneId::ALL {
            let area = Rect::new(0, 0, size.0, size.1);
            let arrangement = arrange(area, Wishes { gpus, ..wishes(focus) });
            let mut shown = arrangement.panes.iter().chain(&arrangement.strips).map(|(pane, _)| *pane);
            assert!(shown.any(|pane| pane == focus), "{focus:?} at {size:?}");
        }
    }

    #[test]
    fn a_small_terminal_keeps_a_line_for_what_has_no_room() {
        let arrangement = arrange(Rect::new(0, 0, 80, 24), wishes(PaneId::Services));
        let strips: Vec<_> = arrangement.strips.iter().map(|(pane, _)| *pane).collect();
        assert_eq!(strips, [PaneId::Gpus, PaneId::Health, PaneId::Findings]);
        assert!(arrangement.panes.iter().all(|(_, area)| area.height >= 9));
    }
}
