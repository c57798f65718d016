//! The ring that keeps the lines: what comes into it, in order or not, and a search over what is held.

use crate::lines::{LINES, batch, later};
use criterion::{BatchSize, Bencher, Criterion, Throughput, criterion_group};
use jiff::SignedDuration;
use mcp_tui::app::LogBatch;
use mcp_tui::app::pattern::Pattern;
use mcp_tui::app::store::logs::LogStore;
use mcp_tui::domain::{ContainerId, LogLine};
use std::hint::black_box;

fn ring(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ring");
    let batch = batch();
    group.throughput(Throughput::Elements(LINES as u64));
    group.bench_function("push", |bencher| push(bencher, LogStore::default(), &batch));
    group.bench_function("push into a full one", |bencher| push(bencher, full(&batch), &batch));
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

/// Each batch is later than the one before.
fn push(bencher: &mut Bencher<'_>, mut store: LogStore, batch: &LogBatch) {
    let mut passed = SignedDuration::from_hours(24);
    bencher.iter_batched_ref(
        || {
            passed += SignedDuration::from_secs(1);
            later(batch, passed)
        },
        |next| black_box(store.apply(black_box(next), &[])),
        BatchSize::SmallInput,
    );
}

/// A small ring, from which something goes with whatever comes.
fn full(batch: &LogBatch) -> LogStore {
    let mut store = LogStore::new(1 << 20);
    let mut passed = SignedDuration::ZERO;
    while store.evicted() == 0 {
        store.apply(&later(batch, passed), &[]);
        passed += SignedDuration::from_secs(1);
    }
    store
}

/// Streams that were written to at the same time, each in a block of its own: the ring puts their lines in order.
fn merge(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("merge");
    group.throughput(Throughput::Elements(LINES as u64));
    for streams in [2, 8, 64] {
        let batch = block_of_each(streams);
        group.bench_function(format!("{streams} streams"), |bencher| push(bencher, full(&batch), &batch));
    }
    group.finish();
}

fn block_of_each(streams: usize) -> LogBatch {
    let batch = batch();
    let mut lines: Vec<LogLine> = batch
        .lines
        .iter()
        .zip(0..)
        .map(|(line, number): (_, usize)| LogLine {
            container: ContainerId(format!("{:064x}", number % streams)),
            ..line.to_line()
        })
        .collect();
    lines.sort_by(|one, other| one.container.cmp(&other.container));
    LogBatch { lines: lines.into(), ..batch }
}

/// The same as `tests/bench/search.rs` asks beside `grep`, smaller and by itself.
fn search(criterion: &mut Criterion) {
    const HELD: u64 = 100_000;
    let mut group = criterion.benchmark_group("search");
    group.throughput(Throughput::Elements(HELD)).sample_size(20);
    let batch = batch();
    let mut store = LogStore::default();
    let mut passed = SignedDuration::ZERO;
    while store.len() < HELD {
        store.apply(&later(&batch, passed), &[]);
        passed += SignedDuration::from_secs(1);
    }
    for (kind, pattern) in [("a word", "models"), ("a regular expression", r"10\.0\.\d+\.7:50\d*9 ")] {
        group.bench_function(kind, |bencher| {
            bencher.iter(|| {
                store.search(Pattern::new(black_box(pattern)));
                while store.search_on() {}
                black_box(store.matches())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, ring, merge, search);
