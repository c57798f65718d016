//! Reading back past what is held.

use crate::app::fixtures::*;
use crate::app::hit::{HitMap, LogWindow, PaneArea, Rect};
use crate::app::pane::logs::Older;
use crate::app::{Effect, LogBatch, Msg, OlderLogs, OlderOf, OlderPage, PaneId, State};
use crate::domain::{ContainerId, LogLine};
use jiff::{SignedDuration, Timestamp};

fn at(millisecond: i64) -> Timestamp {
    now() + SignedDuration::from_millis(millisecond)
}

fn line(id: &ContainerId, millisecond: i64) -> LogLine {
    log_line(id, at(millisecond), &format!("line {millisecond}"))
}

/// So many lines of each container came, a second apart.
fn following(replicas: usize, count: i64) -> (State, Vec<ContainerId>) {
    following_further(replicas, count, 0)
}

/// The same, where the first one's tail reaches further back, by so many lines a millisecond apart.
fn following_further(replicas: usize, count: i64, further: i64) -> (State, Vec<ContainerId>) {
    let mut state = platform();
    // Another service, or this one anew.
    keys(&mut state, if replicas == 1 { "j" } else { "j k" });
    let ids: Vec<ContainerId> = state.panes.logs.streams.keys().take(replicas).cloned().collect();
    let generation = state.panes.logs.generation;
    let further = (-further..0).map(|index| line(&ids[0], index));
    let lines: Vec<LogLine> =
        further.chain(ids.iter().flat_map(|id| (0..count).map(|index| line(id, index * 1_000)))).collect();
    send(&mut state, Msg::Logs(LogBatch { generation, lines: lines.into(), ..LogBatch::default() }));
    drawn(&mut state);
    press(&mut state, "3");
    (state, ids)
}

fn drawn(state: &mut State) {
    let first = state.panes.logs.place.map_or(state.logs.end() - 10, |place| place.top);
    let last = (first + 9).min(state.logs.end() - 1);
    let area = Rect { x: 0, y: 0, width: 80, height: 10 };
    let panes = vec![PaneArea { pane: PaneId::Logs, area, body: area }];
    send(
        state,
        Msg::Drawn(HitMap {
            panes,
            log_window: Some(LogWindow { first, last, is_full: true, ..LogWindow::default() }),
            ..HitMap::default()
        }),
    );
}

/// What a reader sees.
fn screen(state: &State) -> Vec<String> {
    let place = state.panes.logs.place.unwrap();
    state.logs.lines_from(place.top).take(10).map(|line| line.text.to_owned()).collect()
}

fn answer(
    state: &mut State,
    lines: Vec<LogLine>,
    read: Vec<(ContainerId, Option<Timestamp>)>,
) -> Vec<Effect> {
    let generation = state.panes.logs.generation;
    send(state, Msg::OlderLogs(OlderLogs { generation, lines, read, ..OlderLogs::default() }))
}

