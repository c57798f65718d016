//! The build script: lists the stacks' files, with their modes, for `src/config/stacks/builtin.rs` to put into the
//! binary. Whoever works in this directory also runs stacks from it, so what operators and services leave here is
//! passed over: a password must not travel in a binary.

#![expect(clippy::print_stdout, reason = "this is how a build script speaks to Cargo")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Error, Result};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What is never part of a stack, wherever it stands.
const PASSED_OVER: [&str; 3] = [".env", "__pycache__", ".written"];
/// What services, operators and a stack's own `prepare` make in its directory.
const MADE_THERE: [&str; 7] = ["backend.env", "data", "logs", "models", "outputs", "program", "source"];
/// Nobody writes a configuration file this long.
const LARGEST_BYTES: u64 = 1 << 20;

fn main() -> Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("stacks");
    let mut text = String::from("[\n");
    // A directory stands for all in it: a new file is noticed, too.
    println!("cargo::rerun-if-changed={}", root.display());
    for (name, directory) in sorted(&root)? {
        if !directory.is_dir() {
            continue;
        }
        let mut files = Vec::new();
        collect(&directory, &directory, &mut files)?;
        writeln!(text, "    BuiltIn {{ name: {name:?}, files: &[").map_err(Error::other)?;
        for (below, path, mode) in files {
            // As a literal of Rust, whatever characters are in it.
            let path = path.to_string_lossy();
            writeln!(
                text,
                "        File {{ path: {below:?}, contents: include_bytes!({path:?}), mode: 0o{mode:o} }},"
            )
            .map_err(Error::other)?;
        }
        text.push_str("    ] },\n");
    }
    text.push_str("]\n");
    fs::write(PathBuf::from(variable("OUT_DIR")?).join("stacks.rs"), text)
}

fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|error| Error::other(format!("{name}: {error}")))
}

/// In an order that does not depend on the file system.
fn sorted(directory: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut entries = BTreeMap::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        entries.insert(entry.file_name().to_string_lossy().into_owned(), entry.path());
    }
    Ok(entries)
}

fn collect(stack: &Path, directory: &Path, files: &mut Vec<(String, PathBuf, u32)>) -> Result<()> {
    for (name, path) in sorted(directory)? {
        let among_secrets = directory.file_name().is_some_and(|name| name == "secrets");
        let made_there = directory == stack && MADE_THERE.contains(&name.as_str());
        if made_there
            || PASSED_OVER.contains(&name.as_str())
            || (among_secrets && !name.ends_with(".example"))
        {
            continue;
        }
        if path.is_dir() {
            collect(stack, &path, files)?;
            continue;
        }
        let metadata = fs::metadata(&path)?;
        if metadata.len() > LARGEST_BYTES {
            return Err(Error::other(format!("{} is too large to be part of a stack", path.display())));
        }
        let mode = match metadata.permissions().mode() & 0o111 {
            _ if among_secrets => 0o600,
            0 => 0o644,
            _ => 0o755,
        };
        let below = path.strip_prefix(stack).map_err(Error::other)?.to_string_lossy().into_owned();
        files.push((below, path, mode));
    }
    Ok(())
}
