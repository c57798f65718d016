//! Images from Dockerfiles, by BuildKit in the daemon: what docker compose builds with, too.
//!
//! The build is asked for on one connection (`/grpc`); on another (`/session`) the daemon asks for what it needs of it
//! from this host. Both are dropped with the call, and the build ends with them.

mod cache;
mod messages;
mod progress;
mod session;
mod solve;

pub use session::{BuildFile, BuildSecret, FileContent, Files};
pub use solve::{CONTEXT, DOCKERFILE};

use super::build::{BuildRequest, BuildUpdate};
use super::connect::{CALL_LIMIT, Engine};
use super::grpc::{Channel, Status};
use super::pull::refused;
use crate::domain::{Fault, FaultKind};
use futures_util::FutureExt;
use hyper::Method;
use messages::{SOLVE, STATUS, SolveResponse, StatusRequest, StatusResponse};
use progress::Progress;
use serde_json::Value;
use session::{Offer, Session, random};
use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

const OPERATION: &str = "build image";
/// What the builder has still to say once it has ended comes at once.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// What a build is given of this host.
#[derive(Default)]
pub struct BuildSession {
    /// By the names that the builder knows them by: [`CONTEXT`], [`DOCKERFILE`], or an additional context's.
    pub directories: BTreeMap<String, Files>,
    pub secrets: BTreeMap<String, BuildSecret>,
    /// Sockets of agents of SSH by their names.
    pub agents: BTreeMap<String, PathBuf>,
    /// The same for builds of the same directories.
    pub shared: String,
}

impl Engine {
    /// Builds an image. Dropping the call ends the build.
    pub async fn build_with_buildkit(
        &self,
        name: &str,
        request: &BuildRequest,
        given: BuildSession,
        mut progress: impl FnMut(BuildUpdate),
    ) -> Result<(), Fault> {
        let offer = Offer {
            directories: given.directories,
            secrets: given.secrets,
            agents: given.agents,
            credentials: self.credentials.clone(),
        };
        let hosts = self.addressed(&request.extra_hosts).await?;
        let session = Session::open(self, &given.shared, offer).await?;
        let stream = self.upgrade("/grpc", &[], OPERATION).await?;
        let channel = Channel::open(stream).await.map_err(|status| broken(status, name))?;
        let reference = random();
        let message = solve::message(request, &hosts, &reference, &session.id);
        let mut told = Progress::default();
        let solved = {
            let solve = channel.call::<SolveResponse>(SOLVE, &message);
            run(&channel, solve, &reference, &mut told, &mut progress).await
        };
        let Err(status) = solved else { return Ok(()) };
        if let Some(fault) = session.troubles.of_files() {
            return Err(fault);
        }
        let fault = if status.broken {
            broken(status, name)
        } else {
            refused(500, progress::plain(&status.message), OPERATION, name)
        };
        let fault = told.blame(fault, &session.troubles.strangers());
        Err(session.troubles.with_agent(fault))
    }

    /// `host-gateway` is the daemon's own address on its bridge, which the builder does not know.
    async fn addressed(&self, hosts: &[String]) -> Result<Vec<String>, Fault> {
        const GATEWAY: &str = ":host-gateway";
        if !hosts.iter().any(|host| host.ends_with(GATEWAY)) {
            return Ok(hosts.to_vec());
        }
        let bridge = self
            .json(&Method::GET, "/networks/bridge", None, "inspect network", "bridge", CALL_LIMIT)
            .await?;
        let gateway = bridge.pointer("/IPAM/Config/0/Gateway").and_then(Value::as_str).ok_or_else(|| {
            Fault::new(FaultKind::Refused, OPERATION, "")
                .because("`host-gateway` of `build.extra_hosts`: the daemon's bridge has no address")
                .hint("name the address itself")
        })?;
        let addressed = |host: &String| match host.strip_suffix(GATEWAY) {
            Some(host) => format!("{host}:{gateway}"),
            None => host.clone(),
        };
        Ok(hosts.iter().map(addressed).collect())
    }
}

/// Waits for the build, and tells meanwhile what it does.
async fn run(
    channel: &Channel,
    solve: impl Future<Output = Result<SolveResponse, Status>>,
    reference: &str,
    told: &mut Progress,
    progress: &mut dyn FnMut(BuildUpdate),
) -> Result<SolveResponse, Status> {
    let mut solve = pin!(solve.fuse());
    let question = StatusRequest { reference: reference.to_owned() };
    let mut follow = pin!(
        async {
            // A build that failed before it began has no status, and says itself why.
            let mut news = channel.stream(STATUS, &question).await?;
            while let Some(news) = news.next::<StatusResponse>().await {
                told.take(news?, progress);
            }
            news.end()
        }
        .fuse()
    );
    let mut followed = false;
    let solved = loop {
        tokio::select! {
            solved = &mut solve => break solved,
            end = &mut follow, if !followed => {
                followed = true;
                if let Err(status) = end {
                    log::debug!("the builder tells nothing of a build: {}", status.message);
                }
            }
        }
    };
    if !followed && tokio::time::timeout(LAST_WORDS, follow).await.is_err() {
        log::debug!("the builder did not say all of a build that has ended");
    }
    solved
}

fn broken(status: Status, name: &str) -> Fault {
    Fault::new(FaultKind::Unreachable, OPERATION, name)
        .because(status.message)
        .hint("did the daemon restart? ask again: the steps that were done are kept")
}

#[cfg(test)]
mod tests;
