//! The line at the top: which server this is, how it stands, and how much of it is in use.

use super::canvas::Canvas;
use super::text;
use super::words::{self, ABSENT};
use crate::app::State;
use crate::app::store::findings::Severity;
use crate::app::store::fleet::Connection;
use crate::config::theme::Theme;
use crate::domain::safe::TextStyle;
use crate::domain::{GpuSample, HostSample, Safe, units};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;
use std::time::Duration;

const BUSY_HOST: f64 = 0.9;
const FULL_DISK: f64 = 0.9;

/// A part of the line; what has the highest rank goes first when there is little room.
struct Part {
    rank: u8,
    pieces: Vec<(String, TextStyle)>,
}

impl Part {
    fn new(rank: u8, pieces: Vec<(String, TextStyle)>) -> Self {
        Self { rank, pieces }
    }

    fn width(&self) -> usize {
        self.pieces.iter().map(|(words, _)| text::width(words)).sum()
    }
}

/// Blanks between two parts.
const GAP: usize = 2;

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let theme = canvas.theme;
    canvas.paint(area, theme.header);
    let mut sides = [left(state, theme), middle(state, theme), right(state, theme, canvas.now, canvas.zone)];
    fit(&mut sides, usize::from(area.width));
    let [left, middle, right] = sides;
    let at = put(canvas, area.x + 1, area, &left);
    let size = |parts: &[Part]| -> u16 {
        u16::try_from(parts.iter().map(|part| part.width() + GAP).sum::<usize>()).unwrap_or(u16::MAX)
    };
    let right_at = area.right().saturating_sub(size(&right).saturating_sub(1));
    // The figures stand before the right end, and do not move while what is left of them changes.
    let middle_at = right_at.saturating_sub(size(&middle) + 2).max(at);
    put(canvas, middle_at, area, &middle);
    put(canvas, right_at.max(at), area, &right);
}

/// Takes parts away until the rest has room: the ones that matter most are kept first, and a small one may stand where
/// a bigger one has none.
fn fit(sides: &mut [Vec<Part>; 3], room: usize) {
    let mut order: Vec<(u8, usize, usize)> = Vec::new();
    for (side, parts) in sides.iter().enumerate() {
        order.extend(parts.iter().enumerate().map(|(at, part)| (part.rank, side, at)));
    }
    order.sort_unstable();
    let mut used = 1;
    let mut kept = Vec::new();
    for (rank, side, at) in order {
        let wanted = sides[side][at].width() + GAP;
        if rank == 0 || used + wanted <= room {
            used += wanted;
            kept.push((side, at));
        }
    }
    for (side, parts) in sides.iter_mut().enumerate() {
        let mut at = 0;
        parts.retain(|_| {
            at += 1;
            kept.contains(&(side, at - 1))
        });
    }
}

fn put(canvas: &mut Canvas<'_>, mut x: u16, area: Rect, parts: &[Part]) -> u16 {
    for part in parts {
        for (words, look) in &part.pieces {
            // The line has a ground of its own, on which words stand without theirs unless they are badges.
            x = canvas.put(x, area.y, area.right().saturating_sub(x), words, *look);
        }
        x = x.saturating_add(2);
    }
    x
}

fn left(state: &State, theme: &Theme) -> Vec<Part> {
    let strong = TextStyle { bold: true, ..theme.header };
    let mut parts = vec![Part::new(5, vec![("mcp-tui".to_owned(), plain(theme.dim))])];
    let daemon = state.fleet.daemon();
    let host = state.host.sample();
    let name = match (daemon, host) {
        (Some(daemon), _) => daemon.name.clone(),
        (None, host) => {
            let known = host.and_then(|host| host.host_name.as_deref());
            known.map_or_else(|| state.endpoint.clone(), Safe::new)
        }
    };
    if !name.is_empty() {
        parts.push(Part::new(0, vec![(name.to_string(), strong)]));
    }
    if state.is_simulated() {
        parts.push(Part::new(0, vec![(" SIMULATED ".to_owned(), theme.simulated)]));
    }
    if state.read_only.is_on() {
        parts.push(Part::new(
            1,
            vec![(" READ-ONLY ".to_owned(), TextStyle { reverse: true, ..plain(theme.warning) })],
        ));
    }
    match state.fleet.connection() {
        Connection::Connecting => {
            parts.push(Part::new(2, vec![("connecting…".to_owned(), plain(theme.starting))]));
        }
        Connection::Connected => {
            if let Some(daemon) = daemon {
                parts.push(Part::new(
                    7,
                    vec![
                        ("Docker ".to_owned(), plain(theme.dim)),
                        (daemon.version.to_string(), theme.header),
                    ],
                ));
            }
        }
        Connection::Lost { .. } => {
            parts.push(Part::new(1, vec![("✗ daemon away".to_owned(), plain(theme.bad))]));
        }
    }
    // The host's own figures say nothing of a simulated or distant server.
    if let Some(host) = host {
        let up =
            words::optional(host.uptime_seconds, |seconds| units::duration(Duration::from_secs(seconds)));
        parts.push(Part::new(8, vec![("up ".to_owned(), plain(theme.dim)), (up, theme.header)]));
    }
    parts
}

