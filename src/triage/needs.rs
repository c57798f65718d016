//! Which service needs which: by its file, and by the addresses that it was given.

use super::Facts;
use crate::domain::Container;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The project and the service.
type Service = (String, String);

/// What the services need, each found out once in a pass of the rules: there may be many, and each pair of findings asks.
pub(super) struct Needs<'pass, 'facts> {
    facts: &'pass Facts<'facts>,
    known: RefCell<HashMap<Service, Rc<[String]>>>,
}

impl<'pass, 'facts> Needs<'pass, 'facts> {
    pub(super) fn new(facts: &'pass Facts<'facts>) -> Self {
        Self { facts, known: RefCell::default() }
    }

    /// Whether the service needs the other one of its stack, however many are between them.
    pub(super) fn needs(&self, stack: &str, service: &str, other: &str) -> bool {
        let key = (stack.to_owned(), service.to_owned());
        let mut known = self.known.borrow_mut();
        let needed = known.entry(key).or_insert_with(|| self.all(stack, service).into());
        needed.iter().any(|needed| needed == other)
    }

    fn all(&self, stack: &str, service: &str) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let mut next = Some(service.to_owned());
        let mut done = 0;
        while let Some(name) = next {
            let first = self.facts.of_service(stack, &name).next();
            for needed in first.into_iter().flat_map(|container| directly(self.facts, container, stack)) {
                if !all.contains(&needed) {
                    all.push(needed);
                }
            }
            next = all.get(done).cloned();
            done += 1;
        }
        all
    }
}

/// The services of the stack that run and need this one directly.
pub(super) fn running(facts: &Facts<'_>, stack: &str, service: &str) -> Vec<String> {
    let mut needing = Vec::new();
    for container in facts.containers.iter().filter(|container| container.state.serves()) {
        let labels = container.compose.as_ref().filter(|labels| labels.project == stack && !labels.oneoff);
        let Some(labels) = labels.filter(|labels| !needing.contains(&labels.service)) else { continue };
        if directly(facts, container, stack).iter().any(|needed| needed == service) {
            needing.push(labels.service.clone());
        }
    }
    needing.sort();
    needing
}

/// `depends_on`, and the services that stand as hosts in its environment: `postgres://user@db:5432/x`, `REDIS_HOST=redis`.
fn directly(facts: &Facts<'_>, container: &Container, stack: &str) -> Vec<String> {
    let Some(labels) = &container.compose else { return Vec::new() };
    let depends_on = labels.depends_on.iter().filter_map(|entry| entry.split(':').next());
    let mut needed: Vec<String> = depends_on.map(str::to_owned).collect();
    let environment = container.details.iter().flat_map(|details| &details.environment);
    let values: Vec<&str> =
        environment.filter_map(|entry| entry.split_once('=')).map(|(_, value)| value).collect();
    for peer in facts.containers.iter().filter_map(|peer| peer.compose.as_ref()) {
        let name = &peer.service;
        if peer.project == stack
            && *name != labels.service
            && !needed.contains(name)
            && values.iter().any(|value| names_host(value, name))
        {
            needed.push(name.clone());
        }
    }
    needed
}

/// Whether the value is the host, or an address at it.
fn names_host(value: &str, host: &str) -> bool {
    if value.eq_ignore_ascii_case(host) {
        return true;
    }
    value.match_indices(host).any(|(at, _)| {
        let before = &value[..at];
        let after = &value[at + host.len()..];
        let begins =
            before.ends_with("//") || before.ends_with('@') || before.ends_with(',') || before.is_empty();
        let port = after
            .strip_prefix(':')
            .is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()));
        let addressed = before.ends_with("//") || before.ends_with('@');
        begins && (port || (addressed && (after.is_empty() || after.starts_with(['/', '?', ',']))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("postgres://u:p@db:5432/x", "db", true)]
    #[case("http://db/x", "db", true)]
    #[case("db", "db", true)]
    #[case("db:5432", "db", true)]
    #[case("one:1,db:5432", "db", true)]
    #[case("http://dbase/x", "db", false)]
    #[case("/var/lib/db/x", "db", false)]
    #[case("mydb:5432", "db", false)]
    #[case("db:latest", "db", false)]
    fn a_value_names_a_host(#[case] value: &str, #[case] host: &str, #[case] expected: bool) {
        assert_eq!(names_host(value, host), expected);
    }
}
