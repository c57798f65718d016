//! `develop.watch`: what a change of a file means for which service. Pure, but for reading what is sent.
//!
//! [`rules`] takes the rules out of a project, [`jobs`] makes of changed paths what is to be done, and [`Parcel`]
//! reads what goes into the containers. Who looks at the disk and who talks to the Engine is not known here.

mod filter;
mod jobs;
mod parcel;
mod rule;

pub use jobs::{Job, jobs};
pub use parcel::{Parcel, removable};
pub use rule::{Command, Rule, Rules, rules};
