//! `x-mcp`: a title, overlays that are there, checks and addresses that lead somewhere.

use super::{Findings, Variant, ports};
use crate::domain::{CheckKind, Fault};

/// Under these names a stack's own ports are reached on its host.
const THIS_HOST: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

pub(super) fn look(variant: &Variant<'_>, findings: &mut Findings) {
    let mcp = &variant.project.mcp;
    if mcp.title.is_none() {
        let fault = variant.sources.fault("x-mcp", "the stack has no title");
        findings.warning(fault.hint("give it one: x-mcp: {title: …}"));
    }
    for name in mcp.overlays.keys().filter(|name| !variant.subject.overlays.contains_key(*name)) {
        let key = format!("x-mcp.overlays.{name}");
        let fault = variant.sources.fault(&key, &format!("there is no file compose.{name}.yaml"));
        findings.error(fault.hint("write it, or take its description away"));
    }
    for (name, path) in variant.subject.overlays.iter().filter(|(name, _)| !mcp.overlays.contains_key(*name))
    {
        let fault = super::beside::at(path, "nothing says what this overlay is for");
        findings.warning(fault.hint(format!("describe it: x-mcp: {{overlays: {{{name}: …}}}}")));
    }
    for service in variant.project.services.values() {
        for (index, check) in service.mcp.checks.iter().flatten().enumerate() {
            let port = match &check.kind {
                CheckKind::Docker | CheckKind::Exec { .. } => None,
                CheckKind::Http { url, .. } | CheckKind::LlmProgress { url } => port_here(url),
                CheckKind::Tcp { host, port }
                | CheckKind::Redis { host, port }
                | CheckKind::Postgres { host, port, .. }
                | CheckKind::Certificate { host, port, .. } => {
                    THIS_HOST.contains(&host.as_str()).then_some(*port)
                }
            };
            if let Some(port) = port.filter(|port| !ports::publishes(variant.project, *port)) {
                let key = format!("services.{}.x-mcp.checks[{index}]", service.name);
                findings.error(nobody(variant, &key, port));
            }
        }
    }
    // An address may be a service's whose profile is off.
    if variant.project.disabled.is_empty() {
        for (index, address) in mcp.addresses.iter().enumerate() {
            if let Some(port) = port_here(address.as_str())
                && !ports::publishes(variant.project, port)
            {
                findings.warning(nobody(variant, &format!("x-mcp.addresses[{index}]"), port));
            }
        }
    }
}

fn nobody(variant: &Variant<'_>, key: &str, port: u16) -> Fault {
    let fault = variant.sources.fault(key, &format!("no service of the stack publishes port {port}"));
    fault.hint("mend the port here or under `ports`")
}

/// The port of a URL that leads to this host.
fn port_here(url: &str) -> Option<u16> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, if scheme == "https" { 443 } else { 80 }),
    };
    THIS_HOST.contains(&host.trim_matches(['[', ']'])).then_some(port)
}
