//! The incident drill: troubles made for real on the real Engine. The console must name each of them first and show what
//! it was seen by, while a healthy stack beside them is never blamed. How long each took to be told is printed when the
//! run is over; no trial fails by it, since that hangs on the machine.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so at once")]

#[expect(dead_code, reason = "shared with the tests of the whole program")]
mod support;

#[path = "support/nvml.rs"]
#[expect(dead_code, reason = "shared with the tests of the reader of GPUs")]
mod nvml;

#[path = "drill/certificates.rs"]
mod certificates;
#[path = "drill/databases.rs"]
mod databases;
#[path = "drill/dependencies.rs"]
mod dependencies;
#[path = "drill/ends.rs"]
mod ends;
#[path = "drill/gpus.rs"]
mod gpus;
#[path = "drill/health.rs"]
mod health;
#[path = "drill/loop_disk.rs"]
mod loop_disk;
#[path = "drill/narrow.rs"]
mod narrow;
#[path = "drill/network.rs"]
mod network;
#[path = "drill/pane.rs"]
mod pane;
#[path = "drill/scene.rs"]
mod scene;
#[path = "drill/starts.rs"]
mod starts;
#[path = "drill/storage.rs"]
mod storage;
#[path = "drill/times.rs"]
mod times;
#[path = "drill/untouched.rs"]
mod untouched;

use libtest_mimic::{Arguments, Trial};
use std::io::Write as _;

/// Names the incidents, each a function of a file of this name.
macro_rules! incidents {
    ($($room:ident: $($incident:ident),+;)+) => {
        /// All of them, by the labels that their containers carry.
        pub const INCIDENTS: &[&str] = &[$($(stringify!($incident)),+),+];

        fn trials() -> Vec<Trial> {
            vec![$($(support::engine::trial(
                concat!("drill::", stringify!($room), "::", stringify!($incident)),
                || scene::play(stringify!($incident), $room::$incident),
            )),+),+]
        }
    };
}

incidents! {
    ends: memory_limit, wrong_command, crash_loop, too_many_open_files, zombies;
    starts: missing_command, not_executable, port_of_a_process, port_of_a_container, name_conflict, image_missing,
        directory_onto_a_file;
    health: check_without_its_program, check_too_slow;
    dependencies: unhealthy_dependency, dependency_that_exited;
    storage: disk_full, disk_without_inodes, full_volume, log_bloat, bind_mount_without_permission;
    network: name_on_another_network, stale_upstream, storm_of_refusals;
    databases: wrong_password, too_many_connections, redis_cannot_save, redis_is_full;
    certificates: expired_certificate;
    gpus: no_gpu_driver, lost_gpu, gpu_memory;
}

/// Without those that this machine has no means for.
fn possible(trials: Vec<Trial>) -> Vec<Trial> {
    let is_on_a_disk = |trial: &Trial| trial.name().rsplit("::").next().is_some_and(loop_disk::has_one);
    let Some(why) = loop_disk::why_not() else { return trials };
    writeln!(std::io::stderr(), "ignored for want of loop devices: {why}").ok();
    let all = trials.into_iter();
    all.map(|trial| if is_on_a_disk(&trial) { trial.with_ignored_flag(true) } else { trial }).collect()
}

fn main() {
    let conclusion = libtest_mimic::run(&Arguments::from_args(), possible(trials()));
    untouched::remove();
    times::tell();
    conclusion.exit();
}
