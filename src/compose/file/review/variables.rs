//! Variables: each has a default where it stands or a line in `.env.example`, and that file tells of all of them.

use super::beside::at;
use super::{Findings, Subject};
use crate::compose::file::interpolate::interpolate;
use crate::compose::file::{dotenv, environment};
use crate::domain::yaml::{self, Complaint, Node, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

const EXAMPLE: &str = ".env.example";

/// Where a variable first stands, and whether something stands in its place when it is not set.
struct Use {
    fault: crate::domain::Fault,
    has_default: bool,
}

pub(super) fn look(subject: &Subject, findings: &mut Findings) {
    let mut used: BTreeMap<String, Use> = BTreeMap::new();
    for file in subject.files.iter().chain(subject.overlays.values()) {
        // What is wrong with the file itself is told when it is loaded.
        let Ok(text) = environment::text(file) else { continue };
        let Ok(documents) = yaml::parse(&text) else { continue };
        for document in &documents {
            walk(document, &mut |node, text| {
                for (name, has_default) in names(text) {
                    let text =
                        format!("the variable {name} has neither a default here nor a line in {EXAMPLE}");
                    let fault = Complaint::new(node.at, text).to_fault("check", &file.display());
                    let known = used.entry(name).or_insert(Use { fault, has_default });
                    known.has_default &= has_default;
                }
            });
        }
    }
    used.retain(|name, _| !name.starts_with("COMPOSE_"));
    let path = subject.directory.join(EXAMPLE);
    let example = if path.is_file() { environment::text(&path) } else { Ok(String::new()) };
    let listed: BTreeSet<String> = match example {
        Err(fault) => return findings.error(fault),
        Ok(text) => match dotenv::parse(&text, &|_| None) {
            Err(complaints) => {
                return complaints
                    .iter()
                    .for_each(|complaint| findings.error(complaint.to_fault("check", &path.display())));
            }
            Ok(variables) => variables.into_iter().map(|(name, _)| name).collect(),
        },
    };
    if !path.is_file() && !used.is_empty() {
        let fault = at(&path, "there is no such file, and the stack has variables");
        findings.warning(fault.hint(format!("list them: {}", joined(used.keys()))));
    } else {
        let untold: Vec<&String> = used
            .iter()
            .filter(|(name, used)| used.has_default && !listed.contains(*name))
            .map(|(name, _)| name)
            .collect();
        if !untold.is_empty() {
            let fault = at(&path, &format!("does not tell of {}", joined(untold.into_iter())));
            findings.warning(fault.hint("give each a line with its default"));
        }
    }
    let unused: Vec<&String> =
        listed.iter().filter(|name| !name.starts_with("COMPOSE_") && !used.contains_key(*name)).collect();
    if !unused.is_empty() {
        let fault = at(&path, &format!("no file of the stack uses {}", joined(unused.into_iter())));
        findings.warning(fault.hint("take it out, or mend the name"));
    }
    for (name, used) in used {
        if !used.has_default && !listed.contains(&name) {
            findings
                .error(used.fault.hint(format!("write ${{{name}:-default}}, or add {name}= to {EXAMPLE}")));
        }
    }
}

fn joined<'name>(names: impl Iterator<Item = &'name String>) -> String {
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn walk(node: &Node, visit: &mut dyn FnMut(&Node, &str)) {
    match &node.value {
        Value::Text(text) if text.contains('$') => visit(node, text),
        Value::Mapping(entries) => entries.iter().for_each(|entry| walk(&entry.node, visit)),
        Value::Sequence(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Null | Value::Bool(_) | Value::Integer(..) | Value::Float(..) | Value::Text(_) => {}
    }
}

/// The variables of a text, and whether the text has something to put in the place of each.
fn names(text: &str) -> Vec<(String, bool)> {
    let asked: RefCell<BTreeSet<String>> = RefCell::default();
    let lookup = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        None
    };
    // A text that is no substitution is told when the file is loaded; one that requires a variable has no default.
    let unset: Option<Vec<String>> = interpolate(text, &lookup).ok().map(|result| result.unset);
    let has_default = |name: &String| unset.as_ref().is_some_and(|unset| !unset.contains(name));
    asked.into_inner().into_iter().map(|name| (name.clone(), has_default(&name))).collect()
}
