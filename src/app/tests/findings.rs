//! What is wrong, looked at: opened, acknowledged, and on the timeline.

use crate::app::fixtures::{compose_container, keys, log_line, now, plan, platform, press, send, wait};
use crate::app::pane::PaneId;
use crate::app::pane::findings::Preview;
use crate::app::store::findings::Incident;
use crate::app::store::timeline::Kind;
use crate::app::{Effect, LogBatch, Msg, State, update};
use crate::domain::daemon::DaemonEvent;
use crate::domain::host::{KernelMessage, KernelMessageKind};
use crate::domain::{ContainerId, ContainerState, FleetEvent, Safe, StepVerb};
use jiff::{SignedDuration, Timestamp};

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

/// The platform with the findings in front, and the one about this service selected.
fn on(service: &str) -> State {
    let mut state = platform();
    press(&mut state, "5");
    let about = |state: &State| {
        let findings = state.findings.findings().iter();
        findings.clone().position(|finding| finding.about.service.as_deref() == Some(service))
    };
    let index = about(&state).expect("the service is in trouble");
    state.panes.findings.list.select(index);
    state
}

fn noted(container: &ContainerId, action: &str, time: Timestamp) -> Msg {
    Msg::Fleet(FleetEvent::Noted(DaemonEvent {
        time: Some(time),
        kind: "container".to_owned(),
        action: Safe::new(action),
        id: container.0.clone(),
        name: Safe::new("by-its-name"),
        service: None,
        exit_code: (action == "die").then_some(137),
    }))
}

fn told(state: &State) -> Vec<String> {
    state.timeline.entries().map(|(_, entry)| format!("{} {}", entry.what, entry.who)).collect()
}

#[test]
fn opening_a_finding_leads_to_its_logs_and_previews_its_fix() {
    let mut state = on("mcp-inference");
    let fix = state.fix().cloned();
    let effects = press(&mut state, "enter");
    let open = state.panes.findings.open.clone().expect("it is open");
    assert_eq!(state.focus, PaneId::Findings, "the finding itself is read");
    let selected = state.panes.services.list.selected().cloned().expect("a row");
    assert_eq!(state.service_of(&selected), Some(("mcp".to_owned(), "mcp-inference".to_owned())));
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::RequestPlan { request, task } => Some((*request, task.clone())),
        _ => None,
    });
    assert_eq!(asked.as_ref().map(|(_, task)| task), fix.as_ref());
    if let Some((request, _)) = asked {
        assert_eq!(open.preview, Preview::Planning(request));
        send(
            &mut state,
            Msg::Plan { request, result: Ok(plan("restart mcp", &[StepVerb::RestartContainer])) },
        );
        let open = state.panes.findings.open.clone().expect("it is open");
        assert!(matches!(open.preview, Preview::Ready(_)), "{open:?}");
    }
    press(&mut state, "enter");
    assert_eq!(state.focus, PaneId::Logs);
    press(&mut state, "alt-5");
    press(&mut state, "esc");
    assert!(state.panes.findings.open.is_none());
}

#[test]
fn acknowledging_moves_it_below_and_out_of_the_count() {
    let mut state = platform();
    press(&mut state, "5");
    let first = state.findings.findings()[0].id.clone();
    state.panes.findings.list.select(0);
    press(&mut state, "a");
    assert_eq!(state.findings.findings().last().map(|finding| finding.id.as_str()), Some(first.as_str()));
    assert_eq!(state.findings.acknowledged(), 1);
    assert_eq!(state.panes.findings.list.selected(), Some(&first), "the cursor stays on it");
    press(&mut state, "a");
    assert_eq!(state.findings.acknowledged(), 0);
}

