//! A stack, or one service of it, as lines: whose files it is made from, and what differs from them.

use crate::app::State;
use crate::domain::{Fault, Plan, Safe, StackOrigin, StepVerb, secret};
use std::path::PathBuf;

/// What was found out for the card.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// What `up` would do now, with its reasons.
    pub plan: Result<Plan, Fault>,
    /// What can be laid over the stack's files, by name.
    pub overlays: Vec<String>,
}

/// The whole card of a stack.
pub fn of_stack(state: &State, project: &str, inspection: &Inspection) -> Vec<Safe> {
    let mut lines = vec![format!("project: {project}")];
    let file = state.stacks.get(project);
    lines.extend(file.and_then(|file| file.title.as_ref()).map(|title| format!("title: {title}")));
    let origin = match file.map(|file| file.origin) {
        Some(StackOrigin::Directory) => "the search path",
        Some(StackOrigin::BuiltIn) => "built in",
        Some(StackOrigin::Given) => "named with --file",
        Some(StackOrigin::Labels) => "the labels of its containers, outside of the search path",
        None => "the labels of its containers; the files are not read",
    };
    lines.push(format!("known by: {origin}"));
    if let Some(stack) = state.stack_reference(project) {
        lines.extend(stack.directory.map(|directory| format!("directory: {}", directory.display())));
        list(&mut lines, "files", &shown(&stack.files));
        list(&mut lines, "environment files", &shown(&stack.env_files));
        list(&mut lines, "profiles", &stack.profiles);
    }
    list(&mut lines, "overlays", &inspection.overlays);
    if let Some(fault) = state.stacks.unread(project) {
        list(&mut lines, "out of reach", &sentences(fault));
    }
    if let Err(fault) = &inspection.plan {
        list(&mut lines, "cannot be planned", &sentences(fault));
    }
    lines.push("services:".to_owned());
    for service in state.tree.stack(project).into_iter().flat_map(|stack| &stack.services) {
        lines.push(format!("  {}:", service.name));
        lines.push(format!("    runs: {}/{}", service.running, service.wanted));
        let own = about(state, project, &service.service, Some(inspection));
        lines.extend(own.into_iter().map(|line| format!("    {line}")));
    }
    lines.iter().map(|line| Safe::new(secret::mask_text(line))).collect()
}

/// What stands above all that the daemon says of a service's container.
pub fn of_service(state: &State, project: &str, service: &str, inspection: Option<&Inspection>) -> Vec<Safe> {
    let lines = about(state, project, service, inspection);
    lines.iter().map(|line| Safe::new(secret::mask_text(line))).collect()
}

fn about(state: &State, project: &str, service: &str, inspection: Option<&Inspection>) -> Vec<String> {
    let node = state.tree.service(project, service);
    let drift = match node.and_then(|node| node.drift) {
        Some(drift) => drift.word(),
        None if node.is_some_and(|node| node.containers.is_empty()) => "no container",
        None => "not told yet",
    };
    let mut lines = vec![format!("drift: {drift}")];
    let outline = inspection.and_then(|inspection| inspection.plan.as_ref().ok()).map(Plan::outline);
    let branches = outline.into_iter().flatten();
    let own = branches.filter(|branch| branch.service.as_deref() == Some(service));
    let would = own.filter(|branch| branch.verb != StepVerb::Keep).map(|branch| branch.headline);
    lines.extend(would.map(|headline| format!("up would: {headline}")));
    lines
}

fn list(lines: &mut Vec<String>, key: &str, items: &[String]) {
    if !items.is_empty() {
        lines.push(format!("{key}:"));
        lines.extend(items.iter().map(|item| format!("  - {item}")));
    }
}

fn shown(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}

fn sentences(fault: &Fault) -> Vec<String> {
    fault.each().into_iter().map(|(fault, _)| fault.sentence()).collect()
}
