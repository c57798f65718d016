//! Images.

use super::reply::json;
use super::{Answer, Call};
use crate::sim::world::image::canonical;
use crate::sim::world::{Refusal, World};
use serde_json::{Value, json};

/// How many containers there are of an image.
pub fn users(world: &World, id: &str) -> i64 {
    let count = world.containers.values().filter(|container| container.image_id == id).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub fn route(path: &[&str], call: &Call) -> Answer {
    match path {
        ["json"] => list(call),
        [reference @ .., "json"] if !reference.is_empty() => inspect(call, &reference.join("/")),
        _ => Err(Refusal::missing("page not found")),
    }
}

fn list(call: &Call) -> Answer {
    call.query.allow_filters(&["before", "dangling", "label", "reference", "since", "until"])?;
    let matches = |tag: &str, wanted: &str| tag == canonical(wanted) || tag.split(':').next() == Some(wanted);
    call.shared.with(|world| {
        let images: Vec<Value> = world
            .images
            .iter()
            .filter(|image| {
                call.query.any("reference", |wanted| image.spec.tags.iter().any(|tag| matches(tag, wanted)))
                    && call.query.any("dangling", |wanted| (wanted == "true") == image.spec.tags.is_empty())
                    && call.query.filter("label").is_empty()
            })
            .map(|image| image.summary(-1))
            .collect();
        Ok(json(200, &images))
    })
}

fn inspect(call: &Call, reference: &str) -> Answer {
    call.shared.with(|world| Ok(json(200, &world.image_or_refusal(reference)?.json())))
}

/// No registry is simulated: what is there is up to date, and nothing else can be had.
pub fn pull(call: &Call) -> Answer {
    let name = call.query.get("fromImage").unwrap_or_default();
    let tag = call.query.get("tag").filter(|tag| !tag.is_empty()).unwrap_or("latest");
    let reference = if canonical(name) == name { name.to_owned() } else { format!("{name}:{tag}") };
    call.shared.with(|world| match world.image(&reference) {
        Some(_) => Ok(json(200, &json!({ "status": format!("Status: Image is up to date for {reference}") }))),
        None => Err(Refusal::missing(format!(
            "pull access denied for {}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
            name.trim_start_matches("docker.io/").trim_start_matches("library/")
        ))),
    })
}
