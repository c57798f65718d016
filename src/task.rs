//! Operations that outlive the console.
//!
//! A task is a directory `tasks/<id>/` of the state directory: `spec.json` says what was asked, `journal.jsonl` what came
//! of it, `worker.log` holds the worker's last words if it died. [`Store`] submits and reads tasks, [`Follower`] and
//! [`JournalTail`] follow one, [`plan`] says what a request would do now, [`worker::run`] is the process that carries one out.
//!
//! Everything of [`Store`] blocks, [`Store::submit`] for up to a few seconds: call it off the console's loop.

mod abandoned;
mod audit;
mod cancel;
mod clean;
mod container;
mod deploys;
mod files;
mod follow;
mod hold;
mod journal;
mod keepers;
mod lock;
mod notify;
mod outstanding;
mod overdue;
mod preflight;
mod prepare;
mod process;
mod requester;
mod restoration;
mod resume;
mod store;
mod submit;
pub mod worker;

pub use abandoned::tell as tell_of_abandoned;
pub use audit::{AuditEntry, AuditLog, AuditTrail};
pub use clean::Cleaned;
pub use deploys::{Deploy, DeployedImage, Deploys, Outcome, undecided};
pub use files::file_name;
pub use follow::Follower;
pub use journal::{Journal, JournalTail};
pub use keepers::{Keeper, Keeping, keepers};
pub use lock::{LockOwner, StackLock};
pub use preflight::{Preflight, preflight};
pub use prepare::{backup_policy, plan};
pub use process::ProcessMark;
pub use requester::Requester;
pub use store::Store;

/// The directory, in the state directory, of what the console and its tasks write out for the operator.
pub const SAVED: &str = "saved";
