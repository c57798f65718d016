//! Stacks in one directory of the search path.

use super::StackSource;
use crate::domain::{Fault, StackOrigin};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// As Compose looks for them: the first of these, and with it the first of its overrides.
const FILES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDES: [&str; 4] = [
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// Before the first dot of a Compose file's name.
const STEMS: [&str; 2] = ["compose", "docker-compose"];

/// A directory that is not there has no stacks; one that cannot be read is a fault.
pub(super) fn stacks_in(directory: &Path) -> Result<Vec<StackSource>, Fault> {
    let fail = |error: &std::io::Error| {
        Fault::io("look for stacks in", directory.display(), error)
            .hint("make the directory readable for this user, or take it out of `stacks` in the settings")
    };
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fail(&error)),
    };
    let mut stacks = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| fail(&error))?;
        // A name that is not text cannot be a project's name.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !name.starts_with('.') {
            stacks.extend(stack(name, &entry.path(), StackOrigin::Directory)?);
        }
    }
    Ok(stacks)
}

/// The stack in this directory, when it holds a Compose file.
pub(super) fn stack(
    name: String,
    directory: &Path,
    origin: StackOrigin,
) -> Result<Option<StackSource>, Fault> {
    let directory = match std::path::absolute(directory) {
        Ok(directory) => directory,
        Err(error) => {
            return Err(Fault::io("find the directory", directory.display(), &error)
                .hint("start in a directory that still exists"));
        }
    };
    let first = |names: &[&str]| names.iter().map(|name| directory.join(name)).find(|path| path.is_file());
    let Some(file) = first(&FILES) else { return Ok(None) };
    let files = [Some(file), first(&OVERRIDES)].into_iter().flatten().collect();
    let overlays = overlays(&directory)?;
    Ok(Some(StackSource { name, directory, files, overlays, origin }))
}

/// `compose.NAME.yaml`, which is laid over the stack's file when it is asked for; `override` is always.
fn overlays(directory: &Path) -> Result<BTreeMap<String, PathBuf>, Fault> {
    let fail = |error: &std::io::Error| {
        Fault::io("look for overlays in", directory.display(), error)
            .hint("make the directory readable for this user")
    };
    let mut overlays = BTreeMap::new();
    for entry in std::fs::read_dir(directory).map_err(|error| fail(&error))? {
        let entry = entry.map_err(|error| fail(&error))?;
        let Ok(file) = entry.file_name().into_string() else { continue };
        if let Some(name) = overlay(&file)
            && entry.path().is_file()
        {
            overlays.insert(name.to_owned(), entry.path());
        }
    }
    Ok(overlays)
}

fn overlay(file: &str) -> Option<&str> {
    let name = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml"))?;
    let (stem, name) = name.split_once('.')?;
    (STEMS.contains(&stem) && name != "override" && !name.is_empty()).then_some(name)
}
