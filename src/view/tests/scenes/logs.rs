//! The log of the inference replicas.

use super::driving::{ago, tell};
use crate::app::{LogBatch, LogEnd, Msg, State, fixtures, update};
use crate::domain::fixtures::container_id;
use crate::domain::{LogLine, LogSource};
use jiff::SignedDuration;

fn log_line(name: &str, milliseconds: i64, source: LogSource, text: &str) -> LogLine {
    let time = ago(60) + SignedDuration::from_millis(milliseconds);
    LogLine { source, ..fixtures::log_line(&container_id(name), time, text) }
}

/// The log of the inference replicas: quiet work, a crash, a gap.
pub fn logs(state: &mut State) {
    let [one, two, three] = ["mcp-mcp-inference-1", "mcp-mcp-inference-2", "mcp-mcp-inference-3"];
    let mut lines = Vec::new();
    for turn in 0..40_i64 {
        let name = [one, two][usize::try_from(turn % 2).unwrap()];
        let text = format!(
            "\u{1b}[32mINFO\u{1b}[0m  POST /v1/complete 200 {}ms tokens={}",
            180 + turn * 7 % 90,
            96 + turn
        );
        lines.push(log_line(name, turn * 900, LogSource::Stdout, &text));
    }
    let crash = [
        (
            LogSource::Stdout,
            "\u{1b}[32mINFO\u{1b}[0m  loading checkpoint shards: 100% 3/3 [00:11<00:00,  3.71s/it]",
        ),
        (LogSource::Stderr, "\u{1b}[33mWARN\u{1b}[0m  low GPU memory: 1.1 GiB free of 79.2 GiB"),
        (LogSource::Stderr, "Traceback (most recent call last):"),
        (LogSource::Stderr, "  File \"/app/scripts/inference.py\", line 212, in serve"),
        (
            LogSource::Stderr,
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 1 has a total capacity of 79.25 GiB of which 1.12 GiB is free.",
        ),
        (LogSource::Stdout, "模型加载失败：显存不足 (device=1)"),
    ];
    for (place, (source, text)) in crash.into_iter().enumerate() {
        lines.push(log_line(three, 36_300 + i64::try_from(place).unwrap() * 140, source, text));
    }
    lines.push(log_line(one, 38_000, LogSource::Stdout, "\u{1b}[32mINFO\u{1b}[0m  GET /metrics 200 1ms"));
    let generation = state.panes.logs.generation;
    tell(state, Msg::Logs(LogBatch { generation, lines: lines.into(), ..LogBatch::default() }));
    let lines = vec![log_line(
        two,
        41_000,
        LogSource::Stdout,
        "\u{1b}[32mINFO\u{1b}[0m  POST /v1/complete 200 204ms tokens=77",
    )];
    let ended = vec![LogEnd { container: container_id(three), fault: None }];
    let dropped = vec![(container_id(two), 1204)];
    // Long enough ago for the end to be told.
    let _ = update(state, Msg::Logs(LogBatch { generation, lines: lines.into(), dropped, ended }), ago(3));
    tell(state, Msg::Tick);
}
