//! The connection: made within five seconds or refused with a reason, its API version agreed upon.

use super::credentials::Credentials;
use super::endpoint::{Address, Endpoint};
use super::{failure, figures, hijack, socket};
use crate::domain::{DaemonInfo, Fault, FaultKind, Safe};
use bollard::models::{SystemInfo, SystemVersion};
use bollard::{BollardRequest, ClientVersion, Docker};
use hyper::http::uri::PathAndQuery;
use jiff::Timestamp;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// A daemon that says nothing for this long is away, as far as an operator is concerned.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_millis(4500);
/// For a call that reads something small, on a daemon under load.
pub(super) const CALL_LIMIT: Duration = Duration::from_secs(30);
/// bollard's own limit covers only the wait for the head of a response, and it would cut long uploads. Calls have
/// their own limits here, so that one is put out of the way.
const NO_LIMIT: Duration = Duration::from_hours(30 * 24);

/// The newest version whose answers this room knows how to read.
const NEWEST: (usize, usize) = (1, 53);
/// Engine 20.10's.
const OLDEST: (usize, usize) = (1, 41);

/// The label by which the simulated engine is told from a real one.
const SIMULATED_LABEL: &str = "mcp-tui.simulated=true";

/// A connection to one daemon; clones share it.
#[derive(Debug, Clone)]
pub struct Engine {
    /// Puts the agreed version before each path.
    pub(super) docker: Docker,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) version: (usize, usize),
    pub(super) processors: Arc<figures::ProcessorSamples>,
    pub(super) host_memory: Arc<OnceCell<Option<u64>>>,
    pub(super) credentials: Credentials,
}

impl Engine {
    /// Reaches the daemon and agrees on a version of the API, in at most five seconds.
    pub async fn connect(endpoint: &Endpoint) -> Result<Self, Fault> {
        let operation = "connect to the Docker daemon";
        socket::check(endpoint)?;
        let docker =
            client(endpoint).map_err(|error| failure::fault(error, operation, &endpoint.to_string()))?;
        let asked = async {
            if let Some(version) = hijack::pinged_version(endpoint).await.as_deref().and_then(common_version)
            {
                return Ok(version);
            }
            let version = docker.version().await.map_err(|error| failure::connecting(error, endpoint))?;
            agree(&version, endpoint)
        };
        let version = tokio::time::timeout(ANSWER_LIMIT, asked).await.map_err(|_| silent(endpoint))??;
        let docker = docker.with_request_modifier(move |request| with_version(request, version));
        Ok(Self {
            docker,
            endpoint: Arc::new(endpoint.clone()),
            version,
            processors: Arc::default(),
            host_memory: Arc::default(),
            credentials: Credentials::from_environment(),
        })
    }

    /// The same connection, with registries' credentials from another directory than the environment names.
    #[must_use]
    pub fn with_credentials_in(mut self, directory: &Path) -> Self {
        self.credentials = Credentials::at(directory);
        self
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The agreed version: `(1, 41)`. Some keys of a container's body depend on it.
    pub fn api_version(&self) -> (usize, usize) {
        self.version
    }

    pub async fn daemon(&self) -> Result<DaemonInfo, Fault> {
        Ok(self.daemon_and_time().await?.0)
    }

    /// The daemon, and its clock as it answered.
    pub(super) async fn daemon_and_time(&self) -> Result<(DaemonInfo, Option<Timestamp>), Fault> {
        let info = self.call("ask the daemon about itself", "", CALL_LIMIT, self.docker.info()).await?;
        let time = info.system_time.as_deref().and_then(|time| time.parse().ok());
        Ok((self.describe(info), time))
    }

    fn describe(&self, info: SystemInfo) -> DaemonInfo {
        let safe = |text: Option<String>| Safe::new(text.unwrap_or_default());
        let simulated = info.labels.iter().flatten().any(|label| label == SIMULATED_LABEL);
        DaemonInfo {
            name: safe(info.name),
            version: safe(info.server_version),
            api_version: Safe::new(format!("{}.{}", self.version.0, self.version.1)),
            operating_system: safe(info.operating_system),
            cpus: info.ncpu.and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0),
            memory_bytes: info
                .mem_total
                .and_then(|bytes| u64::try_from(bytes).ok())
                .filter(|bytes| *bytes > 0),
            cgroup_driver: info.cgroup_driver.map(Safe::new),
            cgroup_version: info.cgroup_version.and_then(|version| version.to_string().parse().ok()),
            root_directory: info.docker_root_dir.map(Safe::new),
            clock_ahead_seconds: info
                .system_time
                .as_deref()
                .and_then(|time| time.parse::<Timestamp>().ok())
                .map(|time| time.duration_since(Timestamp::now()).as_secs()),
            endpoint: self.endpoint.describe(),
            simulated,
        }
    }

