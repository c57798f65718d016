//! Secrets and configs that no file of the host holds: they are written into the container before it starts.

use crate::compose::file::{Concealed, FileObject, FileReference, Project, Service};
use std::collections::BTreeMap;

/// A file that goes into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Absolute, in the container.
    pub path: String,
    pub contents: Concealed,
    pub mode: u32,
    /// The ids of its user and group; root's unless the files say otherwise.
    pub owner: (u64, u64),
}

pub fn uploads(project: &Project, service: &Service) -> Vec<Upload> {
    let secrets = of(&service.secrets, &project.secrets, "/run/secrets/");
    secrets.chain(of(&service.configs, &project.configs, "/")).collect()
}

fn of<'project>(
    references: &'project [FileReference],
    objects: &'project BTreeMap<String, FileObject>,
    base: &'static str,
) -> impl Iterator<Item = Upload> + 'project {
    references.iter().filter_map(move |reference| {
        let object = objects.get(&reference.source)?;
        let contents = if object.environment.is_empty() {
            Concealed::new(Some(&object.content).filter(|content| !content.is_empty())?.clone())
        } else {
            object.value.clone().unwrap_or_default()
        };
        let number = |text: &str| text.parse().unwrap_or(0);
        Some(Upload {
            path: target(reference, base),
            contents,
            mode: u32::from_str_radix(&reference.mode, 8).unwrap_or(0o444),
            owner: (number(&reference.uid), number(&reference.gid)),
        })
    })
}

/// Where a secret or a config stands in the container.
pub(super) fn target(reference: &FileReference, base: &str) -> String {
    match reference.target.as_str() {
        "" => format!("{base}{}", reference.source),
        target if target.starts_with('/') => target.to_owned(),
        target => format!("{base}{target}"),
    }
}
