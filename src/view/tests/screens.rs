//! Snapshots of whole screens, styles included: SGR sequences are spelt `⟨…⟩`.

use super::*;
use rstest::rstest;

fn spelt(state: &State, width: u16, height: u16) -> String {
    let (buffer, _) = drawn(state, &appearance(), width, height);
    crate::view::export::ansi(&buffer).replace("\u{1b}[0m", "⟨⟩").replace("\u{1b}[0;", "⟨")
}

fn snapshot(name: &str, state: &State, width: u16, height: u16) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), spelt(state, width, height));
    });
}

#[rstest]
#[case("incident", scenes::incident())]
#[case("confirm", scenes::confirm())]
#[case("confirm_long", scenes::confirm_long())]
#[case("confirm_destroying", scenes::confirm_destroying())]
#[case("no_gpu", scenes::no_gpu())]
#[case("gpus_in_detail", scenes::gpus_in_detail())]
#[case("stale", scenes::stale())]
#[case("measured", scenes::measured())]
#[case("sorted", scenes::sorted())]
#[case("choices", scenes::choices())]
#[case("help", scenes::help())]
#[case("palette", scenes::palette())]
#[case("scale", scenes::scale())]
#[case("backups", scenes::backups())]
#[case("findings", scenes::findings())]
#[case("finding_opened", scenes::finding_opened(false))]
#[case("finding_opened_zoomed", scenes::finding_opened(true))]
#[case("timeline", scenes::timeline(false))]
#[case("timeline_zoomed", scenes::timeline(true))]
#[case("health", scenes::replicas(false))]
#[case("health_zoomed", scenes::replicas(true))]
#[case("logs_folded", scenes::log_pane::folded())]
#[case("logs_unfolded", scenes::log_pane::unfolded())]
#[case("logs_filtered", scenes::log_pane::filtered())]
#[case("logs_wrapped", scenes::log_pane::wrapped())]
#[case("new_since_deploy", scenes::new_since_deploy())]
#[case("previous", scenes::log_pane::previous())]
#[case("asked", scenes::asked(true))]
#[case("asked_of_some", scenes::asked(false))]
fn the_main_states_at_all_sizes(#[case] name: &str, #[case] state: State) {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        snapshot(name, &state, width, height);
    }
}

#[rstest]
#[case("connecting", scenes::connecting())]
#[case("no_docker", scenes::no_docker())]
#[case("nothing_runs", scenes::nothing_runs())]
#[case("read_only", scenes::read_only())]
#[case("cancel", scenes::cancel())]
#[case("inspect", scenes::inspect())]
#[case("confirm_failed", scenes::confirm_failed())]
#[case("logs_mistyped", scenes::log_pane::mistyped())]
#[case("logs_saving", scenes::log_pane::saving())]
#[case("searching", scenes::searching())]
#[case("typing_a_filter", scenes::typing_a_filter())]
#[case("task_steps", scenes::task_steps())]
#[case("task_images", scenes::task_images())]
#[case("task_long", scenes::task_long())]
#[case("notices", scenes::notices())]
#[case("tasks", scenes::focus(crate::app::PaneId::Tasks))]
#[case("resources", scenes::focus(crate::app::PaneId::Resources))]
fn the_other_states_in_the_middle(#[case] name: &str, #[case] state: State) {
    snapshot(name, &state, 120, 40);
}
