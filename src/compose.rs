//! Compose projects: their files, what the Engine has of them, the plan between the two, and its execution.
//!
//! * [`file::load`] reads the files into a [`file::Project`], or returns everything that is wrong with them.
//! * [`observe`] takes a snapshot of the Engine; [`plan`] is pure and knows nothing else.
//! * [`plan::for_operation`] makes the [`ActionPlan`] of any operation; its [`ActionPlan::summary`] is what the
//!   operator confirms, and [`apply`] carries it out.
//! * [`preflight`] says what will not work before any of it is begun.

mod apply;
pub mod archive;
mod body;
pub mod command;
mod context;
mod drift;
pub mod file;
mod hash;
mod neighbour;
mod observe;
pub mod plan;
pub mod preflight;
mod standing;
pub mod watch;

pub use apply::{apply, apply_unless, create_container, with_last_words};
pub use drift::{PresentImages, drift, present_images, references};
pub use file::{LoadRequest, Project, is_postgres, is_redis, live_places, load, process_environment, within};
pub use hash::{Flavour, config_hash};
pub use neighbour::compose_version;
pub use observe::{Kept, Observed, observe};
pub use plan::ActionPlan;
pub use standing::standing;
