//! What a small terminal must still tell.

use super::*;
use crate::app::{LogBatch, Msg, fixtures};
use crate::domain::ContainerFigures;
use crate::domain::figures::FigureSource;
use crate::domain::fixtures::container_id;
use jiff::SignedDuration;

fn press(state: &mut State, keys: &str) {
    scenes::press(state, &keys.split(' ').collect::<Vec<_>>());
}

fn typed(state: &mut State, text: &str) {
    let keys = text.chars().map(|c| if c == ' ' { "space".to_owned() } else { c.to_string() });
    scenes::press(state, &keys.collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>());
}

/// Lines as old as that, in seconds, on the whole screen.
fn aged(ages: &[i64]) -> State {
    let mut state = scenes::log_pane::folded();
    let id = container_id("mcp-mcp-inference-1");
    let lines = ages.iter().map(|age| fixtures::log_line(&id, scenes::ago(*age), &format!("aged {age}")));
    let generation = state.panes.logs.generation;
    let lines = lines.collect();
    scenes::tell(&mut state, Msg::Logs(LogBatch { generation, lines, ..LogBatch::default() }));
    state
}

#[test]
fn a_mistyped_time_is_told_beside_what_was_typed() {
    let mut state = scenes::log_pane::folded();
    press(&mut state, "T n o o n enter");
    let screen = text(&state, 80, 24);
    let bottom = screen.lines().last().unwrap();
    assert!(bottom.contains("T noon"), "{bottom}");
    assert!(bottom.contains("expected 10:31, 10:31:04, 2026-11-20 10:31, -5m or +30s"), "{bottom}");
    let screen = text(&state, 50, 24);
    let bottom = screen.lines().last().unwrap();
    assert!(bottom.contains("T noon") && bottom.contains("expected 10:31"), "{bottom}");
}

#[test]
fn the_counts_of_the_logs_stay_beside_a_long_search() {
    let mut state = scenes::log_pane::folded();
    press(&mut state, "/");
    typed(&mut state, "request done and whatever else one may look for in these lines");
    press(&mut state, "enter k k");
    let screen = text(&state, 80, 24);
    let title = screen.lines().nth(1).unwrap();
    assert!(title.contains("/ not found ") && title.contains(" 66 lines "), "{title}");
}

#[test]
fn lines_of_another_day_have_their_date_and_those_of_today_stand_below_them() {
    let mut state = aged(&[100_000, 7]);
    press(&mut state, "& a g e d enter");
    let screen = text(&state, 80, 24);
    let stamp = |screen: &str, words: &str| {
        let line = screen.lines().find(|line| line.contains(words)).unwrap().to_owned();
        line.split("mcp-inf").next().unwrap().to_owned()
    };
    assert_eq!(stamp(&screen, "aged 100000"), "│ 11-19 06:44:27 ");
    assert_eq!(stamp(&screen, "aged 7"), "│       10:31:00 ");
    let screen = text(&state, 120, 40);
    assert_eq!(stamp(&screen, "aged 100000"), "│ 11-19 06:44:27.000 ");
    assert_eq!(stamp(&screen, "aged 7"), "│       10:31:00.000 ");
    press(&mut state, "t");
    assert!(!text(&state, 80, 24).contains("06:44:27.000"));
    let mut state = aged(&[7]);
    press(&mut state, "& a g e d enter");
    assert_eq!(stamp(&text(&state, 80, 24), "aged 7"), "│ 10:31:00.000 ");
}

#[test]
fn the_hints_of_the_logs_are_those_for_reading() {
    let mut state = scenes::log_pane::folded();
    press(&mut state, "k");
    let screen = text(&state, 80, 24);
    let bottom = screen.lines().last().unwrap();
    assert_eq!(
        bottom.trim(),
        "/ search  & keep  T go to  P runs  d new  G follow  : commands  ? help  q quit"
    );
}

#[test]
fn the_graphs_are_told_in_whole_words() {
    let mut state = scenes::measured();
    let screen = text(&state, 80, 24);
    for words in ["net in ", "wrote ", "CPU "] {
        let line =
            screen.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}: {screen}"));
        assert!(!line.contains('…'), "{line}");
    }
    // What is used now is more than the mean of a step.
    let now = scenes::now() + SignedDuration::from_secs(1);
    let figures = ContainerFigures {
        memory_bytes: Some(90 << 30),
        ..ContainerFigures::unknown(now, FigureSource::Cgroup)
    };
    scenes::tell(&mut state, Msg::Figures(vec![(container_id("mcp-mcp-training-1"), figures)]));
    let screen = text(&state, 200, 60);
    assert!(screen.contains("peak 90.0G"), "{screen}");
}

#[test]
fn a_stack_of_which_nothing_runs_has_no_graphs_and_says_so() {
    let mut state = scenes::measured();
    let stopped = crate::app::tree::Subject::Stack("ragflow".to_owned());
    assert!(state.panes.services.reveal(&stopped, &state.tree), "{:?}", state.tree.stacks);
    press(&mut state, "j k");
    assert!(text(&state, 120, 40).contains("nothing of it runs"), "{}", text(&state, 120, 40));
}
