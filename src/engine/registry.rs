//! What the daemon finds out for us without changing anything: whether a registry has an image, and which runtimes there
//! are.

use super::connect::{CALL_LIMIT, Engine};
use super::failure;
use super::pull::explained;
use super::raw::segment;
use super::reference::Reference;
use crate::domain::Fault;
use futures_util::StreamExt;
use hyper::Method;
use serde_json::Value;
use std::time::Duration;

const OPERATION: &str = "ask the registry for";
/// A registry that takes longer is as good as away.
const REGISTRY_LIMIT: Duration = Duration::from_secs(5);

impl Engine {
    /// Has the registry asked for the image's manifest. Credentials go along as for a pull.
    pub async fn registry_has(&self, image: &str) -> Result<(), Fault> {
        let reference = Reference::parse(image)?;
        let encoded: Vec<_> = image.split('/').map(segment).collect();
        let path = format!("/distribution/{}/json", encoded.join("/"));
        let header = self.credentials.for_server(&reference.server).await;
        let headers: Vec<_> = header.value.iter().map(|value| ("x-registry-auth", value.clone())).collect();
        let asked = async {
            let mut answer = self.streamed(&Method::GET, &path, &headers, None)?;
            while let Some(chunk) = answer.next().await {
                chunk.map_err(|error| failure::fault(error, OPERATION, image))?;
            }
            Ok(())
        };
        let asked = tokio::time::timeout(REGISTRY_LIMIT, asked).await;
        let asked = asked.unwrap_or_else(|_| Err(failure::late(OPERATION, image, REGISTRY_LIMIT)));
        asked.map_err(|fault| explained(fault, &reference.server, header))
    }

    /// The names of the container runtimes that the daemon knows.
    pub async fn runtimes(&self) -> Result<Vec<String>, Fault> {
        let info =
            self.json(&Method::GET, "/info", None, "ask the daemon about itself", "", CALL_LIMIT).await?;
        let runtimes = info.get("Runtimes").and_then(Value::as_object);
        Ok(runtimes.map(|runtimes| runtimes.keys().cloned().collect()).unwrap_or_default())
    }
}
