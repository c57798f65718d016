//! What the health checks say, in the pane and in full.

use super::driving::{DAY, ago, press, tell};
use super::looks::focus;
use crate::app::{Msg, PaneId, State};
use crate::domain::check::Replica;
use crate::domain::{CheckId, CheckReport, Container, FleetEvent, Health, Safe, Verdict};
use std::time::Duration;

fn check(
    stack: &str,
    service: &str,
    label: &str,
    verdict: Verdict,
    latency: Option<u64>,
    message: &str,
) -> CheckReport {
    let failed = |run: &i32| if run % 11 == 10 { Verdict::Down } else { Verdict::Up };
    let mut history: Vec<Verdict> = (0..24).map(|run| failed(&run)).collect();
    if verdict == Verdict::Down {
        history.extend([Verdict::Up, Verdict::Down, Verdict::Down, Verdict::Down]);
    }
    let id = CheckId { stack: stack.to_owned(), service: service.to_owned(), name: label.to_owned() };
    CheckReport {
        verdict,
        since: Some(ago(if verdict == Verdict::Down { 94 } else { 3 * DAY })),
        last_run: Some(ago(2)),
        latency: latency.map(Duration::from_millis),
        message: Safe::new(message),
        history,
        ..CheckReport::new(id, label)
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

/// One of three replicas refuses while Docker says that it is healthy, and a dashboard goes up and down.
fn troubled(containers: &[Container]) -> Vec<CheckReport> {
    let replica = |number: usize, verdict: Verdict, latency, message: &str| {
        let name = format!("mcp-inference-{number}");
        let container = containers[number - 1].id.clone();
        let report = check("mcp", "mcp-inference", "http /health", verdict, latency, message);
        CheckReport { replica: Some(Replica { container, name: Safe::new(name) }), ..report }
    };
    let refused = "connection refused at 172.20.0.7:8001";
    let replicas = vec![
        replica(1, Verdict::Up, Some(9), "200 OK"),
        replica(2, Verdict::Down, None, refused),
        replica(3, Verdict::Up, Some(14), "200 OK"),
    ];
    let message = format!("2 of 3 up: mcp-inference-2: {refused}");
    let sum = check("mcp", "mcp-inference", "http /health", Verdict::Degraded, Some(14), &message);
    let history = [Verdict::Up, Verdict::Up, Verdict::Down].repeat(20);
    let dashboard = check("mcp", "grafana", "http /api/health", Verdict::Up, Some(31), "200 OK");
    vec![
        CheckReport { replicas, history: vec![Verdict::Up; 57], ..sum },
        CheckReport { flapping: true, history, ..dashboard },
    ]
}

/// The pane with the replicas' check selected.
pub fn replicas(zoomed: bool) -> State {
    let mut state = focus(PaneId::Health);
    let of_service = |container: &&Container| container.name.starts_with("mcp-mcp-inference-");
    let mut containers: Vec<_> = state.fleet.containers().values().filter(of_service).cloned().collect();
    containers.sort_by(|one, other| one.name.cmp(&other.name));
    for container in &mut containers {
        container.health = Some(Health::Healthy);
        tell(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(container.clone()))));
    }
    tell(&mut state, Msg::Checks(troubled(&containers)));
    let wanted = |state: &State| {
        let selected = state.panes.health.list.selected();
        selected.is_some_and(|id| id.service == "mcp-inference" && id.name == "http /health")
    };
    for _ in 0..20 {
        if wanted(&state) {
            break;
        }
        press(&mut state, &["j"]);
    }
    assert!(wanted(&state), "the check can be selected");
    if zoomed {
        press(&mut state, &["f"]);
    }
    state
}
