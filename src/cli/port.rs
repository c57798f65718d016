//! `port`: where a container's port is published.

use super::context::Context;
use super::output::{Output, print_json};
use super::pick;
use super::stack::choose;
use crate::domain::{Container, Fault, FaultKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// The number of the container, where the service has several
    #[arg(long, value_name = "N")]
    pub index: Option<u32>,
    /// tcp or udp
    #[arg(long, value_name = "PROTOCOL", default_value = "tcp")]
    pub protocol: String,
    #[arg(value_name = "SERVICE")]
    pub service: String,
    #[arg(value_name = "PORT")]
    pub port: u16,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let container = pick::container(&engine, &chosen, &arguments.service, arguments.index, false).await?;
    let address = published(&container, arguments.port, &arguments.protocol)?;
    if output.json {
        return print_json(&serde_json::json!({ "address": address.ip(), "port": address.port() }))
            .map(|()| 0);
    }
    output.line(address.to_string()).map(|()| 0)
}

fn published(container: &Container, port: u16, protocol: &str) -> Result<SocketAddr, Fault> {
    let addresses = container.ports.iter().filter(|published| {
        published.container_port == port && published.protocol.eq_ignore_ascii_case(protocol)
    });
    let mut addresses = addresses.filter_map(|published| {
        let address = published.host_address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Some(SocketAddr::new(address, published.host_port?))
    });
    addresses.next().ok_or_else(|| {
        let fault =
            Fault::new(FaultKind::NotFound, "find port", format!("{port}/{protocol} of {}", container.name));
        let known = super::ps::ports(&container.ports);
        if known.is_empty() {
            fault.because("the container publishes no port").hint("see `ports` of the service")
        } else {
            fault.because("it is not published").hint(format!("the container publishes {known}"))
        }
    })
}
