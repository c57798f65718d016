//! Compose projects on a real Engine: what `up`, `scale`, `restart` and `down` leave behind, and that other Compose
//! tools see it.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so at once")]

mod registry;
#[expect(dead_code, reason = "shared with the tests of the whole program")]
mod support;

#[path = "support/daemon.rs"]
#[expect(dead_code, reason = "shared with the tests of GPUs")]
mod daemon;
#[path = "support/journal.rs"]
#[expect(dead_code, reason = "shared with the tests of the whole program")]
mod journal;
#[path = "support/compose.rs"]
mod real;

#[path = "compose/stack.rs"]
mod stack;

#[path = "compose/builds.rs"]
mod builds;
#[path = "compose/converge.rs"]
mod converge;
#[path = "compose/corpus.rs"]
mod corpus;
#[path = "compose/dependencies.rs"]
mod dependencies;
#[path = "compose/images.rs"]
mod images;
#[path = "compose/interop.rs"]
mod interop;
#[path = "compose/mishaps.rs"]
mod mishaps;
#[path = "compose/neighbours.rs"]
mod neighbours;
#[path = "compose/objects.rs"]
mod objects;
#[path = "compose/restart.rs"]
mod restart;
#[path = "compose/shipped.rs"]
mod shipped;
#[path = "compose/watch.rs"]
mod watch;

use libtest_mimic::{Arguments, Trial};

/// Names the cases.
macro_rules! cases {
    ($($room:ident: $($case:ident),+;)+) => {
        vec![$($(support::engine::trial(
            concat!("compose::", stringify!($room), "::", stringify!($case)),
            || stack::run($room::$case),
        )),+),+]
    };
}

fn main() {
    let mut trials: Vec<Trial> = cases! {
        builds: what_dockerfiles_say_today_is_built, a_secret_reaches_its_step_and_nothing_else,
            a_private_base_image_is_built_on, an_agent_of_ssh_lists_keys_and_gives_none_away,
            chosen_stages_are_built_anew, a_build_that_is_cancelled_ends,
            of_a_context_only_what_the_dockerfile_names_is_sent,
            the_classic_builder_is_there_for_who_wants_it;
        converge: a_second_up_changes_nothing, what_changed_is_recreated, scales_up_and_down, restarts_in_place,
            keeps_anonymous_volumes, goes_on_after_a_failure, removes_orphans_when_asked;
        dependencies: waits_for_health, waits_for_completion, an_unhealthy_dependency_is_named,
            a_crashing_dependency_is_named_with_its_last_words,
            nothing_stops_before_what_needs_it_has_ended;
        images: up_pulls_what_is_missing, a_newer_image_recreates, credentials_open_a_registry,
            a_credential_helper_is_asked, a_pull_that_breaks_off_is_told_and_mended, an_image_that_no_registry_has_is_told,
            what_cannot_be_pulled_is_built, a_build_has_its_context_arguments_and_target,
            an_inline_dockerfile_is_built_and_a_change_recreates, a_step_that_fails_is_told_with_its_words,
            what_a_build_lacks_is_told, a_large_context_is_sent_as_it_is_read;
        objects: down_leaves_only_data, down_with_volumes_leaves_nothing, files_and_settings_arrive, files_belong_to_whom_the_project_says,
            a_changed_network_or_volume_is_told_and_left_as_it_is;
        mishaps: an_image_that_goes_before_it_is_used_is_told, a_container_removed_under_our_hands_is_made_again,
            one_removed_between_two_steps_is_made_again, an_interrupted_recreate_is_finished,
            a_dependency_that_ends_or_is_never_healthy_is_told_and_mended, a_volume_in_use_is_told_and_mended,
            a_network_with_endpoints_is_told_and_mended, a_name_taken_after_the_plan_is_told_and_mended;
        neighbours: the_labels_are_those_of_docker_compose, a_taken_name_is_told, a_taken_port_is_told,
            one_port_is_shared_by_ipv4_and_ipv6, a_missing_image_is_told;
    };
    trials.extend(interop::trials());
    trials.extend(restart::trials());
    trials.push(corpus::trial());
    trials.extend(shipped::trials());
    trials.extend(watch::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
