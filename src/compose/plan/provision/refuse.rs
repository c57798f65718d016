//! Keys of `build` that the Engine's own builder does not know. Left out silently they would make another image.

use crate::compose::file::{Build, Service};
use crate::domain::{Fault, FaultKind};

pub fn refuse(service: &Service, build: &Build) -> Result<(), Fault> {
    let off = |value: &str| matches!(value, "" | "false");
    let keys = [
        ("secrets", !build.secrets.is_empty()),
        ("ssh", !build.ssh.is_empty()),
        ("additional_contexts", !build.additional_contexts.is_empty()),
        ("entitlements", !build.entitlements.is_empty()),
        ("privileged", build.privileged),
        ("cache_to", !build.cache_to.is_empty()),
        ("no_cache_filter", !build.no_cache_filter.is_empty()),
        ("provenance", !off(&build.provenance)),
        ("sbom", !off(&build.sbom)),
        ("platforms", build.platforms.len() > 1),
    ];
    let given: Vec<&str> = keys.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
    if given.is_empty() {
        return Ok(());
    }
    let fault = Fault::new(FaultKind::Invalid, "build the service", service.name.as_str()).because(format!(
        "services.{}.build: the Engine's own builder cannot do {}",
        service.name,
        given.join(", ")
    ));
    Err(fault.hint(format!(
        "`docker compose build {}` builds it with BuildKit; an `up` then takes that image",
        service.name
    )))
}
