//! Plans for the card that asks.

use crate::domain::{Plan, PlannedStep, StepVerb};
use std::time::Duration;

pub fn plan() -> Plan {
    Plan {
        title: "up mlflow".to_owned(),
        steps: vec![
            PlannedStep::new(StepVerb::Keep, "mlflow_default", "exists"),
            PlannedStep::new(StepVerb::CreateVolume, "mlflow_artifacts", "does not exist"),
            PlannedStep::new(StepVerb::RecreateContainer, "mlflow-postgres-1", "configuration changed")
                .of("postgres")
                .away(Duration::from_secs(10)),
            PlannedStep::new(StepVerb::Await, "mlflow-postgres-1", "healthy").of("postgres"),
            PlannedStep::new(StepVerb::CreateContainer, "mlflow-server-1", "does not exist").of("server"),
            PlannedStep::new(StepVerb::StartContainer, "mlflow-server-1", "not running").of("server"),
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
        PlannedStep::new(StepVerb::CreateVolume, "mcp_loki_data", "does not exist"),
        PlannedStep::new(StepVerb::CreateNetwork, "mcp_logging", "does not exist"),
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
            let downtime = (verb == StepVerb::RecreateContainer).then_some(Duration::from_secs(30));
            steps.push(PlannedStep::new(verb, &object, reason).of(service).away(downtime));
            if verb != StepVerb::Keep {
                steps.push(PlannedStep::new(StepVerb::StartContainer, object, "recreated").of(service));
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
