//! Which docker compose works beside us.
//!
//! The config hash differs between versions of docker compose, and a container whose hash is not its own it makes anew.
//! A project that exists tells by its labels whose hashes it goes by. For a new one we are told by `MCP_TUI_COMPOSE_VERSION`,
//! else by the newest container of any other project that a docker compose labelled, else by the package that is
//! installed on this host; without any of them, it is the newest version that we know. Docker compose itself is never
//! run.

use super::body::COMPOSE_VERSION;
use super::hash::Flavour;
use crate::domain::Container;
use std::path::Path;

const VARIABLE: &str = "MCP_TUI_COMPOSE_VERSION";
/// Where Debian and its kin note what is installed.
const PACKAGES: &str = "/var/lib/dpkg/status";
/// Docker's own package, Ubuntu's and Debian's.
const NAMES: [&str; 3] = ["docker-compose-plugin", "docker-compose-v2", "docker-compose"];

/// The version that a new project is made for.
pub fn version(others: &[Container]) -> Option<String> {
    let named = std::env::var(VARIABLE).ok().filter(|version| is_known(version));
    named.or_else(|| labelled(others)).or_else(|| installed(Path::new(PACKAGES)))
}

/// The same where no container can be asked.
pub fn compose_version() -> String {
    version(&[]).unwrap_or_else(|| COMPOSE_VERSION.to_owned())
}

fn is_known(version: &str) -> bool {
    Flavour::of_version(version).is_some()
}

/// What the newest container says. Our own newest version may have been a guess of ours, and proves nothing.
fn labelled(others: &[Container]) -> Option<String> {
    let known = others.iter().filter_map(|container| {
        let version = container.compose.as_ref()?.version.as_ref()?;
        (version != COMPOSE_VERSION && is_known(version)).then_some((container.created, version))
    });
    known.max_by_key(|(created, _)| *created).map(|(_, version)| version.clone())
}

fn installed(packages: &Path) -> Option<String> {
    let text = std::fs::read_to_string(packages).ok()?;
    text.split("\n\n").filter_map(package).find(|version| is_known(version))
}

/// The version in a package's paragraph, when it is one of ours and installed.
fn package(paragraph: &str) -> Option<String> {
    let field = |name: &str| {
        paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    };
    let is_there = NAMES.contains(&field("Package")?) && field("Status")?.ends_with(" installed");
    let version = field("Version").filter(|_| is_there)?;
    // `5:2.40.3-1~debian.13~trixie` has an epoch before and a revision behind.
    let version = version.split_once(':').map_or(version, |(_, version)| version);
    Some(version.split('-').next().unwrap_or(version).to_owned())
}

#[cfg(test)]
mod tests;
