//! Where the container is found and where its data lies: ports, mounts, networks.

use super::{meaning, named, object, texts, told};
use crate::compose::body::Creation;
use crate::compose::observe::Configuration;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn compare(creation: &Creation, old: &Configuration, found: &mut Vec<String>) {
    let body = &creation.body;
    let (wanted, present) = (bindings(body), bindings(&old.container));
    if wanted != present {
        // What stays is not worth telling.
        let only = |these: &BTreeMap<_, _>, those| {
            let those = published(those);
            published(these).into_iter().filter(|port| !those.contains(port)).collect::<Vec<_>>().join(", ")
        };
        found.push(told::texts("ports", &only(&present, &wanted), &only(&wanted, &present)));
    } else if exposed(body, old) {
        found.push("expose".to_owned());
    }
    let (wanted, present) = (mounts(body), mounts(&old.container));
    let changed = |secrets: bool| -> BTreeSet<&str> {
        let targets = wanted.keys().chain(present.keys());
        targets
            .filter(|target| target.starts_with("/run/secrets/") == secrets)
            .filter(|target| wanted.get(*target) != present.get(*target))
            .map(String::as_str)
            .collect()
    };
    found.extend(named("volumes", changed(false)));
    found.extend(named("secrets", changed(true)));
    found.extend(networks(creation, old));
}

/// By container port, where it is published.
fn bindings(value: &Value) -> BTreeMap<&str, BTreeSet<(&str, &str)>> {
    let ports = object(value, "/HostConfig/PortBindings").into_iter().flatten();
    ports
        .map(|(port, list)| {
            let places = list.as_array().into_iter().flatten().map(|binding| {
                let address = binding.get("HostIp").and_then(Value::as_str).unwrap_or_default();
                let port = binding.get("HostPort").and_then(Value::as_str).unwrap_or_default();
                (if address == "0.0.0.0" { "" } else { address }, port)
            });
            (port.as_str(), places.collect())
        })
        .collect()
}

/// `127.0.0.1:8080:80`, as a file has it.
fn published(bindings: &BTreeMap<&str, BTreeSet<(&str, &str)>>) -> Vec<String> {
    let of_port = |(port, places): (&&str, &BTreeSet<(&str, &str)>)| {
        let inner = port.trim_end_matches("/tcp").to_owned();
        let place = move |(address, outer): &(&str, &str)| match (*address, *outer) {
            ("", "") => inner.clone(),
            ("", outer) => format!("{outer}:{inner}"),
            (address, outer) if address.contains(':') => format!("[{address}]:{outer}:{inner}"),
            (address, outer) => format!("{address}:{outer}:{inner}"),
        };
        places.iter().map(place).collect::<Vec<_>>()
    };
    bindings.iter().flat_map(of_port).collect()
}

fn exposed(body: &Value, old: &Configuration) -> bool {
    let ports = |value: &Value, pointer: &str| -> BTreeSet<String> {
        let ports = object(value, pointer).into_iter().flatten();
        // Older tools pass on what is written, without a protocol.
        ports.map(|(port, _)| if port.contains('/') { port.clone() } else { format!("{port}/tcp") }).collect()
    };
    let inherited = ports(&old.image, "/Config/ExposedPorts");
    let wanted: BTreeSet<String> = &ports(body, "/ExposedPorts") | &inherited;
    let present = ports(&old.container, "/Config/ExposedPorts");
    if old.knows_image() { wanted != present } else { !wanted.is_subset(&present) }
}

/// By target: source and access. What has no name of its own has none here, be it new or taken over.
fn mounts(value: &Value) -> BTreeMap<String, (String, String)> {
    let mut mounts = BTreeMap::new();
    for bind in texts(value, "/HostConfig/Binds") {
        let mut parts = bind.split(':');
        let (Some(source), Some(target)) = (parts.next(), parts.next()) else { continue };
        let access = if parts.next().is_some_and(|mode| mode.split(',').any(|word| word == "ro")) {
            "ro"
        } else {
            "rw"
        };
        let source = if is_anonymous(source) { "" } else { source };
        mounts.insert(trimmed(target), (source.to_owned(), access.to_owned()));
    }
    for mount in value.pointer("/HostConfig/Mounts").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| mount.get(key).and_then(Value::as_str).unwrap_or_default();
        let read_only = mount.get("ReadOnly").and_then(Value::as_bool).unwrap_or_default();
        let source = if is_anonymous(text("Source")) { "" } else { text("Source") };
        let source = if text("Type") == "tmpfs" { "tmpfs" } else { source };
        mounts.insert(
            trimmed(text("Target")),
            (source.to_owned(), if read_only { "ro" } else { "rw" }.to_owned()),
        );
    }
    for (target, options) in object(value, "/HostConfig/Tmpfs").into_iter().flatten() {
        let options = options.as_str().unwrap_or_default();
        mounts.insert(trimmed(target), ("tmpfs".to_owned(), options.to_owned()));
    }
    mounts
}

/// The Engine names volumes that nobody named by 64 digits.
fn is_anonymous(source: &str) -> bool {
    source.len() == 64 && source.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn trimmed(target: &str) -> String {
    match target.trim_end_matches('/') {
        "" => target.to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

fn networks(creation: &Creation, old: &Configuration) -> Option<String> {
    let body = &creation.body;
    let mode = |value: &Value| -> String {
        let mode = value.pointer("/HostConfig/NetworkMode").and_then(Value::as_str).unwrap_or_default();
        // By name or by id, which container it is cannot be compared.
        if mode.starts_with("container:") { "container:".to_owned() } else { mode.to_owned() }
    };
    let special = |mode: &str| matches!(mode, "host" | "none" | "bridge" | "container:");
    let (wanted, present) = (mode(body), mode(&old.container));
    if special(&wanted) || special(&present) {
        return (wanted != present).then(|| told::texts("network_mode", &present, &wanted));
    }
    let empty = serde_json::Map::new();
    let before = object(body, "/NetworkingConfig/EndpointsConfig").unwrap_or(&empty).iter();
    let after = creation.connect.iter().map(|(name, endpoint)| (name, endpoint));
    let wanted: BTreeMap<&str, &Value> =
        before.chain(after).map(|(name, endpoint)| (name.as_str(), endpoint)).collect();
    let present: BTreeMap<&str, &Value> = object(&old.container, "/NetworkSettings/Networks")
        .into_iter()
        .flatten()
        .map(|(name, endpoint)| (name.as_str(), endpoint))
        .collect();
    let names = wanted.keys().chain(present.keys()).copied();
    let changed = names.filter(|name| match (wanted.get(name), present.get(name)) {
        (Some(wanted), Some(present)) => endpoint_changed(wanted, present, old),
        (_, _) => true,
    });
    named("networks", changed.collect())
}

fn endpoint_changed(wanted: &Value, present: &Value, old: &Configuration) -> bool {
    let text = |pointer: &str| old.container.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    // The Engine adds these two by itself.
    let own = [text("/Id").get(..12).unwrap_or_default(), text("/Config/Hostname")];
    let aliases = |endpoint: &Value| -> BTreeSet<String> {
        texts(endpoint, "/Aliases").filter(|alias| !own.contains(alias)).map(str::to_owned).collect()
    };
    let addresses = |endpoint: &Value| -> BTreeMap<String, Value> {
        let given = object(endpoint, "/IPAMConfig").into_iter().flatten();
        let given = given.filter(|(_, value)| meaning(Some(value)).is_some());
        given.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    aliases(wanted) != aliases(present) || addresses(wanted) != addresses(present)
}
