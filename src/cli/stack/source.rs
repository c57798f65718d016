//! A stack of the search path, with the overlays that are asked for.

use super::{Chosen, from_request, request, unknown};
use crate::cli::context::Context;
use crate::compose::file::LoadRequest;
use crate::config::stacks::StackSource;
use crate::domain::Fault;

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
    let mut files = Vec::new();
    if !overlays.is_empty() {
        files.clone_from(&source.files);
        for name in overlays {
            let Some(file) = source.overlays.get(name) else {
                let known: Vec<&str> = source.overlays.keys().map(String::as_str).collect();
                return Err(vec![unknown("overlay", &format!("{}/{name}", source.name), name, &known)]);
            };
            if !files.contains(file) {
                files.push(file.clone());
            }
        }
    }
    let mut request = request(context, &files, Some(&source.directory));
    // Whoever set it meant the directory they were in.
    request.environment.remove("COMPOSE_FILE");
    Ok(request)
}
