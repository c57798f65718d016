//! `rollback`: out of the middle of an update that was interrupted, or to an earlier deploy.

use super::{Prepared, known, project};
use crate::compose::{self, Observed, Project, plan};
use crate::domain::resources::Image;
use crate::domain::{Fault, FaultKind, Operation, StackRef};
use crate::engine::Engine;
use crate::task::deploys::{Deploy, Deploys};
use std::collections::BTreeMap;
use std::path::Path;

pub async fn prepare(
    engine: &Engine,
    root: &Path,
    stack: &StackRef,
    to: Option<u64>,
) -> Result<Prepared, Fault> {
    let deploys = Deploys::of(root, engine.endpoint(), &stack.project);
    if to.is_none()
        && let Some(project) = interrupted(&deploys, stack)?
    {
        let observed = observe(engine, root, &project).await?;
        if plan::is_between(&project, &observed) {
            let plan = Box::new(plan::back(&project, &observed)?);
            return Ok(Prepared::Compose { plan, addresses: Vec::new(), project: None, back_to: None });
        }
    }
    let deploy = deploys.target(to)?;
    let project = deploys.project(&deploy)?;
    let observed = observe(engine, root, &project).await?;
    let observed = Observed { pinned: images(engine, &deploy).await?, ..observed };
    let operation = Operation::Rollback { to };
    let mut plan = Box::new(plan::for_operation(Some(&project), &observed, &operation)?);
    if to.is_none()
        && let Some(why) = deploys.stays(&deploy)?
    {
        plan.warn(why);
    }
    plan.entitle(format!("roll {} back to deploy {}", stack.project, deploy.number));
    Ok(Prepared::Compose {
        plan,
        addresses: Vec::new(),
        project: Some(Box::new(project)),
        back_to: Some(deploy.number),
    })
}

/// What an update that was interrupted was to bring, as it was resolved then: the files may be others by now, or broken.
/// Where none was written down, as the files are.
fn interrupted(deploys: &Deploys, stack: &StackRef) -> Result<Option<Project>, Fault> {
    match deploys.half_done()? {
        Some(deploy) => deploys.project(&deploy).map(Some),
        None => Ok(project(stack).ok().flatten()),
    }
}

async fn observe(engine: &Engine, root: &Path, project: &Project) -> Result<Observed, Fault> {
    known(engine, root, compose::observe(engine, &project.name, Some(project)).await?)
}

/// By service, the images that the deploy ran; they must be there.
async fn images(engine: &Engine, deploy: &Deploy) -> Result<BTreeMap<String, Image>, Fault> {
    let mut images = BTreeMap::new();
    for (service, kept) in &deploy.images {
        let Some(image) = engine.image(&kept.id).await? else {
            let fault = Fault::new(FaultKind::NotFound, "roll back", service.as_str())
                .because(format!("the image that deploy {} ran is gone: {}", deploy.number, kept.id));
            return Err(match kept.digests.first() {
                Some(digest) => fault.hint(format!("get it back: docker pull {digest}")),
                None => {
                    fault.hint("no registry has it; go back to another one, as `mcp-tui history` lists them")
                }
            });
        };
        images.insert(service.clone(), image);
    }
    Ok(images)
}
