//! Contexts as the docker command keeps them: `config.json`, `contexts/meta/<sha256 of the name>/meta.json`, and
//! certificates under `contexts/tls/<sha256>/docker`.

use super::{Address, Endpoint};
use crate::domain::{Fault, FaultKind};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

#[derive(Deserialize)]
struct ConfigFile {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct ContextFile {
    #[serde(rename = "Endpoints", default)]
    endpoints: Endpoints,
}

#[derive(Deserialize, Default)]
struct Endpoints {
    docker: Option<DockerEndpoint>,
}

#[derive(Deserialize)]
struct DockerEndpoint {
    #[serde(rename = "Host")]
    host: Option<String>,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_verification: bool,
}

/// The name of the context in use; no file or no such key is no context.
pub(super) fn current(directory: &Path) -> Result<Option<String>, Fault> {
    let file = directory.join("config.json");
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Fault::io("read Docker's settings", file.display(), &error)
                .hint("name the daemon with -H or DOCKER_HOST"));
        }
    };
    let config: ConfigFile = serde_json::from_slice(&bytes).map_err(|error| {
        Fault::new(FaultKind::Invalid, "read Docker's settings", file.display().to_string())
            .caused_by(&error)
            .hint("mend the file, or name the daemon with -H or DOCKER_HOST")
    })?;
    Ok(config.current_context.filter(|name| !name.is_empty()))
}

/// The directory that the docker command keeps a context in.
pub(super) fn key(name: &str) -> String {
    Sha256::digest(name.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn endpoint(directory: &Path, name: &str, origin: &str) -> Result<Endpoint, Fault> {
    let key = key(name);
    let file = directory.join("contexts/meta").join(&key).join("meta.json");
    let fault =
        |kind| Fault::new(kind, "read the Docker context", name).because(format!("{origin} names it"));
    let bytes = std::fs::read(&file).map_err(|error| {
        let kind =
            if error.kind() == ErrorKind::NotFound { FaultKind::NotFound } else { FaultKind::Permission };
        fault(kind)
            .because(format!("{}: {error}", file.display()))
            .hint("`docker context ls` lists the contexts there are; -H names a daemon without one")
    })?;
    let context: ContextFile = serde_json::from_slice(&bytes).map_err(|error| {
        fault(FaultKind::Invalid)
            .because(format!("{}: {error}", file.display()))
            .hint("create the context anew with `docker context create`")
    })?;
    let wrong = |cause: &str| {
        fault(FaultKind::Invalid)
            .because(format!("{}: {cause}", file.display()))
            .hint("`docker context inspect` shows it; -H names a daemon without a context")
    };
    let docker = context.endpoints.docker.ok_or_else(|| wrong("it has no endpoint `docker`"))?;
    let host =
        docker.host.filter(|host| !host.is_empty()).ok_or_else(|| wrong("its endpoint has no `Host`"))?;
    let mut endpoint: Endpoint = host.parse()?;
    let certificates = directory.join("contexts/tls").join(&key).join("docker");
    if let Address::Tcp(authority) = &endpoint.address
        && certificates.is_dir()
    {
        if docker.skip_verification {
            return Err(wrong("`SkipTLSVerify` is set, and an unverified daemon is not talked to"));
        }
        endpoint.address = Address::Tls { authority: authority.clone(), certificates };
    }
    Ok(endpoint)
}
