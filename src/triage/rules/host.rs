//! What the host as a whole runs out of: memory, file handles, watches; and a clock that is wrong.

use crate::domain::host::{KernelMessageKind, Share};
use crate::domain::{Container, units};
use crate::triage::{About, Facts, Finding, Origin, Severity};
use std::time::Duration;

const RECENT: Duration = Duration::from_mins(10);
const NEARLY: u64 = 90;
/// Tokens and certificates begin to be refused about here.
const SKEW_SECONDS: u64 = 30;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    out_of_memory(facts, findings);
    handles(facts, findings);
    clock(facts, findings);
}

fn out_of_memory(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let recent = facts.now - RECENT;
    let newest =
        facts.kernel.iter().rev().filter(|message| message.time >= recent).find_map(|message| match &message
            .kind
        {
            KernelMessageKind::OutOfMemory { task_cgroup, of_host: true } => Some((message, task_cgroup)),
            KernelMessageKind::OutOfMemory { .. } | KernelMessageKind::Xid { .. } => None,
        });
    let Some((message, cgroup)) = newest else { return };
    let victim = facts.containers.iter().copied().find(|container| cgroup.contains(&container.id.0));
    let title = match victim {
        Some(victim) => format!("the host ran out of memory, and {} was killed for it", victim.tag()),
        None => "the host ran out of memory, and a process was killed for it".to_owned(),
    };
    let about = victim.map(About::container).unwrap_or_default();
    let mut finding = Finding::new("host-memory", "host", Severity::Critical, title, about).seen(
        Origin::Kernel,
        message.time,
        &message.text,
    );
    if let Some((hog, bytes)) = largest(facts) {
        let text = format!("{} uses the most: {}", hog.tag(), units::bytes(bytes));
        finding = finding.seen(Origin::Cgroup, None, text);
    }
    findings.push(finding.advise(
        "give the hungriest services a limit (`deploy.resources.limits.memory`), so that the kernel takes it from them \
         and not from whom it likes",
    ));
}

fn largest<'facts>(facts: &Facts<'facts>) -> Option<(&'facts Container, u64)> {
    let known = facts
        .containers
        .iter()
        .filter_map(|container| Some((*container, facts.figures.get(&container.id)?.memory_bytes?)));
    known.max_by_key(|(_, bytes)| *bytes)
}

fn handles(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(host) = facts.host else { return };
    let known = [
        ("open files", host.open_files, "find who holds them with `lsof`; raise `sysctl fs.file-max`"),
        (
            "inotify instances",
            host.inotify_instances,
            "raise `sysctl fs.inotify.max_user_instances`; each user has that many",
        ),
    ];
    for (what, share, advice) in known {
        let Some(share) = share.filter(|share| nearly_all(*share)) else { continue };
        let title = format!("the host has nearly no {what} left");
        findings.push(
            Finding::new("handles", what, Severity::Warning, title, About::default())
                .seen(Origin::Host, None, format!("{} of {} are in use", share.used, share.limit))
                .advise(advice),
        );
    }
}

fn nearly_all(share: Share) -> bool {
    share.percent().is_some_and(|percent| percent >= NEARLY)
}

fn clock(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(ahead) = facts.clock_ahead_seconds.filter(|ahead| ahead.unsigned_abs() >= SKEW_SECONDS) else {
        return;
    };
    let by = units::duration(Duration::from_secs(ahead.unsigned_abs()));
    let title = if ahead > 0 {
        format!("the daemon's clock is {by} ahead of this host's")
    } else {
        format!("the daemon's clock is {by} behind this host's")
    };
    findings.push(
        Finding::new("clock", "daemon", Severity::Warning, title, About::default())
            .seen(Origin::Daemon, None, "by the time that it tells with its own description")
            .advise("let both follow a time server: `timedatectl set-ntp true`"),
    );
}
