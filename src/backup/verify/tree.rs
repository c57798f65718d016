//! What lies in a bundle's directory, against what its manifest names.

use super::Problem;
use crate::backup::Manifest;
use crate::backup::manifest::{INSTRUCTIONS, MANIFEST, SUMS};
use crate::backup::proof::BESIDE;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// Every file that nobody named, and everything that is no file. What is missing is told by who reads it.
pub fn compare(directory: &Path, manifest: &Manifest, problems: &mut Vec<Problem>) {
    let parts = manifest.parts.iter().map(|part| part.part.path.as_str());
    let known: BTreeSet<&str> = parts.chain([MANIFEST, SUMS, INSTRUCTIONS]).collect();
    let mut directories = BTreeSet::new();
    for path in &known {
        let parents = Path::new(path).ancestors().skip(1).filter_map(Path::to_str);
        directories.extend(parents.filter(|parent| !parent.is_empty()));
    }
    if let Err(error) = walk(directory, "", &known, &directories, problems) {
        problems.push(Problem::new("", format!("the bundle cannot be read: {error}")));
    }
}

fn walk(
    place: &Path,
    below: &str,
    known: &BTreeSet<&str>,
    directories: &BTreeSet<&str>,
    problems: &mut Vec<Problem>,
) -> io::Result<()> {
    for entry in std::fs::read_dir(place)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if directories.contains(path.as_str()) {
                walk(&entry.path(), &path, known, directories, problems)?;
            } else {
                problems.push(Problem::new(path, "it is not part of the bundle"));
            }
        } else if !kind.is_file() {
            problems.push(Problem::new(path, "it is no file"));
        } else if !known.contains(path.as_str()) && !BESIDE.contains(&path.as_str()) {
            problems.push(Problem::new(path, "it is not part of the bundle"));
        }
    }
    Ok(())
}
