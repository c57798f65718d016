//! The process in the container: image, command, environment, labels, health check.

use super::{meaning, named, texts, told};
use crate::compose::observe::Configuration;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const IMAGE_LABEL: &str = "com.docker.compose.image";

/// Fields for which the image's own value stands where the body says nothing.
const FROM_IMAGE: [(&str, &str); 4] = [
    ("/Entrypoint", "entrypoint"),
    ("/User", "user"),
    ("/WorkingDir", "working_dir"),
    ("/StopSignal", "stop_signal"),
];

/// Fields that are nothing where the body says nothing.
const PLAIN: [(&str, &str); 4] = [
    ("/Domainname", "domainname"),
    ("/Tty", "tty"),
    ("/OpenStdin", "stdin_open"),
    ("/StopTimeout", "stop_grace_period"),
];

pub(super) fn compare(body: &Value, old: &Configuration, found: &mut Vec<String>) {
    found.extend(image(body, old));
    found.extend(command(body, old));
    let present = |pointer: &str| meaning(old.container.pointer(&format!("/Config{pointer}")));
    let inherited = |pointer: &str| meaning(old.image.pointer(&format!("/Config{pointer}")));
    for (pointer, key) in FROM_IMAGE {
        let wanted = meaning(body.pointer(pointer)).or_else(|| inherited(pointer));
        if wanted != present(pointer) && (old.knows_image() || meaning(body.pointer(pointer)).is_some()) {
            found.push(told::change(key, present(pointer), wanted));
        }
    }
    for (pointer, key) in PLAIN {
        let wanted = meaning(body.pointer(pointer));
        if wanted != present(pointer) {
            found.push(told::change(key, present(pointer), wanted));
        }
    }
    let hostname = meaning(body.pointer("/Hostname"));
    if hostname.is_some() && hostname != present("/Hostname") {
        found.push(told::change("hostname", present("/Hostname"), hostname));
    }
    found.extend(environment(body, old));
    found.extend(labels(body, old));
    found.extend(health_check(body, old));
}

/// Another reference, or another image under the same one.
fn image(body: &Value, old: &Configuration) -> Option<String> {
    let text =
        |value: &'_ Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let (wanted, present) = (text(body, "/Image")?, text(&old.container, "/Config/Image")?);
    if wanted != present {
        return Some(format!("image ({present} → {wanted})"));
    }
    let label = |labels: Option<&Value>| labels?.get(IMAGE_LABEL)?.as_str().map(str::to_owned);
    let (wanted, present) = (label(body.pointer("/Labels")), label(old.container.pointer("/Config/Labels")));
    (wanted != present).then(|| "image (newer)".to_owned())
}

/// The image's own command stands only where neither command nor entrypoint is given.
fn command(body: &Value, old: &Configuration) -> Option<String> {
    let given = meaning(body.pointer("/Cmd"));
    let own_entrypoint = meaning(body.pointer("/Entrypoint"));
    if given.is_none() && own_entrypoint.is_none() && !old.knows_image() {
        return None;
    }
    let inherited = meaning(old.image.pointer("/Config/Cmd")).filter(|_| own_entrypoint.is_none());
    let present = meaning(old.container.pointer("/Config/Cmd"));
    let wanted = given.or(inherited);
    (wanted != present).then(|| {
        let entrypoint = own_entrypoint.or_else(|| old.image.pointer("/Config/Entrypoint"));
        let before = told::command(old.container.pointer("/Config/Entrypoint"), present);
        told::texts("command", &before, &told::command(entrypoint, wanted))
    })
}

fn variables<'value>(value: &'value Value, pointer: &str) -> BTreeMap<&'value str, &'value str> {
    texts(value, pointer).filter_map(|entry| entry.split_once('=')).collect()
}

fn environment(body: &Value, old: &Configuration) -> Option<String> {
    let inherited = variables(&old.image, "/Config/Env");
    let present = variables(&old.container, "/Config/Env");
    let mut wanted = inherited.clone();
    wanted.extend(variables(body, "/Env"));
    // A name without a value takes the image's variable away.
    for name in texts(body, "/Env").filter(|entry| !entry.contains('=')) {
        wanted.remove(name);
    }
    named("environment", changed(&wanted, &present, old))
}

fn labels(body: &Value, old: &Configuration) -> Option<String> {
    fn own<'value>(value: &'value Value, pointer: &str) -> BTreeMap<&'value str, &'value Value> {
        let labels = super::object(value, pointer).into_iter().flatten();
        let foreign = labels.filter(|(name, _)| !name.starts_with("com.docker.compose."));
        foreign.map(|(name, value)| (name.as_str(), value)).collect()
    }
    let mut wanted = own(&old.image, "/Config/Labels");
    wanted.extend(own(body, "/Labels"));
    let present = own(&old.container, "/Config/Labels");
    named("labels", changed(&wanted, &present, old))
}

/// The names that have another value than the wanted one, or none, and those that nobody wants.
fn changed<'value, T: PartialEq>(
    wanted: &BTreeMap<&'value str, T>,
    present: &BTreeMap<&'value str, T>,
    old: &Configuration,
) -> BTreeSet<&'value str> {
    let differing = wanted.iter().filter(|(name, value)| present.get(*name) != Some(value));
    let mut changed: BTreeSet<&str> = differing.map(|(name, _)| *name).collect();
    // What the image brings is only told from what was added when the image is known.
    if old.knows_image() {
        changed.extend(present.keys().filter(|name| !wanted.contains_key(*name)));
    }
    changed
}

/// Whatever the body leaves open of a check, the Engine takes from the image's.
fn health_check(body: &Value, old: &Configuration) -> Option<String> {
    let wanted = meaning(body.pointer("/Healthcheck"));
    let present = meaning(old.container.pointer("/Config/Healthcheck"));
    let inherited = meaning(old.image.pointer("/Config/Healthcheck"));
    let (Some(wanted), Some(present)) = (wanted, present) else {
        let unchanged = wanted.or(inherited).is_none() == present.is_none();
        return (!unchanged && (old.knows_image() || wanted.is_some())).then(|| "healthcheck".to_owned());
    };
    let changed =
        ["Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"].iter().any(|key| {
            let own = inherited.and_then(|inherited| meaning(inherited.get(key)));
            meaning(wanted.get(key)).or(own) != meaning(present.get(key))
        });
    changed.then(|| "healthcheck".to_owned())
}
