use super::*;
use crate::app::hit::HitTarget;
use crate::app::{Msg, PaneId};
use crate::domain::safe::Colour;
use rstest::rstest;

/// Writes each scene as pictures where `MCP_TUI_PICTURES` says, for people to look at.
#[test]
#[ignore = "it only shows people what the scenes look like"]
fn pictures_of_every_scene_can_be_written() {
    let Some(directory) = std::env::var_os("MCP_TUI_PICTURES") else { return };
    let only = std::env::var("MCP_TUI_ONLY").unwrap_or_default();
    for (name, state) in scenes::all().iter().filter(|(name, _)| name.contains(&only)) {
        for (width, height) in [(80, 24), (120, 40), (200, 60)] {
            let (buffer, _) = drawn(state, &appearance(), width, height);
            let path = std::path::Path::new(&directory).join(format!("{name}-{width}.svg"));
            std::fs::write(path, crate::view::export::svg(&buffer, name)).unwrap();
        }
    }
}

#[test]
fn every_scene_fits_every_size() {
    let ascii = Appearance { ascii: true, depth: ColourDepth::None, ..appearance() };
    let sizes = [(0, 0), (1, 1), (2, 2), (3, 9), (7, 4), (13, 11), (24, 80), (40, 12), (61, 17), (99, 30)];
    for (_, state) in scenes::all() {
        for (width, height) in sizes {
            drawn(&state, &appearance(), width, height);
        }
        drawn(&state, &ascii, 100, 30);
    }
    drawn(&scenes::incident(), &ascii, 500, 200);
    for size in 1..60 {
        drawn(&scenes::incident(), &appearance(), size, 60 - size);
        drawn(&scenes::searching(), &appearance(), 60 - size, size / 2);
        drawn(&scenes::confirm_destroying(), &appearance(), size, size / 3);
    }
}

#[test]
fn a_simulation_says_so_on_every_screen() {
    for (name, mut state) in scenes::all() {
        if state.no_docker().is_some() || !state.fleet.is_listed() {
            continue;
        }
        scenes::tell(&mut state, Msg::Fleet(crate::domain::FleetEvent::Connected(scenes::daemon(true))));
        for (width, height) in [(80, 24), (120, 40), (40, 10)] {
            assert!(text(&state, width, height).contains("SIMULATED"), "{name} at {width}×{height}");
        }
    }
}

#[test]
fn read_only_is_marked_and_takes_the_dangerous_keys_away() {
    let shown = text(&scenes::read_only(), 120, 40);
    assert!(shown.contains("READ-ONLY"));
    let keys = shown.lines().last().unwrap();
    assert!(!keys.contains("restart") && keys.contains("logs") && keys.contains("read-only: on"), "{keys}");
}

#[rstest]
fn no_column_has_a_name_that_is_cut(#[values(80, 100, 116, 120, 130, 160, 200)] width: u16) {
    let mut state = scenes::measured();
    for _ in 0..20 {
        let shown = text(&state, width, 40);
        let heads = shown.lines().find(|line| line.contains("name") && line.contains("state")).unwrap();
        assert!(!heads.contains('…'), "{heads}");
        let (_, hits) = drawn(&state, &appearance(), width, 40);
        scenes::tell(&mut state, Msg::Drawn(hits));
        // By each column in turn: a mark stands before the name of the one that is sorted by.
        scenes::press(&mut state, &[">"]);
    }
}

#[rstest]
fn the_selected_row_is_visible(#[values(0, 1, 17, 500, 999)] down: usize) {
    let mut state = scenes::crowd(1000);
    for _ in 0..down {
        scenes::press(&mut state, &["j"]);
    }
    let subject = state.panes.services.list.selected().unwrap().clone();
    let (buffer, hits) = drawn(&state, &appearance(), 80, 24);
    let index = state.panes.services.list.index().unwrap();
    let row = HitTarget::Row { pane: PaneId::Services, index };
    let (area, _) = hits.targets.iter().find(|(_, target)| *target == row).unwrap();
    let background = buffer[(area.x + 1, area.y)].bg;
    assert_eq!(background, ratatui::style::Color::Indexed(238), "{subject:?}");
    // No more rows are drawn than there is room for.
    let rows = hits
        .targets
        .iter()
        .filter(|(_, target)| matches!(target, HitTarget::Row { pane: PaneId::Services, .. }));
    assert!(rows.count() <= 24);
}

#[test]
fn the_confirm_card_says_what_stops_for_how_long_and_what_does_the_same() {
    for (width, height) in [(80, 24), (120, 40)] {
        let shown = text(&scenes::confirm(), width, height);
        for words in [
            "mlflow-postgres-1",
            "configuration changed",
            "stops ≤10s",
            "away up to 10s",
            "only database",
            "mlflow_postgres_data (kept)",
            "docker compose -p mlflow up -d",
            "esc cancel",
        ] {
            assert!(shown.contains(words), "{words} at {width}×{height}:\n{shown}");
        }
    }
}

