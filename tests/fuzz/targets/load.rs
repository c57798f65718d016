//! A whole project of up to four files, which a line of `%%` parts: the first one, its override, one to extend or
//! include, and the variables.

#![no_main]

use fuzz::compose::file::{LoadRequest, load, render};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

static DIRECTORY: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = std::env::temp_dir().join(format!("fuzz-load-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    directory
});

const NAMES: [&str; 4] = ["compose.yaml", "compose.override.yaml", "other.yaml", ".env"];

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut parts = text.split("\n%%\n");
    for name in NAMES {
        let file = DIRECTORY.join(name);
        match parts.next() {
            Some(part) => std::fs::write(&file, part).unwrap(),
            None => drop(std::fs::remove_file(&file)),
        }
    }
    let request = LoadRequest {
        project_directory: Some(DIRECTORY.clone()),
        profiles: vec!["*".to_owned()],
        environment: BTreeMap::from([("A".to_owned(), "a".to_owned())]),
        ..LoadRequest::default()
    };
    match load(&request) {
        Ok(project) => {
            render::json(&project).unwrap();
            render::yaml(&project).unwrap();
        }
        Err(faults) => assert!(!faults.is_empty()),
    }
});
