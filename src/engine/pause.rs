//! Freezing a container's processes, and letting them go on.

use super::connect::{CALL_LIMIT, Engine};
use crate::domain::{ContainerId, Fault};

impl Engine {
    pub async fn pause(&self, id: &ContainerId) -> Result<(), Fault> {
        self.call("pause container", id.short(), CALL_LIMIT, self.docker.pause_container(&id.0)).await
    }

    pub async fn unpause(&self, id: &ContainerId) -> Result<(), Fault> {
        self.call("unpause container", id.short(), CALL_LIMIT, self.docker.unpause_container(&id.0)).await
    }
}
