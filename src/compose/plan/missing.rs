//! Secrets and configs whose files are not there: told before the first step, not by the daemon in the middle.

use super::ActionPlan;
use crate::compose::file::{FileObject, FileReference, Project, Service};
use crate::compose::observe::Observed;
use crate::domain::{Fault, FaultKind};
use std::collections::BTreeMap;

/// For services whose containers are to be made. What the daemon is sure to refuse ends the plan; the rest is said on
/// the card.
pub(super) fn check<'project>(
    plan: &mut ActionPlan,
    verb: &str,
    project: &'project Project,
    made: impl Iterator<Item = &'project Service>,
    observed: &Observed,
) -> Result<(), Fault> {
    let mut absent = BTreeMap::new();
    for service in made {
        let secrets = absent_of(("secrets", &service.secrets, &project.secrets), observed);
        let configs = absent_of(("configs", &service.configs, &project.configs), observed);
        absent.extend(secrets.chain(configs));
    }
    if absent.is_empty() {
        return Ok(());
    }
    if !observed.missing.for_the_daemon {
        for (key, file) in absent {
            plan.warn(format!(
                "{key}: there is no file {file} here; the daemon must find it on its own host"
            ));
        }
        return Ok(());
    }
    let fault = |(key, file): (String, &str)| {
        Fault::new(FaultKind::Invalid, verb, key)
            .because(format!("there is no file {file}"))
            .hint("make it, with ./prepare where the stack has one, or mend the path in the compose file")
    };
    Err(Fault::merged(absent.into_iter().map(fault).collect()))
}

fn absent_of<'project>(
    (kind, references, objects): (
        &'static str,
        &'project [FileReference],
        &'project BTreeMap<String, FileObject>,
    ),
    observed: &Observed,
) -> impl Iterator<Item = (String, &'project str)> {
    references.iter().filter_map(move |reference| {
        let object = objects.get(&reference.source)?;
        let absent = observed.missing.files.contains(&object.file);
        absent.then(|| (format!("{kind}.{}", reference.source), object.file.as_str()))
    })
}
