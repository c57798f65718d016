//! The order in which an address is looked for: the same as the docker command's.

use super::{Address, DEFAULT_SOCKET, Endpoint, context};
use crate::domain::{Fault, FaultKind};
use rustix::fs::{Access, access};
use std::path::PathBuf;

/// What is read from the environment, captured once so that tests need not change it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointEnvironment {
    pub docker_host: Option<String>,
    pub docker_context: Option<String>,
    pub docker_cert_path: Option<PathBuf>,
    pub docker_tls_verify: Option<String>,
    /// `DOCKER_CONFIG`, else `~/.docker`.
    pub config_directory: Option<PathBuf>,
    pub runtime_directory: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointOptions {
    /// `-H`.
    pub host: Option<String>,
    pub context: Option<String>,
    pub environment: EndpointEnvironment,
    pub default_socket: PathBuf,
}

impl Default for EndpointOptions {
    fn default() -> Self {
        Self {
            host: None,
            context: None,
            environment: EndpointEnvironment::default(),
            default_socket: PathBuf::from(DEFAULT_SOCKET),
        }
    }
}

impl EndpointOptions {
    pub fn from_environment(host: Option<String>) -> Self {
        let text = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let environment = EndpointEnvironment {
            docker_host: text("DOCKER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            docker_cert_path: path("DOCKER_CERT_PATH"),
            docker_tls_verify: text("DOCKER_TLS_VERIFY"),
            config_directory: path("DOCKER_CONFIG").or_else(|| path("HOME").map(|home| home.join(".docker"))),
            runtime_directory: path("XDG_RUNTIME_DIR"),
        };
        Self { host, environment, ..Self::default() }
    }
}

impl Endpoint {
    /// `-H`, a named context, `DOCKER_HOST`, `DOCKER_CONTEXT`, the current context of `config.json`, the default
    /// socket, the rootless one.
    pub fn resolve(options: &EndpointOptions) -> Result<Self, Fault> {
        let environment = &options.environment;
        let mut tried = Vec::new();
        if let Some(host) = &options.host {
            tried.push(format!("-H {host}"));
            return Ok(with_certificates(host.parse()?, environment)?.chosen(tried));
        }
        if let Some(name) = &options.context {
            tried.push(format!("context {name}"));
            return by_context(name, "the context that was asked for", options, tried);
        }
        if let Some(host) = &environment.docker_host {
            tried.push(format!("DOCKER_HOST={host}"));
            return Ok(with_certificates(host.parse()?, environment)?.chosen(tried));
        }
        tried.push("DOCKER_HOST is not set".to_owned());
        if let Some(name) = &environment.docker_context {
            tried.push(format!("DOCKER_CONTEXT={name}"));
            return by_context(name, "DOCKER_CONTEXT", options, tried);
        }
        if let Some(directory) = &environment.config_directory
            && let Some(name) = context::current(directory)?
        {
            tried.push(format!("context {name} of {}", directory.join("config.json").display()));
            return by_context(&name, "the current context", options, tried);
        }
        Ok(by_default(options, tried))
    }
}

fn by_context(
    name: &str,
    origin: &str,
    options: &EndpointOptions,
    mut tried: Vec<String>,
) -> Result<Endpoint, Fault> {
    if name == "default" {
        return Ok(by_default(options, tried));
    }
    let Some(directory) = &options.environment.config_directory else {
        return Err(Fault::new(FaultKind::NotFound, "read the Docker context", name)
            .because("neither DOCKER_CONFIG nor HOME is set")
            .hint("name the daemon with -H"));
    };
    let endpoint = context::endpoint(directory, name, origin)?;
    tried.push(format!("it says {endpoint}"));
    Ok(endpoint.chosen(tried))
}

/// The default socket unless there is none and a rootless daemon has one.
fn by_default(options: &EndpointOptions, mut tried: Vec<String>) -> Endpoint {
    let default = &options.default_socket;
    if access(default, Access::READ_OK | Access::WRITE_OK).is_ok() {
        tried.push(format!("the default socket {}", default.display()));
        return Endpoint::unix(default).chosen(tried);
    }
    let state = if default.exists() { "not ours to use" } else { "not there" };
    if let Some(directory) = &options.environment.runtime_directory {
        let rootless = directory.join("docker.sock");
        if rootless.exists() {
            tried.push(format!("the default socket {} is {state}", default.display()));
            tried.push(format!("the rootless socket {}", rootless.display()));
            return Endpoint::unix(rootless).chosen(tried);
        }
        tried.push(format!("no rootless socket {}", rootless.display()));
    }
    tried.push(format!("the default socket {} ({state})", default.display()));
    Endpoint::unix(default).chosen(tried)
}

/// A TCP address gets the certificates that the environment names. Where there are some, the daemon's own is always
/// verified: an unverified one would protect nothing.
fn with_certificates(mut endpoint: Endpoint, environment: &EndpointEnvironment) -> Result<Endpoint, Fault> {
    let wanted = environment.docker_tls_verify.is_some() || environment.docker_cert_path.is_some();
    if let Address::Tcp(authority) = &endpoint.address
        && wanted
    {
        let certificates = environment
            .docker_cert_path
            .as_ref()
            .or(environment.config_directory.as_ref())
            .cloned()
            .ok_or_else(|| {
                Fault::new(FaultKind::Invalid, "connect with TLS to", authority.as_str())
                    .because("DOCKER_TLS_VERIFY is set, and DOCKER_CERT_PATH is not")
                    .hint("set DOCKER_CERT_PATH to the directory with ca.pem, cert.pem and key.pem")
            })?;
        endpoint.address = Address::Tls { authority: authority.clone(), certificates };
    }
    Ok(endpoint)
}
