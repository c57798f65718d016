//! Networks that are yet to be made: no other network has their addresses.

use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::domain::ChecklistLine;
use std::net::IpAddr;

pub fn check(project: &Project, services: &[&Service], observed: &Observed) -> Vec<ChecklistLine> {
    let mut lines = Vec::new();
    for (_, network) in project.networks_of(services.iter().copied()) {
        let is_there = observed.networks.iter().any(|found| *found.name == *network.name);
        if network.external || is_there {
            continue;
        }
        for wanted in
            network.ipam.config.iter().map(|pool| pool.subnet.as_str()).filter(|subnet| !subnet.is_empty())
        {
            let check = format!("subnet {wanted}");
            let holder = observed
                .networks
                .iter()
                .find(|other| other.subnets.iter().any(|subnet| overlap(subnet, wanted)));
            lines.push(match holder {
                Some(other) => ChecklistLine::failed(
                    check,
                    format!("the network {} wants it, and {} has some of it", network.name, other.name),
                    "choose another subnet under `ipam`, or remove the other network if nothing uses it",
                ),
                None => ChecklistLine::ok(check, format!("free for {}", network.name)),
            });
        }
    }
    lines
}

/// Whether two subnets such as `172.20.0.0/16` have addresses in common.
fn overlap(left: &str, right: &str) -> bool {
    let (Some((left, left_bits)), Some((right, right_bits))) = (parsed(left), parsed(right)) else {
        return false;
    };
    let bits = left_bits.min(right_bits);
    match (left, right) {
        (IpAddr::V4(left), IpAddr::V4(right)) => {
            let mask = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
            u32::from(left) & mask == u32::from(right) & mask
        }
        (IpAddr::V6(left), IpAddr::V6(right)) => {
            let mask = u128::MAX.checked_shl(128 - bits.min(128)).unwrap_or(0);
            u128::from(left) & mask == u128::from(right) & mask
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

fn parsed(subnet: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = subnet.split_once('/')?;
    Some((address.parse().ok()?, bits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn subnets_overlap_when_one_holds_the_other() {
        assert!(overlap("172.20.0.0/16", "172.20.5.0/24"));
        assert!(overlap("10.0.0.0/8", "10.255.0.0/16"));
        assert!(overlap("0.0.0.0/0", "192.168.0.0/24"));
        assert!(!overlap("172.20.0.0/16", "172.21.0.0/16"));
        assert!(!overlap("fd00::/64", "172.20.0.0/16"));
        assert!(!overlap("nonsense", "172.20.0.0/16"));
    }
}
