//! A database that refuses its clients: a wrong password, or too many of them.

use super::server::is_server;
use crate::domain::Container;
use crate::triage::finding::restart;
use crate::triage::{Facts, Finding, LogSign, Origin, Sign};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (container, told) in told_by(facts, Sign::PasswordRefused, is_client) {
        findings.push(password(container, told));
    }
    for (container, told) in told_by(facts, Sign::TooManyClients, is_server) {
        findings.push(too_many(facts, container, told));
    }
}

type Told<'facts> = (&'facts Container, &'facts LogSign);

/// Both sides write the same line. Of those of one stack only the side in question is told, if it has told at all.
fn told_by<'facts>(facts: &Facts<'facts>, sign: Sign, side: fn(&Container) -> bool) -> Vec<Told<'facts>> {
    let all: Vec<Told<'facts>> = facts.with_sign(sign).collect();
    let stack = |container: &Container| container.compose.as_ref().map(|labels| labels.project.clone());
    let has_side = |of: &Container| {
        all.iter().any(|(other, _)| side(other) && stack(other).is_some() && stack(other) == stack(of))
    };
    all.iter().copied().filter(|(container, _)| side(container) || !has_side(container)).collect()
}

fn is_client(container: &Container) -> bool {
    !is_server(container)
}

fn password(container: &Container, told: &LogSign) -> Finding {
    let tag = container.tag();
    let title = match (is_server(container), user(&told.line)) {
        (true, Some(user)) => format!("{tag} refuses the password of the user {user}"),
        (true, None) => format!("{tag} refuses a password"),
        (false, Some(user)) => format!("{tag} is refused by its database: wrong password of the user {user}"),
        (false, None) => format!("{tag} is refused by its database: wrong password"),
    };
    Finding::on("password", container, super::log_sign::severity(container), title)
        .signed(told)
        .advise(advice(&told.line))
}

/// Each server is given another password in another way, and each refuses in other words.
fn advice(line: &str) -> &'static str {
    if line.contains("WRONGPASS") || line.contains("NOAUTH") {
        "give both sides the same password: the server's is its `requirepass` (or the user's in its ACL), read when it \
         starts; `docker compose up -d` brings a changed one to both"
    } else if line.contains("Access denied for user") {
        "give both sides the same password: the server takes the one of its environment only when its volume is empty, so \
         change it there with `ALTER USER … IDENTIFIED BY`"
    } else {
        "give both sides the same password: the server takes the one of its environment only when its volume is empty, so \
         change it there with `ALTER ROLE … PASSWORD`"
    }
}

/// `… for user "mlflow"`
fn user(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("user \"").or_else(|| line.split_once("user '"))?;
    rest.split(['"', '\'']).next().filter(|user| !user.is_empty())
}

fn too_many(facts: &Facts<'_>, container: &Container, told: &LogSign) -> Finding {
    let tag = container.tag();
    let title = if is_server(container) {
        format!("{tag} has too many clients")
    } else {
        format!("{tag} gets no connection: its database has too many clients")
    };
    let times = told.since(facts.now - std::time::Duration::from_mins(1));
    let finding = Finding::on("too-many-clients", container, super::log_sign::severity(container), title)
        .signed(told)
        .seen(Origin::Log, told.first, format!("{times} such lines in the last minute"));
    let label = "see who holds the connections (`SELECT client_addr, count(*) FROM pg_stat_activity GROUP BY 1`); make \
                 the pools smaller or raise `max_connections`";
    if is_server(container) {
        finding.advise(label)
    } else {
        // A restart gives back the connections that it leaked, if it is the one that did.
        finding.fix(format!("{label}; restarting {tag} gives back its own"), restart(facts, container, true))
    }
}
