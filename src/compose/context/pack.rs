//! The archive: files in the order of their names, as root's, with the modes and times that they have.

use super::ignore::Matches;
use super::{Context, IGNORE_FILE};
use crate::compose::archive::{Entry, Owner};
use crate::domain::Fault;
use std::io::{self, Write};
use std::path::Path;
use tar::Builder;

pub fn write(context: &Context, target: &mut dyn Write) -> Result<(), Fault> {
    let mut archive = Builder::new(target);
    walk(context, &mut archive, &context.directory, "", &Matches::default())?;
    for (name, text) in &context.added {
        let entry = Entry::text(text.clone(), 0o600, 0, (0, 0));
        entry
            .append_to(&mut archive, Path::new(name))
            .map_err(|error| unreadable(Path::new(name), &error))?;
    }
    archive.finish().map_err(|error| unreadable(&context.directory, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    Fault::io("read the build context's", path.display(), error)
        .hint("make it readable, or leave it out with a line in .dockerignore")
}

fn walk(
    context: &Context,
    archive: &mut Builder<&mut dyn Write>,
    directory: &Path,
    prefix: &str,
    above: &Matches,
) -> Result<(), Fault> {
    let entries = std::fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| unreadable(directory, &error))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let matches = context.ignore.matches(&name, above);
        let metadata = entry.metadata().map_err(|error| unreadable(&path, &error))?;
        if matches.ignored && !(metadata.is_dir() && context.ignore.reaches_into(&name)) {
            continue;
        }
        // One that was changed comes with the added files.
        if name == IGNORE_FILE && context.added.iter().any(|(added, _)| added == IGNORE_FILE) {
            continue;
        }
        if !matches.ignored {
            let relative = path.strip_prefix(&context.directory).unwrap_or(&path);
            let entry = Entry::of(&path, &metadata, Owner::Root);
            let appended = entry.and_then(|entry| match entry {
                Some(entry) => entry.append_to(archive, relative),
                None => Ok(()),
            });
            appended.map_err(|error| unreadable(&path, &error))?;
        }
        if metadata.is_dir() {
            walk(context, archive, &path, &format!("{name}/"), &matches)?;
        }
    }
    Ok(())
}
