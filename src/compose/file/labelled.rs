//! A project from the files that its containers' labels name, which may be anywhere, gone, or not ours to read.

use super::{LoadRequest, Project, load};
use crate::domain::{Fault, FaultKind};
use std::path::Path;

/// Reads the project, or says of each file that cannot be read why.
pub fn load_labelled(request: &LoadRequest) -> Result<Project, Vec<Fault>> {
    let named = request.files.iter().chain(&request.env_files);
    let away: Vec<Fault> = named.filter_map(|file| unreadable(file)).collect();
    if away.is_empty() { load(request) } else { Err(away) }
}

/// Whether the files are only out of reach, which is no mistake of anybody's in them.
pub fn out_of_reach(faults: &[Fault]) -> bool {
    faults.iter().all(|fault| matches!(fault.kind, FaultKind::NotFound | FaultKind::Permission))
}

/// Labels may name a pipe as well, and reading one could last for ever.
fn unreadable(file: &Path) -> Option<Fault> {
    let fault = match file.metadata() {
        Ok(found) if found.is_file() => Fault::io("read", file.display(), &std::fs::File::open(file).err()?),
        Ok(_) => Fault::new(FaultKind::NotFound, "read", file.display().to_string())
            .because("it is no file that could be read again"),
        Err(error) => Fault::io("read", file.display(), &error),
    };
    Some(fault.hint("the containers were made from it; make it readable, or name other files with -f"))
}
