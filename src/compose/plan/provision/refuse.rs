//! Keys of `build` that cannot come about on one Engine. Left out silently they would make another image.

use super::order::Build as Order;
use crate::compose::file::{Build, Project, Service};
use crate::compose::observe::Observed;
use crate::domain::{Builder, Fault, FaultKind};

/// The API of Engine 23.0, whose BuildKit is the first that knows contexts by name, limits and sizes.
const WITH_NEWER_BUILDKIT: (usize, usize) = (1, 42);

pub fn refuse(project: &Project, service: &Service, build: &Build, observed: &Observed) -> Result<(), Fault> {
    if observed.builder == Builder::Classic {
        return by_classic(service, build);
    }
    secrets(project, service, build)?;
    by_buildkit(service, build, observed)
}

fn by_classic(service: &Service, build: &Build) -> Result<(), Fault> {
    let keys = [
        ("secrets", !build.secrets.is_empty()),
        ("ssh", !build.ssh.is_empty()),
        ("additional_contexts", !build.additional_contexts.is_empty()),
        ("entitlements", !build.entitlements.is_empty()),
        ("privileged", build.privileged),
        ("cache_to", !build.cache_to.is_empty()),
        ("no_cache_filter", !build.no_cache_filter.is_empty()),
        ("provenance", !is_off(&build.provenance)),
        ("sbom", !is_off(&build.sbom)),
        ("platforms", build.platforms.len() > 1),
        ("dockerfile_inline of a remote context", !build.dockerfile_inline.is_empty() && is_remote(build)),
    ];
    let given: Vec<&str> = keys.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
    if given.is_empty() {
        return Ok(());
    }
    let why = format!("the Engine's classic builder cannot do {}", given.join(", "));
    Err(fault(service, "", &why).hint(
        "BuildKit can do more: it is what builds unless DOCKER_BUILDKIT=0 or the daemon's settings choose otherwise",
    ))
}

fn by_buildkit(service: &Service, build: &Build, observed: &Observed) -> Result<(), Fault> {
    let local = |caches: &[String]| caches.iter().any(|cache| cache.contains("type=local"));
    if !is_off(&build.provenance) {
        return Err(attested(service, "provenance"));
    }
    if !is_off(&build.sbom) {
        return Err(attested(service, "sbom"));
    }
    if build.platforms.len() > 1 {
        return Err(fault(service, "platforms", "the Engine builds an image for one platform at a time")
            .hint("name one, or choose it by `platform` of the service"));
    }
    if local(&build.cache_to) {
        return Err(fault(service, "cache_to", "a cache in a directory here is not kept").hint(
            "`type=inline` keeps it in the image, `type=registry,ref=…` in a registry where the Engine can",
        ));
    }
    if local(&build.cache_from) {
        return Err(fault(service, "cache_from", "a cache in a directory here is not read")
            .hint("name an image, or `type=registry,ref=…`"));
    }
    if !matches!(build.isolation.as_str(), "" | "default") {
        return Err(fault(service, "isolation", "it exists on Windows only").hint("leave it out"));
    }
    if !matches!(build.network.as_str(), "" | "default" | "host" | "none") {
        let why = format!("BuildKit's steps cannot join the network {}", build.network);
        return Err(fault(service, "network", &why)
            .hint("`host` and `none` are known; DOCKER_BUILDKIT=0 builds in other networks"));
    }
    if !build.additional_contexts.is_empty() && observed.api_version < WITH_NEWER_BUILDKIT {
        return Err(fault(
            service,
            "additional_contexts",
            "the BuildKit of this Engine knows no contexts by name",
        )
        .hint("Engine 23.0 and later do; until then COPY --from=IMAGE takes files from images"));
    }
    if let Some((name, _)) =
        build.additional_contexts.iter().find(|(_, place)| place.starts_with("oci-layout:"))
    {
        let why = "an OCI layout on this host is not sent";
        return Err(
            fault(service, &format!("additional_contexts.{name}"), why).hint("name an image of a registry")
        );
    }
    Ok(())
}

fn attested(service: &Service, key: &str) -> Fault {
    fault(service, key, "images are made without attestations here").hint(format!("write `{key}: false`"))
}

fn is_off(value: &str) -> bool {
    matches!(value, "" | "false")
}

fn is_remote(build: &Build) -> bool {
    !std::path::Path::new(&build.context).is_absolute()
}

fn fault(service: &Service, key: &str, why: &str) -> Fault {
    let dot = if key.is_empty() { "" } else { "." };
    Fault::new(FaultKind::Invalid, "build the service", service.name.as_str())
        .because(format!("services.{}.build{dot}{key}: {why}", service.name))
}

fn secrets(project: &Project, service: &Service, build: &Build) -> Result<(), Fault> {
    for reference in &build.secrets {
        let object = project.secrets.get(&reference.source);
        if object.is_some_and(|object| object.external || !object.driver.is_empty()) {
            let key = format!("secrets.{}", reference.source);
            return Err(fault(service, &key, "one that exists in a swarm only cannot be given to a build")
                .hint("name a `file` or an `environment` variable"));
        }
    }
    Ok(())
}

/// What of `build` comes about otherwise than it is written.
pub fn doubts(project: &Project, service: &Service, order: &Order, observed: &Observed) -> Vec<String> {
    let Some(build) = service.build.as_ref().filter(|_| order.builder == Builder::BuildKit) else {
        return Vec::new();
    };
    let mut doubts = Vec::new();
    let mut doubt = |key: &str, text: &str| {
        doubts.push(format!("services.{}.build.{key}: {text}", service.name));
    };
    if observed.api_version < WITH_NEWER_BUILDKIT {
        const OLD: &str = "the BuildKit of this Engine does not know it (Engine 23.0 does); DOCKER_BUILDKIT=0 builds with it";
        if order.shm_size.is_some() {
            doubt("shm_size", OLD);
        }
        if !order.ulimits.is_empty() {
            doubt("ulimits", OLD);
        }
    }
    for reference in &build.secrets {
        if !(reference.uid.is_empty() && reference.gid.is_empty() && reference.mode.is_empty()) {
            doubt(
                "secrets",
                "a step's own RUN --mount says uid, gid and mode; those given here have no effect",
            );
        }
        let unset = project
            .secrets
            .get(&reference.source)
            .filter(|object| !object.environment.is_empty() && object.value.is_none());
        if let Some(object) = unset {
            doubt("secrets", &format!("the variable {} is not set; the secret is empty", object.environment));
        }
    }
    if order.memory.is_some() {
        doubts.push("--memory is not known to BuildKit and has no effect".to_owned());
    }
    doubts
}
