//! A stack of the search path, with the overlays that are asked for.

use super::{Chosen, from_request, request, unknown};
use crate::cli::context::Context;
use crate::compose::file::LoadRequest;
use crate::config::stacks::{StackSource, stack_at};
use crate::domain::{Fault, FaultKind};
use std::path::{Path, PathBuf};

/// With `--overlay`, the stack's files and those overlays in that order. Without, what `COMPOSE_FILE` in the stack's own
/// `.env` says, as docker compose has it in that directory, else the stack's files.
pub fn read_source(context: &Context, source: &StackSource) -> Result<Chosen, Vec<Fault>> {
    read(context, source, &context.global.overlays)
}

/// The same, for a stack that is one of many: what is asked of one stack is not asked of the others.
pub fn read_listed(context: &Context, source: &StackSource) -> Result<Chosen, Vec<Fault>> {
    let named = context.global.stack.as_ref() == Some(&source.name);
    read(context, source, if named { &context.global.overlays } else { &[] })
}

fn read(context: &Context, source: &StackSource, overlays: &[String]) -> Result<Chosen, Vec<Fault>> {
    from_request(&request_of(context, source, overlays)?, source.origin)
}

/// What is to be loaded of it.
pub(super) fn request_of(
    context: &Context,
    source: &StackSource,
    overlays: &[String],
) -> Result<LoadRequest, Vec<Fault>> {
    let files = if overlays.is_empty() {
        Vec::new()
    } else {
        laid_over(source.files.clone(), overlays, source).map_err(|fault| vec![fault])?
    };
    let mut request = request(context, &files, Some(&source.directory));
    // Whoever set it meant the directory they were in.
    request.environment.remove("COMPOSE_FILE");
    Ok(request)
}

/// The files of `-f`, or else those of the directory one is in, with the overlays that lie beside them.
pub(super) fn files_here(context: &Context) -> Result<Vec<PathBuf>, Fault> {
    let global = &context.global;
    let source = match (global.files.first(), &global.project_directory) {
        (Some(file), _) => stack_at(file)?,
        (None, directory) => {
            let start = directory.as_deref().unwrap_or(Path::new("."));
            let start =
                std::path::absolute(start).map_err(|error| Fault::io("find directory", ".", &error))?;
            start.ancestors().find_map(|directory| stack_at(directory).transpose()).transpose()?
        }
    };
    let source = source.ok_or_else(|| {
        Fault::new(FaultKind::NotFound, "find overlay", global.overlays.join(", "))
            .because("neither here nor above is a Compose file that it could lie beside")
            .hint("name a stack with -s or a file with -f")
    })?;
    let named = if global.files.is_empty() { source.files.clone() } else { global.files.clone() };
    laid_over(named, &global.overlays, &source)
}

/// The files, and after them those that are laid over them.
fn laid_over(
    mut files: Vec<PathBuf>,
    overlays: &[String],
    source: &StackSource,
) -> Result<Vec<PathBuf>, Fault> {
    for name in overlays {
        let Some(file) = source.overlays.get(name) else {
            let known: Vec<&str> = source.overlays.keys().map(String::as_str).collect();
            return Err(unknown("overlay", &format!("{}/{name}", source.name), name, &known));
        };
        if !files.contains(file) {
            files.push(file.clone());
        }
    }
    Ok(files)
}
