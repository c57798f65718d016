//! Filters, folds, levels and times in the log pane, as they are typed.

use crate::app::dialog::Dialog;
use crate::app::fixtures::*;
use crate::app::hit::{HitMap, HitTarget, LogWindow, PaneArea, Rect};
use crate::app::pane::logs::Times;
use crate::app::{Effect, LogBatch, MouseInput, MouseKind, Msg, State};
use crate::app::{PaneId, update};
use crate::domain::ContainerId;
use jiff::SignedDuration;

/// Lines of the selected container, a tenth of a second apart; they end now.
fn with(lines: &[&str]) -> State {
    let mut state = platform();
    press(&mut state, "j");
    more(&mut state, lines, 0);
    screen(&mut state, 10);
    press(&mut state, "3");
    state
}

fn more(state: &mut State, lines: &[&str], after_milliseconds: i64) {
    let generation = state.panes.logs.generation;
    let id: ContainerId = state.panes.logs.streams.keys().next().unwrap().clone();
    let lines = lines.iter().zip(0..).map(|(text, index)| {
        log_line(&id, now() + SignedDuration::from_millis(after_milliseconds + index * 100), text)
    });
    send(state, Msg::Logs(LogBatch { generation, lines: lines.collect(), ..LogBatch::default() }));
}

fn screen(state: &mut State, height: u16) {
    let area = Rect { x: 0, y: 0, width: 80, height };
    let panes = vec![PaneArea { pane: PaneId::Logs, area, body: area }];
    let targets = (0..height).map(|y| {
        let row = Rect { y, height: 1, ..area };
        (row, HitTarget::LogLine(state.logs.first() + u64::from(y)))
    });
    let (first, last) = (state.logs.first(), state.logs.end() - 1);
    let log_window = Some(LogWindow { first, last, is_full: false, ..LogWindow::default() });
    let hits = HitMap { panes, targets: targets.collect(), log_window, ..HitMap::default() };
    send(state, Msg::Drawn(hits));
}

fn typed(state: &mut State, text: &str) -> Vec<Effect> {
    let keys = text.chars().map(|c| if c == ' ' { "space".to_owned() } else { c.to_string() });
    keys.flat_map(|key| press(state, &key)).collect()
}

fn sift(state: &mut State) {
    while state.logs.sifted().is_some() || state.logs.is_searching() {
        send(state, Msg::Wake);
    }
}

fn shown(state: &State) -> Vec<&str> {
    let lines = state.logs.lines_from(0).filter(|line| state.logs.is_shown(line.number));
    lines.map(|line| line.text).collect()
}

fn cursor(state: &State) -> &str {
    state.logs.line(state.panes.logs.place.unwrap().cursor).unwrap().text
}

const MIXED: [&str; 6] = [
    "INFO cuda 0 is ready",
    "ERROR cuda 1 is lost",
    "GET /healthz",
    "WARN cuda 1 is hot",
    "DEBUG cuda 0 idles",
    "CRITICAL cuda 1 has fallen off the bus",
];

#[test]
fn filters_stack_and_esc_lifts_the_newest_and_stays_on_the_line() {
    let mut state = with(&MIXED);
    keys(&mut state, "k k k k");
    assert_eq!(cursor(&state), "ERROR cuda 1 is lost");
    press(&mut state, "&");
    let effects = typed(&mut state, "cuda");
    assert_eq!(effects, [], "so few lines are sifted at once");
    press(&mut state, "enter");
    keys(&mut state, "!");
    typed(&mut state, "hot|ready");
    press(&mut state, "enter");
    sift(&mut state);
    let kept = ["ERROR cuda 1 is lost", "DEBUG cuda 0 idles", "CRITICAL cuda 1 has fallen off the bus"];
    assert_eq!(shown(&state), kept);
    assert_eq!(cursor(&state), "ERROR cuda 1 is lost");
    keys(&mut state, "! c u d a enter");
    sift(&mut state);
    assert_eq!(shown(&state), [""; 0]);
    press(&mut state, "esc");
    sift(&mut state);
    assert_eq!((shown(&state).len(), cursor(&state)), (3, "ERROR cuda 1 is lost"));
    keys(&mut state, "esc esc");
    sift(&mut state);
    assert_eq!((shown(&state).len(), cursor(&state)), (6, "ERROR cuda 1 is lost"));
    assert!(state.logs.filters().is_empty());
}

