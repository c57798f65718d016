//! What the containers use: the order of the rows, the graphs, and what is drawn for it.

use crate::app::command::Command;
use crate::app::fixtures::*;
use crate::app::hit::{HitMap, HitTarget, PaneArea, Rect};
use crate::app::pane::services::Column;
use crate::app::tree::Subject;
use crate::app::{MouseInput, MouseKind, Msg, PaneId, State, update};
use crate::domain::figures::FigureSource;
use crate::domain::{ContainerFigures, ContainerId};
use jiff::SignedDuration;

pub fn used(cpu: f64, second: i64) -> ContainerFigures {
    ContainerFigures {
        cpu_percent: Some(cpu),
        memory_bytes: Some(64 << 20),
        network_received_bytes: Some(0),
        ..ContainerFigures::unknown(now() + SignedDuration::from_secs(second), FigureSource::Cgroup)
    }
}

fn id_of(state: &State, name: &str) -> ContainerId {
    let found = state.fleet.containers().values().find(|container| &*container.name == name);
    found.unwrap_or_else(|| panic!("no {name}")).id.clone()
}

fn tell(state: &mut State, figures: &[(&str, f64)], second: i64) {
    let batch = figures.iter().map(|(name, cpu)| (id_of(state, name), used(*cpu, second))).collect();
    update(state, Msg::Figures(batch), now() + SignedDuration::from_secs(second));
}

/// The services of a stack, from the first row on.
fn services(state: &State, stack: &str) -> Vec<String> {
    let rows = state.panes.services.list.keys().iter();
    rows.filter_map(|row| match row {
        Subject::Service { project, service } if project == stack => Some(service.clone()),
        Subject::Service { .. } | Subject::Stack(_) | Subject::Container(_) | Subject::Loose => None,
    })
    .collect()
}

/// The screen as it would be with these columns, and a heading for each on the first line.
fn drawn(state: &mut State, columns: &[Column]) {
    let area = Rect { x: 0, y: 0, width: 120, height: 40 };
    let rows = state.panes.services.list.keys().len();
    let heading = |at: usize| Rect { x: u16::try_from(at * 8).unwrap(), y: 0, width: 7, height: 1 };
    let row = |at: usize| Rect { x: 0, y: u16::try_from(at + 1).unwrap(), width: 120, height: 1 };
    let mut targets: Vec<(Rect, HitTarget)> =
        columns.iter().enumerate().map(|(at, column)| (heading(at), HitTarget::Heading(*column))).collect();
    targets.extend((0..rows).map(|index| (row(index), HitTarget::Row { pane: PaneId::Services, index })));
    let panes = vec![PaneArea { pane: PaneId::Services, area, body: area }];
    send(state, Msg::Drawn(HitMap { panes, targets, columns: columns.to_vec(), ..HitMap::default() }));
}

#[test]
fn rows_are_sorted_within_the_tree_and_the_cursor_stays_on_its_row() {
    let mut state = platform();
    press(&mut state, "g");
    let stacks: Vec<Subject> = vec![Subject::Stack("mlflow".to_owned()), Subject::Stack("mcp".to_owned())];
    let before = services(&state, "mlflow");
    let cursor = Subject::Service { project: "mlflow".to_owned(), service: "db".to_owned() };
    assert!(state.panes.services.list.select_key(&cursor));
    tell(&mut state, &[("mlflow-db-1", 30.0), ("mlflow-minio-1", 2000.0), ("mlflow-server-1", 412.0)], 1);
    drawn(&mut state, &[Column::Name, Column::Cpu, Column::Course]);
    keys(&mut state, "> >");
    assert_eq!(services(&state, "mlflow"), ["minio", "server", "db"]);
    assert_eq!(state.panes.services.list.selected(), Some(&cursor));
    let rows = state.panes.services.list.keys();
    let place = |wanted: &Subject| rows.iter().position(|row| row == wanted);
    assert!(place(&stacks[0]) < place(&stacks[1]), "the stack that uses most stands first");
    press(&mut state, "I");
    assert_eq!(services(&state, "mlflow"), ["db", "server", "minio"]);
    press(&mut state, ">");
    assert_eq!(services(&state, "mlflow"), before, "past the last column, as the files have it");
    keys(&mut state, "< :");
    keys(&mut state, "s o r t - o f f enter");
    assert_eq!((services(&state, "mlflow"), state.panes.services.order()), (before, None));
}

#[test]
fn a_click_on_a_heading_sorts_by_it_and_another_one_the_other_way_round() {
    let mut state = platform();
    drawn(&mut state, &[Column::Name, Column::Cpu, Column::Memory]);
    let mut click = |x| {
        let mouse = MouseInput { x, y: 0, kind: MouseKind::Click };
        send(&mut state, Msg::Mouse(mouse));
        state.panes.services.order().map(|order| (order.column, order.reversed))
    };
    assert_eq!(click(17), Some((Column::Memory, false)));
    assert_eq!(click(17), Some((Column::Memory, true)));
    assert_eq!(click(1), Some((Column::Name, false)));
    assert_eq!(services(&state, "mlflow"), ["db", "minio", "server"]);
}

