//! Where a service asks for GPUs, the daemon can give them.

use super::Facts;
use crate::compose::file::{DeviceRequest, Service};
use crate::compose::observe::Observed;
use crate::domain::ChecklistLine;

const MEND: &str =
    "install the NVIDIA container toolkit and restart Docker, or deploy the service without a GPU";

/// Whether a service asks for a GPU of the usual kind. What is named by CDI the daemon finds by itself.
pub fn asks(service: &Service) -> bool {
    let of_nvidia = |request: &DeviceRequest| {
        let gpu = request.capabilities.iter().any(|word| word == "gpu") || request.capabilities.is_empty();
        request.driver == "nvidia" || (request.driver.is_empty() && gpu)
    };
    service.runtime == "nvidia" || service.device_requests().any(of_nvidia)
}

pub fn check(services: &[&Service], observed: &Observed, facts: &Facts) -> Vec<ChecklistLine> {
    let asking: Vec<&str> =
        services.iter().filter(|service| asks(service)).map(|service| service.name.as_str()).collect();
    if asking.is_empty() {
        return Vec::new();
    }
    let names = asking.join(", ");
    let runtime =
        facts.runtimes.as_ref().is_some_and(|runtimes| runtimes.iter().any(|name| name.contains("nvidia")));
    let given = observed.containers.iter().chain(&observed.others).any(|container| {
        let details = container.details.as_ref();
        container.is_running() && details.is_some_and(|details| !details.gpu_requests.is_empty())
    });
    vec![if runtime || given || facts.has_gpu_toolkit {
        ChecklistLine::ok("GPU runtime", format!("there for {names}"))
    } else {
        // The daemon looks for the toolkit in places of its own: only the start tells for certain.
        let found = format!(
            "for {names} a GPU is asked, and nothing here that could give it to a container is known"
        );
        ChecklistLine::warning("GPU runtime", found, MEND)
    }]
}
