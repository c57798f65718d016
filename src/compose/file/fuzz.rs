//! Ways into the rooms' inside for the fuzz targets under `tests/fuzz`; they are there in no other build.

use super::assemble::Assembly;
use super::dotenv;
use super::interpolate::interpolate;
use super::merge;
use super::unique::unique;
use crate::domain::yaml::{Entry, Node, Options, Position, Value, parse_with};

fn lookup(name: &str) -> Option<String> {
    match name {
        "A" => Some("a".to_owned()),
        "E" => Some(String::new()),
        "D" => Some("${A}".to_owned()),
        _ => None,
    }
}

/// What is doubled beforehand comes out as it was.
pub fn interpolation(text: &str) {
    let _ = interpolate(text, &lookup);
    let plain = interpolate(&text.replace('$', "$$"), &lookup);
    assert_eq!(plain.map(|result| result.text).as_deref(), Ok(text));
}

pub fn variables(text: &str) {
    let _ = dotenv::parse(text, &lookup);
}

/// Merges all documents of a text onto each other; what is settled stays as it is.
pub fn documents(text: &str) {
    let options = Options { text_keys: true, ..Options::default() };
    let Ok(documents) = parse_with(text, options) else { return };
    let mut complaints = Vec::new();
    let mut tree = Node::default();
    for document in documents {
        tree = merge::merge(tree, document, &mut complaints);
        merge::settle(&mut tree);
        unique(&mut tree);
    }
    let once = tree.clone();
    merge::settle(&mut tree);
    unique(&mut tree);
    // A number that is none is not even equal to itself.
    assert!(once == tree || text.to_ascii_lowercase().contains(".nan"));
    check(&tree);
}

/// Puts the text under every key that has a short form.
pub fn short_forms(text: &str) {
    const ONE: [&str; 20] = [
        "build",
        "command",
        "entrypoint",
        "env_file",
        "gpus",
        "label_file",
        "mem_limit",
        "cpus",
        "cpuset",
        "pull_policy",
        "restart",
        "stop_grace_period",
        "tmpfs",
        "dns",
        "shm_size",
        "user",
        "network_mode",
        "scale",
        "platform",
        "init",
    ];
    const MANY: [&str; 17] = [
        "ports",
        "volumes",
        "devices",
        "expose",
        "extra_hosts",
        "environment",
        "labels",
        "depends_on",
        "networks",
        "secrets",
        "configs",
        "links",
        "volumes_from",
        "security_opt",
        "env_file",
        "sysctls",
        "tmpfs",
    ];
    let at = Position::default();
    let leaf = || Node { at, tag: None, value: Value::Text(text.to_owned()) };
    let mapping = |entries: Vec<Entry>| Node { at, tag: None, value: Value::Mapping(entries) };
    let entry = |key: &str, node: Node| Entry { key: key.to_owned(), at, node };
    let list = || Node { at, tag: None, value: Value::Sequence(vec![leaf(), leaf()]) };
    let health = ["test", "interval", "timeout", "start_period", "retries"];
    let health = mapping(health.iter().map(|key| entry(key, leaf())).collect());
    let one = ONE.iter().map(|key| entry(key, leaf())).chain([entry("healthcheck", health)]).collect();
    let many = MANY.iter().map(|key| entry(key, list())).collect();
    let mut tree = mapping(vec![entry(
        "services",
        mapping(vec![entry("one", mapping(one)), entry("many", mapping(many))]),
    )]);
    unique(&mut tree);
    check(&tree);
}

fn check(tree: &Node) {
    let mut assembly = Assembly::new(None);
    assembly.check(tree);
    assert!(assembly.faults().iter().all(|fault| !fault.causes.is_empty()));
}
