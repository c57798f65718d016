//! Removing an image.

use super::connect::{CALL_LIMIT, Engine};
use super::raw::segment;
use crate::domain::{Fault, FaultKind};
use hyper::Method;
use serde_json::{Value, json};
use std::time::Duration;

const OPERATION: &str = "remove image";
/// Deleting layers is deleting files.
const LIMIT: Duration = Duration::from_mins(5);

impl Engine {
    /// Takes the name away and, when it was the last one, the image with it. Nothing that a container uses goes: the
    /// daemon sees to that for the image's last name only, and so for none that has another one.
    pub async fn remove_image(&self, reference: &str) -> Result<(), Fault> {
        if let Some(container) = self.user_of(reference).await? {
            return Err(Fault::new(FaultKind::Conflict, OPERATION, reference)
                .because(format!("the container {container} was made from it")));
        }
        let encoded: Vec<_> = reference.split('/').map(segment).collect();
        let path = format!("/images/{}", encoded.join("/"));
        self.json(&Method::DELETE, &path, None, OPERATION, reference, LIMIT).await.map(drop)
    }

    /// A container that was made from the image by this name.
    async fn user_of(&self, reference: &str) -> Result<Option<String>, Fault> {
        let filters = json!({ "ancestor": [reference] }).to_string();
        let path = format!("/containers/json?all=true&filters={}", segment(&filters));
        let users = match self.json(&Method::GET, &path, None, OPERATION, reference, CALL_LIMIT).await {
            // That there is no such image is told by its removal.
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
            users => users?,
        };
        let by_name = |user: &&Value| user.get("Image").and_then(Value::as_str) == Some(reference);
        let user = users.as_array().into_iter().flatten().find(by_name);
        let name =
            user.map(|user| user["Names"][0].as_str().unwrap_or("?").trim_start_matches('/').to_owned());
        Ok(name)
    }
}
