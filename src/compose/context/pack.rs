//! The archive: files in the order of their names, as root's, with the modes and times that they have.

use super::walk::{Stop, unreadable, walk};
use super::{IGNORE_FILE, Packed};
use crate::compose::archive::{Entry, Owner};
use crate::domain::Fault;
use std::io::Write;
use std::path::Path;
use tar::Builder;

pub fn write(context: &Packed, target: &mut dyn Write) -> Result<(), Fault> {
    let mut archive = Builder::new(target);
    let walked = walk(&context.directory, &context.ignore, &mut |found| {
        // One that was changed comes with the added files.
        if found.name == IGNORE_FILE && context.added.iter().any(|(added, _)| added == IGNORE_FILE) {
            return Ok(());
        }
        let relative = found.path.strip_prefix(&context.directory).unwrap_or(&found.path);
        let entry = Entry::of(&found.path, &found.metadata, Owner::Root);
        let appended = entry.and_then(|entry| match entry {
            Some(entry) => entry.append_to(&mut archive, relative),
            None => Ok(()),
        });
        appended.map_err(|error| Stop::Because(unreadable(&found.path, &error)))
    });
    if let Err(Stop::Because(fault)) = walked {
        return Err(fault);
    }
    for (name, text) in &context.added {
        let entry = Entry::text(text.clone(), 0o600, 0, (0, 0));
        entry
            .append_to(&mut archive, Path::new(name))
            .map_err(|error| unreadable(Path::new(name), &error))?;
    }
    archive.finish().map_err(|error| unreadable(&context.directory, &error))
}
