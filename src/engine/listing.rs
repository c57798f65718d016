//! The daemon's own list of containers, whole: columns of `docker ps` that the fleet has no use for.

use super::connect::{CALL_LIMIT, Engine};
use super::raw::segment;
use crate::domain::Fault;
use hyper::Method;
use serde_json::{Value, json};

impl Engine {
    /// The entries of `/containers/json` for one project, or for all projects. Stopped containers are among them.
    pub async fn list_json(&self, project: Option<&str>) -> Result<Vec<Value>, Fault> {
        let label = "com.docker.compose.project";
        let label = project.map_or_else(|| label.to_owned(), |project| format!("{label}={project}"));
        let filters = json!({ "label": [label] }).to_string();
        let path = format!("/containers/json?all=true&filters={}", segment(&filters));
        let object = project.unwrap_or_default();
        let answer = self.json(&Method::GET, &path, None, "list containers", object, CALL_LIMIT).await?;
        Ok(match answer {
            Value::Array(list) => list,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                Vec::new()
            }
        })
    }
}