#[test]
fn a_bad_expression_is_told_while_it_is_typed_and_holds_the_last_good_one() {
    let mut state = with(&MIXED);
    press(&mut state, "&");
    typed(&mut state, "cuda (");
    assert_eq!(state.prompt.as_ref().unwrap().complaint.as_deref(), Some("unclosed group"));
    assert_eq!(state.logs.filters().list[0].pattern.text(), "cuda ");
    press(&mut state, "enter");
    assert!(state.prompt.is_some(), "it can be mended");
    typed(&mut state, "0)");
    assert_eq!(state.prompt.as_ref().unwrap().complaint, None);
    press(&mut state, "enter");
    sift(&mut state);
    assert_eq!(shown(&state), ["INFO cuda 0 is ready", "DEBUG cuda 0 idles"]);
    press(&mut state, "&");
    typed(&mut state, "idles");
    press(&mut state, "esc");
    sift(&mut state);
    assert_eq!((state.prompt.is_none(), shown(&state).len()), (true, 2), "given up as it was typed");
}

#[test]
fn levels_hide_what_is_less_grave_and_esc_shows_it_again() {
    let mut state = with(&MIXED);
    press(&mut state, "3");
    sift(&mut state);
    assert_eq!(shown(&state), [MIXED[1], MIXED[3], MIXED[5]]);
    assert_eq!(state.focus, PaneId::Logs, "a digit is a level here");
    press(&mut state, "5");
    sift(&mut state);
    assert_eq!(shown(&state), [MIXED[5]]);
    press(&mut state, "2");
    sift(&mut state);
    assert_eq!(shown(&state).len(), 5, "what says nothing of its level counts as information");
    more(&mut state, &["DEBUG late", "INFO late"], 5_000);
    assert_eq!(shown(&state).last(), Some(&"INFO late"));
    press(&mut state, "esc");
    sift(&mut state);
    assert_eq!(shown(&state).len(), 8);
    press(&mut state, "alt-1");
    assert_eq!(state.focus, PaneId::Services);
}

const TRACEBACK: [&str; 5] = [
    "INFO before",
    "Traceback (most recent call last):",
    "  File \"a.py\", line 1",
    "    boom()",
    "INFO after",
];

#[test]
fn enter_unfolds_a_traceback_and_a_match_in_it_does_too() {
    let mut state = with(&TRACEBACK);
    assert_eq!(shown(&state), ["INFO before", TRACEBACK[1], "INFO after"]);
    keys(&mut state, "k enter");
    assert_eq!(shown(&state).len(), 5);
    keys(&mut state, "j j enter");
    assert_eq!((shown(&state).len(), cursor(&state)), (3, TRACEBACK[1]), "from any of its lines");
    press(&mut state, "G");
    keys(&mut state, "/ b o o m enter");
    assert_eq!(cursor(&state), "    boom()");
    assert_eq!(shown(&state).len(), 5);
    let copied = keys(&mut state, "k k y");
    assert_eq!(copied, [Effect::Copy(TRACEBACK[1].to_owned())], "it is open");
    let copied = keys(&mut state, "enter y");
    assert_eq!(copied, [Effect::Copy(TRACEBACK[1..4].join("\n"))]);
    send(&mut state, Msg::Copied(Ok(())));
    let told = state.notices.latest().unwrap().text.to_string();
    assert_eq!(told, "3 lines copied to the terminal's clipboard (OSC 52)");
}

#[test]
fn a_structured_line_unfolds_too_and_plain_text_gives_the_pane_the_screen() {
    let mut state = with(&["{\"level\":\"warn\",\"msg\":\"slow\",\"took\":3}", "plain"]);
    keys(&mut state, "k enter");
    assert!(state.logs.line(state.logs.first()).unwrap().is_open);
    keys(&mut state, "enter");
    assert!(!state.logs.line(state.logs.first()).unwrap().is_open);
    assert!(!state.zoomed);
    keys(&mut state, "j enter");
    assert!(state.zoomed);
}

#[test]
fn a_double_click_unfolds_and_a_click_puts_the_cursor_there() {
    let mut state = with(&TRACEBACK);
    let click = |kind| Msg::Mouse(MouseInput { x: 5, y: 1, kind });
    send(&mut state, click(MouseKind::Click));
    assert_eq!(cursor(&state), TRACEBACK[1]);
    assert_eq!(shown(&state).len(), 3);
    send(&mut state, click(MouseKind::DoubleClick));
    assert_eq!(shown(&state).len(), 5);
}

