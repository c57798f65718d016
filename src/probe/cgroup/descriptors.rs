//! How many files may be held open: to open one costs ten times as much as to read it.

use rustix::process::{Resource, getrlimit};

/// Enough for some hundreds of containers. Each file that is held takes a page in the kernel, so more make no sense.
const MOST: u64 = 8192;
/// For the rest of the console: connections, terminals, journals.
const RESERVED: u64 = 512;

/// By this process's own limit.
pub(super) fn allowance() -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(MOST);
    usize::try_from(limit.saturating_sub(RESERVED).min(MOST)).unwrap_or_default()
}
