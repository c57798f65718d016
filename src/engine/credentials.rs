//! What registries are told about who asks: `config.json` as the docker command keeps it, and credential helpers.
//!
//! Secrets are told to the daemon alone: as headers of requests, and as answers to its builder that asks for them in a
//! session (`buildkit/session/auth.rs`). They are in no log and in no fault; `Debug` hides them.

mod file;
mod helper;

use super::reference::INDEX_SERVER;
use crate::domain::{Fault, FaultKind};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use file::ConfigFile;
use serde_json::{Map, Value, json};
use std::fmt;
use std::path::{Path, PathBuf};

/// One registry's credentials.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Secret {
    Password { user: String, password: String },
    IdentityToken(String),
    RegistryToken(String),
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Secret {
    fn body(&self, server: &str) -> Value {
        match self {
            Self::Password { user, password } => {
                json!({ "username": user, "password": password, "serveraddress": server })
            }
            Self::IdentityToken(token) => json!({ "identitytoken": token, "serveraddress": server }),
            Self::RegistryToken(token) => json!({ "registrytoken": token, "serveraddress": server }),
        }
    }
}

/// What goes into a header, and what went wrong on the way: without credentials a public image can still be had, and
/// only when it cannot is the reason of interest.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub value: Option<String>,
    pub doubt: Option<Fault>,
}

/// The directory of the docker command's settings.
#[derive(Debug, Clone, Default)]
pub(super) struct Credentials {
    directory: Option<PathBuf>,
}

impl Credentials {
    /// `DOCKER_CONFIG`, else `~/.docker`.
    pub fn from_environment() -> Self {
        let path = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self { directory: path("DOCKER_CONFIG").or_else(|| path("HOME").map(|home| home.join(".docker"))) }
    }

    pub fn at(directory: &Path) -> Self {
        Self { directory: Some(directory.to_owned()) }
    }

    /// `X-Registry-Auth` for one registry.
    pub async fn for_server(&self, server: &str) -> Header {
        match self.lookup(server).await {
            Ok(secret) => Header { value: secret.map(|secret| encoded(&secret.body(server))), doubt: None },
            Err(fault) => Header { value: None, doubt: Some(fault) },
        }
    }

    /// `X-Registry-Config` for all registries that are known: a build says only on its way what it needs.
    pub async fn for_all(&self) -> Header {
        let config = match self.read() {
            Ok(config) => config,
            Err(fault) => return Header { value: None, doubt: Some(fault) },
        };
        let mut all = Map::new();
        let mut doubt = None;
        for server in config.servers() {
            match self.ask(&config, &server).await {
                Ok(Some(secret)) => {
                    all.insert(server.clone(), secret.body(&server));
                }
                Ok(None) => {}
                Err(fault) => {
                    doubt.get_or_insert(fault);
                }
            }
        }
        Header { value: (!all.is_empty()).then(|| encoded(&Value::Object(all))), doubt }
    }

    /// What is known for one registry.
    pub async fn lookup(&self, server: &str) -> Result<Option<Secret>, Fault> {
        let config = self.read()?;
        self.ask(&config, server).await
    }

    async fn ask(&self, config: &ConfigFile, server: &str) -> Result<Option<Secret>, Fault> {
        match config.helper(server) {
            Some(name) => helper::get(name, server).await,
            None => config.inline(server).map_err(|cause| self.wrong(&cause)),
        }
    }

    fn path(&self) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.join("config.json"))
    }

    fn read(&self) -> Result<ConfigFile, Fault> {
        let Some(path) = self.path() else { return Ok(ConfigFile::default()) };
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(ConfigFile::default()),
            Err(error) => {
                return Err(Fault::io("read the registries' credentials in", path.display(), &error));
            }
        };
        // Where the text is wrong it is quoted by serde_json, and it may be a secret.
        serde_json::from_slice(&bytes).map_err(|error| {
            self.wrong(&format!("it is no settings file: line {}, column {}", error.line(), error.column()))
        })
    }

    fn wrong(&self, cause: &str) -> Fault {
        let path = self.path().map(|path| path.display().to_string()).unwrap_or_default();
        Fault::new(FaultKind::Invalid, "read the registries' credentials in", path)
            .because(cause)
            .hint("`docker login` writes the file anew")
    }
}

fn encoded(body: &Value) -> String {
    URL_SAFE.encode(body.to_string())
}

/// The host of a key such as `https://registry.example/v2/`.
fn host(key: &str) -> &str {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    rest.split('/').next().unwrap_or(rest)
}

/// Where one logs in: Docker's own registry has no name there.
pub(super) fn login(server: &str) -> String {
    if server == INDEX_SERVER { "docker login".to_owned() } else { format!("docker login {server}") }
}

#[cfg(test)]
mod tests;
