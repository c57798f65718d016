//! A log line on its way in: through the gate that makes it safe, and with its meaning into a block for the loop.

use crate::lines::{LINES, batch, raw_lines};
use criterion::{Criterion, Throughput, criterion_group};
use mcp_tui::domain::{Gate, LogGates, LogLines, LogSource, RawLine};
use std::hint::black_box;

/// Bytes made safe to draw.
fn sanitise(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sanitise");
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
fn ingest(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ingest");
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

criterion_group!(benches, sanitise, ingest);