#[test]
fn rows_change_their_places_every_five_seconds_at_the_most() {
    let mut state = platform();
    tell(&mut state, &[("mlflow-db-1", 300.0), ("mlflow-minio-1", 20.0), ("mlflow-server-1", 10.0)], 1);
    drawn(&mut state, &[Column::Cpu]);
    press(&mut state, ">");
    assert_eq!(services(&state, "mlflow"), ["db", "minio", "server"]);
    for second in 2..5 {
        tell(&mut state, &[("mlflow-server-1", 9000.0)], second);
        assert_eq!(services(&state, "mlflow"), ["db", "minio", "server"], "{second}");
    }
    tell(&mut state, &[("mlflow-server-1", 9000.0)], 6);
    assert_eq!(services(&state, "mlflow"), ["server", "db", "minio"]);
}

#[test]
fn a_frame_is_due_only_when_something_on_the_screen_reads_differently() {
    let mut state = platform();
    let server = id_of(&state, "mlflow-server-1");
    let due = |state: &mut State, figures: ContainerFigures| {
        state.dirty = false;
        update(state, Msg::Figures(vec![(server.clone(), figures)]), now());
        state.dirty
    };
    drawn(&mut state, &[Column::Name, Column::Cpu, Column::Memory]);
    assert!(due(&mut state, used(50.0, 1)));
    assert!(!due(&mut state, used(50.1, 2)), "it reads 50% still");
    let moved = |second| ContainerFigures { network_received_bytes: Some(1 << 30), ..used(50.0, second) };
    assert!(!due(&mut state, moved(3)), "the network is not on the screen");
    assert!(due(&mut state, used(52.0, 4)));
    drawn(&mut state, &[Column::Name, Column::Cpu, Column::Received]);
    assert!(due(&mut state, ContainerFigures { network_received_bytes: Some(1 << 21), ..used(52.0, 5) }));
    // Covered by another pane, it is drawn for nothing.
    send(
        &mut state,
        Msg::Drawn(HitMap {
            panes: vec![PaneArea { pane: PaneId::Logs, area: Rect::default(), body: Rect::default() }],
            columns: vec![Column::Pids],
            ..HitMap::default()
        }),
    );
    due(&mut state, used(52.0, 6));
    assert!(!due(&mut state, used(90.0, 7)));
}

#[test]
fn the_graphs_follow_the_selection_and_are_made_for_nobody_else() {
    let mut state = platform();
    // In a step of its own, which those of before are not part of.
    tell(&mut state, &[("mlflow-db-1", 300.0), ("mlflow-server-1", 112.0)], 7);
    assert_eq!(state.panes.services.graphs, None);
    assert!(state.panes.services.list.select_key(&Subject::Stack("mlflow".to_owned())));
    press(&mut state, "v");
    assert!(state.zoomed, "they have the whole screen");
    let graphs = state.panes.services.graphs.clone().unwrap();
    assert!(
        (graphs.cpu.now().unwrap() - 412.0).abs() < 1.0,
        "the sum is not clamped: {:?}",
        graphs.cpu.now()
    );
    press(&mut state, "j");
    assert_ne!(state.panes.services.graphs.as_ref().unwrap().subjects, graphs.subjects);
    press(&mut state, "v");
    assert_eq!(state.panes.services.graphs, None);
    keys(&mut state, "v f");
    assert_eq!(state.panes.services.graphs, None, "there is no room for them beside the other panes");
}

#[test]
fn the_commands_are_the_services_alone() {
    for command in [Command::SortNext, Command::SortPrevious, Command::ReverseSort, Command::Graphs] {
        let scope = crate::app::command::Scope::Pane(PaneId::Services);
        assert_eq!(command.spec().scopes, [scope]);
    }
}

#[test]
fn the_graphs_of_what_is_marked_show_its_sum_and_each_container_once() {
    let mut state = platform();
    tell(&mut state, &[("mlflow-db-1", 300.0), ("mlflow-server-1", 112.0)], 7);
    let service = |name: &str| Subject::Service { project: "mlflow".to_owned(), service: name.to_owned() };
    for subject in [service("db"), service("server"), Subject::Stack("mlflow".to_owned())] {
        assert!(state.panes.services.reveal(&subject, &state.tree.clone()));
        press(&mut state, "space");
    }
    // Whatever the cursor is on.
    keys(&mut state, "g v");
    let graphs = state.panes.services.graphs.clone().unwrap();
    assert_eq!(graphs.subjects.len(), 3);
    assert!((graphs.cpu.now().unwrap() - 412.0).abs() < 1.0, "{:?}", graphs.cpu.now());
    let stack = state.tree.usage_of(&Subject::Stack("mlflow".to_owned())).unwrap();
    let all = state.tree.usage_of_all(&graphs.subjects);
    assert_eq!((all.cpu_percent, all.memory_bytes), (stack.cpu_percent, stack.memory_bytes));
    press(&mut state, "esc");
    assert_eq!(state.panes.services.graphs.as_ref().unwrap().subjects.len(), 1, "the selection's again");
}

#[test]
fn processes_that_nobody_waits_for_are_told_as_soon_as_they_are_counted() {
    let mut state = platform();
    let nginx = state.fleet.containers().values().find(|known| known.name.contains("nginx")).cloned();
    let id = nginx.expect("the platform has one").id;
    let told = |state: &State| state.findings.findings().iter().any(|found| found.id.starts_with("zombies/"));
    for (zombies, expected) in [(0, false), (20, true), (0, false)] {
        let now = now();
        let figures = ContainerFigures { zombies: Some(zombies), time: now, ..used(1.0, 0) };
        update(&mut state, Msg::Figures(vec![(id.clone(), figures)]), now);
        update(&mut state, Msg::Wake, now);
        assert_eq!(told(&state), expected, "{zombies}");
    }
}
