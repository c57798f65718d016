//! What a backup would do, for the confirm card. Pure.

use super::postgres::dumps;
use crate::domain::{Container, Fault, Plan, PlannedStep, StackFile, StepVerb};

/// One step per database. The containers must have been inspected.
pub fn plan(stack: &StackFile, containers: &[Container]) -> Result<Plan, Fault> {
    let dumps = dumps(stack, containers)?;
    let steps = dumps.iter().map(|dump| PlannedStep {
        verb: StepVerb::Dump,
        object: format!("{} database {}", dump.container.name, dump.database),
        service: Some(dump.service.clone()),
        reason: format!("to {}, while it runs", dump.path),
        after: Vec::new(),
        downtime: None,
    });
    let lines = dumps.iter().map(|dump| {
        format!("docker exec {} pg_dump -Fc -U {} {}", dump.container.name, dump.user, dump.database)
    });
    Ok(Plan {
        title: format!("backup {}", stack.reference.project),
        steps: steps.collect(),
        warnings: vec!["only PostgreSQL databases are part of it yet".to_owned()],
        equivalent: lines.collect::<Vec<_>>().join(" && "),
        ..Plan::default()
    })
}
