//! What a line means, read of every one that comes in: its level, the record it belongs to, and the pattern that it is a
//! case of. Each of the three is to take at most 300 ns a line, so that a flood leaves the core to what draws it.

use criterion::{Criterion, Throughput, criterion_group};
use mcp_tui::domain::log::{Continuation, classify, mask_into};
use std::hint::black_box;

/// As the usual programs write them, a traceback among them.
const LINES: [&str; 16] = [
    "2026-11-20 10:31:04,123 INFO uvicorn.access 10.0.0.7:50123 - \"GET /v1/models HTTP/1.1\" 200",
    r#"{"ts":"2026-11-20T10:31:04.123Z","level":"info","logger":"api","message":"request served","took_ms":12}"#,
    "time=2026-11-20T10:31:04Z level=warn msg=\"retrying in 5s\" attempt=3 peer=10.0.0.9:6333",
    "10.0.0.7 - - [20/Nov/2026:10:31:04 +0000] \"POST /v1/chat/completions HTTP/1.1\" 502 157 \"-\" \"curl/8.5\"",
    "2026/11/20 10:31:04 [error] 31#31: *17 connect() failed (111: Connection refused) while connecting to upstream",
    "2026-11-20 10:31:04.123 UTC [71] LOG:  checkpoint complete: wrote 42 buffers (0.3%); 0 WAL file(s) added",
    "1:M 20 Nov 2026 10:31:04.123 * Background saving terminated with success",
    "I1120 10:31:04.123456       1 controller.go:142] Reconciling 3f2b8c1e-9d04-4a7b-8b61-0c5d2e7f9a10",
    "2026-11-20T10:31:04.123456Z  INFO qdrant::actix: 10.0.0.7 \"GET /collections HTTP/1.1\" 200 312 took 0.000231",
    "[GIN] 2026/11/20 - 10:31:04 | 200 |     1.234567s |       10.0.0.7 | POST     \"/api/generate\"",
    "ERROR:    Exception in ASGI application",
    "Traceback (most recent call last):",
    "  File \"/app/api/main.py\", line 214, in handle",
    "    return await self.engine.generate(prompt, **parameters)",
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.15 GiB",
    "Loading safetensors checkpoint shards:  42% Completed | 8/19 [00:12<00:17,  1.58s/it]",
];

fn meaning(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("meaning");
    group.throughput(Throughput::Elements(LINES.len() as u64));
    group.bench_function("level", |bencher| {
        bencher.iter(|| LINES.map(|line| classify(black_box(line))));
    });
    group.bench_function("record", |bencher| {
        let mut stream = Continuation::default();
        bencher.iter(|| LINES.map(|line| stream.push(black_box(line))));
    });
    group.bench_function("pattern", |bencher| {
        let mut masked = String::new();
        bencher.iter(|| LINES.map(|line| mask_into(black_box(line), &mut masked)));
    });
    group.finish();
}

criterion_group!(benches, meaning);
