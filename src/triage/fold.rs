//! One finding per trouble: consequences are told with their cause.

use super::evidence::{Evidence, Origin};
use super::finding::Role;
use super::needs::Needs;
use super::{Facts, Finding, Severity};

/// Findings come in the order of the rules, causes before consequences. The root causes are left, the worst first.
pub(super) fn fold(facts: &Facts<'_>, found: Vec<Finding>) -> Vec<Finding> {
    let needs = Needs::new(facts);
    let parents: Vec<Option<usize>> = (0..found.len()).map(|index| cause_of(&needs, &found, index)).collect();
    let roots: Vec<usize> = (0..found.len()).map(|index| root(&parents, index)).collect();
    let mut kept: Vec<Option<Finding>> = found.into_iter().map(Some).collect();
    for index in 0..kept.len() {
        if roots[index] == index {
            continue;
        }
        let Some(finding) = kept[index].take() else { continue };
        let same_place = parents[index] == Some(roots[index]);
        if let Some(Some(cause)) = kept.get_mut(roots[index]) {
            take_in(cause, finding, same_place);
        }
    }
    let mut kept: Vec<Finding> = kept.into_iter().flatten().collect();
    // Stable: within a severity what explains more stands first, and then the rules' order.
    kept.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.explains.is_empty()));
    kept
}

/// What is wrong with the same container or service becomes evidence; what is wrong elsewhere is told as explained.
fn take_in(cause: &mut Finding, finding: Finding, directly: bool) {
    cause.severity = cause.severity.max(finding.severity);
    cause.holds.push(finding.id.clone());
    cause.holds.extend(finding.holds.iter().cloned());
    if directly && is_of_same_place(cause, &finding) {
        let origin = finding.evidence.first().map(|line| (line.origin, line.time));
        let title = origin.map(|(origin, time)| Evidence { origin, time, text: finding.title.clone() });
        // Where a line names the cause, the last lines of the run that ended of it add nothing, or lead elsewhere.
        let named = cause.evidence.first().is_some_and(|line| line.origin == Origin::Log);
        let is_last_words = |line: &Evidence| named && !finding.is_signed && line.origin == Origin::Log;
        let lines = finding.evidence.iter().filter(|line| !is_last_words(line)).cloned();
        cause.began = [cause.began, finding.began].into_iter().flatten().min();
        for line in title.into_iter().chain(lines) {
            if !cause.evidence.iter().any(|known| known.text == line.text) {
                cause.evidence.push(line);
            }
        }
    } else if !cause.explains.contains(&finding.title) {
        cause.explains.push(finding.title);
    }
    cause.explains.extend(finding.explains);
}

fn cause_of(needs: &Needs<'_, '_>, found: &[Finding], index: usize) -> Option<usize> {
    let finding = &found[index];
    let blamed = || {
        found.iter().position(|cause| {
            cause.id != finding.id && finding.blames.iter().any(|blame| cause.id.starts_with(blame))
        })
    };
    let of_same_place = || found[..index].iter().position(|cause| is_of_same_place(cause, finding));
    let of_a_need = || {
        let (stack, service) = (finding.about.stack.as_ref()?, finding.about.service.as_ref()?);
        let is_needed = |cause: &Finding| {
            (cause.severity == Severity::Critical || is_away_before(cause, finding))
                && cause.about.stack.as_ref() == Some(stack)
                && cause.about.service.as_ref().is_some_and(|other| {
                    other != service
                        && needs.needs(stack, service, other)
                        // Of two that need one another neither is the cause.
                        && !needs.needs(stack, other, service)
                })
        };
        found.iter().position(is_needed)
    };
    // A task of the whole stack failed over one of its services, and that says why.
    let of_its_stack = || {
        let stack = finding.about.stack.as_ref().filter(|_| finding.about.service.is_none())?;
        found.iter().position(|cause| {
            cause.severity == Severity::Critical
                && cause.about.stack.as_ref() == Some(stack)
                && cause
                    .about
                    .service
                    .as_ref()
                    .is_some_and(|service| finding.evidence.iter().any(|line| names(&line.text, service)))
        })
    };
    let of_another = || of_a_need().or_else(of_its_stack);
    blamed().or_else(of_same_place).or_else(|| (finding.role == Role::Symptom).then(of_another).flatten())
}

/// What was wrong before somebody killed or stopped what it needs has another cause.
fn is_away_before(cause: &Finding, finding: &Finding) -> bool {
    let end = cause.evidence.first().and_then(|line| line.time);
    ["killed/", "away/"].iter().any(|rule| cause.id.starts_with(rule))
        && finding.began.zip(end).is_none_or(|(began, end)| began >= end)
}

/// Whether the service stands in the text as a word, or with a replica's number behind it.
fn names(text: &str, service: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric();
    text.match_indices(service).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + service.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn is_of_same_place(cause: &Finding, finding: &Finding) -> bool {
    match (&cause.about.container, &finding.about.container) {
        (Some(one), Some(other)) => one == other,
        // A check is about a service; the trouble of one of its containers explains it.
        (Some(_), None) => {
            finding.about.service.is_some()
                && cause.about.service == finding.about.service
                && cause.about.stack == finding.about.stack
        }
        (None, _) => false,
    }
}

/// Follows causes to the first one, which nothing explains; where they go in a circle each stands for itself.
fn root(parents: &[Option<usize>], index: usize) -> usize {
    let mut at = index;
    for _ in 0..parents.len() {
        match parents[at] {
            Some(parent) => at = parent,
            None => return at,
        }
    }
    index
}
