//! The log pane: what it follows, and that it leaves its reader alone.

use crate::app::fixtures::*;
use crate::app::hit::{HitMap, LogWindow, PaneArea, Rect};
use crate::app::pane::logs::Stream;
use crate::app::store::logs::LineKind;
use crate::app::{Effect, LogBatch, LogEnd, LogStream, Msg, PaneId, State, Subject, update};
use crate::domain::daemon::DaemonEvent;
use crate::domain::{ContainerId, ContainerState, Fault, FleetEvent, Safe};
use jiff::{SignedDuration, Timestamp};

fn first_container(state: &State) -> ContainerId {
    state.panes.logs.streams.keys().next().unwrap().clone()
}

fn more(state: &mut State, count: usize) {
    let (generation, id) = (state.panes.logs.generation, first_container(state));
    let start = state.logs.len();
    let lines = (0..count)
        .map(|index| {
            let time = now()
                + SignedDuration::from_nanos(i64::try_from(start).unwrap() + i64::try_from(index).unwrap());
            log_line(&id, time, &format!("line {index}"))
        })
        .collect();
    send(state, Msg::Logs(LogBatch { generation, lines, ..LogBatch::default() }));
}

fn drawn(state: &mut State, rows: u16) {
    let (first, last) = match state.panes.logs.place {
        Some(place) => (place.top, (place.top + u64::from(rows) - 1).min(state.logs.end() - 1)),
        None => (state.logs.end() - u64::from(rows), state.logs.end() - 1),
    };
    let area = Rect { x: 0, y: 0, width: 80, height: rows };
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

fn followed(effects: &[Effect]) -> Vec<ContainerId> {
    effects
        .iter()
        .flat_map(|effect| match effect {
            Effect::FollowLogs { streams, .. } => {
                streams.iter().map(|stream| stream.container.clone()).collect()
            }
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn the_selection_is_followed_with_all_its_replicas() {
    let mut state = platform();
    assert_eq!(state.panes.logs.streams.len(), 3);
    let generation = state.panes.logs.generation;
    let effects = press(&mut state, "j");
    assert_eq!(followed(&effects).len(), 1);
    assert_eq!(state.panes.logs.generation, generation + 1);
    assert!(state.logs.is_empty());
    let late = LogBatch {
        generation,
        lines: vec![log_line(&first_container(&state), now(), "late")].into(),
        ..LogBatch::default()
    };
    send(&mut state, Msg::Logs(late));
    assert!(state.logs.is_empty(), "lines of what was selected before are not shown");
    let effects = keys(&mut state, "g");
    assert_eq!(state.panes.logs.subject, Some(Subject::Stack("mcp".to_owned())));
    assert_eq!(followed(&effects).len(), 12);
}

#[test]
fn a_new_replica_joins_and_the_lines_stay() {
    let mut state = platform();
    let (generation, held) = (state.panes.logs.generation, state.logs.len());
    let replica = compose_container("mcp", "mcp-inference", 4);
    let id = replica.id.clone();
    let mut effects = send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(replica))));
    effects.extend(wait(&mut state));
    assert_eq!(followed(&effects), [id]);
    assert_eq!((state.panes.logs.generation, state.logs.len()), (generation, held));
}

#[test]
fn a_container_that_dies_leaves_its_lines_and_is_followed_when_it_is_back() {
    let mut state = platform();
    press(&mut state, "j");
    more(&mut state, 3);
    let (generation, id) = (state.panes.logs.generation, first_container(&state));
    let last = state.logs.line(state.logs.end() - 1).unwrap().time;
    let ended = vec![LogEnd { container: id.clone(), fault: None }];
    let effects = send(&mut state, Msg::Logs(LogBatch { generation, ended, ..LogBatch::default() }));
    assert_eq!(followed(&effects), [], "not before it was started again");
    assert_eq!(state.logs.len(), 3);
    let died = now() - SignedDuration::from_secs(1);
    note(&mut state, "die", died);
    note(&mut state, "start", now() + SignedDuration::from_millis(3));
    let started = now() + SignedDuration::from_millis(1);
    let mut again = state.fleet.get(&id).unwrap().clone();
    again.details.as_mut().unwrap().started_at = Some(started);
    let mut effects = send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(again))));
    effects.extend(wait(&mut state));
    let streams = effects.iter().find_map(|effect| match effect {
        Effect::FollowLogs { streams, .. } => Some(streams),
        _ => None,
    });
    let stream = &streams.unwrap()[0];
    let little = SignedDuration::from_millis(100);
    assert_eq!(
        (stream.tail, stream.since),
        (None, last.map(|last| last - little)),
        "from where it was read to"
    );
    let lines = vec![
        log_line(&id, last.unwrap(), "line 2"),
        log_line(&id, now() + SignedDuration::from_secs(1), "back"),
    ];
    send(&mut state, Msg::Logs(LogBatch { generation, lines: lines.into(), ..LogBatch::default() }));
    let texts: Vec<&str> = state.logs.lines_from(0).map(|line| line.text).collect();
    let stopped = "the container has stopped with exit code 137";
    assert_eq!(texts, [stopped, "line 0", "line 1", "line 2", "started again", "back"][..], "nothing twice");
    let times: Vec<Option<Timestamp>> =
        state.logs.lines_from(0).filter(|line| line.kind == LineKind::Note).map(|line| line.time).collect();
    assert_eq!(times, [Some(died), Some(started)], "each its own");
}

