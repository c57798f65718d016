//! The real binary, as its users meet it: the console in a real terminal, and the headless commands.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so at once")]

#[path = "support/nvml.rs"]
#[expect(dead_code, reason = "shared with the tests of the reader of GPUs")]
mod nvml;
mod support;

#[path = "support/journal.rs"]
mod journal;

#[path = "end_to_end/backup.rs"]
mod backup;
#[path = "end_to_end/bad_input.rs"]
mod bad_input;
#[path = "end_to_end/bucket.rs"]
mod bucket;
#[path = "end_to_end/config.rs"]
mod config;
#[path = "end_to_end/console_verbs.rs"]
mod console_verbs;
#[path = "end_to_end/demo.rs"]
mod demo;
#[path = "end_to_end/findings.rs"]
mod findings;
#[path = "end_to_end/gpus.rs"]
mod gpus;
#[path = "end_to_end/harness.rs"]
mod harness;
#[path = "end_to_end/headless.rs"]
mod headless;
#[path = "end_to_end/health.rs"]
mod health;
#[path = "end_to_end/history.rs"]
mod history;
#[path = "end_to_end/hooks.rs"]
mod hooks;
#[path = "end_to_end/inside.rs"]
mod inside;
#[path = "end_to_end/interrupted_update.rs"]
mod interrupted_update;
#[path = "end_to_end/labelled.rs"]
mod labelled;
#[path = "end_to_end/leaving.rs"]
mod leaving;
#[path = "end_to_end/log_flood.rs"]
mod log_flood;
#[path = "end_to_end/log_outage.rs"]
mod log_outage;
#[path = "end_to_end/log_pane.rs"]
mod log_pane;
#[path = "end_to_end/logs.rs"]
mod logs;
#[path = "end_to_end/no_daemon.rs"]
mod no_daemon;
#[path = "end_to_end/one_shot.rs"]
mod one_shot;
#[path = "end_to_end/operate.rs"]
mod operate;
#[path = "end_to_end/overlays.rs"]
mod overlays;
#[path = "end_to_end/restore.rs"]
mod restore;
#[path = "end_to_end/rollbacks.rs"]
mod rollbacks;
#[path = "end_to_end/serve.rs"]
mod serve;
#[path = "end_to_end/stacks.rs"]
mod stacks;
#[path = "end_to_end/stats.rs"]
mod stats;
#[path = "end_to_end/staying.rs"]
mod staying;
#[path = "end_to_end/tasks.rs"]
mod tasks;
#[path = "end_to_end/tree.rs"]
mod tree;
#[path = "end_to_end/verbs.rs"]
mod verbs;
#[path = "end_to_end/zero_drop.rs"]
mod zero_drop;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let trials: Vec<Trial> = [
        harness::trials(),
        demo::trials(),
        findings::trials(),
        leaving::trials(),
        backup::trials(),
        bad_input::trials(),
        config::trials(),
        no_daemon::trials(),
        headless::trials(),
        logs::trials(),
        operate::trials(),
        restore::trials(),
        console_verbs::trials(),
        log_outage::trials(),
        log_flood::trials(),
        log_pane::trials(),
        overlays::trials(),
        labelled::trials(),
        staying::trials(),
        verbs::trials(),
        health::trials(),
        history::trials(),
        hooks::trials(),
        inside::trials(),
        stats::trials(),
        serve::trials(),
        tasks::trials(),
        gpus::trials(),
        interrupted_update::trials(),
        rollbacks::trials(),
        one_shot::trials(),
        zero_drop::trials(),
    ]
    .into_iter()
    .flatten()
    .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
