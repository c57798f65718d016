//! Which stack is meant: by its files, by its name, by what runs, or by the directory one is in.

mod labelled;
mod source;

pub use labelled::{by_labels as running, read_labelled};
pub use source::{read_listed, read_source};

use super::context::Context;
use crate::compose::file::{LoadRequest, Project, load, process_environment};
use crate::config::stacks::{StackSource, discover};
use crate::domain::yaml::nearest;
use crate::domain::{Container, Fault, FaultKind, StackFile, StackOrigin, StackRef};
use std::path::{Path, PathBuf};

/// The stack that the arguments name.
pub struct Chosen {
    pub reference: StackRef,
    pub origin: StackOrigin,
    /// `None` for a stack that is known by its containers only.
    pub project: Option<Project>,
    /// Why the files that its containers' labels name cannot be read.
    pub unread: Option<Fault>,
}

impl Chosen {
    /// What the file says; for a stack known by its containers only, nothing but its name.
    pub fn file(&self) -> StackFile {
        match &self.project {
            Some(project) => project.stack_file(self.origin),
            None => StackFile::unfiled(self.reference.clone(), self.origin),
        }
    }

    /// What the files say, for a command that can do nothing without.
    pub fn needed(&self, operation: &str) -> Result<&Project, Fault> {
        let absent = || {
            self.unread.clone().unwrap_or_else(|| {
                Fault::new(FaultKind::NotFound, operation, &self.reference.project)
                    .because("the stack is known by its containers only, and its files are needed for this")
                    .hint("name its files with -f, or its directory with -s")
            })
        };
        self.project.as_ref().ok_or_else(absent)
    }

    /// Refuses services that neither the file nor the daemon knows.
    pub fn check_services(&self, named: &[String], containers: &[Container]) -> Result<(), Fault> {
        let mut known: Vec<&str> = Vec::new();
        if let Some(project) = &self.project {
            known.extend(project.services.keys().chain(project.disabled.keys()).map(String::as_str));
        }
        known.extend(services_of(&self.reference.project, containers));
        known.sort_unstable();
        known.dedup();
        match named.iter().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                Err(unknown("service", &format!("{}/{name}", self.reference.project), name, &known))
            }
        }
    }
}

/// The stack meant by `-s`, `-f`, `-p` or by the directory. The daemon is asked only when no file says.
pub async fn choose(context: &Context) -> Result<Chosen, Fault> {
    let global = &context.global;
    if !global.overlays.is_empty() && global.stack.is_none() {
        return from_files(context, &source::files_here(context)?, None, StackOrigin::Given);
    }
    if !global.files.is_empty() {
        return from_files(context, &global.files, None, StackOrigin::Given);
    }
    if let Some(name) = &global.stack {
        let sources = sources(context);
        if let Some(source) = sources.iter().find(|source| source.name == *name) {
            return read_source(context, source).map_err(Fault::merged);
        }
        // A directory may be named otherwise than the project in it, and operators see the project's name.
        for source in &sources {
            let listed = read_listed(context, source).ok();
            let Some(chosen) = listed.filter(|chosen| chosen.reference.project == *name) else { continue };
            return if global.overlays.is_empty() {
                Ok(chosen)
            } else {
                read_source(context, source).map_err(Fault::merged)
            };
        }
        let known: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
        let chosen = labelled::by_labels(context, name, &known).await?;
        if let Some(overlay) = global.overlays.first() {
            let files: Vec<String> =
                chosen.reference.files.iter().map(|file| format!("-f {}", file.display())).collect();
            return Err(Fault::new(FaultKind::NotFound, "find overlay", format!("{name}/{overlay}"))
                .because("the stack is not in the search path, where overlays are looked for")
                .hint(format!(
                    "name its files, overlays after the file they are laid over: mcp-tui {} -f OVERLAY …",
                    files.join(" ")
                )));
        }
        return Ok(chosen);
    }
    match (from_files(context, &[], None, StackOrigin::Given), &global.project) {
        // A project that runs needs no file to be listed, stopped or restarted.
        (Err(fault), Some(project)) if fault.kind == FaultKind::NotFound => {
            labelled::by_labels(context, project, &[]).await
        }
        (Err(fault), None) if fault.kind == FaultKind::NotFound => {
            let known: Vec<_> = sources(context).into_iter().map(|source| source.name).collect();
            Err(fault.hint(format!("name a stack with -s or a file with -f; stacks: {}", known.join(", "))))
        }
        (here, _) => here,
    }
}

