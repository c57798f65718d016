//! The Compose file itself, and the files of its secrets and configs.

use super::Facts;
use crate::compose::file::{FileObject, FileReference, Project, Service};
use crate::compose::observe::Observed;
use crate::domain::ChecklistLine;
use std::collections::{BTreeMap, BTreeSet};

/// Anybody on the host may read it.
const WORLD: u32 = 0o004;

pub fn check(
    project: &Project,
    services: &[&Service],
    observed: &Observed,
    facts: &Facts,
) -> Vec<ChecklistLine> {
    let mut lines = vec![match project.warnings.as_slice() {
        [] => ChecklistLine::ok("compose file", "valid"),
        warnings => ChecklistLine::warning(
            "compose file",
            warnings.join("; "),
            "read what it says, and mend the file",
        ),
    }];
    let secrets = services.iter().flat_map(|service| &service.secrets);
    let configs = services.iter().flat_map(|service| &service.configs);
    of_kind("secret", secrets, &project.secrets, observed, facts, &mut lines);
    of_kind("config", configs, &project.configs, observed, facts, &mut lines);
    lines
}

fn of_kind<'file>(
    kind: &str,
    references: impl Iterator<Item = &'file FileReference>,
    objects: &BTreeMap<String, FileObject>,
    observed: &Observed,
    facts: &Facts,
    lines: &mut Vec<ChecklistLine>,
) {
    let names: BTreeSet<&str> = references.map(|reference| reference.source.as_str()).collect();
    for (name, object) in names.into_iter().filter_map(|name| Some((name, objects.get(name)?))) {
        let check = format!("{kind} {name}");
        if !object.environment.is_empty() && object.value.is_none() {
            let mend = format!("set it, in .env or in the environment: {}=…", object.environment);
            lines.push(ChecklistLine::failed(
                check,
                format!("the variable {} is not set", object.environment),
                mend,
            ));
        } else if observed.missing.files.contains(&object.file) {
            let found = format!("there is no file {}", object.file);
            let mend = "make it, with ./prepare where the stack has one, or mend the path";
            lines.push(if facts.is_local {
                ChecklistLine::failed(check, found, mend)
            } else {
                ChecklistLine::warning(
                    check,
                    format!("{found} here"),
                    "the daemon must find it on its own host",
                )
            });
        } else if facts.modes.get(&object.file).is_some_and(|mode| kind == "secret" && mode & WORLD != 0) {
            let found = format!("everybody on this host may read {}", object.file);
            lines.push(ChecklistLine::warning(check, found, format!("chmod o-rwx {}", object.file)));
        } else {
            lines.push(ChecklistLine::ok(check, "there"));
        }
    }
}
