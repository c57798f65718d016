//! The selected check in full: the last message, the strip of its results, Docker's verdict beside ours, and each
//! replica.

use super::history;
use crate::app::State;
use crate::app::pane::health::BesideDocker;
use crate::domain::safe::TextStyle;
use crate::domain::{CheckReport, Verdict, units};
use crate::view::canvas::Canvas;
use crate::view::{text, words};
use ratatui::layout::Rect;

/// With fewer rows than these the list keeps them all.
const LEAST: u16 = 8;
/// Results that are kept.
const HISTORY: u16 = 60;

pub(super) struct Detail<'state> {
    report: &'state CheckReport,
    message: Vec<String>,
    /// As many replicas as have room.
    replicas: u16,
    height: u16,
}

impl<'state> Detail<'state> {
    /// What of it has room below the list, of which at least half is left: a zoomed pane shows half a screen of it,
    /// another one a third.
    pub(super) fn of(state: &State, report: &'state CheckReport, body: Rect) -> Option<Self> {
        if body.height < LEAST {
            return None;
        }
        let room = if state.zoomed { body.height / 2 } else { body.height / 3 };
        let columns = usize::from(body.width.saturating_sub(4));
        let message = if report.message.is_empty() {
            vec!["no result yet".to_owned()]
        } else {
            // A heading, the strip, and one replica at least are not pushed out by a long message.
            text::wrap_within(&report.message, columns, usize::from(room.saturating_sub(3)).max(1))
        };
        let taken = u16::try_from(message.len()).unwrap_or(u16::MAX).saturating_add(1);
        let all = u16::try_from(report.replicas.len()).unwrap_or(u16::MAX);
        let strip = u16::from(taken < room);
        let replicas = if all < 2 { 0 } else { all.min(room.saturating_sub(taken + strip)) };
        Some(Self { report, message, replicas, height: (taken + strip + replicas).min(room) })
    }

    pub(super) fn height(&self) -> u16 {
        self.height
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, state: &State, area: Rect) {
        let theme = canvas.theme;
        let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        let mut y = area.y;
        self.head(canvas, state, inner);
        let (_, look) = words::verdict(self.report.verdict, theme);
        for line in &self.message {
            y += 1;
            canvas.put(inner.x + 2, y, inner.width.saturating_sub(2), line, look);
        }
        if y + 1 < area.bottom() {
            y += 1;
            self.strip(canvas, Rect { y, height: 1, ..inner });
        }
        for replica in self.report.replicas.iter().take(self.replicas.into()) {
            y += 1;
            draw_replica(canvas, state, Rect { y, height: 1, ..inner }, replica);
        }
    }

    /// `─ mcp/mcp-api · http /health   ✗ down 4m   Docker ✓ healthy   they disagree`
    fn head(&self, canvas: &mut Canvas<'_>, state: &State, area: Rect) {
        let theme = canvas.theme;
        let report = self.report;
        let name = format!("─ {}/{} · {}   ", report.id.stack, report.id.service, report.label);
        let (symbol, look) = words::verdict(report.verdict, theme);
        let age = report.since.map(|since| format!(" {}", words::age(Some(since), canvas.now)));
        let ours = format!("{symbol} {}{}   ", report.verdict.word(), age.unwrap_or_default());
        let beside = BesideDocker::of(&state.fleet, report);
        let mut pieces: Vec<(String, TextStyle)> = vec![(name, theme.accent), (ours, look)];
        if let Some(health) = beside.health {
            let (symbol, look) = words::health(health, theme);
            pieces.push((format!("Docker {symbol} {}   ", health.word()), look));
        }
        if beside.disagrees {
            pieces.push(("they disagree   ".to_owned(), theme.warning));
        }
        if report.flapping {
            pieces.push(("flapping".to_owned(), theme.warning));
        }
        let pieces: Vec<_> = pieces.iter().map(|(text, look)| (text.as_str(), *look)).collect();
        canvas.pieces(area.x, area.y, area.width, &pieces);
    }

    /// The results, and in words how many of them failed and how long the last one took.
    fn strip(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let theme = canvas.theme;
        let report = self.report;
        let failed = report.history.iter().filter(|result| **result == Verdict::Down).count();
        let latency = words::optional(report.latency, units::duration);
        let words = format!("{failed}/{} failed {latency}", report.history.len());
        let results = u16::try_from(report.history.len()).unwrap_or(HISTORY);
        let room = area.width.saturating_sub(2).min(HISTORY).min(results);
        history::draw(canvas, area.x + 2, area.y, room, &report.history);
        let at = area.x + 2 + room + u16::from(room > 0);
        canvas.put(at, area.y, area.right().saturating_sub(at), &words, theme.dim);
    }
}

fn draw_replica(canvas: &mut Canvas<'_>, state: &State, area: Rect, report: &CheckReport) {
    let theme = canvas.theme;
    let (symbol, look) = words::verdict(report.verdict, theme);
    let beside = BesideDocker::of(&state.fleet, report);
    let (docker, docker_look) = beside.health.map_or((" ", theme.dim), |health| words::health(health, theme));
    let d = if beside.health.is_some() { " D" } else { "  " };
    let name = report.replica.as_ref().map_or("", |replica| replica.name.as_str());
    let latency = words::optional(report.latency, units::duration);
    let marks = match (beside.disagrees, report.flapping) {
        (true, true) => "≠ flapping ",
        (true, false) => "≠ ",
        (false, true) => "flapping ",
        (false, false) => "",
    };
    let name = format!(" {name}  ");
    let latency = format!("{latency}  ");
    let pieces = [
        (symbol, look),
        (d, theme.dim),
        (docker, docker_look),
        (name.as_str(), theme.text),
        (latency.as_str(), theme.dim),
        (marks, theme.warning),
        (report.message.as_str(), look),
    ];
    let strip = (area.width / 4).min(HISTORY);
    let room = area.width.saturating_sub(strip + 3);
    canvas.pieces(area.x + 2, area.y, room, &pieces);
    history::draw(canvas, area.right().saturating_sub(strip), area.y, strip, &report.history);
}
