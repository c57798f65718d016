//! A stack outside of the search path: its containers' labels name the files.

use super::{Chosen, request, unknown};
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::cli::report;
use crate::compose::file::load_labelled;
use crate::domain::{Fault, StackOrigin, StackRef};

/// The stack of this name that runs. Files that cannot be read keep nobody from looking at it or stopping it.
pub async fn by_labels(context: &Context, name: &str, known: &[&str]) -> Result<Chosen, Fault> {
    let containers = context.engine().await?.fleet().await?;
    let stacks = StackRef::labelled(&containers);
    let Some(stack) = stacks.get(name) else {
        let mut all: Vec<&str> = stacks.keys().map(String::as_str).chain(known.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        return Err(unknown("stack", name, name, &all));
    };
    Ok(read_labelled(context, stack).unwrap_or_else(|faults| Chosen {
        unread: Some(Fault::merged(faults)),
        ..Chosen::without_files(stack.clone())
    }))
}

/// The stack with what its files say, where the labels name any.
pub fn read_labelled(context: &Context, stack: &StackRef) -> Result<Chosen, Vec<Fault>> {
    if stack.files.is_empty() {
        return Ok(Chosen::without_files(stack.clone()));
    }
    let mut request = request(context, &stack.files, stack.directory.as_deref());
    request.project_name = Some(stack.project.clone());
    if request.env_files.is_empty() {
        request.env_files.clone_from(&stack.env_files);
    }
    let project = load_labelled(&request)?;
    Ok(Chosen {
        reference: project.reference(),
        origin: StackOrigin::Labels,
        project: Some(project),
        unread: None,
    })
}

impl Chosen {
    /// A stack that is known by its containers only.
    pub fn without_files(reference: StackRef) -> Self {
        Self { reference, origin: StackOrigin::Labels, project: None, unread: None }
    }

    /// Files that nobody named are said before they are used.
    pub fn tell_files(&self, output: Output) {
        if self.origin != StackOrigin::Labels || self.project.is_none() {
            return;
        }
        let files: Vec<String> = self.reference.files.iter().map(|file| file.display().to_string()).collect();
        let text = format!(
            "{} is read from {}, which its containers were made from",
            self.reference.project,
            files.join(", ")
        );
        report::aside("note", &text, output);
    }
}
