//! Focus, filter, help, palette, notices, what is drawn when.

use crate::app::command::{Command, Scope, help, hints};
use crate::app::dialog::Dialog;
use crate::app::dialog::inspect::Content;
use crate::app::fixtures::*;
use crate::app::hit::{HitMap, HitTarget, PaneArea, Rect};
use crate::app::state::Setup;
use crate::app::store::notices::Severity;
use crate::app::tree::{Condition, Subject};
use crate::app::{Effect, MouseInput, MouseKind, Msg, PaneId, ReadOnly, State, update};
use crate::domain::{ContainerFigures, ContainerState, FleetEvent, Safe};
use rstest::rstest;

fn service(project: &str, service: &str) -> Subject {
    Subject::Service { project: project.to_owned(), service: service.to_owned() }
}

#[test]
fn the_tree_shows_what_is_broken_first() {
    let state = platform();
    let names: Vec<&str> = state.tree.stacks.iter().map(|stack| stack.project.as_str()).collect();
    assert_eq!(names, ["mcp", "mlflow", "onyx"]);
    let mcp = &state.tree.stacks[0];
    assert_eq!((mcp.running(), mcp.wanted(), mcp.condition), (11, 12, Condition::Bad));
    let inference = state.tree.service("mcp", "mcp-inference").unwrap();
    assert_eq!((inference.running, inference.wanted), (2, 3));
    assert_eq!(inference.status.words(now()), "restarting (137, OOM)");
    assert_eq!(inference.status.restarts, Some(4));
    let onyx = state.tree.service("onyx", "web").unwrap();
    assert_eq!((onyx.running, onyx.wanted, onyx.status.words(now())), (0, 1, "not created".to_owned()));
    assert_eq!(&*state.tree.loose[0].name, "watchtower");
    assert_eq!(state.tree.service("mcp", "nginx").unwrap().ports.as_str(), "80");
}

#[test]
fn figures_are_summed_and_what_is_unknown_is_not_zero() {
    let state = platform();
    let inference = state.tree.service("mcp", "mcp-inference").unwrap();
    assert_eq!(inference.usage.memory_bytes, Some(3 * (312 << 20)));
    assert_eq!(state.tree.stack("onyx").unwrap().usage.memory_bytes, None);
}

#[test]
fn an_idle_console_draws_the_clock_and_nothing_else() {
    let mut state = platform();
    send(&mut state, Msg::Tick);
    state.dirty = false;
    let figures: Vec<(_, ContainerFigures)> = state
        .fleet
        .containers()
        .keys()
        .filter_map(|id| Some((id.clone(), *state.figures.get(id)?)))
        .collect();
    let before: Vec<_> = platform_containers();
    for msg in [
        Msg::Tick,
        Msg::Wake,
        Msg::Figures(figures),
        Msg::Host(host()),
        Msg::Fleet(FleetEvent::Listed(before)),
        Msg::Drawn(HitMap::default()),
        Msg::Checks(state.health.reports().cloned().collect()),
        Msg::Tasks(state.tasks.newest_first().cloned().collect()),
        Msg::Logged,
    ] {
        assert_eq!(update(&mut state, msg.clone(), now()), [], "{msg:?}");
        assert!(!state.dirty, "{msg:?}");
    }
    update(&mut state, Msg::Tick, now() + jiff::SignedDuration::from_secs(1));
    assert!(state.dirty);
}

#[test]
fn what_mcp_tui_logs_is_drawn_at_once_where_its_pane_is_on_the_screen() {
    let mut state = platform();
    let messages = PaneArea { pane: PaneId::Messages, area: Rect::default(), body: Rect::default() };
    send(&mut state, Msg::Drawn(HitMap { panes: vec![messages], ..HitMap::default() }));
    state.dirty = false;
    send(&mut state, Msg::Logged);
    assert!(state.dirty);
}

