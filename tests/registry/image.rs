//! An image of the Engine as a registry holds it: its layers, its settings and the manifest that names them.

use super::digest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

type Blobs = BTreeMap<String, Vec<u8>>;

/// `docker save`, taken apart, with one more layer of its own.
pub fn exported(image: &str, bytes: usize) -> (Blobs, Vec<u8>) {
    let saved = Command::new("docker").args(["save", image]).output().expect("the docker client");
    assert!(saved.status.success(), "docker save {image}");
    let mut files: Blobs = BTreeMap::new();
    let mut archive = tar::Archive::new(saved.stdout.as_slice());
    for entry in archive.entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a name").display().to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("content");
        files.insert(name, content);
    }
    let listed: Value = serde_json::from_slice(&files["manifest.json"]).expect("a list");
    let text = |pointer: &str| listed.pointer(pointer).and_then(Value::as_str).expect("a name");
    let mut config: Value = serde_json::from_slice(&files[text("/0/Config")]).expect("settings");
    let names = listed.pointer("/0/Layers").and_then(Value::as_array).expect("layers");
    let mut layers: Vec<Vec<u8>> =
        names.iter().map(|name| files[name.as_str().expect("a name")].clone()).collect();
    let own = own_layer(bytes);
    push(&mut config, "/rootfs/diff_ids", json!(digest(&own)));
    push(&mut config, "/history", json!({ "created": "2026-01-01T00:00:00Z", "created_by": "a test" }));
    layers.push(own);
    let config = config.to_string().into_bytes();
    let part = |kind: &str, blob: &[u8]| {
        json!({
            "mediaType": format!("application/vnd.docker.{kind}"), "size": blob.len(), "digest": digest(blob),
        })
    };
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": part("container.image.v1+json", &config),
        "layers": layers.iter().map(|layer| part("image.rootfs.diff.tar.gzip", layer)).collect::<Vec<_>>(),
    });
    let blobs = layers.into_iter().chain([config]).map(|blob| (digest(&blob), blob)).collect();
    (blobs, manifest.to_string().into_bytes())
}

fn push(config: &mut Value, list: &str, value: Value) {
    if let Some(list) = config.pointer_mut(list).and_then(Value::as_array_mut) {
        list.push(value);
    }
}

/// A file of bytes that do not repeat.
fn own_layer(bytes: usize) -> Vec<u8> {
    let moment = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_nanos());
    #[expect(clippy::cast_possible_truncation, reason = "any seed will do")]
    let mut state = moment as u64 | 1;
    let mut content = Vec::with_capacity(bytes);
    while content.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        content.extend_from_slice(&state.to_le_bytes());
    }
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, "own", content.as_slice()).expect("an archive");
    archive.into_inner().expect("an archive")
}
