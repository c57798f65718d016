//! States as an operator meets them.

mod cards;
mod checks;
mod containers;
mod driving;
mod figures;
mod findings;
mod gpus;
mod holdings;
pub mod log_pane;
mod logs;
mod looks;
mod plans;
mod server;
mod stacks;
mod tasks;

pub(crate) use crate::app::fixtures::now;
pub use cards::{cancel, choices, confirm, confirm_destroying, confirm_failed, confirm_long, scale};
pub use checks::replicas;
pub use driving::{ago, press, tell};
pub use figures::{asked, measured, sorted};
pub use findings::{finding_opened, findings, timeline};
pub use gpus::gpus_in_detail;
pub use looks::{
    backups, focus, help, inspect, new_since_deploy, notices, palette, read_only, searching, typing_a_filter,
    zoomed,
};
pub use server::{connecting, crowd, daemon, incident, no_docker, no_gpu, nothing_runs, simulated, stale};
pub use tasks::{task_images, task_long, task_steps};

use crate::app::{PaneId, State};

/// Every state, by name.
pub fn all() -> Vec<(String, State)> {
    let all = vec![
        ("connecting", connecting()),
        ("incident", incident()),
        ("simulated", simulated()),
        ("no_gpu", no_gpu()),
        ("gpus_in_detail", gpus_in_detail()),
        ("stale", stale()),
        ("no_docker", no_docker()),
        ("read_only", read_only()),
        ("confirm", confirm()),
        ("confirm_long", confirm_long()),
        ("confirm_destroying", confirm_destroying()),
        ("confirm_failed", confirm_failed()),
        ("choices", choices()),
        ("cancel", cancel()),
        ("scale", scale()),
        ("backups", backups()),
        ("help", help()),
        ("palette", palette()),
        ("inspect", inspect()),
        ("searching", searching()),
        ("new_since_deploy", new_since_deploy()),
        ("typing_a_filter", typing_a_filter()),
        ("task_steps", task_steps()),
        ("task_images", task_images()),
        ("task_long", task_long()),
        ("notices", notices()),
        ("crowd", crowd(1000)),
        ("nothing_runs", nothing_runs()),
        ("measured", measured()),
        ("sorted", sorted()),
        ("findings", findings()),
        ("finding_opened", finding_opened(false)),
        ("finding_opened_zoomed", finding_opened(true)),
        ("timeline", timeline(false)),
        ("timeline_zoomed", timeline(true)),
        ("health", replicas(false)),
        ("health_zoomed", replicas(true)),
        ("logs_folded", log_pane::folded()),
        ("logs_unfolded", log_pane::unfolded()),
        ("logs_filtered", log_pane::filtered()),
        ("logs_wrapped", log_pane::wrapped()),
        ("logs_mistyped", log_pane::mistyped()),
        ("logs_saving", log_pane::saving()),
        ("previous", log_pane::previous()),
        ("asked", asked(true)),
    ];
    let mut all: Vec<_> = all.into_iter().map(|(name, state)| (name.to_owned(), state)).collect();
    for pane in PaneId::ALL {
        all.push((format!("focus_{}", pane.name()), focus(pane)));
        all.push((format!("zoomed_{}", pane.name()), zoomed(pane)));
    }
    all
}
