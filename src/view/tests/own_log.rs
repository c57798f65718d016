//! The pane of our own log. What it shows is not in the state but in tui-logger, and that stamps its records itself, so
//! that the times are taken out of the snapshots.

use super::*;
use crate::app::PaneId;
use crate::app::fixtures::OWN_LOG;
use crate::app::pane::messages::MOST_MESSAGES;
use log::Level;
use regex::Regex;
use std::sync::{MutexGuard, PoisonError};

/// The log holds these alone for as long as the guard lives.
fn logged<'t>(records: impl IntoIterator<Item = (Level, &'t str)>) -> MutexGuard<'static, ()> {
    let guard = OWN_LOG.lock().unwrap_or_else(PoisonError::into_inner);
    tui_logger::move_events();
    tui_logger::set_buffer_depth(MOST_MESSAGES);
    for (level, text) in records {
        tui_logger::Drain::new()
            .log(&log::Record::builder().level(level).args(format_args!("{text}")).build());
    }
    tui_logger::move_events();
    guard
}

fn some() -> MutexGuard<'static, ()> {
    logged([
        (Level::Info, "look for stacks: /srv/stacks does not exist"),
        (
            Level::Warn,
            "read settings /home/ops/.config/mcp-tui/config.yaml:3:9: keys.restart: expected a key such as `r` \
             (the default is used in its place; correct the file and start again)",
        ),
        (Level::Error, "signals cannot be listened to: Größe der Tabelle 超過"),
        (Level::Warn, "unfinished backup /var/backups/mcp/2026-11-20T10-31-07Z stays: Permission denied"),
    ])
}

fn without_times(shown: &str) -> String {
    let time = Regex::new(r"\d\d:\d\d:\d\d( (⟨[\d;]*m)?(error|warn|info))").unwrap();
    time.replace_all(shown, "hh:mm:ss$1").into_owned()
}

fn snapshot(name: &str, state: &State, width: u16, height: u16) {
    let (buffer, _) = drawn(state, &appearance(), width, height);
    let shown = crate::view::export::ansi(&buffer).replace("\u{1b}[0m", "⟨⟩").replace("\u{1b}[0;", "⟨");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), without_times(&shown));
    });
}

#[test]
fn messages_are_wrapped_under_their_time_and_level() {
    let _log = some();
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        snapshot("messages", &scenes::zoomed(PaneId::Messages), width, height);
    }
}

#[test]
fn without_messages_the_pane_says_so() {
    let _log = logged([]);
    assert!(text(&scenes::zoomed(PaneId::Messages), 80, 24).contains("No messages."));
}

/// The numbered lines that are on the screen.
fn numbers(state: &State) -> Vec<usize> {
    let number = Regex::new(r"message (\d+)").unwrap();
    number.captures_iter(&text(state, 80, 24)).map(|found| found[1].parse().unwrap()).collect()
}

#[test]
fn the_newest_are_shown_and_the_reader_goes_back_line_by_line_up_to_the_first() {
    let texts: Vec<String> = (0..200).map(|number| format!("message {number}")).collect();
    let _log = logged(texts.iter().map(|text| (Level::Info, text.as_str())));
    let mut state = scenes::zoomed(PaneId::Messages);
    let newest = numbers(&state);
    assert_eq!(newest.last(), Some(&199));
    scenes::press(&mut state, &["k"]);
    let back: Vec<usize> = newest.iter().map(|number| number - 1).collect();
    assert_eq!(numbers(&state), back);
    scenes::press(&mut state, &["g"]);
    assert_eq!(numbers(&state), (0..newest.len()).collect::<Vec<_>>());
    scenes::press(&mut state, &["G"]);
    assert_eq!(numbers(&state), newest);
}

#[test]
fn few_messages_stay_where_they_are_however_far_the_reader_goes_back() {
    let _log = some();
    let mut state = scenes::zoomed(PaneId::Messages);
    let rows = |state: &State| text(state, 80, 24).lines().skip(3).map(str::to_owned).collect::<Vec<_>>();
    let before = rows(&state);
    scenes::press(&mut state, &["g"]);
    assert_eq!(rows(&state), before);
}

#[test]
fn what_was_lost_in_a_flood_is_counted() {
    let _log = logged((0..1_500).map(|_| (Level::Info, "again")));
    let mut state = scenes::zoomed(PaneId::Messages);
    scenes::press(&mut state, &["g"]);
    let shown = text(&state, 120, 40);
    assert!(shown.contains("500 events lost"), "{shown}");
}