#[test]
fn digits_and_tab_move_the_focus_and_esc_stays() {
    let mut state = platform();
    assert_eq!(keys(&mut state, "8"), [Effect::RefreshResources], "asked for when first looked at");
    assert_eq!(keys(&mut state, "7"), []);
    assert_eq!(keys(&mut state, "8"), []);
    assert_eq!(state.focus, PaneId::Resources);
    press(&mut state, "esc");
    assert_eq!(state.focus, PaneId::Resources, "nothing was opened");
    keys(&mut state, "9 tab");
    assert_eq!(state.focus, PaneId::Services);
    press(&mut state, "shift-tab");
    assert_eq!(state.focus, PaneId::Messages);
}

#[test]
fn a_filter_is_typed_kept_and_cleared() {
    let mut state = platform();
    let all = state.panes.services.list.keys().len();
    keys(&mut state, "/ r e d i s");
    assert_eq!(
        state.panes.services.list.keys(),
        [Subject::Stack("mcp".to_owned()), service("mcp", "redis")],
        "what matches, and what it stands under"
    );
    press(&mut state, "enter");
    assert!(state.prompt.is_none());
    press(&mut state, "esc");
    assert_eq!(state.panes.services.list.keys().len(), all);
    keys(&mut state, "/ x y z");
    assert_eq!(state.panes.services.list.selected(), None);
    press(&mut state, "esc");
    assert_eq!(state.panes.services.list.keys().len(), all, "Esc puts back what was there before");
}

/// The first of the other stacks may have the name in a service that was never deployed.
#[test]
fn a_filter_puts_the_cursor_on_what_is_looked_for_and_deployed() {
    let mut state = platform();
    keys(&mut state, "G / w e b enter");
    assert_eq!(state.panes.services.list.selected(), Some(&service("onyx", "web")), "there is no other");
    keys(&mut state, "esc g / m i n");
    let wanted = service("mcp", "minio");
    assert_eq!(state.panes.services.list.selected(), Some(&wanted), "not the stack above it");
    keys(&mut state, "enter esc");
    state.panes.services.list.select_key(&service("mlflow", "minio"));
    keys(&mut state, "/ m i n i o");
    assert_eq!(state.panes.services.list.selected(), Some(&service("mlflow", "minio")), "it is a match");
    keys(&mut state, "esc G / w");
    let Some(Subject::Container(id)) = state.panes.services.list.selected() else { panic!("no container") };
    assert_eq!(state.fleet.get(id).unwrap().name.as_str(), "watchtower", "it runs, and onyx/web does not");
}

#[test]
fn what_is_typed_is_not_obeyed() {
    let mut state = platform();
    let effects = keys(&mut state, "/ q D u");
    assert!(!effects.contains(&Effect::Quit) && state.dialogs.is_empty());
    assert_eq!(send(&mut state, Msg::Paste("q\nD".to_owned())), []);
    assert_eq!(state.prompt.as_ref().unwrap().input.text(), "qDuq");
    press(&mut state, "esc");
    assert_eq!(send(&mut state, Msg::Paste("q".to_owned())), [], "a paste is not keys");
}

#[test]
fn enter_drills_in_and_l_shows_the_logs() {
    let mut state = platform();
    assert_eq!(state.subject(), Some(service("mcp", "mcp-inference")));
    let rows = state.panes.services.list.keys().len();
    press(&mut state, "enter");
    assert_eq!(state.panes.services.list.keys().len(), rows + 3, "three replicas unfold");
    press(&mut state, "right");
    assert!(matches!(state.subject(), Some(Subject::Container(_))));
    press(&mut state, "left");
    press(&mut state, "left");
    assert_eq!(state.panes.services.list.keys().len(), rows);
    press(&mut state, "l");
    assert_eq!(state.focus, PaneId::Logs);
    press(&mut state, "esc");
    assert_eq!(state.focus, PaneId::Services);
}

#[test]
fn one_esc_too_many_leads_nowhere_where_the_next_key_would_act() {
    let mut state = platform();
    keys(&mut state, "5 3 / c u d a enter");
    keys(&mut state, "esc esc esc esc");
    assert_eq!((state.focus, state.logs.searched()), (PaneId::Logs, None));
    keys(&mut state, "alt-1 l esc esc esc");
    assert_eq!(state.focus, PaneId::Services, "back to where it was opened, and no further");
    keys(&mut state, "l alt-5 esc");
    assert_eq!(state.focus, PaneId::Findings, "whoever goes on by hand has left the way back");
}

