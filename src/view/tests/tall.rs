//! Log lines that take more rows than there are, and notices over them: the reader's line is always in sight.

use super::*;
use crate::app::hit::HitTarget;
use crate::app::{LogBatch, MouseInput, MouseKind, Msg, PaneId, fixtures};
use crate::domain::fixtures::container_id;
use jiff::SignedDuration;
use proptest::prelude::*;

/// Lines of all heights, one of them taller than any of the screens when it is wrapped or unfolded.
fn scene() -> State {
    let mut state = scenes::log_pane::folded();
    let words: Vec<String> = (0..500).map(|word| format!("w{word:03}")).collect();
    let fields: Vec<String> = (0..40).map(|field| format!("\"key{field}\":\"value {field}\"")).collect();
    let json = format!("{{\"level\":\"info\",\"msg\":\"all of it\",{}}}", fields.join(","));
    let texts = ["INFO a short one", &words.join(" "), "INFO another one", &json, "WARN the last one"];
    let id = container_id("mcp-mcp-inference-1");
    let lines = texts.iter().zip(0..).map(|(text, index)| {
        fixtures::log_line(&id, scenes::ago(10) + SignedDuration::from_millis(index * 100), text)
    });
    let (generation, lines) = (state.panes.logs.generation, lines.collect());
    scenes::tell(&mut state, Msg::Logs(LogBatch { generation, lines, ..LogBatch::default() }));
    state
}

/// As the loop draws: again while what was drawn changed anything.
fn frame(state: &mut State, width: u16, height: u16) -> (String, HitMap) {
    loop {
        let (buffer, hits) = drawn(state, &appearance(), width, height);
        state.dirty = false;
        scenes::tell(state, Msg::Drawn(hits.clone()));
        if !state.dirty {
            return (crate::view::export::text(&buffer), hits);
        }
    }
}

/// Rows of the reader's line that are on the screen.
fn rows_of_cursor(state: &State, hits: &HitMap) -> u16 {
    let Some(place) = state.panes.logs.place else { return u16::MAX };
    let targets = hits.targets.iter().filter(|(_, target)| *target == HitTarget::LogLine(place.cursor));
    targets.map(|(area, _)| area.height).sum()
}

fn wheel(state: &mut State, hits: &HitMap, kind: MouseKind) {
    let body = hits.panes.iter().find(|pane| pane.pane == PaneId::Logs).unwrap().body;
    scenes::tell(state, Msg::Mouse(MouseInput { kind, x: body.x + 1, y: body.y + 1 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_readers_line_is_in_sight_whatever_is_wrapped_or_unfolded(
        keys in prop::collection::vec(0_usize..12, 1..40),
        size in prop::sample::select(vec![(80_u16, 24_u16), (60, 10), (120, 40)]),
        zoomed in any::<bool>(),
    ) {
        let mut state = scene();
        if !zoomed {
            scenes::press(&mut state, &["f"]);
        }
        let (_, mut hits) = frame(&mut state, size.0, size.1);
        for key in keys {
            match ["k", "j", "^u", "^d", "g", "G", "w", "enter", "k", "k"].get(key) {
                Some(key) => scenes::press(&mut state, &[key]),
                None if key == 10 => wheel(&mut state, &hits, MouseKind::ScrollUp),
                None => wheel(&mut state, &hits, MouseKind::ScrollDown),
            }
            hits = frame(&mut state, size.0, size.1).1;
            prop_assert!(rows_of_cursor(&state, &hits) > 0, "{:?}", state.panes.logs.place);
        }
    }
}

#[test]
fn every_row_of_a_line_that_is_taller_than_the_screen_can_be_read_both_ways() {
    let mut state = scene();
    scenes::press(&mut state, &["w", "/", "w", "2", "5", "0", "enter"]);
    let (shown, _) = frame(&mut state, 80, 24);
    assert!(shown.contains("w000"), "it is shown from its head:\n{shown}");
    let cursor = state.panes.logs.place.unwrap().cursor;
    for (key, steps) in [("j", 60), ("k", 60)] {
        let mut seen = String::new();
        for _ in 0..steps {
            seen.push_str(&frame(&mut state, 80, 24).0);
            if state.panes.logs.place.unwrap().cursor != cursor {
                break;
            }
            scenes::press(&mut state, &[key]);
        }
        for ten in 0..50 {
            // Some words are cut in two where a row ends.
            let is_seen = |word: &i32| seen.contains(&format!("w{word:03}"));
            assert!((ten * 10..ten * 10 + 10).filter(is_seen).count() > 5, "{ten} by {key}");
        }
        // Back onto the line from below: it is where it was left.
        if key == "j" {
            scenes::press(&mut state, &["k"]);
            assert_eq!(state.panes.logs.place.unwrap().cursor, cursor);
            let (shown, _) = frame(&mut state, 80, 24);
            assert!(shown.contains("w499"), "its last rows are still there:\n{shown}");
        }
    }
}

#[test]
fn notices_are_few_and_leave_the_row_alone_that_the_reader_is_on() {
    for keys in [&["g"][..], &["k"], &["k", "k", "k"]] {
        let mut state = scene();
        scenes::press(&mut state, keys);
        frame(&mut state, 80, 24);
        for text in ["first of all", "then another", "and one more", "the newest"] {
            state.notices.tell(crate::app::store::notices::Severity::Warning, text, scenes::now());
        }
        let (shown, hits) = frame(&mut state, 80, 24);
        let cursor = hits.cursor.unwrap();
        let notices: Vec<usize> =
            shown.lines().enumerate().filter(|(_, line)| line.contains("▌ ")).map(|(y, _)| y).collect();
        assert_eq!(notices.len(), 2, "{shown}");
        assert!(shown.contains("the newest") && shown.contains("and one more"), "{shown}");
        let rows = usize::from(cursor.y)..usize::from(cursor.y + cursor.height);
        assert!(!notices.iter().any(|y| rows.contains(y)), "{keys:?}:\n{shown}");
    }
}
