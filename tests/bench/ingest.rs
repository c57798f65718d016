//! What a log line costs on its way in: the gate that makes it safe, and the ring that keeps it.

#![expect(clippy::expect_used, reason = "a bench that cannot go on says so at once")]

mod lines;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::SignedDuration;
use lines::{LINES, batch, raw_lines};
use mcp_tui::app::store::logs::LogStore;
use mcp_tui::domain::Gate;
use std::hint::black_box;

fn gate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gate");
    for (kind, lines) in raw_lines() {
        group.throughput(Throughput::Elements(LINES as u64));
        group.bench_function(kind, |bencher| {
            let mut gate = Gate::default();
            bencher.iter(|| {
                for line in &lines {
                    black_box(gate.line(black_box(line)));
                }
            });
        });
    }
    group.finish();
}

fn store(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("log store");
    let batch = batch();
    group.throughput(Throughput::Elements(LINES as u64));
    group.bench_function("push", |bencher| {
        let mut store = LogStore::default();
        let mut next = batch.clone();
        bencher.iter(|| {
            // Each batch is later than the one before, as a stream's are.
            for line in &mut next.lines {
                line.time = line.time.map(|time| time + SignedDuration::from_secs(1));
            }
            black_box(store.apply(black_box(&next), &[]))
        });
    });
    group.bench_function("push what comes late", |bencher| {
        let mut store = LogStore::default();
        bencher.iter(|| black_box(store.apply(black_box(&batch), &[])));
    });
    group.bench_function("push into an empty one", |bencher| {
        bencher.iter_batched_ref(
            LogStore::default,
            |store| black_box(store.apply(black_box(&batch), &[])),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, gate, store);
criterion_main!(benches);