/// The daemon tells of the first stream's container.
fn note(state: &mut State, action: &str, time: Timestamp) {
    let event = DaemonEvent {
        time: Some(time),
        kind: "container".to_owned(),
        action: Safe::new(action),
        id: first_container(state).0,
        name: Safe::new("api"),
        service: None,
        exit_code: (action == "die").then_some(137),
    };
    send(state, Msg::Fleet(FleetEvent::Noted(event)));
}

#[test]
fn a_kill_is_told_as_an_end_and_not_as_a_start() {
    let mut state = platform();
    press(&mut state, "j");
    // The stream was opened before the container was inspected.
    state.panes.logs.streams.values_mut().for_each(|stream| *stream = Stream::new(None, None));
    let running = state.fleet.get(&first_container(&state)).unwrap().clone();
    note(&mut state, "kill", now());
    send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(running))));
    note(&mut state, "die", now());
    end_and_wait(&mut state, None, 0);
    stop_first(&mut state);
    update(&mut state, Msg::Tick, now() + SignedDuration::from_secs(3));
    assert_eq!(notes(&state), ["the container has stopped with exit code 137"]);
}

#[test]
fn every_restart_is_told_even_if_no_inspect_saw_its_run() {
    let mut state = platform();
    press(&mut state, "j");
    for second in 0..3 {
        note(&mut state, "die", now() + SignedDuration::from_secs(2 * second));
        note(&mut state, "start", now() + SignedDuration::from_secs(2 * second + 1));
    }
    update(&mut state, Msg::Tick, now() + SignedDuration::from_secs(10));
    let (stopped, again) = ("the container has stopped with exit code 137", "started again");
    assert_eq!(notes(&state), [stopped, again, stopped, again, stopped, again]);
}

/// The end of the first stream is heard; then so much time passes.
fn end_and_wait(state: &mut State, fault: Option<Fault>, seconds: i64) {
    let (generation, container) = (state.panes.logs.generation, first_container(state));
    let ended = vec![LogEnd { container, fault }];
    send(state, Msg::Logs(LogBatch { generation, ended, ..LogBatch::default() }));
    update(state, Msg::Tick, now() + SignedDuration::from_secs(seconds));
}

fn notes(state: &State) -> Vec<String> {
    let notes = state.logs.lines_from(0).filter(|line| line.kind == LineKind::Note);
    notes.map(|line| line.text.to_owned()).collect()
}

fn stop_first(state: &mut State) {
    let mut stopped = state.fleet.get(&first_container(state)).unwrap().clone();
    stopped.state = ContainerState::Exited;
    stopped.details.as_mut().unwrap().exit_code = 137;
    send(state, Msg::Fleet(FleetEvent::Changed(Box::new(stopped))));
    wait(state);
}

#[test]
fn a_container_that_stays_stopped_is_told_of_with_its_exit_code() {
    let mut state = platform();
    press(&mut state, "j");
    stop_first(&mut state);
    end_and_wait(&mut state, None, 1);
    assert!(notes(&state).is_empty(), "it may come back");
    update(&mut state, Msg::Tick, now() + SignedDuration::from_secs(3));
    assert_eq!(notes(&state), ["the container has stopped with exit code 137"]);
    update(&mut state, Msg::Tick, now() + SignedDuration::from_secs(6));
    assert_eq!(notes(&state).len(), 1, "once");
}