#[test]
fn a_stack_that_was_unfolded_stays_so_when_it_is_deployed() {
    let mut state = connecting();
    send(&mut state, Msg::Fleet(FleetEvent::Listed(Vec::new())));
    send(
        &mut state,
        Msg::Stacks {
            files: vec![stack_file("shop", &[("web", 1)])],
            faults: Vec::new(),
            unread: std::collections::BTreeMap::new(),
        },
    );
    wait(&mut state);
    keys(&mut state, "g right j");
    assert_eq!(state.subject(), Some(service("shop", "web")));
    send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(compose_container("shop", "web", 1)))));
    wait(&mut state);
    assert_eq!(state.subject(), Some(service("shop", "web")));
}

#[test]
fn the_selection_stays_on_its_row_when_rows_come() {
    let mut state = platform();
    let mut containers = platform_containers();
    containers.push(compose_container("aaa", "first", 1));
    send(&mut state, Msg::Fleet(FleetEvent::Listed(containers)));
    wait(&mut state);
    assert_eq!(state.subject(), Some(service("mcp", "mcp-inference")));
}

#[test]
fn findings_lead_to_what_they_are_about() {
    let mut state = platform();
    press(&mut state, "5");
    assert!(!state.findings.findings().is_empty());
    let index = state
        .findings
        .findings()
        .iter()
        .position(|finding| finding.about.service.as_deref() == Some("mcp-inference"))
        .expect("the restarting service is a finding");
    state.panes.findings.list.select(index);
    press(&mut state, "enter");
    let selected = state.subject().unwrap();
    assert_eq!(state.service_of(&selected), Some(("mcp".to_owned(), "mcp-inference".to_owned())));
}

#[test]
fn the_palette_finds_a_command_by_a_few_letters() {
    let mut state = platform();
    keys(&mut state, ": z o o");
    let Some(Dialog::Palette(palette)) = state.dialog() else { panic!("no palette") };
    assert_eq!(palette.list.selected(), Some(&Command::Zoom));
    press(&mut state, "enter");
    assert!(state.zoomed && state.dialogs.is_empty());
}

#[test]
fn read_only_takes_every_dangerous_command_away() {
    let mut state = platform();
    let dangerous = |state: &State| {
        let scope = Scope::Pane(PaneId::Services);
        let mut all: Vec<Command> = help(state, scope).iter().map(|spec| spec.command).collect();
        all.extend(hints(state).iter().map(|hint| hint.command));
        all.extend(crate::app::command::palette(state).iter().map(|spec| spec.command));
        all.into_iter().filter(|command| command.spec().danger > crate::app::command::Danger::None).count()
    };
    assert!(dangerous(&state) > 0);
    press(&mut state, "R");
    assert_eq!(dangerous(&state), 0);
    for key in ["u", "r", "s", "S", "D", "b", "e"] {
        assert_eq!(press(&mut state, key), [], "{key}");
        assert!(state.dialogs.is_empty(), "{key}");
        assert!(state.notices.latest().unwrap().text.contains("read-only"), "{key}");
    }
    press(&mut state, "R");
    assert!(dangerous(&state) > 0);
}

#[test]
fn a_console_started_read_only_stays_so() {
    let (mut state, _) = State::new(Setup { read_only: ReadOnly::Locked, ..Setup::default() });
    press(&mut state, "R");
    assert_eq!(state.read_only, ReadOnly::Locked);
}

#[test]
fn without_docker_there_are_retry_demo_and_quit() {
    let mut state = no_docker();
    assert!(state.no_docker().is_some());
    assert_eq!(press(&mut state, "r"), [Effect::Reconnect]);
    assert_eq!(press(&mut state, "d"), [Effect::StartDemo]);
    assert_eq!(press(&mut state, "1"), []);
    assert_eq!(press(&mut state, "q"), [Effect::Quit]);
    let words: Vec<&str> = hints(&state).iter().map(|hint| hint.word).collect();
    assert_eq!(words, ["help", "retry", "demo", "quit"]);
}

