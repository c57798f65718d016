//! Copies of bundles in a bucket of S3, which survive the server that they were taken on.
//!
//! A copy has the names that the bundle has here, below the place that the stack's file declares:
//! `<prefix>/<stack>/<bundle>/…`, and the large files of all of them once in `<prefix>/<stack>/objects/…`. Whoever has
//! nothing but the bucket can copy it back with any tool and go on as `RESTORE.md` says.
//!
//! `manifest.json` goes last, when all the rest has been looked at there: a copy without one is none, and the next attempt
//! goes on with what is lacking. Nothing of a bundle appears here again before every byte of it has been compared.
//!
//! No part of this runs before somebody asks for it: neither are certificates read nor is anything connected.

mod bucket;
mod cargo;
mod copy;
mod credentials;
mod fetch;
mod line;
mod listing;
mod patience;
mod prune;
pub mod record;
mod refusal;
mod send;
mod task;
mod trouble;
mod warn;

pub use copy::{Copying, copy, steps};
pub use fetch::{Fetch, fetch};
pub use listing::{OffsiteEntry, list};
pub use prune::prune;
pub use task::{Push, push};
pub use warn::{Doubt, doubts, warnings};

use crate::domain::stack::{BackupPolicy, OffsitePlace};
use crate::domain::{Fault, FaultKind};
use std::time::Duration;

/// How often it is looked whether somebody wants it to stop.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Where the stack's copies go; a fault where nobody said.
pub fn place(stack: &str, policy: &BackupPolicy) -> Result<OffsitePlace, Fault> {
    policy.offsite.clone().ok_or_else(|| {
        Fault::new(FaultKind::Invalid, "find the copies of", stack)
            .because("the stack's file does not say where its backups are copied to")
            .hint("declare it: `x-mcp.backup.offsite: { url: s3://bucket/prefix, endpoint: https://… }`")
    })
}

/// Whatever is waited for, a request to stop is heeded; nothing where there is one.
async fn unless_cancelled<T>(work: impl Future<Output = T>, cancelled: &dyn Fn() -> bool) -> Option<T> {
    tokio::pin!(work);
    loop {
        if cancelled() {
            return None;
        }
        if let Ok(done) = tokio::time::timeout(LOOK_EVERY, &mut work).await {
            return Some(done);
        }
    }
}
