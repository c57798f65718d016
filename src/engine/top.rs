//! The processes in a container, as the host's `ps` sees them.

use super::connect::{CALL_LIMIT, Engine};
use super::raw::segment;
use crate::domain::{ContainerId, Fault};
use hyper::Method;
use serde_json::Value;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Processes {
    pub titles: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Engine {
    pub async fn processes(&self, id: &ContainerId) -> Result<Processes, Fault> {
        let path = format!("/containers/{}/top", segment(&id.0));
        let operation = "list the processes of container";
        let answer = self.json(&Method::GET, &path, None, operation, id.short(), CALL_LIMIT).await?;
        let rows = answer.get("Processes").and_then(Value::as_array);
        Ok(Processes {
            titles: answer.get("Titles").map(texts).unwrap_or_default(),
            rows: rows.into_iter().flatten().map(texts).collect(),
        })
    }
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.map(|item| item.as_str().unwrap_or_default().to_owned()).collect()
}
