//! Volumes.

use super::reply::json;
use super::{Answer, Call, no_content};
use crate::sim::world::Refusal;
use crate::sim::world::volume::Volume;
use hyper::Method;
use serde_json::{Value, json};

pub async fn route(method: &Method, path: &[&str], mut call: Call) -> Answer {
    match (method, path) {
        (&Method::GET, []) => list(&call),
        (&Method::POST, ["create"]) => {
            let body = call.json().await?;
            Ok(json(201, &call.shared.with(|world| world.create_volume(&body))?))
        }
        (&Method::GET, [name]) => {
            let volume = call.shared.with(|world| world.volume(name).map(|volume| volume.json()))?;
            Ok(json(200, &volume))
        }
        (&Method::DELETE, [name]) => {
            let force = call.query.flag("force");
            call.shared.with(|world| world.remove_volume(name, force))?;
            Ok(no_content())
        }
        _ => Err(Refusal::missing("page not found")),
    }
}

fn list(call: &Call) -> Answer {
    let query = &call.query;
    query.allow_filters(&["dangling", "driver", "label", "name"])?;
    call.shared.with(|world| {
        let passes = |volume: &&Volume| {
            query.any("name", |wanted| volume.name.contains(wanted))
                && query.any("driver", |wanted| volume.driver == wanted)
                && query.any("dangling", |wanted| {
                    matches!(wanted, "true" | "1") == world.users_of_volume(&volume.name).is_empty()
                })
                && query.labels_match(|key| volume.labels.get(key).and_then(Value::as_str))
        };
        let volumes: Vec<Value> = world.volumes.values().filter(passes).map(Volume::json).collect();
        Ok(json(200, &json!({ "Volumes": volumes, "Warnings": null })))
    })
}
