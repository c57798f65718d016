//! What one message costs the core: a key, an event of the fleet, a tick.

use crate::fleet::{console, container, moment};
use criterion::{Criterion, criterion_group};
use mcp_tui::app::{Msg, update};
use mcp_tui::config::keys::{Key, KeyPress};
use mcp_tui::domain::{ContainerState, FleetEvent};
use std::hint::black_box;

fn key(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("key");
    for containers in [100, 1000] {
        let mut state = console(containers, 120, 40);
        let mut downward = true;
        group.bench_function(format!("{containers} containers"), |bencher| {
            bencher.iter(|| {
                let letter = if downward { 'j' } else { 'k' };
                downward = !downward;
                let message = Msg::Key(KeyPress::plain(Key::Char(letter)));
                black_box(update(&mut state, black_box(message), moment()))
            });
        });
    }
    group.finish();
}

fn fleet_event(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fleet event");
    for containers in [100, 1000] {
        let mut state = console(containers, 120, 40);
        let mut running = false;
        let mut now = moment();
        group.bench_function(format!("{containers} containers"), |bencher| {
            bencher.iter(|| {
                let mut changed = container(containers / 2);
                changed.state = if running { ContainerState::Running } else { ContainerState::Exited };
                running = !running;
                let message = Msg::Fleet(FleetEvent::Changed(Box::new(changed)));
                now += jiff::SignedDuration::from_secs(1);
                update(&mut state, message, now);
                // What is derived from the facts, the tree and the findings, is made anew then.
                now += jiff::SignedDuration::from_secs(1);
                black_box(update(&mut state, Msg::Wake, now))
            });
        });
    }
    group.finish();
}

fn tick(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tick");
    for containers in [100, 1000] {
        let mut state = console(containers, 120, 40);
        let mut now = moment();
        group.bench_function(format!("{containers} containers"), |bencher| {
            bencher.iter(|| {
                now += jiff::SignedDuration::from_secs(1);
                black_box(update(&mut state, Msg::Tick, now))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, key, fleet_event, tick);
