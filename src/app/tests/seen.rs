//! Figures that have to be asked for, and figures that nothing followed.

use crate::app::fixtures::*;
use crate::app::hit::{HitMap, HitTarget, Rect};
use crate::app::tree::Subject;
use crate::app::{Effect, Msg, PaneId, State, update};
use crate::domain::figures::FigureSource;
use crate::domain::{ContainerFigures, ContainerId};
use jiff::SignedDuration;

/// The same readings of all containers, from this source.
fn readings(state: &State, source: FigureSource) -> Msg {
    let ids = state.fleet.containers().keys();
    let figures =
        |id: &ContainerId| Some((id.clone(), ContainerFigures { source, ..*state.figures.get(id)? }));
    Msg::Figures(ids.filter_map(figures).collect())
}

/// A frame that shows these rows of the services.
fn drawn(rows: std::ops::Range<usize>) -> Msg {
    let row = |index| (Rect::default(), HitTarget::Row { pane: PaneId::Services, index });
    Msg::Drawn(HitMap { targets: rows.map(row).collect(), ..HitMap::default() })
}

fn row_of(state: &State, service: &str) -> usize {
    let is = |subject: &Subject| matches!(subject, Subject::Service { service: name, .. } if name == service);
    state.panes.services.list.keys().iter().position(is).unwrap()
}

#[test]
fn the_containers_on_the_screen_are_told_when_they_change_while_the_daemon_is_asked() {
    let mut state = platform();
    let row = row_of(&state, "mcp-inference");
    assert_eq!(update(&mut state, drawn(row..row + 1), now()), [], "files tell of all alike");
    let asked = readings(&state, FigureSource::StatsApi);
    send(&mut state, asked);
    let effects = update(&mut state, drawn(row..row + 1), now());
    let [Effect::WatchFigures(seen)] = effects.as_slice() else { panic!("{effects:?}") };
    let service = state.tree.service("mcp", "mcp-inference").unwrap();
    let mut replicas: Vec<_> = service.containers.iter().map(|node| node.id.clone()).collect();
    replicas.sort();
    assert_eq!((seen, seen.len()), (&replicas, 3), "all replicas of the row");
    assert_eq!(update(&mut state, drawn(row..row + 1), now()), [], "nothing new is shown");
    assert_eq!(update(&mut state, drawn(0..0), now()), [Effect::WatchFigures(Vec::new())]);
    let files = readings(&state, FigureSource::Cgroup);
    send(&mut state, files);
    assert_eq!(update(&mut state, drawn(row..row + 1), now()), [], "nobody listens any more");
}

#[test]
fn figures_that_nothing_followed_are_unknown_and_not_of_now() {
    let mut state = platform();
    let memory = |state: &State| state.tree.service("mcp", "mcp-inference").unwrap().usage.memory_bytes;
    let known = memory(&state);
    assert!(known.is_some());
    update(&mut state, Msg::Tick, now() + SignedDuration::from_secs(3));
    assert_eq!(memory(&state), known);
    update(&mut state, Msg::Tick, now() + SignedDuration::from_secs(4));
    assert_eq!(memory(&state), None);
}
