//! Containers: list, inspect, find.

use super::connect::{CALL_LIMIT, Engine};
use super::convert;
use super::raw::segment;
use crate::domain::{Container, ContainerId, Fault, FaultKind};
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptions};
use hyper::Method;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::HashMap;

impl Engine {
    /// All containers, stopped ones too, or those of one Compose project. Without details.
    pub async fn containers(&self, project: Option<&str>) -> Result<Vec<Container>, Fault> {
        let filters = project.map(|project| {
            HashMap::from([("label".to_owned(), vec![format!("com.docker.compose.project={project}")])])
        });
        self.list("list containers", project.unwrap_or_default(), filters).await
    }

    /// All that an operator has to do with: not what a task of ours works with.
    pub async fn fleet(&self) -> Result<Vec<Container>, Fault> {
        let mut containers = self.containers(None).await?;
        containers.retain(|container| !container.is_helper());
        Ok(containers)
    }

    /// One container with its details.
    pub async fn inspect(&self, id: &ContainerId) -> Result<Container, Fault> {
        let request = self.docker.inspect_container(&id.0, None::<InspectContainerOptions>);
        let answer = self.call("inspect container", id.short(), CALL_LIMIT, request).await?;
        convert::inspected(answer, Timestamp::now()).ok_or_else(|| {
            Fault::new(FaultKind::Refused, "inspect container", id.short())
                .because("the daemon's answer names no container")
        })
    }

    /// What the daemon says of a container, whole, whatever its version knows.
    pub async fn inspect_json(&self, id: &ContainerId) -> Result<Value, Fault> {
        let path = format!("/containers/{}/json", segment(&id.0));
        self.json(&Method::GET, &path, None, "inspect container", id.short(), CALL_LIMIT).await
    }

    /// The container of exactly this name, with its details.
    pub async fn find_container(&self, name: &str) -> Result<Option<Container>, Fault> {
        // The daemon's filter is a pattern that may also match inside; what it finds is compared again.
        let filters = HashMap::from([("name".to_owned(), vec![name.to_owned()])]);
        let found = self.list("find container", name, Some(filters)).await?;
        let Some(container) = found.into_iter().find(|container| container.name.as_str() == name) else {
            return Ok(None);
        };
        match self.inspect(&container.id).await {
            Ok(container) => Ok(Some(container)),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn list(
        &self,
        operation: &str,
        object: &str,
        filters: Option<HashMap<String, Vec<String>>>,
    ) -> Result<Vec<Container>, Fault> {
        let options = ListContainersOptions { all: true, filters, ..ListContainersOptions::default() };
        let list =
            self.call(operation, object, CALL_LIMIT, self.docker.list_containers(Some(options))).await?;
        Ok(list.into_iter().filter_map(convert::listed).collect())
    }
}
