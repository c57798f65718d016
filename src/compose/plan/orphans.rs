//! Containers of services that the files do not have.

use super::ActionPlan;
use super::removal::stop_and_remove;
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Container, UpOptions};

pub fn orphans<'seen>(project: &Project, observed: &'seen Observed) -> Vec<&'seen Container> {
    let services = observed.services().into_iter().filter(|name| project.service(name).is_none());
    services.flat_map(|name| observed.of_service(name)).collect()
}

/// Removes them, or says that they are there. The steps after which they are gone.
pub fn remove_orphans(plan: &mut ActionPlan, orphans: &[&Container], options: &UpOptions) -> Vec<usize> {
    if !options.remove_orphans {
        if !orphans.is_empty() && !options.ignore_orphans {
            let names: Vec<&str> = orphans.iter().map(|orphan| orphan.name.as_str()).collect();
            plan.warn(format!(
                "the files have no service for {}; --remove-orphans takes them away",
                names.join(", ")
            ));
        }
        return Vec::new();
    }
    orphans
        .iter()
        .map(|orphan| stop_and_remove(plan, orphan, None, "its service is not in the files", false).1)
        .collect()
}
