//! What the health checks say.

use super::driving::{DAY, ago};
use crate::domain::{CheckId, CheckReport, Safe, Verdict};
use std::time::Duration;

fn check(
    stack: &str,
    service: &str,
    label: &str,
    verdict: Verdict,
    latency: Option<u64>,
    message: &str,
) -> CheckReport {
    let mut history: Vec<bool> = (0..24).map(|run| run % 11 != 10).collect();
    if verdict == Verdict::Down {
        history.extend([true, false, false, false]);
    }
    CheckReport {
        id: CheckId { stack: stack.to_owned(), service: service.to_owned(), name: label.to_owned() },
        label: Safe::new(label),
        verdict,
        since: Some(ago(if verdict == Verdict::Down { 94 } else { 3 * DAY })),
        last_run: Some(ago(2)),
        latency: latency.map(Duration::from_millis),
        message: Safe::new(message),
        history,
    }
}

pub fn checks() -> Vec<CheckReport> {
    vec![
        check("mcp", "mcp-api", "http /health", Verdict::Up, Some(12), "200 OK"),
        check("mcp", "nginx", "http /", Verdict::Up, Some(3), "200 OK"),
        check("mcp", "mcp-inference", "tcp 8001", Verdict::Down, None, "connection refused"),
        check("mcp", "redis", "docker", Verdict::Up, None, "healthy"),
        check("mcp", "postgresql", "docker", Verdict::Up, None, "healthy"),
        check("mcp", "grafana", "http /api/health", Verdict::Degraded, Some(2900), "answered after 2.9s"),
        check("mcp", "minio", "http /minio/health/live", Verdict::Up, Some(5), "200 OK"),
        check("mlflow", "server", "http /health", Verdict::Up, Some(21), "200 OK"),
        check("mlflow", "postgres", "docker", Verdict::Up, None, "healthy"),
    ]
}
