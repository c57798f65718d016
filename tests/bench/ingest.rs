//! What a log line costs on its way in: the gate that makes it safe, and the ring that keeps it.

#![expect(clippy::expect_used, reason = "a bench that cannot go on says so at once")]

mod lines;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::SignedDuration;
use lines::{LINES, batch, raw_lines};
use mcp_tui::app::store::logs::LogStore;
use mcp_tui::domain::{Gate, LogGates, LogLine, LogLines, LogSource, RawLine};
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

/// A block of lines on its way from the engine's bytes to the loop.
fn block(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("block");
    let container = batch().lines.iter().next().expect("a line").container.clone();
    for (kind, lines) in raw_lines() {
        group.throughput(Throughput::Elements(LINES as u64));
        group.bench_function(kind, |bencher| {
            let mut gates = LogGates::default();
            bencher.iter(|| {
                let mut block = LogLines::default();
                for bytes in &lines {
                    let line = RawLine { time: None, source: LogSource::Stdout, bytes, cut_bytes: 0 };
                    block.push(&container, black_box(line), &mut gates);
                }
                black_box(block)
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
        let mut later = SignedDuration::ZERO;
        bencher.iter_batched_ref(
            || {
                // Each batch is later than the one before, as a stream's are.
                later += SignedDuration::from_secs(1);
                let mut next = batch.clone();
                next.lines = next.lines.iter().map(|line| delayed(line.to_line(), later)).collect();
                next
            },
            |next| black_box(store.apply(black_box(next), &[])),
            BatchSize::SmallInput,
        );
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

fn delayed(line: LogLine, by: SignedDuration) -> LogLine {
    LogLine { time: line.time.map(|time| time + by), ..line }
}

criterion_group!(benches, gate, block, store);
criterion_main!(benches);
