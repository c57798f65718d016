//! A stack's file that cannot be read: the stack is missing from the console, or is shown as it was.

use crate::triage::{About, Facts, Finding, Origin, Severity};
use std::collections::BTreeMap;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let mut of_file: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for fault in &facts.stack_faults {
        let causes = fault.causes.join(": ");
        let complaint =
            if fault.object.is_empty() { fault.to_string() } else { format!("{}: {causes}", fault.object) };
        of_file.entry(file_of(&fault.object)).or_default().push(complaint);
    }
    for (file, complaints) in of_file {
        let title = if file.is_empty() {
            "a stack cannot be read".to_owned()
        } else {
            format!("the stack file {file} cannot be read")
        };
        let finding = Finding::new("stack-file", file, Severity::Warning, title, About::default());
        let finding =
            complaints.iter().fold(finding, |finding, complaint| finding.seen(Origin::File, None, complaint));
        let mut hints = facts.stack_faults.iter().filter(|fault| file_of(&fault.object) == file);
        let advice = hints.find_map(|fault| fault.hint.as_deref());
        findings.push(finding.advise(advice.unwrap_or("correct the file; it is read again when it changes")));
    }
}

/// The file without the place in it: `/srv/mcp/compose.yaml` of `/srv/mcp/compose.yaml:3:5`.
fn file_of(object: &str) -> &str {
    let without_number = |text: &'_ str| {
        text.rsplit_once(':')
            .filter(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|(rest, _)| rest.len())
    };
    let mut end = object.len();
    for _ in 0..2 {
        end = without_number(&object[..end]).unwrap_or(end);
    }
    &object[..end]
}
