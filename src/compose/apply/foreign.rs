//! Somebody else's hand in the middle of a deploy: what they made is not ours to judge, and going on or back could end
//! with two versions at once. So nothing more is done, and they who know are asked.

use super::steps::Run;
use crate::compose::plan::Guard;
use crate::domain::{Container, ContainerId, Fault, FaultKind};
use std::collections::BTreeSet;

/// The operation of the fault, by which it is told from others.
pub(super) const NEEDS_OPERATOR: &str = "go on with the deploy of";

/// Looks for containers of the guarded services that neither were there nor were made by this run.
pub(super) async fn check(run: &Run<'_>) -> Result<(), Fault> {
    let Some(guard) = run.plan.and_then(|plan| plan.guard()) else { return Ok(()) };
    let containers = match run.engine.containers(Some(&guard.project)).await {
        Ok(containers) => containers,
        // The step itself will find out; a look that failed has found nobody.
        Err(fault) if fault.kind == FaultKind::Unreachable => return Ok(()),
        Err(fault) => return Err(fault),
    };
    let made: BTreeSet<ContainerId> = run.made.borrow().values().cloned().collect();
    match stranger(guard, &made, &containers) {
        None => Ok(()),
        Some(stranger) => Err(Fault::new(FaultKind::Conflict, NEEDS_OPERATOR, &guard.project)
            .because(format!("somebody else made {} meanwhile ({})", stranger.name, stranger.id.short()))
            .because("it needs the operator: nothing more is done, neither forward nor back")
            .hint("find out who it was; then `mcp-tui update` goes on from what is there, or `mcp-tui rollback` back")),
    }
}

fn stranger<'seen>(
    guard: &Guard,
    made: &BTreeSet<ContainerId>,
    containers: &'seen [Container],
) -> Option<&'seen Container> {
    containers.iter().find(|container| {
        let guarded = container.compose.as_ref().is_some_and(|labels| {
            !labels.oneoff && labels.config_hash.is_some() && guard.services.contains(&labels.service)
        });
        guarded && !guard.known.contains(&container.id) && !made.contains(&container.id)
    })
}
