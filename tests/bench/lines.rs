//! Log lines of every sort.

use jiff::{SignedDuration, Timestamp};
use mcp_tui::app::LogBatch;
use mcp_tui::domain::{ContainerId, Gate, LogLine, LogSource};

pub const LINES: usize = 256;

/// Lines as programs write them: plain, coloured, in other scripts, and hostile.
pub fn raw_lines() -> [(&'static str, Vec<Vec<u8>>); 4] {
    let of = |make: fn(usize) -> String| (0..LINES).map(|number| make(number).into_bytes()).collect();
    [
        (
            "plain",
            of(|n| {
                format!(
                    "2026-11-20 10:31:04,{n:03} INFO uvicorn.access 10.0.0.7:5{n:04} - \"GET /v1/models HTTP/1.1\" 200"
                )
            }),
        ),
        (
            "coloured",
            of(|n| {
                format!("\x1b[32mINFO\x1b[0m:     \x1b[1m10.0.0.7\x1b[22m:5{n:04} \x1b[38;5;208m200 OK\x1b[m")
            }),
        ),
        (
            "other scripts",
            of(|n| format!("第{n}步：模型加载完成，耗时 {n} 毫秒，显存 71/80G，Überprüfung läuft")),
        ),
        (
            "hostile",
            of(|n| {
                format!(
                    "\x1b]0;title\x07\x1b[2J\x1b[{n};1H\u{202e}gpj.exe\u{200b}\r\t\x1b[?1049h\x1bPq#0;2;0;0;0\x1b\\"
                )
            }),
        ),
    ]
}

/// Lines of three replicas, merged.
pub fn batch() -> LogBatch {
    let mut gate = Gate::default();
    let start = Timestamp::from_second(1_795_000_000).expect("a moment that can be written");
    let lines = raw_lines()[0]
        .1
        .iter()
        .zip(0..)
        .map(|(line, number): (_, i64)| LogLine {
            container: ContainerId(format!("{:064x}", number % 3)),
            time: Some(start + SignedDuration::from_millis(number)),
            source: LogSource::Stdout,
            line: gate.line(line),
            level: None,
            continues: false,
        })
        .collect();
    LogBatch { generation: 0, lines, ..LogBatch::default() }
}

/// The same batch, so much later: as a stream's batches are.
pub fn later(batch: &LogBatch, by: SignedDuration) -> LogBatch {
    let delayed = |line: LogLine| LogLine { time: line.time.map(|time| time + by), ..line };
    LogBatch { lines: batch.lines.iter().map(|line| delayed(line.to_line())).collect(), ..batch.clone() }
}