    /// Asks for nothing but a sign of life.
    pub(super) async fn ping(&self, limit: Duration) -> Result<(), Fault> {
        let answer = tokio::time::timeout(limit, self.docker.ping()).await;
        answer
            .map_err(|_| silent(&self.endpoint))?
            .map(drop)
            .map_err(|error| failure::connecting(error, &self.endpoint))
    }

    /// Runs one call within its limit, the answer's body included.
    pub(super) async fn call<T>(
        &self,
        operation: &str,
        object: &str,
        limit: Duration,
        request: impl Future<Output = Result<T, bollard::errors::Error>>,
    ) -> Result<T, Fault> {
        match tokio::time::timeout(limit, request).await {
            Ok(answer) => answer.map_err(|error| failure::fault(error, operation, object)),
            Err(_) => Err(failure::late(operation, object, limit)),
        }
    }
}

fn client(endpoint: &Endpoint) -> Result<Docker, bollard::errors::Error> {
    let limit = NO_LIMIT.as_secs();
    let version = &ClientVersion { major_version: NEWEST.0, minor_version: NEWEST.1 };
    match &endpoint.address {
        Address::Unix(path) => Docker::connect_with_unix(&path.to_string_lossy(), limit, version),
        Address::Tcp(authority) => Docker::connect_with_http(&format!("tcp://{authority}"), limit, version),
        Address::Tls { authority, certificates } => Docker::connect_with_ssl(
            &format!("tcp://{authority}"),
            &certificates.join("key.pem"),
            &certificates.join("cert.pem"),
            &certificates.join("ca.pem"),
            limit,
            version,
        ),
    }
}

fn silent(endpoint: &Endpoint) -> Fault {
    Fault::new(FaultKind::Timeout, "connect to the Docker daemon at", endpoint.describe().as_str())
        .because(format!("it did not answer within {:.1} s", ANSWER_LIMIT.as_secs_f64()))
        .hint("it may be overloaded or hung: look at `systemctl status docker` and `journalctl -u docker`")
}

/// The version to speak with a daemon whose newest is this one; `None` where more has to be known of it.
fn common_version(newest: &str) -> Option<(usize, usize)> {
    parse_version(newest).filter(|version| (OLDEST..=NEWEST).contains(version))
}

/// The newest version that both sides know.
fn agree(version: &SystemVersion, endpoint: &Endpoint) -> Result<(usize, usize), Fault> {
    let fault = |cause: String| {
        Fault::new(FaultKind::Refused, "agree on an API version with", endpoint.describe().as_str())
            .because(cause)
    };
    let newest = version.api_version.as_deref().unwrap_or_default();
    let newest = parse_version(newest).ok_or_else(|| {
        fault(format!("its newest API version reads `{newest}`"))
            .hint("is this the address of a Docker daemon?")
    })?;
    let oldest = version.min_api_version.as_deref().and_then(parse_version).unwrap_or(OLDEST);
    if newest < OLDEST {
        return Err(fault(format!("it speaks {}.{} at most", newest.0, newest.1))
            .hint("mcp-tui needs Docker Engine 20.10 (API 1.41) or newer"));
    }
    if oldest > NEWEST {
        return Err(fault(format!("it speaks {}.{} at least", oldest.0, oldest.1))
            .hint("this mcp-tui is too old for it: update mcp-tui"));
    }
    Ok(newest.min(NEWEST))
}

fn parse_version(text: &str) -> Option<(usize, usize)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// bollard asks for unversioned paths, to which a daemon answers in its newest version, whatever was agreed.
fn with_version(mut request: BollardRequest, version: (usize, usize)) -> BollardRequest {
    let mut parts = request.uri().clone().into_parts();
    let path = parts.path_and_query.as_ref().map_or("/", PathAndQuery::as_str);
    if let Ok(path) = PathAndQuery::try_from(format!("/v{}.{}{path}", version.0, version.1)) {
        parts.path_and_query = Some(path);
        if let Ok(uri) = hyper::Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

#[cfg(test)]
mod tests;
