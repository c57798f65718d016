//! `ps`: the containers of one stack.

mod row;

use super::arguments::Orphans;
use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::stack::choose;
use super::table::Table;
use super::template::{self, Format};
use crate::domain::container::PublishedPort;
use crate::domain::{Container, ContainerState, Fault, FaultKind, Health};
use crate::engine::Engine;
use jiff::Timestamp;
use serde_json::Value;
use std::net::SocketAddr;

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Those that do not run, and one-off ones, too
    #[arg(short, long)]
    pub all: bool,
    /// Only those in a status
    #[arg(long, value_name = "status=STATUS")]
    pub filter: Option<String>,
    /// `table`, `json`, or a template such as '{{.Name}}'
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: String,
    /// Cut nothing short
    #[arg(long)]
    pub no_trunc: bool,
    #[command(flatten)]
    pub orphans: Orphans,
    /// Only the ids
    #[arg(short, long)]
    pub quiet: bool,
    /// Only the services that have containers
    #[arg(long)]
    pub services: bool,
    /// Only those in one of these: created, running, paused, restarting, removing, exited, dead
    #[arg(long, value_name = "STATUS")]
    pub status: Vec<String>,
    #[arg(id = "named", value_name = "SERVICE")]
    pub named: Vec<String>,
}

const STATES: [&str; 7] = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];

/// What a template may ask for.
const FIELDS: [&str; 20] = [
    "Command",
    "CreatedAt",
    "ExitCode",
    "Health",
    "ID",
    "Image",
    "Labels",
    "LocalVolumes",
    "Mounts",
    "Name",
    "Names",
    "Networks",
    "Ports",
    "Project",
    "Publishers",
    "RunningFor",
    "Service",
    "Size",
    "State",
    "Status",
];

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let format = template::read(&arguments.format, &FIELDS)?;
    let states = wanted_states(&arguments)?;
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let mut containers = engine.containers(Some(&chosen.reference.project)).await?;
    chosen.check_services(&arguments.named, &containers)?;
    containers.retain(|container| {
        let labels = container.compose.as_ref();
        let service = labels.map_or("", |labels| labels.service.as_str());
        let declared = chosen.project.as_ref().is_none_or(|project| project.service(service).is_some());
        let in_state = if states.is_empty() {
            arguments.all || container.is_running()
        } else {
            states.iter().any(|wanted| wanted == state(container.state))
        };
        in_state
            && (arguments.all || !labels.is_some_and(|labels| labels.oneoff))
            && (arguments.orphans.orphans || declared)
            && (arguments.named.is_empty() || arguments.named.iter().any(|name| name == service))
    });
    containers.sort_by_key(order);
    if arguments.quiet {
        return containers.iter().try_for_each(|container| output.line(&container.id.0)).map(|()| 0);
    }
    if arguments.services {
        let mut services: Vec<&str> = containers
            .iter()
            .filter_map(|container| Some(container.compose.as_ref()?.service.as_str()))
            .collect();
        services.dedup();
        return services.into_iter().try_for_each(|service| output.line(service)).map(|()| 0);
    }
    if output.json {
        return print_json(&containers).map(|()| 0);
    }
    let listed = engine.list_json(Some(&chosen.reference.project)).await?;
    let empty = if arguments.all || !states.is_empty() {
        "no containers"
    } else {
        "no containers; with -a those that do not run are listed too"
    };
    let looks = Looks { format: &format, cut: !arguments.no_trunc, empty };
    print(&engine, &containers, &listed, &looks, output).await.map(|()| 0)
}

struct Looks<'given> {
    format: &'given Format,
    /// Whether long cells are cut short.
    cut: bool,
    /// What is said in the place of a table without rows.
    empty: &'static str,
}

