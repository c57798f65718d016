//! `POST /containers/{id}/wait`: the headers come at once, the answer when it is there.

use super::reply::stream;
use super::{Answer, Call};
use crate::sim::world::World;
use bytes::Bytes;
use futures_util::stream::once;
use serde_json::json;
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    NotRunning,
    NextExit,
    Removed,
}

pub fn wait(call: &Call, reference: &str) -> Answer {
    let condition = match call.query.get("condition").unwrap_or_default() {
        "" | "not-running" => Condition::NotRunning,
        "next-exit" => Condition::NextExit,
        "removed" => Condition::Removed,
        other => {
            return Err(crate::sim::world::Refusal::bad(format!("invalid condition: \"{other}\"")));
        }
    };
    let (id, first_run) = call.shared.with(|world| {
        let id = world.find(reference)?;
        let run = world.containers.get(&id).map_or(0, |container| container.run);
        Ok((id, run))
    })?;
    let shared = Arc::clone(&call.shared);
    let answer = async move {
        let mut last = (0, String::new());
        let code = shared
            .wait_for(None, |world: &mut World| {
                let Some(container) = world.containers.get(&id) else { return Some(last.clone()) };
                last = (container.exit_code, container.error.clone());
                let met = match condition {
                    Condition::NotRunning => !container.is_alive(),
                    Condition::NextExit => container.run > first_run && !container.is_running(),
                    Condition::Removed => false,
                };
                met.then(|| last.clone())
            })
            .await;
        let (code, error) = code.unwrap_or_default();
        let mut answer = json!({ "StatusCode": code });
        if let (false, serde_json::Value::Object(fields)) = (error.is_empty(), &mut answer) {
            fields.insert("Error".to_owned(), json!({ "Message": error }));
        }
        Bytes::from(format!("{answer}\n"))
    };
    Ok(stream("application/json", once(answer)))
}