#[test]
fn the_timeline_tells_what_the_daemon_did_and_moves_the_other_panes() {
    let mut state = platform();
    let nginx = state.fleet.containers().values().find(|known| known.name.contains("nginx")).cloned();
    let nginx = nginx.expect("the platform has one").id;
    send(&mut state, noted(&nginx, "die", ago(90)));
    send(&mut state, noted(&nginx, "start", ago(80)));
    send(&mut state, noted(&nginx, "start", ago(80)));
    let lines = told(&state);
    let of = |what: &str| lines.iter().filter(|line| line.starts_with(what)).count();
    assert_eq!((of("ended with exit code 137"), of("start")), (1, 1), "each is told once: {lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("critical: ")), "findings begin: {lines:?}");

    keys(&mut state, "5 i");
    let list = &state.panes.findings.timeline.as_ref().expect("it is shown").list;
    assert_eq!(list.index(), Some(list.keys().len() - 1), "the newest is last, and followed");
    keys(&mut state, "/ n g i n x enter g");
    let (id, entry) = state.entry().expect("an entry");
    assert_eq!((entry.kind, id.time), (Kind::End, ago(90)));
    let selected = state.panes.services.list.selected().cloned().expect("a row");
    assert_eq!(state.service_of(&selected), Some(("mcp".to_owned(), "nginx".to_owned())));
    press(&mut state, "esc");
    assert!(state.panes.findings.timeline.as_ref().is_some_and(|timeline| timeline.list.filter.is_none()));
    press(&mut state, "esc");
    assert!(state.panes.findings.timeline.is_none());
}

#[test]
fn what_the_kernel_said_stands_on_the_timeline_whether_or_not_it_is_a_finding() {
    let mut state = platform();
    let nginx = state.fleet.containers().values().find(|known| known.name.contains("nginx")).cloned();
    let nginx = nginx.expect("the platform has one").id;
    let out_of_memory =
        |cgroup: String, of_host| KernelMessageKind::OutOfMemory { task_cgroup: cgroup, of_host };
    let said = |time, kind, text: &str| KernelMessage { time, kind, text: Safe::new(text) };
    let messages = vec![
        // Longer ago than a finding would be made of it.
        said(ago(7200), out_of_memory(format!("/docker/{}", nginx.0), false), "oom-kill: task=nginx"),
        said(ago(90), KernelMessageKind::Xid { pci: "0000:3b:00".to_owned(), code: 43 }, "NVRM: Xid 43"),
        said(ago(100_000), out_of_memory("/".to_owned(), true), "oom-kill: task=long-ago"),
    ];
    send(&mut state, Msg::Kernel(messages));
    let of_kernel: Vec<_> = state
        .timeline
        .entries()
        .filter(|(_, entry)| entry.kind == Kind::Kernel)
        .map(|(_, entry)| entry)
        .collect();
    let told: Vec<_> = of_kernel.iter().map(|entry| format!("{} | {}", entry.what, entry.who)).collect();
    assert_eq!(
        told,
        [
            "a process was killed, as its cgroup was out of memory: oom-kill: task=nginx | nginx-1",
            "Xid 43 of the GPU at 0000:3b:00: NVRM: Xid 43 | kernel",
        ]
    );
    assert_eq!(of_kernel[0].about.container.as_ref(), Some(&nginx), "it leads to its container");
    assert!(!state.findings.findings().iter().any(|finding| finding.title.contains("Xid 43")));
}

#[test]
fn a_finding_that_only_time_ends_ends_though_nothing_else_is_told() {
    let mut state = platform();
    let kind = KernelMessageKind::OutOfMemory { task_cgroup: "/".to_owned(), of_host: true };
    let text = Safe::new("oom-kill: task=trainer");
    send(&mut state, Msg::Kernel(vec![KernelMessage { time: ago(595), kind, text }]));
    let is_told =
        |state: &State| state.findings.findings().iter().any(|finding| finding.id.starts_with("host-memory"));
    wait(&mut state);
    assert!(is_told(&state));
    for second in 1..=8 {
        update(&mut state, Msg::Tick, now() + SignedDuration::from_secs(second));
    }
    assert!(!is_told(&state), "it is ten minutes ago");
}

#[test]
fn logs_that_are_opened_for_a_moment_go_to_it_once_its_lines_are_there() {
    let mut state = platform();
    let nginx = state.fleet.containers().values().find(|known| known.name.contains("nginx")).cloned();
    let nginx = nginx.expect("the platform has one").id;
    send(&mut state, noted(&nginx, "health_status: unhealthy", ago(60)));
    keys(&mut state, "5 i / u n h e a l t h y enter");
    keys(&mut state, "g");
    let lines = |from: i64| {
        let lines: Vec<_> =
            (0..40).map(|number| log_line(&nginx, ago(from - number), &format!("line {number}"))).collect();
        lines
    };
    // A first batch that ends before the moment, and then the one with it.
    state.panes.findings.timeline.as_mut().expect("it is shown").list.select(0);
    super::super::update(&mut state, Msg::Wake, now());
    let generation = state.panes.logs.generation;
    let batch = |lines: Vec<crate::domain::LogLine>| {
        Msg::Logs(LogBatch { generation, lines: lines.into(), ..LogBatch::default() })
    };
    send(&mut state, batch(lines(120)));
    send(&mut state, batch(lines(80)));
    let current = state.panes.logs.current(&state.logs).and_then(|number| state.logs.line(number));
    assert_eq!(current.and_then(|line| line.time), Some(ago(60)));
    assert!(!state.panes.logs.is_following());
}

#[test]
fn a_finding_that_is_over_stays_on_the_timeline_and_can_be_opened() {
    let mut state = platform();
    let mut broken = compose_container("shop", "db", 1);
    broken.state = ContainerState::Exited;
    broken.status = Safe::new("Exited (1) 2 minutes ago");
    if let Some(details) = &mut broken.details {
        (details.exit_code, details.finished_at) = (1, Some(ago(120)));
    }
    let id = broken.id.clone();
    send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(broken))));
    wait(&mut state);
    let is_about = |finding: &crate::triage::Finding| finding.about.container.as_ref() == Some(&id);
    assert!(state.findings.findings().iter().any(is_about));
    let mended = compose_container("shop", "db", 1);
    super::super::update(
        &mut state,
        Msg::Fleet(FleetEvent::Changed(Box::new(mended))),
        now() + SignedDuration::from_secs(5),
    );
    super::super::update(&mut state, Msg::Wake, now() + SignedDuration::from_secs(6));
    assert!(!state.findings.findings().iter().any(is_about));
    let lines = told(&state);
    assert!(lines.iter().any(|line| line.starts_with("over: ") && line.ends_with(" db")), "{lines:?}");
    keys(&mut state, "5 i / o v e r : enter enter");
    let open = state.panes.findings.open.clone().expect("it is opened");
    assert!(state.findings.incident(&open.id).is_some_and(Incident::is_over));
    assert_eq!((open.preview, state.fix()), (Preview::None, None), "there is nothing to mend any more");
}
