//! What we write ourselves: the project as it was resolved, secrets masked, and which images the stack ran.

use super::job::{Job, Paper, Survey};
use super::look::Scene;
use super::manifest::Content;
use crate::compose::Project;
use crate::compose::file::render;
use crate::domain::{Fault, FaultKind, secret};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub async fn add(scene: &Scene<'_>, survey: &mut Survey) -> Result<(), Fault> {
    match scene.project {
        Some(project) => {
            let (text, withheld) = masked(project)?;
            survey.withheld = withheld.into_iter().collect();
            let path = "compose/compose.yaml".to_owned();
            let bytes = text.into_bytes();
            survey.jobs.push(Job::Paper(Paper { content: Content::Compose, bytes, path }));
        }
        None => survey
            .warnings
            .push("the stack's files cannot be read, so the project is not part of it".to_owned()),
    }
    let images = images(scene).await?;
    let mut bytes = serde_json::to_vec_pretty(&images)
        .map_err(|error| Fault::new(FaultKind::Internal, "write", "images.json").caused_by(&error))?;
    bytes.push(b'\n');
    survey.jobs.push(Job::Paper(Paper { content: Content::Images, bytes, path: "images.json".to_owned() }));
    Ok(())
}

/// By container, with the digests under which registries know the image: a tag may be gone one day.
async fn images(scene: &Scene<'_>) -> Result<Value, Fault> {
    let mut digests: BTreeMap<&str, Value> = BTreeMap::new();
    let mut list = Vec::new();
    for container in scene.containers {
        let id = container.image_id.as_str();
        if !digests.contains_key(id) {
            let known = match scene.engine.image_json(id).await {
                Ok(image) => json!({ "repo_digests": image["RepoDigests"], "repo_tags": image["RepoTags"],
                    "bytes": image["Size"], "platform": format!("{}/{}", text(&image["Os"]), text(&image["Architecture"])) }),
                Err(fault) if fault.kind == FaultKind::NotFound => Value::Null,
                Err(fault) => return Err(fault),
            };
            digests.insert(id, known);
        }
        list.push(json!({
            "service": container.compose.as_ref().map(|labels| &labels.service),
            "container": container.name.as_str(),
            "image": container.image.as_str(),
            "id": id,
            "known_as": digests.get(id),
        }));
    }
    Ok(Value::Array(list))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// As YAML, with the names of what was masked.
fn masked(project: &Project) -> Result<(String, BTreeSet<String>), Fault> {
    let wrong = |error: &dyn std::error::Error| {
        Fault::new(FaultKind::Internal, "write project", project.name.as_str()).caused_by(error)
    };
    let rendered = render::json(project).map_err(|error| wrong(&error))?;
    let whole: Value = serde_json::from_str(&rendered).map_err(|error| wrong(&error))?;
    let mut clean = whole.clone();
    // Under this key stand the names of secrets and of their files, which are none themselves.
    let lifted = lift(&mut clean);
    secret::mask_json(&mut clean);
    put_back(&mut clean, lifted);
    let mut values = BTreeSet::new();
    let mut names = BTreeSet::new();
    compare(&whole, &clean, "", &mut names, &mut values);
    // What is secret in one place is so everywhere.
    for value in values.iter().filter(|value| value.len() >= 8) {
        replace(&mut clean, value);
    }
    let text = serde_yaml::to_string(&clean).map_err(|error| wrong(&error))?;
    Ok((text, names))
}

type Lifted = Vec<(String, Value)>;

/// Takes out `secrets` of the project and of each service.
fn lift(project: &mut Value) -> Lifted {
    let mut lifted = Vec::new();
    if let Some(secrets) = project.as_object_mut().and_then(|root| root.remove("secrets")) {
        lifted.push(("/secrets".to_owned(), secrets));
    }
    let services = project.get_mut("services").and_then(Value::as_object_mut);
    for (name, service) in services.into_iter().flatten() {
        if let Some(secrets) = service.as_object_mut().and_then(|service| service.remove("secrets")) {
            lifted.push((name.clone(), secrets));
        }
    }
    lifted
}

fn put_back(project: &mut Value, lifted: Lifted) {
    for (place, secrets) in lifted {
        if place == "/secrets" {
            project["secrets"] = secrets;
        } else {
            project["services"][&place]["secrets"] = secrets;
        }
    }
}

/// The keys under which the two differ, and what stood there as a whole value.
fn compare(
    whole: &Value,
    clean: &Value,
    key: &str,
    names: &mut BTreeSet<String>,
    values: &mut BTreeSet<String>,
) {
    match (whole, clean) {
        (Value::Object(whole), Value::Object(clean)) => {
            for (key, value) in whole {
                compare(value, clean.get(key).unwrap_or(&Value::Null), key, names, values);
            }
        }
        (Value::Array(whole), Value::Array(clean)) => {
            for (one, other) in whole.iter().zip(clean) {
                compare(one, other, key, names, values);
            }
        }
        (Value::String(whole), Value::String(clean)) if whole != clean => {
            names.insert(key.to_owned());
            if clean == secret::MASK {
                values.insert(whole.clone());
            }
        }
        (whole, clean) if whole != clean => {
            names.insert(key.to_owned());
        }
        (_, _) => {}
    }
}

fn replace(value: &mut Value, secret: &str) {
    match value {
        Value::Object(entries) => entries.values_mut().for_each(|value| replace(value, secret)),
        Value::Array(items) => items.iter_mut().for_each(|value| replace(value, secret)),
        Value::String(text) if text.contains(secret) => *text = text.replace(secret, secret::MASK),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests;
