//! What changes a container.

use super::connect::{CALL_LIMIT, Engine};
use super::raw::segment;
use crate::domain::{ContainerId, Fault, FaultKind};
use bollard::query_parameters::{
    KillContainerOptions, RemoveContainerOptions, RenameContainerOptions, RestartContainerOptions,
    StartContainerOptions, StopContainerOptions, WaitContainerOptions,
};
use futures_util::StreamExt;
use hyper::Method;
use serde_json::Value;
use std::time::Duration;

/// Creating unpacks layers, starting runs hooks (a GPU's takes seconds), removing deletes files.
pub(super) const CHANGE_LIMIT: Duration = Duration::from_mins(5);
/// What the daemon may take beyond a container's grace to see it dead.
const AFTER_GRACE: Duration = Duration::from_secs(90);
/// Docker's own grace where a container asks for none.
const DEFAULT_GRACE: Duration = Duration::from_secs(10);

impl Engine {
    /// Creates a container from a body of the API (`HostConfig` and `NetworkingConfig` included), which is sent as it
    /// is: nothing in it is lost for want of a field in a model.
    pub async fn create_container(
        &self,
        name: &str,
        body: &Value,
        platform: Option<&str>,
    ) -> Result<ContainerId, Fault> {
        let mut path = format!("/containers/create?name={}", segment(name));
        if let Some(platform) = platform {
            path.push_str("&platform=");
            path.push_str(&segment(platform));
        }
        let operation = "create container";
        let answer = self.json(&Method::POST, &path, Some(body), operation, name, CHANGE_LIMIT).await?;
        named(&answer, "Id").map(ContainerId).ok_or_else(|| nameless(operation, name))
    }

    pub async fn start(&self, id: &ContainerId) -> Result<(), Fault> {
        let request = self.docker.start_container(&id.0, None::<StartContainerOptions>);
        self.call("start container", id.short(), CHANGE_LIMIT, request).await
    }

    /// Stops a container; without a timeout it has the grace that it was created with.
    pub async fn stop(&self, id: &ContainerId, timeout: Option<Duration>) -> Result<(), Fault> {
        let limit = self.patience(id, timeout).await?;
        let options = StopContainerOptions { t: timeout.map(seconds), ..StopContainerOptions::default() };
        self.call("stop container", id.short(), limit, self.docker.stop_container(&id.0, Some(options))).await
    }

    pub async fn restart(&self, id: &ContainerId, timeout: Option<Duration>) -> Result<(), Fault> {
        let limit = self.patience(id, timeout).await? + CHANGE_LIMIT;
        let options =
            RestartContainerOptions { t: timeout.map(seconds), ..RestartContainerOptions::default() };
        let request = self.docker.restart_container(&id.0, Some(options));
        self.call("restart container", id.short(), limit, request).await
    }

    pub async fn kill(&self, id: &ContainerId, signal: &str) -> Result<(), Fault> {
        let options = KillContainerOptions { signal: signal.to_owned() };
        let request = self.docker.kill_container(&id.0, Some(options));
        self.call("kill container", id.short(), CALL_LIMIT, request).await
    }

    /// Removes a container, with `volumes` its anonymous volumes too.
    pub async fn remove_container(&self, id: &ContainerId, force: bool, volumes: bool) -> Result<(), Fault> {
        let options = RemoveContainerOptions { force, v: volumes, ..RemoveContainerOptions::default() };
        let request = self.docker.remove_container(&id.0, Some(options));
        self.call("remove container", id.short(), CHANGE_LIMIT, request).await
    }

    pub async fn rename(&self, id: &ContainerId, name: &str) -> Result<(), Fault> {
        let request = self.docker.rename_container(&id.0, RenameContainerOptions { name: name.to_owned() });
        self.call("rename container", id.short(), CALL_LIMIT, request).await
    }

    /// Waits for a container to end, however long that takes; its exit code.
    pub async fn wait(&self, id: &ContainerId) -> Result<i64, Fault> {
        self.wait_until(id, "not-running").await
    }

    /// Waits for a container that is removed when it ends to be gone; its exit code.
    pub async fn wait_removed(&self, id: &ContainerId) -> Result<i64, Fault> {
        self.wait_until(id, "removed").await
    }

    async fn wait_until(&self, id: &ContainerId, condition: &str) -> Result<i64, Fault> {
        let operation = "wait for container";
        let options = WaitContainerOptions { condition: condition.to_owned() };
        let mut answers = Box::pin(self.docker.wait_container(&id.0, Some(options)));
        match answers.next().await {
            Some(Ok(answer)) => Ok(answer.status_code),
            // bollard takes an exit code other than 0 for an error of the call.
            Some(Err(bollard::errors::Error::DockerContainerWaitError { code, error }))
                if error.is_empty() =>
            {
                Ok(code)
            }
            Some(Err(bollard::errors::Error::DockerContainerWaitError { error, .. })) => {
                Err(super::failure::answered(500, &error, operation, id.short()))
            }
            Some(Err(error)) => Err(super::failure::fault(error, operation, id.short())),
            None => Err(Fault::new(FaultKind::Unreachable, operation, id.short())
                .because("the daemon closed the connection before the container ended")
                .hint("did the daemon restart?")),
        }
    }

    /// How long a stop may take: the container's own grace and what comes after.
    async fn patience(&self, id: &ContainerId, timeout: Option<Duration>) -> Result<Duration, Fault> {
        let grace = match timeout {
            Some(timeout) => timeout,
            None => self
                .inspect(id)
                .await?
                .details
                .and_then(|details| details.stop_grace)
                .unwrap_or(DEFAULT_GRACE),
        };
        Ok(grace + AFTER_GRACE)
    }
}

fn seconds(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis().div_ceil(1000)).unwrap_or(i32::MAX)
}

pub(super) fn named(answer: &Value, key: &str) -> Option<String> {
    answer.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

pub(super) fn nameless(operation: &str, object: &str) -> Fault {
    Fault::new(FaultKind::Refused, operation, object).because("the daemon's answer does not say what it made")
}
