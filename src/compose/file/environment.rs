//! The variables of a project: the process's environment beats `--env-file`, which takes the place of `.env`.
//!
//! `COMPOSE_ENV_FILES` names such files as well, and `COMPOSE_DISABLE_ENV_FILE` keeps `.env` from being read.

use super::dotenv;
use crate::domain::{Fault, FaultKind};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// No file of a project is as large; devices and pipes never end.
const LARGEST_FILE: u64 = 32 << 20;

/// The process's own variables. A name or value that is not Unicode cannot stand in a Compose file, and is left out.
pub fn process_environment() -> BTreeMap<String, String> {
    let texts = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(texts).collect()
}

pub fn project_environment(
    outside: &BTreeMap<String, String>,
    named: &[PathBuf],
    directory: &Path,
) -> Result<BTreeMap<String, String>, Vec<Fault>> {
    let usual = directory.join(".env");
    let disabled = outside
        .get("COMPOSE_DISABLE_ENV_FILE")
        .is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "1" | "t" | "true"));
    match named {
        [] if !disabled && usual.is_file() => extended(outside, &[usual]),
        named => extended(outside, named),
    }
}

/// The files that were named, else those of `COMPOSE_ENV_FILES`.
pub fn named_files(named: &[PathBuf], outside: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let listed = outside.get("COMPOSE_ENV_FILES").filter(|_| named.is_empty());
    let listed = listed.map_or("", String::as_str).split(',').filter(|file| !file.is_empty());
    named.iter().cloned().chain(listed.map(PathBuf::from)).collect()
}

/// The variables of `outside`, and what the files add to them.
pub fn extended(
    outside: &BTreeMap<String, String>,
    files: &[PathBuf],
) -> Result<BTreeMap<String, String>, Vec<Fault>> {
    let mut environment = outside.clone();
    let mut faults = Vec::new();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        let lookup = |name: &str| outside.get(name).or_else(|| found.get(name)).cloned();
        match read(file, &lookup) {
            Ok(variables) => {
                found.extend(variables.into_iter().filter_map(|(key, value)| Some((key, value?))));
            }
            Err(more) => faults.extend(more),
        }
    }
    for (key, value) in found {
        environment.entry(key).or_insert(value);
    }
    if faults.is_empty() { Ok(environment) } else { Err(faults) }
}

/// The variables of one file; `lookup` answers for those it does not set itself.
pub fn read(
    file: &Path,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<dotenv::Variable>, Vec<Fault>> {
    let text =
        text(file).map_err(|fault| vec![fault.hint("create the file, or leave it out of the stack")])?;
    dotenv::parse(&text, lookup).map_err(|complaints| {
        complaints.iter().map(|complaint| complaint.to_fault("read", &file.display())).collect()
    })
}

/// The lines of a file as they stand, for `format: raw`.
pub fn read_raw(file: &Path) -> Result<Vec<dotenv::Variable>, Vec<Fault>> {
    let text = text(file).map_err(|fault| vec![fault])?;
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    Ok(lines
        .map(|line| match line.split_once('=') {
            Some((key, value)) => (key.trim().to_owned(), Some(value.to_owned())),
            None => (line.trim().to_owned(), None),
        })
        .collect())
}

/// A file as text.
pub fn text(file: &Path) -> Result<String, Fault> {
    let failed = |error: std::io::Error| Fault::io("read", file.display(), &error);
    let mut bytes = Vec::new();
    let limit = LARGEST_FILE + 1;
    std::fs::File::open(file).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 == limit {
        return Err(Fault::new(FaultKind::Invalid, "read", file.display().to_string())
            .because(format!("the file is larger than {} MiB", LARGEST_FILE >> 20)));
    }
    String::from_utf8(bytes).map_err(|_| {
        Fault::new(FaultKind::Invalid, "read", file.display().to_string())
            .because("the file is not UTF-8 text")
            .hint("save it as UTF-8")
    })
}
