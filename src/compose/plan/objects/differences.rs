//! In what a network or a volume that exists is not what the files say. What the files leave open may be anything.
//!
//! Of options and labels only the names are told: the options of a network file system hold its password.

use crate::compose::file::{self, IpamPool};
use crate::domain::resources::{AddressPool, Network, Volume};
use std::collections::{BTreeMap, BTreeSet};

/// The Compose tools write these themselves.
const OWN_LABELS: &str = "com.docker.compose.";
/// Later engines note here which families of addresses a network has.
const OWN_OPTIONS: &str = "com.docker.network.enable_ipv";

pub(super) fn of_network(declared: &file::Network, found: &Network) -> Vec<String> {
    let mut differences = Vec::new();
    let settings = &found.settings;
    let mut tell = |difference: Option<String>| differences.extend(difference);
    let open = declared.driver.is_empty() || declared.driver == "default";
    if !open && declared.driver != found.driver.as_str() {
        tell(Some(format!("it has the driver {}, not {}", found.driver, declared.driver)));
    }
    tell(switch(settings.internal, declared.internal, "internal"));
    tell(switch(settings.attachable, declared.attachable, "attachable"));
    match declared.enable_ipv6 {
        Some(wanted) if wanted != settings.ipv6 => {
            tell(Some(format!("IPv6 is {} in it", if settings.ipv6 { "on" } else { "off" })));
        }
        Some(_) | None => {}
    }
    tell(other("option", &declared.driver_opts, &settings.options, OWN_OPTIONS));
    tell(other("label", &declared.labels, &settings.labels, OWN_LABELS));
    let ipam = &declared.ipam;
    if !ipam.driver.is_empty() && ipam.driver != settings.ipam_driver {
        tell(Some(format!(
            "its addresses come from the driver {}, not {}",
            settings.ipam_driver, ipam.driver
        )));
    }
    tell(subnets(&ipam.config, &settings.pools));
    for wanted in &ipam.config {
        let same = settings.pools.iter().find(|pool| pool.subnet == wanted.subnet);
        if let Some(found) = same {
            tell(address("gateway", &found.gateway, &wanted.gateway));
            tell(address("range of addresses", &found.range, &wanted.ip_range));
            tell(other("reserved address", &wanted.aux_addresses, &found.reserved, OWN_OPTIONS));
        }
    }
    differences
}

pub(super) fn of_volume(declared: &file::Volume, found: &Volume) -> Vec<String> {
    let driver = if declared.driver.is_empty() { "local" } else { &declared.driver };
    let other_driver = driver != found.driver.as_str();
    let driver = other_driver.then(|| format!("it has the driver {}, not {driver}", found.driver));
    let options = other("option", &declared.driver_opts, &found.options, OWN_OPTIONS);
    let labels = other("label", &declared.labels, &found.labels, OWN_LABELS);
    [driver, options, labels].into_iter().flatten().collect()
}

fn switch(found: bool, wanted: bool, word: &str) -> Option<String> {
    (found != wanted).then(|| format!("it is {}{word}", if found { "" } else { "not " }))
}

/// One that the files leave open is the driver's choice.
fn address(what: &str, found: &str, wanted: &str) -> Option<String> {
    let found_words = if found.is_empty() { "none".to_owned() } else { found.to_owned() };
    (!wanted.is_empty() && wanted != found).then(|| format!("its {what} is {found_words}, not {wanted}"))
}

/// The names of those that are missing, have another value, or are too many.
fn other(
    what: &str,
    wanted: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
    own: &str,
) -> Option<String> {
    let names: BTreeSet<&str> = wanted
        .keys()
        .chain(found.keys())
        .filter(|name| wanted.contains_key(*name) || !name.starts_with(own))
        .filter(|name| wanted.get(*name) != found.get(*name))
        .map(String::as_str)
        .collect();
    let plural = match (names.len(), what.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    let verb = if names.len() == 1 { "differs" } else { "differ" };
    let words = names.iter().copied().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| format!("its {what}{plural} {words} {verb}"))
}

fn subnets(wanted: &[IpamPool], found: &[AddressPool]) -> Option<String> {
    let wanted: BTreeSet<&str> =
        wanted.iter().map(|pool| pool.subnet.as_str()).filter(|subnet| !subnet.is_empty()).collect();
    let present: BTreeSet<&str> = found.iter().map(|pool| pool.subnet.as_str()).collect();
    if wanted.is_subset(&present) {
        return None;
    }
    let words = |subnets: BTreeSet<&str>| subnets.into_iter().collect::<Vec<_>>().join(" and ");
    let present =
        if present.is_empty() { "no subnet".to_owned() } else { format!("the subnet {}", words(present)) };
    Some(format!("it has {present}, not {}", words(wanted)))
}