async fn print(
    engine: &Engine,
    containers: &[Container],
    listed: &[Value],
    looks: &Looks<'_>,
    output: Output,
) -> Result<(), Fault> {
    let Looks { format, cut, empty } = *looks;
    let now = Timestamp::now();
    let entry = |container: &Container| {
        listed.iter().find(|entry| entry["Id"] == container.id.0.as_str()).unwrap_or(&Value::Null)
    };
    let columns = match format {
        Format::Table => {
            let titles = ["NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "PORTS"];
            let mut table = Table::new(&titles, empty);
            for container in containers {
                let service = container.compose.as_ref().map(|labels| labels.service.clone());
                table.row(vec![
                    (Tone::Plain, container.name.to_string()),
                    (Tone::Plain, container.image.to_string()),
                    (Tone::Plain, row::command(entry(container), cut)),
                    (Tone::Plain, service.unwrap_or_default()),
                    (Tone::Plain, row::ago(container, now)),
                    (tone(container), container.status.to_string()),
                    (Tone::Plain, ports(&container.ports)),
                ]);
            }
            return table.print(output);
        }
        Format::Json | Format::Lines(_) => &[][..],
        Format::Columns(columns) => columns,
    };
    let titles: Vec<&str> = columns.iter().map(|(title, _)| title.as_str()).collect();
    let mut table = Table::new(&titles, empty);
    for container in containers {
        let details = engine.inspect(&container.id).await?.details;
        let exit_code = details.map_or(0, |details| details.exit_code);
        let row = row::row(container, entry(container), exit_code, cut, now);
        match format {
            Format::Table | Format::Columns(_) => {
                table.plain_row(columns.iter().map(|(_, pieces)| template::fill(pieces, &row)).collect());
            }
            Format::Json => print_json(&row)?,
            Format::Lines(pieces) => output.line(template::fill(pieces, &row))?,
        }
    }
    if matches!(format, Format::Columns(_)) { table.print(output) } else { Ok(()) }
}

/// `--status` and `--filter status=…`, which mean the same.
fn wanted_states(arguments: &Arguments) -> Result<Vec<String>, Fault> {
    let wrong = |given: String, cause: &str| {
        Fault::new(FaultKind::Invalid, "read argument", given)
            .because(cause)
            .hint(format!("a status is one of {}", STATES.join(", ")))
    };
    let mut states = arguments.status.clone();
    if let Some(filter) = &arguments.filter {
        let wanted = filter.split_once('=').filter(|(key, _)| *key == "status").map(|(_, value)| value);
        let cause = "containers can be filtered by `status` only";
        states.push(wanted.ok_or_else(|| wrong(format!("--filter {filter}"), cause))?.to_owned());
    }
    match states.iter().find(|state| !STATES.contains(&state.as_str())) {
        Some(unknown) => Err(wrong(format!("--status {unknown}"), "there is no such status")),
        None => Ok(states),
    }
}

/// The state in the daemon's word.
pub fn state(state: ContainerState) -> &'static str {
    match state {
        ContainerState::Created => "created",
        ContainerState::Running => "running",
        ContainerState::Paused => "paused",
        ContainerState::Restarting => "restarting",
        ContainerState::Removing => "removing",
        ContainerState::Exited => "exited",
        ContainerState::Dead => "dead",
        ContainerState::Unknown => "unknown",
    }
}

/// The service a container belongs to.
pub fn service(container: &Container) -> &str {
    container.compose.as_ref().map_or("", |labels| labels.service.as_str())
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

/// `127.0.0.1:3110->5432/tcp, 8080/tcp`. Where a port is open to everybody must be seen, so no address is left out.
pub fn ports(ports: &[PublishedPort]) -> String {
    let mut texts: Vec<String> = ports
        .iter()
        .map(|port| {
            let inner = format!("{}/{}", port.container_port, port.protocol);
            match (port.host_address, port.host_port) {
                (Some(address), Some(outer)) => format!("{}->{inner}", SocketAddr::new(address, outer)),
                (None, Some(outer)) => format!("{outer}->{inner}"),
                (_, None) => inner,
            }
        })
        .collect();
    texts.sort();
    texts.dedup();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_told_with_the_address_that_it_is_bound_to() {
        let port = |address: &str, host_port| PublishedPort {
            host_address: address.parse().ok(),
            host_port,
            container_port: 80,
            protocol: "tcp".to_owned(),
        };
        let all = [
            port("0.0.0.0", Some(8080)),
            port("::", Some(8080)),
            port("127.0.0.1", Some(81)),
            port("", None),
        ];
        assert_eq!(ports(&all), "0.0.0.0:8080->80/tcp, 127.0.0.1:81->80/tcp, 80/tcp, [::]:8080->80/tcp");
    }
}
