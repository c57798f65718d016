//! A bundle as one file: a tar archive of its directory, with the objects that it refers to beside it. Its parts are packed
//! already.

pub mod task;

use super::find::Found;
use super::manifest::{INSTRUCTIONS, MANIFEST, SUMS};
use super::{read_manifest, verify};
use crate::domain::{Fault, FaultKind};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Writes the archive; nothing is at `target` before it is whole. What is there already is not replaced.
pub fn export(found: &Found, target: &Path) -> Result<u64, Fault> {
    let manifest = read_manifest(&found.directory)?;
    if target.exists() {
        return Err(Fault::new(FaultKind::Conflict, "export backup to", target.display().to_string())
            .because("there is such a file already"));
    }
    let stored = manifest.stored().into_iter().map(|part| part.path.as_str());
    let files: Vec<&str> = stored.chain([INSTRUCTIONS, SUMS, MANIFEST]).collect();
    let mut partial = target.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = write(found, &files, &partial).and_then(|bytes| {
        std::fs::rename(&partial, target)?;
        Ok(bytes)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    written.map_err(|error| Fault::io("export backup to", target.display(), &error))
}

/// Where a file of a bundle lies when the directory that bundles of a stack lie in is the archive's top.
pub fn place_in(bundle: &str, path: &str) -> PathBuf {
    path.strip_prefix("../").map_or_else(|| Path::new(bundle).join(path), PathBuf::from)
}

fn write(found: &Found, files: &[&str], target: &Path) -> io::Result<u64> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(target)?;
    let mut builder = tar::Builder::new(io::BufWriter::with_capacity(1 << 20, file));
    builder.mode(tar::HeaderMode::Complete);
    for path in files {
        let mut file = verify::open(&found.directory.join(path))?;
        builder.append_file(place_in(&found.name, path), &mut file)?;
    }
    let mut writer = builder.into_inner()?;
    writer.flush()?;
    let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}
