//! Images that are here, or can be had.

use super::Facts;
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::domain::{ChecklistLine, FaultKind};

pub fn check(
    project: &Project,
    services: &[&Service],
    observed: &Observed,
    facts: &Facts,
) -> Vec<ChecklistLine> {
    services.iter().map(|service| of_service(project, service, observed, facts)).collect()
}

fn of_service(project: &Project, service: &Service, observed: &Observed, facts: &Facts) -> ChecklistLine {
    let reference = service.image_name(&project.name);
    let check = format!("image of {}", service.name);
    if observed.images.contains_key(&reference) {
        return ChecklistLine::ok(check, format!("{reference} is here"));
    }
    if service.build.is_some() {
        return ChecklistLine::ok(check, format!("{reference} is built first"));
    }
    if matches!(service.pull_policy.as_str(), "never" | "build") {
        let found = format!("{reference} is not here, and pull_policy is {}", service.pull_policy);
        return ChecklistLine::failed(
            check,
            found,
            format!("docker pull {reference}, or another pull_policy"),
        );
    }
    match facts.registry.get(&reference) {
        Some(Ok(())) => ChecklistLine::ok(check, format!("{reference} is pulled first")),
        Some(Err(fault))
            if matches!(
                fault.kind,
                FaultKind::Unreachable | FaultKind::Timeout | FaultKind::Internal | FaultKind::Refused
            ) =>
        {
            let found =
                format!("{reference} is not here, and whether its registry has it is unknown: {fault}");
            ChecklistLine::warning(
                check,
                found,
                "it is pulled before anything stops; see that the registry answers",
            )
        }
        Some(Err(fault)) => {
            let mend =
                fault.hint.clone().unwrap_or_else(|| "mend its name, or log in to its registry".to_owned());
            ChecklistLine::failed(check, format!("{reference} cannot be had: {fault}"), mend)
        }
        None => ChecklistLine::ok(check, format!("{reference} is pulled first; its registry was not asked")),
    }
}
