//! Plans for the card that asks.

use crate::domain::{Plan, PlannedStep, StepVerb};
use std::time::Duration;

/// A step that waits for no other.
pub fn step(
    verb: StepVerb,
    object: &str,
    service: Option<&str>,
    reason: &str,
    downtime: Option<u64>,
) -> PlannedStep {
    PlannedStep {
        verb,
        object: object.to_owned(),
        service: service.map(str::to_owned),
        reason: reason.to_owned(),
        after: Vec::new(),
        downtime: downtime.map(Duration::from_secs),
    }
}

pub fn plan() -> Plan {
    Plan {
        title: "up mlflow".to_owned(),
        steps: vec![
            step(StepVerb::Keep, "mlflow_default", None, "exists", None),
            step(StepVerb::CreateVolume, "mlflow_artifacts", None, "does not exist", None),
            step(
                StepVerb::RecreateContainer,
                "mlflow-postgres-1",
                Some("postgres"),
                "configuration changed",
                Some(10),
            ),
            step(StepVerb::Await, "mlflow-postgres-1", Some("postgres"), "healthy", None),
            step(StepVerb::CreateContainer, "mlflow-server-1", Some("server"), "does not exist", None),
            step(StepVerb::StartContainer, "mlflow-server-1", Some("server"), "not running", None),
        ],
        warnings: vec![
            "mlflow-postgres-1 is the only database of this stack; its clients lose their connections"
                .to_owned(),
        ],
        equivalent: "docker compose -p mlflow up -d".to_owned(),
        volumes: vec!["mlflow_postgres_data (kept)".to_owned(), "mlflow_artifacts (new)".to_owned()],
        ..Plan::default()
    }
}

pub fn long_plan() -> Plan {
    let mut steps = vec![
        step(StepVerb::CreateVolume, "mcp_loki_data", None, "does not exist", None),
        step(StepVerb::CreateNetwork, "mcp_logging", None, "does not exist", None),
    ];
    let changed = "configuration changed: image (mcp-finetune:1.4 → mcp-finetune:1.5), environment (API_MODE, LOG_LEVEL)";
    for (service, replicas, verb, reason) in [
        ("loki", 1, StepVerb::CreateContainer, "does not exist"),
        ("mcp-api", 4, StepVerb::RecreateContainer, changed),
        ("mcp-inference", 6, StepVerb::RecreateContainer, changed),
        ("mcp-scheduler", 1, StepVerb::RecreateContainer, "image changed"),
        ("minio", 1, StepVerb::Keep, "up to date"),
        ("nginx", 2, StepVerb::RecreateContainer, "configuration changed: ports, logging"),
        ("postgresql", 1, StepVerb::Keep, "up to date"),
        ("redis", 1, StepVerb::Keep, "up to date"),
    ] {
        for number in 1..=replicas {
            let object = format!("mcp-{service}-{number}");
            let downtime = (verb == StepVerb::RecreateContainer).then_some(30);
            steps.push(step(verb, &object, Some(service), reason, downtime));
            if verb != StepVerb::Keep {
                steps.push(step(StepVerb::StartContainer, &object, Some(service), "recreated", None));
            }
        }
    }
    Plan {
        title: "up mcp".to_owned(),
        steps,
        warnings: vec![
            "the files have no service for mcp-old-1; --remove-orphans takes them away".to_owned(),
        ],
        equivalent: "docker compose -p mcp -f /srv/stacks/mcp/compose.yaml up -d".to_owned(),
        volumes: vec!["mcp_loki_data (new)".to_owned(), "mcp_postgres_data (kept)".to_owned()],
        gpus: vec!["mcp-inference: GPU 1".to_owned()],
        ..Plan::default()
    }
}