#[test]
fn what_destroys_data_says_what_has_to_be_typed_and_offers_no_way_around() {
    let mut state = scenes::confirm_destroying();
    let (buffer, hits) = drawn(&state, &appearance(), 80, 24);
    let shown = crate::view::export::text(&buffer);
    assert!(shown.contains("Type mlflow to confirm: mlf"), "{shown}");
    assert!(shown.contains("remove volume") && shown.contains("gone for good"));
    assert!(!hits.targets.iter().any(|(_, target)| *target == HitTarget::Confirm));
    scenes::press(&mut state, &["l", "o", "w"]);
    let (_, hits) = drawn(&state, &appearance(), 80, 24);
    assert!(hits.targets.iter().any(|(_, target)| *target == HitTarget::Confirm));
}

#[test]
fn a_click_on_what_a_dialog_covers_does_nothing() {
    let (_, hits) = drawn(&scenes::confirm(), &appearance(), 120, 40);
    assert!(!hits.targets.iter().any(|(_, target)| matches!(target, HitTarget::Row { .. })));
}

#[test]
fn stale_facts_are_dated_and_say_why() {
    let shown = text(&scenes::stale(), 120, 40);
    assert!(shown.contains("stale 12s: connection refused"), "{shown}");
    assert!(shown.contains("daemon away"));
}

#[test]
fn without_a_daemon_the_screen_says_what_was_tried_why_it_failed_and_what_to_do() {
    for (width, height) in [(80, 24), (120, 40)] {
        let shown = text(&scenes::no_docker(), width, height);
        for words in
            ["permission denied", "usermod -aG docker", "DOCKER_HOST is not set", "retry", "demo", "quit"]
        {
            assert!(shown.contains(words), "{words}:\n{shown}");
        }
    }
}

#[test]
fn an_unknown_figure_is_a_dash_and_never_a_zero() {
    let shown = text(&scenes::incident(), 200, 60);
    let prometheus = shown.lines().find(|line| line.contains("prometheus")).unwrap();
    let (services, _) = prometheus.split_once("││").unwrap();
    assert!(services.contains('–') && !services.contains("0.0%"), "{prometheus}");
    let sliced = shown.lines().find(|line| line.contains("MIG")).unwrap();
    assert!(!sliced.contains("0%"), "{sliced}");
}

#[test]
fn a_lost_gpu_stands_beside_the_healthy_ones() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let shown = text(&scenes::incident(), width, height);
        assert!(shown.contains("GPU is lost") && shown.contains("93%"), "{shown}");
    }
}

#[test]
fn a_server_without_gpus_gives_the_room_to_the_services() {
    let services = |state: &State| {
        let (_, hits) = drawn(state, &appearance(), 120, 40);
        hits.panes.iter().find(|area| area.pane == PaneId::Services).unwrap().area.width
    };
    assert_eq!(services(&scenes::no_gpu()), 120);
    assert!(services(&scenes::incident()) < 80);
    assert!(text(&scenes::no_gpu(), 120, 40).contains("no NVIDIA library"));
}

#[test]
fn log_lines_keep_their_colours_their_tags_and_their_gaps() {
    let shown = text(&scenes::incident(), 120, 40);
    assert!(shown.contains("… 1,204 lines not shown"), "{shown}");
    assert!(shown.contains("mcp-inference-3  torch.OutOfMemoryError"));
    let (buffer, _) = drawn(&scenes::incident(), &appearance(), 120, 40);
    let rows = crate::view::export::ansi(&buffer);
    let warned = rows.lines().find(|row| row.contains("WARN")).unwrap();
    assert!(warned.contains("\u{1b}[0;33mWARN"), "{warned:?}");
}

#[test]
fn what_is_searched_for_is_highlighted_where_it_stands() {
    let state = scenes::searching();
    let (buffer, _) = drawn(&state, &appearance(), 120, 40);
    let shown = crate::view::export::ansi(&buffer);
    assert!(shown.contains("\u{1b}[0;1;38;5;16;48;5;208m"), "the match the reader is on");
    assert!(text(&state, 120, 40).contains("/cuda|error/"));
}

#[test]
fn a_wrapped_line_is_shown_whole() {
    let mut state = scenes::incident();
    scenes::press(&mut state, &["3", "w"]);
    let shown = text(&state, 80, 24);
    assert!(shown.contains("is free."), "{shown}");
}

#[test]
fn without_unicode_nothing_else_is_sent_and_without_colours_states_differ_still() {
    let bare = Appearance {
        ascii: true,
        ..Appearance::new(Theme::built_in("default").unwrap(), ColourDepth::None, true, TimeZone::UTC)
    };
    for (name, state) in scenes::all() {
        let (buffer, _) = drawn(&state, &bare, 120, 40);
        assert!(crate::view::export::text(&buffer).is_ascii(), "{name}");
        let plain = ratatui::style::Color::Reset;
        assert!(buffer.content().iter().all(|cell| cell.fg == plain && cell.bg == plain), "{name}");
    }
    let (buffer, _) = drawn(&scenes::incident(), &bare, 120, 40);
    let shown = crate::view::export::text(&buffer);
    let row = |name: &str| shown.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(row("x mcp-inference").contains("restarting") && row("# mcp-api").contains("up 3d"));
}

