//! What the card says besides the steps: the equivalent line, the GPUs, the graces.

use super::{ActionPlan, Lifecycle};
use crate::compose::file::{DeviceRequest, Project, Service};
use crate::compose::observe::Observed;
use crate::domain::Container;
use std::time::Duration;

/// What Docker gives where nothing is asked for.
const USUAL_GRACE: Duration = Duration::from_secs(10);

pub fn new_plan(verb: &str, project: Option<&Project>, observed: &Observed, words: &[String]) -> ActionPlan {
    let mut plan = ActionPlan::default();
    let mut line = vec!["docker".to_owned(), "compose".to_owned(), "-p".to_owned(), observed.project.clone()];
    if let Some(project) = project {
        for file in &project.files {
            line.extend(["-f".to_owned(), file.display().to_string()]);
        }
        for file in &project.env_files {
            line.extend(["--env-file".to_owned(), file.display().to_string()]);
        }
        for profile in &project.profiles {
            line.extend(["--profile".to_owned(), profile.clone()]);
        }
        project.warnings.iter().for_each(|warning| plan.warn(warning.clone()));
        let hooked = project.services.values().chain(project.disabled.values());
        let hooked = hooked.filter(|service| !service.post_start.is_empty() || !service.pre_stop.is_empty());
        plan.lifecycles = hooked.map(|service| (service.name.clone(), lifecycle(service))).collect();
    }
    line.push(verb.to_owned());
    line.extend(words.iter().cloned());
    plan.plan.title = format!("{verb} {}", observed.project);
    plan.plan.equivalent = shell_words::join(line);
    plan
}

fn lifecycle(service: &Service) -> Lifecycle {
    Lifecycle { post_start: service.post_start.clone(), pre_stop: service.pre_stop.clone() }
}

pub fn add_gpus(plan: &mut ActionPlan, project: Option<&Project>, observed: &Observed, services: &[String]) {
    for name in services {
        let declared = project.and_then(|project| project.service(name));
        let texts: Vec<String> = match declared {
            Some(service) => gpus(service.device_requests()),
            None => observed_gpus(&observed.of_service(name)),
        };
        for text in texts {
            let line = format!("{name}: {text}");
            if !plan.plan.gpus.contains(&line) {
                plan.plan.gpus.push(line);
            }
        }
    }
}

fn gpus<'service>(requests: impl Iterator<Item = &'service DeviceRequest>) -> Vec<String> {
    requests.map(|request| gpu_text(Some(request.count), &request.device_ids)).collect()
}

fn observed_gpus(containers: &[&Container]) -> Vec<String> {
    let details = containers.iter().filter_map(|container| container.details.as_ref());
    let requests = details.flat_map(|details| &details.gpu_requests);
    requests.map(|request| gpu_text(request.count, &request.device_ids)).collect()
}

fn gpu_text(count: Option<i64>, ids: &[String]) -> String {
    match count {
        _ if !ids.is_empty() => format!("GPU {}", ids.join(", ")),
        Some(1) => "1 GPU".to_owned(),
        Some(count) if count > 0 => format!("{count} GPUs"),
        _ => "all GPUs".to_owned(),
    }
}

/// How long a stop may take at the most.
pub fn grace(container: &Container, service: Option<&Service>) -> Duration {
    let own = container.details.as_ref().and_then(|details| details.stop_grace);
    let declared = service.and_then(|service| service.stop_grace_period).map(|grace| grace.0);
    own.or(declared).unwrap_or(USUAL_GRACE)
}
