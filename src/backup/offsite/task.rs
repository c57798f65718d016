//! A copy as the operator asks for it: of a bundle that there is, now.

use super::copy::{Copying, copy, steps};
use crate::backup::find::{Found, find};
use crate::domain::stack::OffsitePlace;
use crate::domain::{Fault, FaultKind, Plan, TaskEvent, units};
use std::cell::RefCell;
use std::path::Path;

pub struct Push {
    found: Found,
    place: OffsitePlace,
    bytes: u64,
    again: bool,
    warnings: Vec<String>,
}

/// Looks here alone. A bundle that cannot be relied on is not copied.
pub fn push(root: &Path, stack: &str, name: &str, place: OffsitePlace, again: bool) -> Result<Push, Fault> {
    let found = find(root, Some(stack), name)?;
    let entry = found.entry()?;
    if let Some(failure) = &entry.proof.failed {
        return Err(Fault::new(FaultKind::Conflict, "copy off site", &found.name)
            .because(format!("it was found bad: {}", failure.what))
            .hint(format!(
                "`mcp-tui -s {stack} backup verify {}` looks again; what is bad is not worth a copy: take another backup",
                found.name
            )));
    }
    let encrypted = !crate::backup::read_manifest(&found.directory)?.encrypted_to.is_empty();
    let warnings = super::warnings(Some(&place), encrypted);
    Ok(Push { found, place, bytes: entry.size_bytes, again, warnings })
}

impl Push {
    pub fn plan(&self) -> Plan {
        let Found { stack, name, .. } = &self.found;
        Plan {
            title: format!("copy backup {name} of {stack} off site"),
            steps: steps(&self.place, &format!("{name} ({})", units::bytes(self.bytes)), self.again).into(),
            warnings: self.warnings.clone(),
            ..Plan::default()
        }
    }

    pub async fn carry_out(
        &self,
        progress: &mut dyn FnMut(TaskEvent),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        let progress = RefCell::new(progress);
        let tell = |event: TaskEvent| (progress.borrow_mut())(event);
        let Self { found, place, again, .. } = self;
        copy(&Copying { found, place, first: 0, again: *again, progress: &tell, cancelled }).await?;
        let text = format!("backup {} is off site, in {}", found.name, place.words());
        tell(TaskEvent::Output { text });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::bundle::tests::committed_at;
    use crate::backup::proof;
    use crate::domain::stack::ProofFailure;
    use jiff::Timestamp;

    #[test]
    fn what_was_found_bad_is_not_copied() {
        let root = tempfile::tempdir().unwrap();
        let entry = committed_at(root.path(), "shop", "2026-11-10T02:00:00Z");
        let place = OffsitePlace::of_url("s3://backups/a").unwrap();
        let pushed = || push(root.path(), "shop", "latest", place.clone(), false);
        assert!(pushed().is_ok());
        let mut known = proof::read(&entry.directory);
        known.failed = Some(ProofFailure { at: Timestamp::UNIX_EPOCH, what: "it is cut".to_owned() });
        proof::write(&entry.directory, &known).unwrap();
        let fault = pushed().err().unwrap();
        assert!(fault.causes[0].contains("it is cut") && fault.hint.unwrap().contains("backup verify"));
    }
}
