//! Images from Dockerfiles, by the daemon's classic builder.

mod output;
mod query;

pub use output::BuildUpdate;
pub(super) use output::explained;

use super::connect::Engine;
use super::messages::Messages;
use super::pull::{answered, error, refused};
use super::raw::Upload;
use crate::domain::{Fault, FaultKind};
use output::BuildOutput;
use std::collections::BTreeMap;

const OPERATION: &str = "build image";

/// What a builder is told besides the context. What the classic one does not know is of no effect there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildRequest {
    pub tags: Vec<String>,
    /// Its path within the context.
    pub dockerfile: String,
    /// Where the daemon gets the context from by itself: a git repository or an archive.
    pub remote: Option<String>,
    pub args: BTreeMap<String, Option<String>>,
    pub labels: BTreeMap<String, String>,
    pub cache_from: Vec<String>,
    pub target: String,
    pub network_mode: String,
    /// In bytes.
    pub shm_size: Option<u64>,
    /// In bytes.
    pub memory: Option<u64>,
    /// `host:address`
    pub extra_hosts: Vec<String>,
    pub ulimits: Vec<BuildUlimit>,
    pub isolation: String,
    pub platform: String,
    /// Base images are asked for again even where they are there.
    pub pull: bool,
    pub no_cache: bool,
    /// BuildKit's: stages that are built anew.
    pub no_cache_filter: Vec<String>,
    /// BuildKit's.
    pub cache_to: Vec<String>,
    /// BuildKit's.
    pub entitlements: Vec<String>,
    /// BuildKit's: additional contexts by name, as the builder finds them.
    pub contexts: BTreeMap<String, String>,
    /// BuildKit's: the Dockerfile is none of the remote context.
    pub dockerfile_apart: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildUlimit {
    pub name: String,
    pub soft: i64,
    pub hard: i64,
}

impl Engine {
    /// Builds an image and gives its id. Dropping the call ends the build.
    pub async fn build(
        &self,
        name: &str,
        request: &BuildRequest,
        context: Option<Upload>,
        mut progress: impl FnMut(BuildUpdate),
    ) -> Result<String, Fault> {
        let header = self.credentials.for_all().await;
        let headers: Vec<_> = header.value.iter().map(|value| ("x-registry-config", value.clone())).collect();
        let object = name.to_owned();
        let bytes = self.post(&query::path(request), &headers, context)?;
        let mut messages = Messages::new(bytes, OPERATION, name)
            .blaming(Box::new(move |error| explained(answered(error, OPERATION, &object))));
        let mut output = BuildOutput::default();
        while let Some(message) = messages.next().await {
            let message = message?;
            if let Some(cause) = error(&message) {
                let fault = refused(500, &cause, OPERATION, name);
                return Err(output.blame(fault, header.doubt));
            }
            output.take(&message, &mut progress);
        }
        output.image().ok_or_else(|| {
            Fault::new(FaultKind::Unreachable, OPERATION, name)
                .because("the daemon's answer ended before the image was built")
                .hint("did the daemon restart? ask again: the steps that were done are kept")
        })
    }
}

#[cfg(test)]
mod tests;