fn middle(state: &State, theme: &Theme) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(host) = state.host.sample() {
        parts.extend(host_parts(host, theme));
    }
    parts.extend(gpu_part(state, theme));
    parts
}

fn host_parts(host: &HostSample, theme: &Theme) -> Vec<Part> {
    let figure = |part: Option<f64>, limit: f64| {
        if part.is_some_and(|part| part >= limit) { plain(theme.warning) } else { theme.header }
    };
    let label = |words: &str| (format!("{words} "), plain(theme.dim));
    let cpu = words::optional(host.cpu_percent, |percent| format!("{percent:.0}%"));
    let memory = words::part_of(host.memory_used_bytes, host.memory_total_bytes);
    let memory_part = words::ratio(host.memory_used_bytes, host.memory_total_bytes);
    let mut parts = vec![
        Part::new(
            3,
            vec![
                label("CPU"),
                (format!("{cpu:>4}"), figure(host.cpu_percent.map(|cpu| cpu / 100.0), BUSY_HOST)),
            ],
        ),
        Part::new(3, vec![label("MEM"), (memory, figure(memory_part, BUSY_HOST))]),
    ];
    let fullest = host
        .disks
        .iter()
        .filter_map(|disk| Some((disk, words::ratio(Some(disk.used_bytes), Some(disk.total_bytes))?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((disk, part)) = fullest {
        let words = format!("{} {:.0}%", text::fit(&Safe::new(&disk.mount_point), 16), part * 100.0);
        parts.push(Part::new(6, vec![label("DISK"), (words, figure(Some(part), FULL_DISK))]));
    }
    parts
}

fn gpu_part(state: &State, theme: &Theme) -> Option<Part> {
    let Some(GpuSample::Devices(devices)) = state.gpus.sample() else { return None };
    let readings: Vec<_> = devices.iter().filter_map(|device| device.reading.as_ref().ok()).collect();
    let busy = readings
        .iter()
        .filter(|reading| reading.utilisation_percent.is_some_and(|percent| percent > 0))
        .count();
    let sum = |each: fn(&crate::domain::GpuReading) -> Option<u64>| {
        readings.iter().filter_map(|reading| each(reading)).reduce(|a, b| a + b)
    };
    let memory =
        words::part_of(sum(|reading| reading.memory_used_bytes), sum(|reading| reading.memory_total_bytes));
    let mut pieces = vec![
        ("GPU ".to_owned(), plain(theme.dim)),
        (format!("{busy}/{} busy ", devices.len()), theme.header),
        (memory, theme.header),
    ];
    let lost = devices.len() - readings.len();
    if lost > 0 {
        pieces.push((format!(" ✗{lost}"), plain(theme.bad)));
    }
    Some(Part::new(4, pieces))
}

fn right(state: &State, theme: &Theme, now: Timestamp, zone: &TimeZone) -> Vec<Part> {
    let mut parts = Vec::new();
    let running = state.tasks.running().count();
    if running > 0 {
        parts.push(Part::new(
            2,
            vec![(format!("↻ {}", words::counted(running, "task", "tasks")), plain(theme.starting))],
        ));
    }
    let critical = state.findings.count(Severity::Critical);
    let warnings = state.findings.count(Severity::Warning);
    if critical > 0 {
        parts.push(Part::new(0, vec![(format!("✗ {critical}"), plain(theme.bad))]));
    }
    if warnings > 0 {
        parts.push(Part::new(0, vec![(format!("⚠ {warnings}"), plain(theme.warning))]));
    }
    let acknowledged = state.findings.acknowledged();
    if acknowledged > 0 {
        parts.push(Part::new(3, vec![(format!("{acknowledged} acknowledged"), plain(theme.dim))]));
    }
    let quiet = critical == 0 && warnings == 0 && acknowledged == 0;
    if quiet && state.fleet.is_listed() && state.fleet.stale_since().is_none() {
        parts.push(Part::new(0, vec![("✓".to_owned(), plain(theme.good))]));
    }
    let clock = now.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
    let clock = if clock.is_empty() { ABSENT.to_owned() } else { clock };
    parts.push(Part::new(1, vec![(clock, theme.header)]));
    parts
}

/// A style for the header's ground.
fn plain(look: TextStyle) -> TextStyle {
    TextStyle { background: None, ..look }
}
