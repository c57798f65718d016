//! A name that does not resolve: who should have it, and why it is not seen.

use crate::domain::{Container, Operation, UpOptions};
use crate::triage::finding::request;
use crate::triage::{Confidence, Facts, Finding, Origin, Sign};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (container, told) in facts.with_sign(Sign::NameResolution) {
        let tag = container.tag();
        let severity = super::log_sign::severity(container);
        let host = host(facts, container, &told.line);
        let title = match &host {
            Some(host) => format!("{tag} cannot find the host {host}"),
            None => format!("{tag} cannot resolve a name"),
        };
        let finding = Finding::on("name-resolution", container, severity, title).signed(told);
        findings.push(match host.as_deref().map(|host| (host, named(facts, container, host))) {
            Some((_, Some(other))) if !other.state.serves() => finding
                .symptom()
                .seen(Origin::Inspect, None, format!("{} does not run", other.name))
                .advise(format!("start {}: only what runs has a name", other.tag())),
            Some((host, Some(other))) if !share_a_network(container, other) => finding
                .seen(
                    Origin::Inspect,
                    None,
                    format!("{} is on {}, {tag} on {}", other.tag(), networks(other), networks(container)),
                )
                .advise(format!("put both on one network in the Compose file, where {host} is known by its name")),
            Some((_, Some(_))) => finding.confidence(Confidence::Possible).fix(
                "recreate it: its resolver may be that of before",
                request(container, |services| {
                    Operation::Up(UpOptions { services, ..UpOptions::default() })
                }),
            ),
            Some((host, None)) => finding.confidence(Confidence::Likely).advise(format!(
                "no container is called {host}: correct the name, or deploy what should have it; for a host of the \
                 world outside, look at the daemon's DNS"
            )),
            None => finding.confidence(Confidence::Possible).advise("see which name, and whose it should be"),
        });
    }
}

/// The service, container or alias of that name; one of the same stack first.
fn named<'facts>(facts: &Facts<'facts>, asking: &Container, host: &str) -> Option<&'facts Container> {
    let stack = asking.compose.as_ref().map(|labels| labels.project.as_str());
    let is_named = |container: &&&Container| {
        container.id != asking.id
            && (*container.name == *host
                || container.compose.as_ref().is_some_and(|labels| labels.service == host))
    };
    let mut all: Vec<&'facts Container> = facts.containers.iter().filter(is_named).copied().collect();
    all.sort_by_key(|container| {
        let same = container.compose.as_ref().map(|labels| labels.project.as_str()) == stack;
        (!same, !container.state.serves())
    });
    all.first().copied()
}

fn share_a_network(one: &Container, other: &Container) -> bool {
    one.networks.iter().any(|network| other.networks.iter().any(|theirs| theirs.network == network.network))
}

fn networks(container: &Container) -> String {
    let names: Vec<&str> = container.networks.iter().map(|network| network.network.as_str()).collect();
    if names.is_empty() { "no network".to_owned() } else { names.join(", ") }
}

/// The name in the line: quoted in some way, before the complaint, or any word that is a service's name.
fn host(facts: &Facts<'_>, asking: &Container, line: &str) -> Option<String> {
    const BEFORE: [&str; 7] = [
        "could not translate host name \"",
        "bad address '",
        "lookup ",
        "ENOTFOUND ",
        "EAI_AGAIN ",
        "host not found in upstream \"",
        "host='",
    ];
    let is_host = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let told = BEFORE.iter().find_map(|before| {
        let rest = line.split_once(before)?.1;
        let end = rest.find(|character| !is_host(character)).unwrap_or(rest.len());
        Some(rest[..end].trim_end_matches('.').to_owned()).filter(|host| !host.is_empty())
    });
    told.or_else(|| {
        let words = line.split(|character| !is_host(character)).filter(|word| word.len() > 1);
        words.map(str::to_owned).find(|word| named(facts, asking, word).is_some())
    })
}
