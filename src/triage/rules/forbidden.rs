//! A file that its user may not touch: most often a bind mount of another owner.

use crate::triage::{Confidence, Facts, Finding, Origin, Sign, mount};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (container, told) in facts.with_sign(Sign::FileForbidden) {
        let tag = container.tag();
        let severity = super::log_sign::severity(container);
        let mount = mount::path_in(&told.line).and_then(|path| mount::of(container, path));
        let mount = mount.filter(|mount| mount.kind == "bind").map(|mount| (&mount.source, &mount.target));
        let user = container.details.as_ref().map(|details| details.user.as_str()).unwrap_or_default();
        let user = if user.is_empty() { "root, or whom its program becomes," } else { user };
        let finding = |title: String| Finding::on("forbidden", container, severity, title).signed(told);
        findings.push(match mount {
            Some((source, target)) => finding(format!("{tag} may not use {target}, which is {source} of the host"))
                .confidence(Confidence::Likely)
                .seen(Origin::Inspect, None, format!("it runs as {user} and {source} is mounted at {target}"))
                .advise(format!(
                    "see the owner with `ls -ldn {source}`, then give it to the container's user with `chown`, or set \
                     `user:` in the Compose file"
                )),
            None => finding(format!("{tag} lacks a permission"))
                .confidence(Confidence::Possible)
                .seen(Origin::Inspect, None, format!("it runs as {user}"))
                .advise("give the file to the container's user, or run the service as its owner (`user:`)"),
        });
    }
}
