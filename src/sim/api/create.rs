//! `POST /containers/create`.

use super::reply::json;
use super::{Answer, Call};
use crate::sim::world::Refusal;
use serde_json::{Value, json};

pub async fn create(mut call: Call) -> Answer {
    let body = call.json().await?;
    if body == Value::Null {
        return Err(Refusal::bad("invalid JSON: got EOF while reading request body"));
    }
    let name = call.query.get("name").unwrap_or_default().to_owned();
    let id = call.shared.with(|world| world.create(&name, &body))?;
    Ok(json(201, &json!({ "Id": id, "Warnings": [] })))
}