#[test]
fn at_the_first_line_a_page_of_older_ones_is_asked_for_and_nothing_moves_when_it_comes() {
    let (mut state, ids) = following(1, 600);
    let effects = press(&mut state, "g");
    let page = OlderPage {
        generation: state.panes.logs.generation,
        until: at(0),
        lines: 1_000,
        window: SignedDuration::from_millis(998_333),
        containers: vec![OlderOf { container: ids[0].clone(), written: 600, first: Some(at(0)) }],
    };
    let [Effect::FetchOlder(asked)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(OlderPage { window: page.window, ..asked.clone() }, page);
    assert!((asked.window - page.window).abs() < SignedDuration::from_millis(1), "{:?}", asked.window);
    assert_eq!(press(&mut state, "g"), [], "once");
    press(&mut state, "t");
    let before = screen(&state);
    let mut lines: Vec<LogLine> = (-50..0).map(|index| line(&ids[0], index * 1_000)).collect();
    lines.extend([line(&ids[0], 0), log_line(&ids[0], at(0), "of the same time, and not held")]);
    // A new line comes meanwhile.
    let generation = state.panes.logs.generation;
    let new = vec![line(&ids[0], 600_000)];
    send(&mut state, Msg::Logs(LogBatch { generation, lines: new.into(), ..LogBatch::default() }));
    assert_eq!(answer(&mut state, lines, vec![(ids[0].clone(), Some(at(-50_000)))]), []);
    assert_eq!(screen(&state), before);
    assert_eq!((state.logs.len(), state.panes.logs.unseen(&state.logs)), (652, 1));
    press(&mut state, "k");
    assert_eq!(screen(&state)[..2], ["of the same time, and not held", "line 0"]);
    press(&mut state, "k");
    assert_eq!(screen(&state)[0], "line -1000");
}

#[test]
fn where_the_logs_begin_it_is_said_and_no_more_is_asked_for() {
    let (mut state, ids) = following(1, 600);
    press(&mut state, "g");
    let lines = (-3..0).map(|index| line(&ids[0], index)).collect();
    answer(&mut state, lines, vec![(ids[0].clone(), None)]);
    assert_eq!(state.panes.logs.older, Older::None);
    assert_eq!(press(&mut state, "g"), []);
    assert_eq!(screen(&state)[0], "line -3");
    let (mut short, _) = following(1, 20);
    assert_eq!(press(&mut short, "g"), [], "fewer lines than were asked for at first: that is all there is");
    assert_eq!(short.panes.logs.older, Older::None);
}

#[test]
fn what_cannot_be_read_is_told_and_can_be_tried_again() {
    let (mut state, ids) = following(1, 600);
    press(&mut state, "g");
    let generation = state.panes.logs.generation;
    let faults = vec![(ids[0].clone(), fault("the log driver cannot be read"))];
    send(&mut state, Msg::OlderLogs(OlderLogs { generation, faults, ..OlderLogs::default() }));
    assert!(matches!(state.panes.logs.older, Older::Failed(_)));
    assert_eq!(press(&mut state, "k").len(), 1);
}

#[test]
fn lines_of_several_containers_are_joined_only_as_far_as_all_are_read() {
    let (mut state, ids) = following(2, 300);
    keys(&mut state, "g t");
    let before = screen(&state);
    let lines = [&ids[0], &ids[1]].into_iter().flat_map(|id| (-40..0).map(|index| line(id, index))).collect();
    answer(&mut state, lines, vec![(ids[0].clone(), Some(at(-40))), (ids[1].clone(), Some(at(-20)))]);
    assert_eq!(screen(&state), before);
    assert_eq!(state.logs.len(), 600 + 40, "twenty of each");
    let times: Vec<_> = state.logs.lines_from(0).map(|line| line.time).collect();
    assert!(times.is_sorted());
}

#[test]
fn lines_that_stand_before_what_is_missing_of_others_are_put_in_their_place() {
    let (mut state, ids) = following_further(2, 300, 30);
    keys(&mut state, "g t");
    let all = [&ids[0], &ids[1]].into_iter().flat_map(|id| (-40..0).map(|index| line(id, index))).collect();
    answer(&mut state, all, ids.iter().map(|id| (id.clone(), Some(at(-40)))).collect());
    assert_eq!(state.logs.len(), 600 + 80, "each line once");
    let times: Vec<_> = state.logs.lines_from(0).map(|line| line.time).collect();
    assert!(times.is_sorted());
    assert_eq!(screen(&state)[0], "line -30", "the reader stays on their line");
}

/// They were read up to the first line that is held, so that none of them can be on its way, however young it is.
#[test]
fn lines_of_a_clock_that_was_ahead_are_put_before_those_since_it_was_set_back() {
    let (mut state, ids) = following(1, 600);
    press(&mut state, "g");
    let ahead: Vec<LogLine> = (0..40).map(|second| line(&ids[0], 3_600_000 + second * 1_000)).collect();
    let since = ahead[0].time;
    let lines = ahead.into_iter().chain([line(&ids[0], 0)]).collect();
    let (generation, placed) = (state.panes.logs.generation, [ids[0].clone()].into());
    let read = vec![(ids[0].clone(), since)];
    let page = OlderLogs { generation, lines, read, placed, ..OlderLogs::default() };
    let effects = send(&mut state, Msg::OlderLogs(page));
    let texts: Vec<String> = state.logs.lines_from(0).map(|line| line.text.to_owned()).collect();
    assert_eq!(texts[..2], ["line 3600000", "line 3601000"]);
    assert_eq!(texts[39..43], ["line 3639000", "the clock went back 1 h", "line 0", "line 1000"]);
    let [Effect::FetchOlder(asked)] = effects.as_slice() else { panic!("{effects:?}") };
    let of = OlderOf { container: ids[0].clone(), written: 640, first: since };
    assert_eq!((Some(asked.until), &asked.containers), (since, &vec![of]));
}

/// The lines of a log from its first one on, as the daemon gives out a page of them.
fn page(state: &mut State, id: &ContainerId, effects: &[Effect], first: i64) -> Vec<Effect> {
    let [Effect::FetchOlder(asked)] = effects else { panic!("{effects:?}") };
    let count = i64::try_from(asked.lines).unwrap();
    let until = asked.until.duration_since(at(0)).as_secs();
    let from = (until - count).max(first);
    let lines = (from..until).map(|second| line(id, second * 1_000)).collect();
    answer(state, lines, vec![(id.clone(), (from > first).then(|| at(from * 1_000)))])
}

#[test]
fn one_key_leads_to_the_first_line_of_all_however_many_pages_lie_before_it() {
    let (mut state, ids) = following(1, 600);
    let mut effects = press(&mut state, "g");
    let mut pages = 0;
    while !effects.is_empty() {
        assert_eq!(screen(&state)[0], state.logs.line(state.logs.first()).unwrap().text, "the way is seen");
        effects = page(&mut state, &ids[0], &effects, -40_000);
        drawn(&mut state);
        pages += 1;
    }
    assert_eq!((screen(&state)[0].as_str(), &state.panes.logs.older), ("line -40000000", &Older::None));
    assert!(pages < 10, "{pages}: they grow on the way");
    assert_eq!(state.panes.logs.place.unwrap().cursor, state.logs.first());
}

#[test]
fn any_other_key_ends_the_way_to_the_first_line() {
    let (mut state, ids) = following(1, 600);
    let effects = press(&mut state, "g");
    press(&mut state, "j");
    let before = screen(&state);
    assert_eq!(page(&mut state, &ids[0], &effects, -40_000), [], "this page was on its way");
    assert_eq!(screen(&state), before, "and moves nothing");
}

#[test]
fn where_the_ring_ends_the_way_to_the_first_line_it_is_said() {
    let (mut state, ids) = following(1, 600);
    state.logs = {
        let mut small = crate::app::store::logs::LogStore::new(0);
        let lines: Vec<LogLine> = (0..600).map(|index| line(&ids[0], index * 1_000)).collect();
        small.apply(&LogBatch { lines: lines.into(), ..LogBatch::default() }, &[]);
        small
    };
    let mut effects = press(&mut state, "g");
    while !effects.is_empty() {
        effects = page(&mut state, &ids[0], &effects, i64::from(i32::MIN) / 1_000);
        drawn(&mut state);
    }
    assert_eq!(state.panes.logs.older, Older::NoRoom);
    let told = state.notices.latest().unwrap().text.to_string();
    assert!(told.contains("the ring is full"), "{told}");
    assert_eq!(state.panes.logs.place.unwrap().cursor, state.logs.first());
}