#[test]
fn a_time_is_gone_to_and_what_is_none_is_told_in_the_prompt() {
    let mut state = with(&["first", "second"]);
    more(&mut state, &["much later"], 600_000);
    press(&mut state, "T");
    typed(&mut state, "soon");
    press(&mut state, "enter");
    let complaint = state.prompt.as_ref().unwrap().complaint.clone().unwrap();
    assert!(complaint.starts_with("expected 10:31"), "{complaint}");
    press(&mut state, "^u");
    typed(&mut state, "-10m");
    press(&mut state, "enter");
    assert_eq!((state.prompt.is_none(), cursor(&state)), (true, "first"));
    press(&mut state, "T");
    typed(&mut state, "+1s");
    press(&mut state, "enter");
    assert_eq!(cursor(&state), "much later");
    press(&mut state, "T");
    typed(&mut state, "10:31:07.1");
    press(&mut state, "enter");
    assert_eq!(cursor(&state), "second");
    press(&mut state, "T");
    typed(&mut state, "2026-11-01 10:00");
    press(&mut state, "enter");
    assert_eq!(cursor(&state), "first");
    assert_eq!(&*state.notices.latest().unwrap().text, "the log begins at 10:31:07");
}

#[test]
fn times_are_shown_in_four_ways() {
    let mut state = with(&["a"]);
    let seen = (0..4).map(|_| {
        press(&mut state, "t");
        state.panes.logs.times
    });
    assert_eq!(seen.collect::<Vec<_>>(), [Times::Utc, Times::Relative, Times::Off, Times::Local]);
}

#[test]
fn what_is_kept_is_saved_plain_or_coloured_and_everything_on_request() {
    let mut state = with(&["keep \u{1b}[31mred\u{1b}[0m", "other"]);
    keys(&mut state, "& k e e p enter");
    sift(&mut state);
    let mut saved = |key: &str| {
        press(&mut state, "^s");
        assert!(matches!(state.dialog(), Some(Dialog::Save(_))));
        let effects = press(&mut state, key);
        let [Effect::Save { lines, .. }] = effects.as_slice() else { panic!("{effects:?}") };
        let text: String = lines.pieces().collect();
        text.lines()
            .map(|line| line.split_once("mcp-").unwrap().1.split_once(' ').unwrap().1.to_owned())
            .collect()
    };
    let plain: Vec<String> = saved("enter");
    assert_eq!(plain, ["keep red"]);
    let coloured: Vec<String> = saved("c");
    assert_eq!(coloured, ["keep \u{1b}[38;5;1mred\u{1b}[0m"]);
    let everything: Vec<String> = saved("e");
    assert_eq!(everything, ["keep red", "other"]);
}

#[test]
fn the_screen_is_copied_as_it_is_seen() {
    let mut state = with(&TRACEBACK);
    let copied = press(&mut state, "Y");
    assert_eq!(copied, [Effect::Copy(["INFO before", TRACEBACK[1], "INFO after"].join("\n"))]);
}

#[test]
fn a_long_log_is_sifted_in_parts_so_that_a_key_waits_for_none() {
    let mut state = with(&["first"]);
    let line = format!("GET {} 200", "x".repeat(1_000));
    for round in 0..10 {
        more(&mut state, &vec![line.as_str(); 100], 1_000 + round * 20_000);
    }
    press(&mut state, "&");
    let effects = press(&mut state, "f");
    assert_eq!(effects, [Effect::Wake { milliseconds: 0 }]);
    assert!(state.logs.sifted().is_some());
    sift(&mut state);
    assert_eq!(shown(&state), ["first"]);
    assert_eq!(update(&mut state, Msg::Wake, now()), [], "and then no more");
}

#[test]
fn a_line_that_is_taller_than_the_screen_is_gone_through_row_by_row() {
    let mut state = with(&["first", "tall", "last"]);
    keys(&mut state, "k");
    let line = state.panes.logs.place.unwrap().cursor;
    let drawn = |state: &mut State, hidden: usize| {
        let first = state.panes.logs.place.unwrap().top;
        let log_window = Some(LogWindow { first, last: line, is_full: true, hidden, ..LogWindow::default() });
        send(state, Msg::Drawn(HitMap { log_window, ..HitMap::default() }));
    };
    let place = |state: &State| {
        let place = state.panes.logs.place.unwrap();
        (place.top, place.cursor, place.skip)
    };
    drawn(&mut state, 2);
    press(&mut state, "j");
    assert_eq!(place(&state), (line, line, 0), "first it goes to the top");
    drawn(&mut state, 1);
    press(&mut state, "j");
    assert_eq!(place(&state), (line, line, 1));
    press(&mut state, "k");
    assert_eq!(place(&state), (line, line, 0));
    drawn(&mut state, 0);
    press(&mut state, "j");
    assert_eq!(place(&state).1, line + 1, "and then on");
}
