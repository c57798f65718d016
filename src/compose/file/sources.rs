//! Which files a project is made of.

use super::load::LoadRequest;
use super::read::clean;
use crate::domain::{Fault, FaultKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const DEFAULT_NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDE_NAMES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// Absolute paths: those that were named, else those of `COMPOSE_FILE`, else the default ones with their override, in
/// the directory or the nearest parent that has any.
pub fn files(
    request: &LoadRequest,
    start: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<Vec<PathBuf>, Fault> {
    if !request.files.is_empty() {
        return Ok(request.files.iter().map(|file| absolute(file)).collect());
    }
    if let Some(list) = environment.get("COMPOSE_FILE").filter(|list| !list.is_empty()) {
        let separator = environment.get("COMPOSE_PATH_SEPARATOR").map_or(":", String::as_str);
        return Ok(list.split(separator).map(|file| clean(&start.join(file))).collect());
    }
    for directory in start.ancestors() {
        let present =
            |names: [&str; 4]| names.map(|name| directory.join(name)).into_iter().find(|path| path.is_file());
        if let Some(file) = present(DEFAULT_NAMES) {
            return Ok([Some(file), present(OVERRIDE_NAMES)].into_iter().flatten().collect());
        }
    }
    Err(Fault::new(FaultKind::NotFound, "find a compose file in", start.display().to_string())
        .because(format!("neither it nor a parent directory has one of {}", DEFAULT_NAMES.join(", ")))
        .hint("name a file with -f, or a stack with -s"))
}

/// The path from the root on.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).map_or_else(|_| path.to_path_buf(), |path| clean(&path))
}
