//! Writes into a proxy's `/etc/hosts` what a service's names lead to. Docker makes the file anew whenever the proxy
//! starts, so that what an interrupted deploy has left there does not outlive it.

use super::steps::Run;
use crate::compose::command;
use crate::compose::plan::{Steer, Target};
use crate::domain::{Container, Fault, FaultKind, TaskEvent};
use crate::engine::ExecRequest;

/// The lines of other services stay. The file is mounted, so that it is written over and not replaced.
const SCRIPT: &str = r##"
mark="# mcp-tui:$1;"; shift
kept=$(grep -v -F -e "$mark" /etc/hosts)
{ printf '%s\n' "$kept"; for line do printf '%s %s\n' "$line" "$mark"; done; } > /etc/hosts
"##;

pub(super) async fn steer(run: &Run<'_>, order: &Steer) -> Result<(), Fault> {
    let mut serving = Vec::new();
    for target in &order.serving {
        serving.push(inspect(run, target).await?);
    }
    for proxy in &order.proxies {
        let seen = match inspect(run, proxy).await {
            // One that is gone or ended leads nobody astray.
            Err(fault) if fault.kind == FaultKind::NotFound => continue,
            seen => seen?,
        };
        let lines = lines(&seen, &serving, &order.names);
        let Some(lines) = lines.filter(|_| seen.is_running()) else { continue };
        let words = ["sh", "-c", SCRIPT, "mcp-tui", &order.service].map(str::to_owned);
        let command = words.into_iter().chain(lines).collect();
        let request = ExecRequest { command, user: Some("0".to_owned()), ..ExecRequest::default() };
        let id = run.id(proxy)?;
        let told = command::run(run.engine, (&id, proxy.name()), request, None);
        if let Err(fault) = command::soon(proxy.name(), told).await {
            if matches!(fault.kind, FaultKind::Unreachable | FaultKind::Timeout) {
                return Err(fault);
            }
            // It leads requests to all of them then, as it would without us.
            (run.tell)(TaskEvent::Output {
                text: format!(
                    "warning: {fault}; {} cannot be told which containers of {} are to go, so that requests may be dropped",
                    proxy.name(),
                    order.service
                ),
            });
        }
    }
    Ok(())
}

async fn inspect(run: &Run<'_>, target: &Target) -> Result<Container, Fault> {
    let inspected = run.engine.inspect(&run.id(target)?).await;
    inspected.map_err(|fault| Fault { object: target.name().to_owned(), ..fault })
}

/// `172.18.0.5 api api-internal`, by the addresses in a network that both are in. `None` where that is so of none: the
/// proxy does not know the service by its names then.
fn lines(proxy: &Container, serving: &[Container], names: &[String]) -> Option<Vec<String>> {
    let names = names.join(" ");
    let address = |container: &Container| {
        container.networks.iter().find_map(|attachment| {
            let shared = proxy.networks.iter().any(|network| network.network == attachment.network);
            attachment.address.filter(|_| shared)
        })
    };
    let lines: Vec<String> =
        serving.iter().filter_map(address).map(|address| format!("{address} {names}")).collect();
    (lines.len() == serving.len()).then_some(lines)
}
