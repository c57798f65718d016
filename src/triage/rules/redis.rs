//! A Redis that takes no writes: it cannot save, or it is full. It tells those that ask it, so that it is mostly their
//! logs that say so.

use super::disk;
use super::server::is_redis;
use crate::domain::{CheckReport, Container};
use crate::triage::{About, Evidence, Facts, Finding, Origin, Severity, Sign};

struct Trouble {
    rule: &'static str,
    sign: Sign,
    phrase: &'static str,
    /// What comes behind the name of the Redis.
    title: &'static str,
    /// What comes behind the name of whoever is refused, when it is not known by which Redis.
    refused: &'static str,
    advice: &'static str,
}

const TROUBLES: [Trouble; 2] = [
    Trouble {
        rule: "redis-misconf",
        sign: Sign::RedisCannotSave,
        phrase: "MISCONF",
        title: "takes no writes, as it cannot save to its disk",
        refused: "cannot write to Redis, which cannot save to its disk",
        advice: "look at Redis' own log for why the snapshot fails: no room, or no right to write in its volume",
    },
    Trouble {
        rule: "redis-full",
        sign: Sign::RedisFull,
        phrase: "OOM command not allowed",
        title: "is full and takes no writes",
        refused: "cannot write to Redis, which is full",
        advice: "raise `maxmemory`, or let it forget: `maxmemory-policy allkeys-lru` for a cache; see what fills it with \
                 `redis-cli --bigkeys`",
    },
];

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for trouble in &TROUBLES {
        let from = findings.len();
        for (container, told) in facts.with_sign(trouble.sign) {
            let server = if is_redis(container) { Some(container) } else { asked_by(facts, container) };
            let finding = match server {
                Some(server) => trouble.of(server),
                None => trouble.on(container, trouble.refused),
            };
            let writer = if server.is_some_and(|server| server.id != container.id) {
                format!("{}: ", container.tag())
            } else {
                String::new()
            };
            let text = format!("{writer}{}", told.line);
            let finding = finding.seen(Origin::Log, told.last, text).began(told.began());
            let of_disk = trouble.sign == Sign::RedisCannotSave && disk::any_is_full(facts);
            join(findings, from, if of_disk { finding.blames("disk/") } else { finding });
        }
        for check in facts.checks.iter().filter(|check| check.message.contains(trouble.phrase)) {
            join(findings, from, trouble.found_by(facts, check));
        }
    }
}

impl Trouble {
    fn of(&self, server: &Container) -> Finding {
        self.on(server, self.title)
    }

    fn on(&self, container: &Container, words: &str) -> Finding {
        let title = format!("{} {words}", container.tag());
        Finding::on(self.rule, container, Severity::Critical, title).advise(self.advice)
    }

    fn found_by(&self, facts: &Facts<'_>, check: &CheckReport) -> Finding {
        let (stack, service) = (&check.id.stack, &check.id.service);
        let mut replicas = facts.of_service(stack, service);
        let finding = if let (Some(only), None) = (replicas.next(), replicas.next()) {
            self.of(only)
        } else {
            let about = About { stack: Some(stack.clone()), service: Some(service.clone()), container: None };
            let title = format!("{service} {}", self.title);
            let object = format!("{stack}/{service}");
            Finding::new(self.rule, &object, Severity::Critical, title, about).advise(self.advice)
        };
        finding.seen(Origin::Check, check.last_run, &check.message)
    }
}

/// The Redis that a container of the same stack most likely asked: the only one there is.
fn asked_by<'facts>(facts: &Facts<'facts>, client: &Container) -> Option<&'facts Container> {
    let stack = &client.compose.as_ref()?.project;
    let mut all = facts.containers.iter().copied().filter(|container| {
        is_redis(container) && container.compose.as_ref().is_some_and(|labels| labels.project == *stack)
    });
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// What several saw of one Redis is one finding.
fn join(findings: &mut Vec<Finding>, from: usize, finding: Finding) {
    let known = findings.iter_mut().skip(from).find(|known| known.id == finding.id);
    match known {
        Some(known) => {
            let new = |line: &Evidence| known.evidence.iter().all(|seen| seen.text != line.text);
            let more: Vec<Evidence> = finding.evidence.into_iter().filter(new).collect();
            known.evidence.extend(more);
        }
        None => findings.push(finding),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CheckId, ContainerState, Safe, Verdict, fixtures};
    use crate::triage::{LogSign, findings};
    use jiff::Timestamp;

    fn container(service: &str, image: &str) -> Container {
        Container {
            image: Safe::new(image),
            state: ContainerState::Running,
            ..fixtures::replica("mcp", service, 1)
        }
    }

    fn refused(container: &Container, now: Timestamp) -> LogSign {
        LogSign {
            container: container.id.clone(),
            sign: Sign::RedisCannotSave,
            count: 1,
            first: now,
            last: now,
            times: vec![now],
            line: Safe::new("MISCONF Redis is configured to save RDB snapshots"),
        }
    }

    #[test]
    fn what_its_clients_and_our_check_are_told_is_one_finding_about_the_redis() {
        let now: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
        let (cache, worker) = (container("cache", "redis:7-alpine"), container("worker", "worker:3"));
        let sign = refused(&worker, now);
        let id = CheckId { stack: "mcp".to_owned(), service: "cache".to_owned(), name: "redis".to_owned() };
        let check = CheckReport {
            verdict: Verdict::Degraded,
            message: Safe::new("MISCONF Redis is"),
            ..CheckReport::new(id, "redis 6379")
        };
        let seen = |containers: Vec<&Container>, checks: Vec<&CheckReport>| {
            findings(&Facts { containers, signs: vec![&sign], checks, now, ..Facts::default() })
        };
        let found = seen(vec![&cache, &worker], vec![&check]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(&*found[0].title, "cache-1 takes no writes, as it cannot save to its disk");
        let origins: Vec<Origin> = found[0].evidence.iter().take(2).map(|line| line.origin).collect();
        assert_eq!(origins, [Origin::Log, Origin::Check]);
        assert!(found[0].evidence[0].text.starts_with("worker-1: MISCONF"), "{found:?}");

        let two = container("queue", "redis:7-alpine");
        let found = seen(vec![&cache, &two, &worker], Vec::new());
        assert_eq!(&*found[0].title, "worker-1 cannot write to Redis, which cannot save to its disk");
    }
}
