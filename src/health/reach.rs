//! Where a container is reached from this host: at its own address, on the host's network, or at a published port.

use crate::domain::Container;
use crate::domain::container::PublishedPort;
use crate::domain::figures::NetworkOwner;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

/// Its own address is preferred: a published port may be another replica's, and Docker's proxy answers for the dead.
/// The error says why there is none.
pub(super) fn way(
    container: &Container,
    port: u16,
    is_near: impl Fn(IpAddr) -> bool,
) -> Result<(IpAddr, u16), String> {
    let published = || container.ports.iter().find_map(|published| at_host(published, port));
    match container.network_owner {
        NetworkOwner::Host => Ok((Ipv4Addr::LOCALHOST.into(), port)),
        NetworkOwner::Another => published().ok_or_else(|| {
            "it has the network of another container: name the check at the service whose network it is"
                .to_owned()
        }),
        NetworkOwner::Itself => {
            let mut addresses = container.networks.iter().filter_map(|attachment| attachment.address);
            let own = addresses.find(|address| is_near(*address)).map(|address| (address, port));
            own.or_else(published).ok_or_else(|| nowhere(container, port))
        }
    }
}

fn nowhere(container: &Container, port: u16) -> String {
    let joined: Vec<&str> = container.networks.iter().map(|attachment| attachment.network.as_str()).collect();
    if joined.is_empty() || joined == ["none"] {
        return format!("it is in no network and does not publish port {port}: nothing can reach it");
    }
    if container.networks.iter().all(|attachment| attachment.address.is_none()) {
        return "it has no address in its networks yet".to_owned();
    }
    format!(
        "this host is in none of its networks ({}), and it does not publish port {port}",
        joined.join(", ")
    )
}

fn at_host(published: &PublishedPort, port: u16) -> Option<(IpAddr, u16)> {
    if published.container_port != port || published.protocol != "tcp" {
        return None;
    }
    let address = match published.host_address {
        None => Ipv4Addr::LOCALHOST.into(),
        Some(IpAddr::V4(address)) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        Some(IpAddr::V6(address)) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        Some(address) => address,
    };
    Some((address, published.host_port?))
}

/// Whether this host stands in the network of the address, which it does in every bridge of a Docker of its own; not in
/// one of a rootless Docker or of another host, to which only the default route would lead. The kernel is asked which
/// of its addresses it would speak from; nothing is sent.
pub(super) fn is_near(address: IpAddr) -> bool {
    let own: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let asked = UdpSocket::bind((own, 0)).and_then(|socket| {
        // Any port will do: it is not sent to.
        socket.connect((address, 9))?;
        socket.local_addr()
    });
    match (asked.map(|own| own.ip()), address) {
        // No network of Docker's is larger than this unless somebody has made it so.
        (Ok(IpAddr::V4(own)), IpAddr::V4(there)) => own.octets()[..2] == there.octets()[..2],
        (Ok(IpAddr::V6(own)), IpAddr::V6(there)) => own.segments()[..4] == there.segments()[..4],
        _ => false,
    }
}

#[cfg(test)]
mod tests;