#[test]
fn what_is_recreated_or_away_with_its_daemon_ends_without_a_word() {
    let mut state = platform();
    press(&mut state, "j");
    let id = first_container(&state);
    stop_first(&mut state);
    end_and_wait(&mut state, Some(fault("no such container")), 0);
    send(&mut state, Msg::Fleet(FleetEvent::Removed(id)));
    wait(&mut state);
    update(&mut state, Msg::Tick, now() + SignedDuration::from_secs(3));
    assert!(notes(&state).is_empty(), "{:?}", notes(&state));
    let mut state = platform();
    press(&mut state, "j");
    send(&mut state, Msg::Fleet(FleetEvent::Lost { fault: fault("gone"), retry_in_ms: 200 }));
    end_and_wait(&mut state, Some(fault("connection reset")), 3);
    assert!(notes(&state).is_empty(), "{:?}", notes(&state));
}

#[test]
fn a_log_that_cannot_be_read_says_why() {
    let mut state = platform();
    press(&mut state, "j");
    end_and_wait(&mut state, Some(fault("configured logging driver does not support reading")), 3);
    assert_eq!(notes(&state), ["the log ends here: configured logging driver does not support reading"]);
}

#[test]
fn after_a_lost_daemon_the_streams_are_opened_again() {
    let mut state = platform();
    send(&mut state, Msg::Fleet(FleetEvent::Lost { fault: fault("gone"), retry_in_ms: 200 }));
    wait(&mut state);
    let mut effects = send(&mut state, Msg::Fleet(FleetEvent::Connected(daemon())));
    effects.extend(send(&mut state, Msg::Fleet(FleetEvent::Listed(platform_containers()))));
    effects.extend(wait(&mut state));
    assert_eq!(
        followed(&effects).len(),
        3,
        "what was written meanwhile is read even of one that waits for its restart"
    );
    let mut again =
        platform_containers().into_iter().find(|made| made.state == ContainerState::Restarting).unwrap();
    let ended = vec![LogEnd { container: again.id.clone(), fault: None }];
    let generation = state.panes.logs.generation;
    send(&mut state, Msg::Logs(LogBatch { generation, ended, ..LogBatch::default() }));
    again.state = ContainerState::Running;
    let mut effects = send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(again.clone()))));
    effects.extend(wait(&mut state));
    assert_eq!(followed(&effects), [again.id]);
}

/// The daemon gives nothing that is older than it was asked for, and all that is written then would be.
#[test]
fn where_the_clock_is_set_back_streams_are_opened_again_and_lines_go_on_at_the_end() {
    let mut state = platform();
    press(&mut state, "j");
    more(&mut state, 3);
    send(&mut state, Msg::Fleet(FleetEvent::Lost { fault: fault("gone"), retry_in_ms: 200 }));
    send(&mut state, Msg::Fleet(FleetEvent::Connected(daemon())));
    send(&mut state, Msg::Fleet(FleetEvent::Listed(platform_containers())));
    wait(&mut state);
    assert_eq!(
        followed(&update(&mut state, Msg::Tick, now() + SignedDuration::from_secs(1))),
        [],
        "all is well"
    );
    let back = now() - SignedDuration::from_hours(2);
    let effects = update(&mut state, Msg::Tick, back);
    let Some(Effect::FollowLogs { generation, streams }) =
        effects.iter().find(|effect| matches!(effect, Effect::FollowLogs { .. }))
    else {
        panic!("{effects:?}")
    };
    assert!(streams[0].since.is_some_and(|since| since < back), "{streams:?}");
    assert_eq!(followed(&update(&mut state, Msg::Tick, back + SignedDuration::from_secs(1))), [], "once");
    // The daemon repeats what was read, and goes on with what is new.
    let id = first_container(&state);
    let lines = (0..3)
        .map(|index| log_line(&id, now() + SignedDuration::from_nanos(index), &format!("line {index}")))
        .chain([log_line(&id, back, "new")])
        .collect();
    let batch = LogBatch { generation: *generation, lines, ..LogBatch::default() };
    update(&mut state, Msg::Logs(batch), back + SignedDuration::from_secs(1));
    let texts: Vec<&str> = state.logs.lines_from(0).map(|line| line.text).collect();
    assert_eq!(texts, ["line 0", "line 1", "line 2", "the clock went back 2 h", "new"]);
}

