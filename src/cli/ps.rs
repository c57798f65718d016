//! `ps`: the containers of one stack.

use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::stack::choose;
use super::table::Table;
use crate::domain::container::PublishedPort;
use crate::domain::{Container, ContainerState, Fault, Health};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Stopped ones too
    #[arg(short, long)]
    pub all: bool,
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { all, services } = arguments;
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let mut containers = engine.containers(Some(&chosen.reference.project)).await?;
    chosen.check_services(&services, &containers)?;
    let wanted = |container: &Container| {
        let service = container.compose.as_ref().map(|labels| &labels.service);
        (all || container.is_running())
            && (services.is_empty() || service.is_some_and(|name| services.contains(name)))
    };
    containers.retain(wanted);
    containers.sort_by_key(order);
    if output.json {
        return print_json(&containers).map(|()| 0);
    }
    let mut table = Table::new(
        &["NAME", "IMAGE", "SERVICE", "STATUS", "PORTS"],
        "no containers; with -a those that do not run are listed too",
    );
    for container in &containers {
        table.row(vec![
            (Tone::Plain, container.name.to_string()),
            (Tone::Plain, container.image.to_string()),
            (
                Tone::Plain,
                container.compose.as_ref().map(|labels| labels.service.clone()).unwrap_or_default(),
            ),
            (tone(container), container.status.to_string()),
            (Tone::Plain, ports(&container.ports)),
        ]);
    }
    table.print(output).map(|()| 0)
}

/// By service, then by number.
pub fn order(container: &Container) -> (String, Option<u32>, String) {
    let labels = container.compose.as_ref();
    let service = labels.map(|labels| labels.service.clone()).unwrap_or_default();
    (service, labels.and_then(|labels| labels.number), container.name.to_string())
}

pub fn tone(container: &Container) -> Tone {
    match (container.state, container.health) {
        (ContainerState::Running, Some(Health::Unhealthy))
        | (ContainerState::Restarting | ContainerState::Dead, _) => Tone::Bad,
        (ContainerState::Running, Some(Health::Starting)) | (ContainerState::Paused, _) => Tone::Warning,
        (ContainerState::Running, _) => Tone::Good,
        (
            ContainerState::Created
            | ContainerState::Removing
            | ContainerState::Exited
            | ContainerState::Unknown,
            _,
        ) => Tone::Dim,
    }
}

/// `127.0.0.1:3110->5432/tcp, 8080/tcp`, each once although the daemon lists IPv4 and IPv6 apart.
pub fn ports(ports: &[PublishedPort]) -> String {
    let mut texts: Vec<String> = ports
        .iter()
        .map(|port| {
            let inner = format!("{}/{}", port.container_port, port.protocol);
            match (port.host_address, port.host_port) {
                (Some(address), Some(outer)) if !address.is_unspecified() => {
                    format!("{address}:{outer}->{inner}")
                }
                (_, Some(outer)) => format!("{outer}->{inner}"),
                (_, None) => inner,
            }
        })
        .collect();
    texts.sort();
    texts.dedup();
    texts.join(", ")
}
