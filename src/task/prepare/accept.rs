//! `accept`: the end of an update that waits for it.

use super::{Prepared, known};
use crate::compose::{self, plan};
use crate::domain::{Fault, FaultKind, Operation, StackRef};
use crate::engine::Engine;
use crate::task::Deploys;
use std::path::Path;

pub async fn prepare(engine: &Engine, root: &Path, stack: &StackRef) -> Result<Prepared, Fault> {
    let deploys = Deploys::of(root, engine.endpoint(), &stack.project);
    let Some(deploy) = deploys.waiting()? else {
        return Err(Fault::new(FaultKind::NotFound, "accept", &stack.project)
            .because("no deploy of it waits to be accepted")
            .hint(
                "`mcp-tui history` tells what came of each; what a restore took out of use is accepted by \
                 `mcp-tui backup accept`",
            ));
    };
    // As it was resolved then: the files may be others by now, or broken.
    let project = deploys.project(&deploy)?;
    let observed = compose::observe(engine, &project.name, Some(&project)).await?;
    let observed = known(engine, root, observed)?;
    let mut plan = Box::new(plan::for_operation(Some(&project), &observed, &Operation::Accept)?);
    plan.entitle(format!("accept deploy {} of {}", deploy.number, stack.project));
    Ok(Prepared::Compose { plan, addresses: Vec::new(), project: None, back_to: None })
}