#[test]
fn a_machine_without_a_gpu_says_so_and_has_no_rows() {
    let state = no_gpu();
    assert!(state.gpus.places().is_empty());
    assert_eq!(state.panes.gpus.list.selected(), None);
}

#[test]
fn a_lost_daemon_leaves_what_was_known_dated_and_untouchable() {
    let mut state = stale();
    assert_eq!(state.fleet.stale_since(), Some(now() - jiff::SignedDuration::from_secs(30)));
    assert_eq!(state.fleet.containers().len(), platform_containers().len());
    press(&mut state, "r");
    assert!(state.dialogs.is_empty());
    assert!(state.notices.latest().unwrap().text.contains("daemon is away"));
    // Another failure does not make the data any fresher.
    send(&mut state, Msg::Fleet(FleetEvent::Lost { fault: fault("still away"), retry_in_ms: 5_000 }));
    assert_eq!(state.fleet.stale_since(), Some(now() - jiff::SignedDuration::from_secs(30)));
    send(&mut state, Msg::Fleet(FleetEvent::Connected(daemon())));
    assert_eq!(state.fleet.stale_since(), None);
}

#[test]
fn a_list_keeps_what_an_inspect_told_of_the_same_run() {
    let mut state = platform();
    let mut containers = platform_containers();
    for container in &mut containers {
        container.details = None;
        if &*container.name == "mcp-redis-1" {
            container.state = ContainerState::Exited;
        }
    }
    send(&mut state, Msg::Fleet(FleetEvent::Listed(containers)));
    let details = |name: &str| {
        let found = state.fleet.containers().values().find(|container| &*container.name == name);
        found.unwrap().details.is_some()
    };
    assert!(details("mcp-nginx-1"));
    assert!(!details("mcp-redis-1"), "another state is another story");
}

#[test]
fn inspecting_masks_secrets() {
    let mut state = platform();
    press(&mut state, "j");
    let effects = press(&mut state, "i");
    let [Effect::Inspect(id), Effect::InspectStack { .. }] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    let document = serde_json::json!({"Config": {"Env": ["POSTGRES_PASSWORD=hunter2", "A=1"]}});
    send(&mut state, Msg::Inspected { id: id.clone(), result: Ok(document) });
    let Some(Dialog::Inspect(inspect)) = state.dialog() else { panic!("no dialog") };
    let Content::Lines(lines) = &inspect.content else { panic!("{inspect:?}") };
    let text: String = lines.iter().map(Safe::as_str).collect();
    assert!(text.contains("POSTGRES_PASSWORD") && text.contains("A=1") && !text.contains("hunter2"));
    press(&mut state, "esc");
    assert!(state.dialogs.is_empty());
}

#[test]
fn the_mouse_focuses_selects_and_gives_commands() {
    let mut state = platform();
    let area = |x, width| Rect { x, y: 1, width, height: 10 };
    let row = |y| Rect { x: 51, y, width: 20, height: 1 };
    send(
        &mut state,
        Msg::Drawn(HitMap {
            panes: vec![
                PaneArea { pane: PaneId::Services, area: area(0, 50), body: area(1, 48) },
                PaneArea { pane: PaneId::Health, area: area(50, 50), body: area(51, 48) },
            ],
            targets: vec![
                (row(2), HitTarget::Row { pane: PaneId::Health, index: 0 }),
                (row(3), HitTarget::Row { pane: PaneId::Health, index: 1 }),
                (row(39), HitTarget::Command(Command::Help)),
            ],
            ..HitMap::default()
        }),
    );
    let mouse = |x, y, kind| Msg::Mouse(MouseInput { x, y, kind });
    send(&mut state, mouse(55, 3, MouseKind::Click));
    assert_eq!((state.focus, state.panes.health.list.index()), (PaneId::Health, Some(1)));
    send(&mut state, mouse(5, 5, MouseKind::ScrollUp));
    assert_eq!(state.focus, PaneId::Health, "the wheel turns what is under it and leaves the focus");
    send(&mut state, mouse(55, 39, MouseKind::Click));
    assert!(matches!(state.dialog(), Some(Dialog::Help(_))));
}

