//! Requests are refused for want of valid credentials, many and all at once: a key or the clock is wrong, not a user.

use crate::domain::Container;
use crate::triage::{About, Confidence, Facts, Finding, LogSign, Origin, Severity, Sign};
use std::time::Duration;

const WITHIN: Duration = Duration::from_mins(1);
/// So many in that time are no slip of somebody's finger.
const STORM: usize = 20;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let since = facts.now - WITHIN;
    let told: Vec<(&Container, &LogSign, usize)> = facts
        .with_sign(Sign::Unauthorized)
        .map(|(container, told)| (container, told, told.since(since)))
        .filter(|(.., times)| *times > 0)
        .collect();
    let all: usize = told.iter().map(|(.., times)| times).sum();
    let Some((worst, ..)) = told.iter().max_by_key(|(.., times)| *times).filter(|_| all >= STORM) else {
        return;
    };
    let about = About { container: None, ..About::container(worst) };
    let tags: Vec<String> = told.iter().map(|(container, ..)| container.tag()).collect();
    let title =
        format!("{all} requests were refused for their credentials within a minute: {}", tags.join(", "));
    let object = about.stack.clone().unwrap_or_else(|| worst.name.to_string());
    let mut finding =
        Finding::new("unauthorized", &object, Severity::Warning, title, about).confidence(Confidence::Likely);
    for (container, told, times) in &told {
        finding = finding.seen(
            Origin::Log,
            told.last,
            format!("{}: {times} times: {}", container.tag(), told.line),
        );
    }
    findings.push(finding.advise(
        "compare the key that signs with the key that verifies (their hashes, `i` shows the environments), and the \
         clocks of both sides: a token that is signed ahead of time is refused too",
    ));
}