#[test]
fn what_was_never_started_says_so_once_and_then_that_it_started() {
    let mut state = platform();
    press(&mut state, "j");
    let mut created = state.fleet.get(&first_container(&state)).unwrap().clone();
    created.state = ContainerState::Created;
    let started = created.details.as_mut().unwrap().started_at.take();
    state.panes.logs.streams.values_mut().for_each(|stream| *stream = Stream::new(None, None));
    send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(created.clone()))));
    wait(&mut state);
    end_and_wait(&mut state, None, 3);
    let nothing = "nothing yet: the container has not been started";
    assert_eq!(notes(&state), [nothing]);
    note(&mut state, "start", now());
    created.state = ContainerState::Running;
    created.details.as_mut().unwrap().started_at = started;
    send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(created))));
    wait(&mut state);
    let mut told = notes(&state);
    told.sort();
    assert_eq!(told, [nothing, "started"]);
}

#[test]
fn scrolling_up_holds_the_place_and_counts_what_comes() {
    let mut state = platform();
    more(&mut state, 100);
    drawn(&mut state, 10);
    keys(&mut state, "3 k k");
    let place = state.panes.logs.place.unwrap();
    assert_eq!(place.cursor, state.logs.end() - 3);
    assert_eq!(place.top, state.logs.end() - 10, "the screen does not jump");
    let shown = state.logs.line(place.cursor).unwrap().text.to_owned();
    more(&mut state, 50);
    assert_eq!(state.panes.logs.place.unwrap().top, place.top);
    assert_eq!(state.logs.line(state.panes.logs.place.unwrap().cursor).unwrap().text, shown);
    assert_eq!(state.panes.logs.unseen(&state.logs), 50);
    drawn(&mut state, 10);
    keys(&mut state, "j j j j");
    assert!(!state.panes.logs.is_following(), "going down does not start following by itself");
    press(&mut state, "G");
    assert!(state.panes.logs.is_following());
    assert_eq!(state.panes.logs.unseen(&state.logs), 0);
}

#[test]
fn a_latecomer_is_sorted_in_and_the_reader_stays_on_their_line() {
    let mut state = platform();
    more(&mut state, 20);
    drawn(&mut state, 10);
    keys(&mut state, "3 k");
    let cursor = state.panes.logs.place.unwrap().cursor;
    let line = state.logs.line(cursor).unwrap();
    let (text, time) = (line.text.to_owned(), line.time.unwrap());
    let other = state.panes.logs.streams.keys().nth(1).unwrap().clone();
    let late = Timestamp::from_nanosecond(time.as_nanosecond() - 1).unwrap();
    let generation = state.panes.logs.generation;
    let lines = vec![log_line(&other, late, "late")];
    send(&mut state, Msg::Logs(LogBatch { generation, lines: lines.into(), ..LogBatch::default() }));
    let place = state.panes.logs.place.unwrap();
    assert_eq!(place.cursor, cursor + 1);
    assert_eq!(state.logs.line(place.cursor).unwrap().text, text);
    let texts: Vec<&str> = state.logs.lines_from(cursor - 1).map(|line| line.text).take(3).collect();
    assert_eq!(texts[1..], ["late", text.as_str()].map(|text| text)[..]);
}

#[test]
fn search_counts_jumps_and_wraps_nothing() {
    let mut state = platform();
    keys(&mut state, "3 / c u d a | e r r o r");
    assert_eq!(state.logs.matches(), 2, "smart case finds CUDA and error");
    drawn(&mut state, 10);
    press(&mut state, "enter");
    let last = state.panes.logs.place.unwrap().cursor;
    assert!(state.logs.line(last).unwrap().is_match);
    press(&mut state, "N");
    let first = state.panes.logs.place.unwrap().cursor;
    assert!(first < last);
    assert_eq!(state.logs.matches_up_to(first), 1);
    press(&mut state, "n");
    assert_eq!(state.panes.logs.place.unwrap().cursor, last);
    press(&mut state, "n");
    assert_eq!(state.panes.logs.place.unwrap().cursor, last);
    assert!(state.notices.latest().unwrap().text.contains("no more matches"));
    press(&mut state, "N");
    assert_eq!(state.panes.logs.place.unwrap().cursor, first);
    assert!(state.notices.latest().is_none(), "it holds no longer: {:?}", state.notices.latest());
}

