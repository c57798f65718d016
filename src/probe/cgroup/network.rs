//! Whether a container has a network of its own.

use super::parse;
use std::fs;
use std::path::Path;

/// A container on the host's network shows the host's traffic, which is not its own.
pub(super) fn is_the_hosts(proc: &Path, pid: u32) -> bool {
    let own = proc.join("self");
    let other = proc.join(pid.to_string());
    let namespace = |process: &Path| fs::read_link(process.join("ns/net"));
    if let (Ok(own), Ok(other)) = (namespace(&own), namespace(&other)) {
        return own == other;
    }
    // Only root may see whose namespace it is; the names of its interfaces tell enough.
    let names = |process: &Path| {
        let bytes = fs::read(process.join("net/dev")).unwrap_or_default();
        parse::interfaces(&bytes).map(|(name, _)| name.to_vec()).collect::<Vec<_>>()
    };
    let own = names(&own);
    !own.is_empty() && own == names(&other)
}
