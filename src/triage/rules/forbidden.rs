//! A file that its user may not touch: most often a bind mount of another owner.

use crate::domain::Container;
use crate::triage::{Confidence, Facts, Finding, Origin, Sign};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (container, told) in facts.with_sign(Sign::FileForbidden) {
        let tag = container.tag();
        let severity = super::log_sign::severity(container);
        let mount = path_in(&told.line).and_then(|path| mount_of(container, path));
        let user = container.details.as_ref().map(|details| details.user.as_str()).unwrap_or_default();
        let user = if user.is_empty() { "root, or whom its program becomes," } else { user };
        let finding = |title: String| {
            Finding::on("forbidden", container, severity, title).seen(Origin::Log, told.last, &told.line)
        };
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

/// The first absolute path in the line.
fn path_in(line: &str) -> Option<&str> {
    let begin = line.char_indices().find(|(at, character)| {
        *character == '/' && line[..*at].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
    })?;
    let rest = &line[begin.0..];
    let end = rest.find(['\'', '"', ' ', ':', ',', ')', '`', '’']).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|path| path.len() > 1)
}

/// Where the path lies on the host: the deepest mount counts.
fn mount_of<'c>(container: &'c Container, path: &str) -> Option<(&'c str, &'c str)> {
    let holds = |target: &str| {
        path == target
            || path.strip_prefix(target.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
    };
    let mounts = container.mounts.iter().filter(|mount| mount.kind == "bind" && holds(&mount.target));
    let deepest = mounts.max_by_key(|mount| mount.target.len())?;
    Some((&deepest.source, &deepest.target))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("mkdir: can't create directory '/data/x': Permission denied", Some("/data/x"))]
    #[case("PermissionError: [Errno 13] Permission denied: '/mlruns/0'", Some("/mlruns/0"))]
    #[case("open /data: permission denied", Some("/data"))]
    #[case("read/write: Permission denied", None)]
    fn the_path_is_named(#[case] line: &str, #[case] path: Option<&str>) {
        assert_eq!(path_in(line), path);
    }
}
