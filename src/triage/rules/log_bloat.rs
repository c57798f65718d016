//! A log that grows without end, or nearly so: nothing begins a new file, or only one of a size that nobody meant.

use crate::domain::container::ContainerDetails;
use crate::domain::{Operation, UpOptions, units};
use crate::triage::finding::request;
use crate::triage::{Facts, Finding, Origin, Severity};

const LARGE: u64 = 256 << 20;
/// Who lets a log take less has given it that room.
const GIVEN: u64 = 1 << 30;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        let Some(details) = &container.details else { continue };
        let Some(bytes) = facts.log_bytes.get(&container.id).copied().filter(|bytes| *bytes >= LARGE) else {
            continue;
        };
        let Some((end, options)) = bound(details) else { continue };
        let size = units::bytes(bytes);
        let title = format!("the log of {} takes {size} and {end}", container.tag());
        let path = details.log_path.clone().unwrap_or_default();
        findings.push(
            Finding::on("log-bloat", container, Severity::Warning, title)
                .seen(Origin::Host, None, format!("{size} in {path}"))
                .seen(Origin::Inspect, None, options)
                .fix(
                    "set `logging: options: max-size` in the Compose file and recreate it, which removes the old log",
                    request(container, |services| {
                        Operation::Up(UpOptions { services, ..UpOptions::default() })
                    }),
                ),
        );
    }
}

/// How far it may go, and what says so; `None` where it ends soon enough.
fn bound(details: &ContainerDetails) -> Option<(String, String)> {
    if !details.log_rotates {
        return Some(("is never rotated".to_owned(), "the driver json-file without `max-size`".to_owned()));
    }
    let most = units::bytes(details.log_most_bytes.filter(|most| *most >= GIVEN)?);
    Some((format!("may take {most}"), format!("`max-size` and `max-file` give it {most} together")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Container, fixtures};
    use crate::triage::findings;
    use rstest::rstest;

    fn told(rotates: bool, most: Option<u64>, bytes: u64) -> Vec<Finding> {
        let details = ContainerDetails {
            log_path: Some("/var/lib/docker/containers/a/a-json.log".to_owned()),
            log_rotates: rotates,
            log_most_bytes: most,
            ..fixtures::details()
        };
        let container = Container { details: Some(details), ..fixtures::replica("shop", "api", 1) };
        let log_bytes = [(&container.id, bytes)].into();
        findings(&Facts { containers: vec![&container], log_bytes, ..Facts::default() })
    }

    #[rstest]
    #[case::without_a_bound(false, None, "the log of api-1 takes 304M and is never rotated")]
    #[case::with_a_bound_that_is_none(true, Some(6 << 30), "the log of api-1 takes 304M and may take 6.0G")]
    fn a_large_log_that_goes_on_growing_is_told(
        #[case] rotates: bool,
        #[case] most: Option<u64>,
        #[case] title: &str,
    ) {
        let found = told(rotates, most, 304 << 20);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].severity, &*found[0].title), (Severity::Warning, title));
        assert_eq!(&*found[0].evidence[0].text, "304M in /var/lib/docker/containers/a/a-json.log");
        let fix = found[0].fix.as_ref().and_then(|fix| fix.request.as_ref()).expect("it can be mended");
        assert!(matches!(&fix.operation, Operation::Up(options) if options.services == ["api"]), "{fix:?}");
    }

    #[rstest]
    #[case::small(false, None, (256 << 20) - 1)]
    #[case::with_an_end(true, Some(900 << 20), 304 << 20)]
    #[case::with_an_end_that_is_not_told(true, None, 304 << 20)]
    fn other_logs_are_as_they_should_be(
        #[case] rotates: bool,
        #[case] most: Option<u64>,
        #[case] bytes: u64,
    ) {
        assert_eq!(told(rotates, most, bytes), []);
    }
}