/// The same, but `None` when nothing is named and the directory has no Compose file: then all stacks are meant.
pub async fn choose_or_all(context: &Context) -> Result<Option<Chosen>, Fault> {
    let global = &context.global;
    let one_is_named = global.stack.is_some() || global.project.is_some();
    if one_is_named || !global.files.is_empty() || !global.overlays.is_empty() {
        return choose(context).await.map(Some);
    }
    match from_files(context, &[], None, StackOrigin::Given) {
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
        here => here.map(Some),
    }
}

/// The stacks of the search path. What is wrong with one of them must not hide the others.
pub fn sources(context: &Context) -> Vec<StackSource> {
    let (sources, faults) = discover(&context.settings.stacks, &context.paths.data);
    for fault in faults {
        log::warn!("{fault}");
    }
    sources
}

/// Loads the Compose files of a stack, with what the command line says about all stacks.
pub fn from_files(
    context: &Context,
    files: &[PathBuf],
    directory: Option<&Path>,
    origin: StackOrigin,
) -> Result<Chosen, Fault> {
    from_request(&request(context, files, directory), origin).map_err(Fault::merged)
}

/// What is to be loaded of the stack that is meant, without loading it.
pub fn load_request(context: &Context) -> Result<LoadRequest, Fault> {
    let Some(name) = &context.global.stack else {
        let global = &context.global;
        let files =
            if global.overlays.is_empty() { global.files.clone() } else { source::files_here(context)? };
        return Ok(request(context, &files, None));
    };
    let sources = sources(context);
    let known: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    let source = sources.iter().find(|source| source.name == *name);
    let source = source.ok_or_else(|| unknown("stack", name, name, &known))?;
    source::request_of(context, source, &context.global.overlays).map_err(Fault::merged)
}

/// What is to be loaded, with what the command line says about all stacks.
fn request(context: &Context, files: &[PathBuf], directory: Option<&Path>) -> LoadRequest {
    let global = &context.global;
    LoadRequest {
        files: files.to_vec(),
        project_name: global.project.clone(),
        project_directory: directory.map(Path::to_owned).or_else(|| global.project_directory.clone()),
        env_files: global.env_files.clone(),
        profiles: global.profiles.clone(),
        environment: process_environment(),
        inconsistent: false,
    }
}

pub fn from_request(request: &LoadRequest, origin: StackOrigin) -> Result<Chosen, Vec<Fault>> {
    let project = load(request)?;
    Ok(Chosen { reference: project.reference(), origin, project: Some(project), unread: None })
}

fn services_of<'list>(project: &str, containers: &'list [Container]) -> impl Iterator<Item = &'list str> {
    let labels = containers.iter().filter_map(|container| container.compose.as_ref());
    labels.filter(move |labels| labels.project == project).map(|labels| labels.service.as_str())
}

/// There is no such thing; the nearest that there is, and all of them.
pub fn unknown(what: &str, object: &str, name: &str, known: &[&str]) -> Fault {
    let fault = Fault::new(FaultKind::NotFound, format!("find {what}"), object);
    let all = if known.is_empty() {
        format!("there is no {what} at all")
    } else {
        format!("there are {}", known.join(", "))
    };
    match nearest(name, known) {
        Some(near) => fault.because(format!("no such {what}")).hint(format!("did you mean `{near}`? {all}")),
        None => fault.because(format!("no such {what}")).hint(all),
    }
}

#[cfg(test)]
mod tests;