#[test]
fn marked_lines_are_copied_and_all_are_saved() {
    let mut state = platform();
    keys(&mut state, "3 m k m");
    let effects = press(&mut state, "y");
    assert_eq!(
        effects,
        [Effect::Copy(
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\nerror worker exits with 137"
                .to_owned()
        )]
    );
    press(&mut state, "^s");
    let effects = press(&mut state, "enter");
    let [Effect::Save { name, lines }] = effects.as_slice() else { panic!("{effects:?}") };
    let text: String = lines.pieces().collect();
    assert_eq!(name, "mcp-inference-20261120T103107Z.log");
    assert_eq!(text.lines().count(), 63);
    assert!(text.contains("1204 lines not shown"));
}

#[test]
fn lines_that_nobody_sees_are_not_drawn() {
    let mut state = platform();
    let area = Rect { x: 0, y: 0, width: 80, height: 20 };
    let panes = vec![PaneArea { pane: PaneId::Services, area, body: area }];
    send(&mut state, Msg::Drawn(HitMap { panes, ..HitMap::default() }));
    state.dirty = false;
    more(&mut state, 10);
    assert!(!state.dirty);
}

fn seen(state: &mut State, pane: PaneId) -> Vec<Effect> {
    let area = Rect { x: 0, y: 0, width: 80, height: 20 };
    let panes = vec![PaneArea { pane, area, body: area }];
    send(state, Msg::Drawn(HitMap { panes, ..HitMap::default() }))
}

#[test]
fn nothing_is_followed_while_nobody_looks_and_it_goes_on_where_it_was() {
    let mut state = platform();
    press(&mut state, "j");
    more(&mut state, 3);
    let (held, generation, id) = (state.logs.len(), state.panes.logs.generation, first_container(&state));
    let last = state.logs.line(state.logs.end() - 1).unwrap().time.unwrap();
    assert_eq!(seen(&mut state, PaneId::Findings), [Effect::StopLogs]);
    assert_eq!(seen(&mut state, PaneId::Findings), []);
    let late =
        vec![log_line(&id, now() + SignedDuration::from_secs(2), "on its way when the stream was closed")];
    send(&mut state, Msg::Logs(LogBatch { generation, lines: late.into(), ..LogBatch::default() }));
    assert_eq!(state.logs.len(), held);
    let effects = seen(&mut state, PaneId::Logs);
    let since = Some(last - SignedDuration::from_millis(100));
    let streams = vec![LogStream { container: id.clone(), tail: None, since }];
    let generation = generation + 1;
    assert_eq!(effects, [Effect::FollowLogs { generation, streams }]);
    let lines = vec![
        log_line(&id, last - SignedDuration::from_nanos(1), "line 1"),
        log_line(&id, last, "line 2"),
        log_line(&id, last, "another one of this very nanosecond"),
        log_line(&id, now() + SignedDuration::from_secs(2), "on its way when the stream was closed"),
    ];
    send(&mut state, Msg::Logs(LogBatch { generation, lines: lines.into(), ..LogBatch::default() }));
    let texts: Vec<&str> = state.logs.lines_from(0).map(|line| line.text).collect();
    assert_eq!(
        texts,
        [
            "line 0",
            "line 1",
            "line 2",
            "another one of this very nanosecond",
            "on its way when the stream was closed"
        ]
    );
}

#[test]
fn what_is_marked_is_merged_whatever_the_cursor_is_on() {
    let mut state = platform();
    let one = followed(&press(&mut state, "space"));
    assert_eq!(one.len(), 3, "the marked service alone");
    let generation = state.panes.logs.generation;
    assert_eq!(followed(&press(&mut state, "j")), [], "the cursor moves, the logs stay");
    assert_eq!(state.panes.logs.generation, generation);
    let both = followed(&press(&mut state, "space"));
    assert!(both.len() > 3, "{both:?}");
    assert_eq!(state.panes.logs.subjects().len(), 2);
    let other = compose_container("other", "mcp-inference", 1);
    let mut effects = send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(other.clone()))));
    effects.extend(wait(&mut state));
    assert_eq!(followed(&effects), [], "not one of them");
    state.panes.services.reveal(&Subject::Stack("other".to_owned()), &state.tree.clone());
    assert_eq!(followed(&press(&mut state, "space")).len(), both.len() + 1);
    let tags: Vec<String> = state.logs.tags().map(ToString::to_string).collect();
    assert!(tags.contains(&"other/mcp-inference-1".to_owned()), "{tags:?}");
    assert!(tags.contains(&"mcp/mcp-inference-1".to_owned()), "{tags:?}");
    let back = followed(&press(&mut state, "esc"));
    assert_eq!(state.panes.logs.set, []);
    assert!(!back.is_empty(), "the selection alone again");
}
