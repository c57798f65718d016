//! What the console relies on in an Engine, asserted through the production `engine`: the same assertions against a
//! real Engine, which keeps them true, and against the simulated one, which they keep honest.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so at once")]

#[expect(dead_code, reason = "shared with the tests of the whole program")]
mod support;

#[path = "contract/bad_logs.rs"]
mod bad_logs;
#[path = "contract/breaks.rs"]
mod breaks;
#[path = "contract/commands.rs"]
mod commands;
#[path = "contract/figures.rs"]
mod figures;
#[path = "contract/lifecycle.rs"]
mod lifecycle;
#[path = "contract/logs.rs"]
mod logs;
#[path = "contract/proxy.rs"]
mod proxy;
#[path = "contract/refusals.rs"]
mod refusals;
#[path = "contract/things.rs"]
mod things;
#[path = "contract/watching.rs"]
mod watching;
#[path = "contract/world.rs"]
mod world;

use libtest_mimic::{Arguments, Trial};

/// A trial for each case, against a real Engine or against a simulated one.
macro_rules! trials {
    ($trial:path, $world:path, $prefix:literal: $($room:ident: $($case:ident),+;)+) => {
        vec![$($($trial(
            concat!($prefix, "::", stringify!($room), "::", stringify!($case)),
            || world::run($world(), $room::$case),
        )),+),+]
    };
}

/// What only an Engine on this host has.
macro_rules! here {
    ($trial:path, $world:path, $prefix:literal) => {
        trials! { $trial, $world, $prefix:
            figures: files_agree_with_the_daemon, kills_are_counted, any_parent_is_found;
        }
    };
}

/// What both must do.
macro_rules! both {
    ($trial:path, $world:path, $prefix:literal) => {
        trials! { $trial, $world, $prefix:
            lifecycle: describes_itself, runs_and_ends, keeps_exit_codes, restarts, is_killed, is_renamed,
                finds_by_name, lists_a_project, tells_health;
            logs: keeps_streams_apart, tails, reads_since, counts_a_tail_from_the_very_end, follows_until_the_end,
                rejoins_long_lines, reads_a_terminal, rejoins_long_lines_of_a_terminal, stays_open_while_idle;
            commands: runs_commands, reports_failures, runs_as_somebody_somewhere, takes_much_output,
                opens_a_terminal;
            things: keeps_networks, keeps_volumes, knows_images, knows_its_disk, takes_files;
            figures: counts, networks_count_once;
            refusals: unknown_container, taken_name, unknown_image, taken_port, network_in_use, volume_in_use,
                unknown_program, unreadable_log;
            watching: lists_first, sees_a_life, details_follow, tells_why_a_start_failed, sees_health,
                sees_illness_and_recovery;
            breaks: a_silence_is_noticed, all_is_listed_anew_after_a_restart, a_broken_log_is_no_end,
                a_cut_command_is_no_success, a_command_that_still_runs_is_no_success;
            bad_logs: a_log_that_is_cut_gives_what_had_come_and_a_fault;
        }
    };
}

fn main() {
    let mut all: Vec<Trial> = both!(support::engine::trial, world::World::real, "engine");
    all.extend(here!(support::engine::trial, world::World::real, "engine"));
    all.extend(both!(support::trial, world::World::simulated, "sim"));
    // What needs a real shell, or bytes as a real daemon hands them on.
    all.extend(trials! { support::engine::trial, world::World::real, "engine":
        bad_logs: hostile_lines_are_shown_and_do_nothing, a_line_without_an_end_is_cut_and_counted,
            without_times_lines_are_what_was_written,
            what_goes_to_syslog_is_read_from_the_daemons_copy_or_refused;
    });
    libtest_mimic::run(&Arguments::from_args(), all).exit();
}