#[rstest]
#[case(0)]
#[case(1)]
#[case(100)]
#[case(1_000)]
fn any_number_of_containers_has_a_valid_selection(#[case] count: usize) {
    let mut state = crowd(count);
    assert_eq!(state.tree.counts().containers, count);
    keys(&mut state, "G g ^d ^u j k");
    assert_eq!(state.panes.services.list.selected().is_some(), count > 0);
}

#[test]
fn faults_of_settings_and_stacks_are_one_notice_that_passes() {
    let mut state = platform();
    let faults = |count| (0..count).map(|index| fault(&format!("mistake {index}"))).collect::<Vec<_>>();
    let told =
        |state: &State| state.notices.shown().map(|notice| notice.text.to_string()).collect::<Vec<_>>();
    send(&mut state, Msg::Faults(faults(2)));
    assert_eq!(told(&state), ["2 faults in settings: see 9 Messages"]);
    send(
        &mut state,
        Msg::Stacks {
            files: Vec::new(),
            faults: vec![fault("no image")],
            unread: std::collections::BTreeMap::new(),
        },
    );
    assert_eq!(told(&state), ["3 faults in settings and stacks: see 9 Messages"]);
    update(&mut state, Msg::Tick, now() + jiff::SignedDuration::from_secs(11));
    assert_eq!(told(&state), [""; 0]);
    send(&mut state, Msg::Faults(faults(2)));
    press(&mut state, "f");
    press(&mut state, "esc");
    assert_eq!(told(&state).len(), 1, "the zoom is closed first");
    press(&mut state, "esc");
    assert_eq!(told(&state), [""; 0]);
}

#[test]
fn a_failed_task_is_told_until_a_key_is_pressed() {
    let mut state = platform();
    let mut records: Vec<_> = state.tasks.newest_first().cloned().collect();
    records[0].state = crate::domain::TaskState::Running;
    send(&mut state, Msg::Tasks(records.clone()));
    records[0].state = crate::domain::TaskState::Failed;
    send(&mut state, Msg::Tasks(records));
    let later = now() + jiff::SignedDuration::from_mins(5);
    update(&mut state, Msg::Tick, later);
    assert!(state.notices.latest().is_some_and(|notice| notice.text.contains("failed")));
    press(&mut state, "j");
    update(&mut state, Msg::Tick, later);
    assert!(state.notices.latest().is_none());
}

#[test]
fn a_mark_goes_with_the_row_that_had_it() {
    let mut state = platform();
    let is_of_mcp = |container: &crate::domain::Container| {
        container.compose.as_ref().is_some_and(|labels| labels.project == "mcp")
    };
    let gone: Vec<_> =
        state.fleet.containers().values().filter(|container| is_of_mcp(container)).cloned().collect();
    let redis = service("mcp", "redis");
    assert!(state.panes.services.reveal(&redis, &state.tree.clone()));
    press(&mut state, "space");
    assert_eq!(state.panes.services.marked().len(), 1);
    for container in gone {
        send(&mut state, Msg::Fleet(crate::domain::FleetEvent::Removed(container.id)));
    }
    wait(&mut state);
    assert!(!state.panes.services.list.keys().contains(&redis), "the stack is down and folded");
    assert_eq!(state.panes.services.marked().len(), 0);
}

#[test]
fn news_passes_soon_and_trouble_a_little_later() {
    let mut state = platform();
    let after = |state: &mut State, seconds| {
        update(state, Msg::Tick, now() + jiff::SignedDuration::from_secs(seconds));
        state.notices.shown().len()
    };
    state.notices.tell(Severity::Good, "saved", now());
    state.notices.tell(Severity::Warning, "careful", now());
    let number = state.notices.told();
    assert_eq!((after(&mut state, 3), after(&mut state, 5), after(&mut state, 9)), (2, 1, 0));
    assert_eq!(state.notices.since(number).count(), 0);
    state.notices.tell(Severity::Info, "again", now());
    assert_eq!(state.notices.since(number).count(), 1, "what is told since can be kept elsewhere");
}
