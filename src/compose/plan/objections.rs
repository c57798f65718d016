//! Keys of the files that one Engine cannot honour.

use super::ActionPlan;
use crate::compose::file::{Objection, Project, Service};
use crate::domain::{Fault, FaultKind};

/// A key that cannot be honoured ends the plan, one that is passed over is said on the card.
pub fn object(
    plan: &mut ActionPlan,
    verb: &str,
    project: &Project,
    services: &[&Service],
) -> Result<(), Fault> {
    let objections = project.objections(services.iter().copied());
    let (refused, passed): (Vec<_>, Vec<_>) = objections.into_iter().partition(|objection| objection.refused);
    for objection in passed {
        plan.warn(format!("{}: {}", objection.path, objection.text));
    }
    let fault = |objection: &Objection| {
        Fault::new(FaultKind::Invalid, verb, objection.path.as_str()).because(objection.text.as_str())
    };
    match refused.as_slice() {
        [] => Ok(()),
        all => Err(Fault::merged(all.iter().map(fault).collect())),
    }
}
