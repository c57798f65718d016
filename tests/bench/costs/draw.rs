//! What a frame costs, by the size of the screen and of the fleet.

use crate::fleet::{console, moment};
use criterion::{BenchmarkId, Criterion, criterion_group};
use jiff::tz::TimeZone;
use mcp_tui::config::theme::{ColourDepth, Theme};
use mcp_tui::view::{self, Appearance};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::hint::black_box;

fn draw(criterion: &mut Criterion) {
    let theme = Theme::built_in("default").expect("the default theme");
    let appearance = Appearance::new(theme, ColourDepth::True, false, TimeZone::UTC);
    let mut group = criterion.benchmark_group("draw");
    for containers in [100, 1000] {
        for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
            let state = console(containers, columns, rows);
            let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a terminal in memory");
            let id = BenchmarkId::new(format!("{columns}x{rows}"), format!("{containers} containers"));
            group.bench_function(id, |bencher| {
                bencher.iter(|| {
                    let drawn = terminal.draw(|frame| {
                        black_box(view::draw(frame, black_box(&state), &appearance, moment()));
                    });
                    drawn.expect("a terminal in memory takes every frame");
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, draw);