#[test]
fn every_theme_tells_good_from_bad() {
    for name in crate::config::theme::built_in_names() {
        let theme = Theme::built_in(name).unwrap();
        assert_ne!(theme.good.foreground, theme.bad.foreground, "{name}");
        let appearance = Appearance::new(theme, ColourDepth::Sixteen, false, TimeZone::UTC);
        for style in [appearance.theme.good, appearance.theme.bad] {
            assert!(matches!(style.foreground, Some(Colour::Indexed(0..16))), "{name}");
        }
        drawn(&scenes::incident(), &appearance, 120, 40);
    }
}

#[test]
fn drawing_twice_is_drawing_the_same() {
    let state = scenes::incident();
    let first = drawn(&state, &appearance(), 120, 40);
    assert_eq!(first, drawn(&state, &appearance(), 120, 40));
}

#[test]
fn all_of_the_selected_finding_can_be_read_when_zoomed() {
    let mut state = scenes::zoomed(PaneId::Findings);
    scenes::press(&mut state, &["g"]);
    let count = state.findings.findings().len();
    assert!(count > 1);
    for _ in 0..count {
        let finding = state.finding().unwrap().clone();
        let shown = text(&state, 80, 24);
        let plain: String = shown.split_whitespace().collect();
        let fix = finding.fix.iter().map(|fix| &fix.label);
        for line in
            std::iter::once(&finding.title).chain(finding.evidence.iter().map(|line| &line.text)).chain(fix)
        {
            let wanted: String = line.split_whitespace().collect();
            let without_frame: String = plain.replace(['│', '┃'], "");
            assert!(without_frame.contains(&wanted), "{line} is not in\n{shown}");
        }
        scenes::press(&mut state, &["j"]);
    }
}

#[test]
fn drift_is_said_in_words_where_there_is_room_and_unknown_is_never_in_sync() {
    let state = scenes::incident();
    for (width, height, words) in [(80, 24, true), (120, 40, false), (200, 60, true)] {
        let shown = text(&state, width, height);
        let row = |service: &str| {
            let found = shown.lines().find(|line| line.contains(&format!("● {service} ")));
            found.unwrap_or_else(|| panic!("no {service} at {width}×{height}\n{shown}")).to_owned()
        };
        let (changed, same) = if words { ("changed", "in sync") } else { ("≠", "=") };
        assert!(row("grafana").contains(changed), "{width}×{height}\n{shown}");
        assert!(row("mcp-api").contains(same), "{width}×{height}\n{shown}");
        assert!(
            shown.contains("≠ 1 changed") && shown.contains("containers run"),
            "{width}×{height}\n{shown}"
        );
        if height > 40 {
            let unknown = if words { "unknown" } else { "?" };
            assert!(row("server").contains(unknown) && !row("server").contains(same), "{shown}");
        }
    }
}

#[test]
fn an_update_that_waits_to_be_accepted_says_so_on_its_stacks_row() {
    let mut state = scenes::incident();
    let project = state.tree.stacks[0].project.clone();
    assert!(!text(&state, 200, 60).contains("accept or take back"));
    let since = scenes::now() - jiff::SignedDuration::from_mins(12);
    let stack = crate::domain::StackRef::named(&project);
    let undecided = crate::domain::deploy::Undecided { stack, deploy: 3, since };
    scenes::tell(&mut state, Msg::Undecided(Ok(vec![undecided])));
    let old =
        state.fleet.containers().values().find(|old| old.name.starts_with(&format!("{project}-"))).unwrap();
    let name = crate::domain::Safe::new(format!("0123456789ab_{}", old.name));
    let new = crate::domain::Container { name, ..old.clone() };
    scenes::tell(&mut state, Msg::Fleet(crate::domain::FleetEvent::Changed(Box::new(new))));
    let shown = text(&state, 200, 60);
    let row = shown.lines().find(|line| line.contains("accept or take back: 12m")).unwrap();
    assert!(row.contains(&project), "{row}");
}

/// What fails stands where it is seen, and says of which stack it is, wherever the cursor was left.
#[test]
fn a_check_that_fails_is_seen_with_its_stack_though_the_pane_was_scrolled() {
    let mut state = scenes::incident();
    scenes::press(&mut state, &["4", "G", "1"]);
    let shown = text(&state, 120, 40);
    let row = shown.lines().find(|line| line.contains("tcp 8001")).unwrap();
    assert!(row.contains("✗") && row.contains("mcp "), "{row}");
    let kept = state.panes.health.list.index();
    scenes::press(&mut state, &["4"]);
    assert_eq!(state.panes.health.list.index(), kept, "the cursor stays where it was put");
}
