//! Confirm cards and tasks.

use crate::app::dialog::confirm::Phase;
use crate::app::dialog::{Confirm, Dialog};
use crate::app::fixtures::*;
use crate::app::store::notices::Severity;
use crate::app::{Effect, Msg, PaneId, State};
use crate::domain::task::TaskRequest;
use crate::domain::{DownOptions, Operation, StepVerb, TaskId, TaskRecord, TaskSpec, TaskState, TaskTarget};

pub fn card(state: &State) -> &Confirm {
    match state.dialog() {
        Some(Dialog::Confirm(confirm)) => confirm,
        other => panic!("no confirm card but {other:?}"),
    }
}

fn on_stack(project: &str, operation: Operation) -> TaskRequest {
    TaskRequest { operation, target: TaskTarget::Stack(stack_file(project, &[]).reference) }
}

fn planned(state: &mut State, request: u64, verbs: &[StepVerb]) {
    send(state, Msg::Plan { request, result: Ok(plan("restart", verbs)) });
}

#[test]
fn a_restart_is_planned_confirmed_and_started() {
    let mut state = platform();
    let task = on_stack(
        "mcp",
        Operation::Restart { services: vec!["mcp-inference".to_owned()], timeout: None, no_deps: false },
    );
    let effects = press(&mut state, "r");
    let request = card(&state).parts[0].request;
    assert_eq!(effects, [Effect::RequestPlan { request, task: task.clone() }]);
    assert_eq!(card(&state).title, "Restart mcp-inference of mcp?");
    assert_eq!(press(&mut state, "enter"), [], "nothing is confirmed before it was planned");
    planned(&mut state, request, &[StepVerb::RestartContainer]);
    assert_eq!(press(&mut state, "enter"), [Effect::StartTask { request, task, continues: None }]);
    assert_eq!(press(&mut state, "enter"), [], "and only once");
    send(&mut state, Msg::TaskStarted { request, result: Ok(TaskId("t".to_owned())) });
    assert!(state.dialogs.is_empty());
    assert!(state.notices.latest().unwrap().text.contains("restart mcp/mcp-inference: started"));
}

#[test]
fn what_is_told_of_a_start_gives_way_to_the_outcome() {
    let mut state = platform();
    press(&mut state, "r");
    let part = card(&state).parts[0].clone();
    planned(&mut state, part.request, &[StepVerb::RestartContainer]);
    press(&mut state, "enter");
    let id = TaskId("20261120T103104-restart-mcp-3f9c".to_owned());
    let mut record = TaskRecord::new(TaskSpec {
        id: id.clone(),
        operation: part.task.operation,
        target: part.task.target,
        requested_by: "root".to_owned(),
        requested_from: None,
        requested_at: now(),
        endpoint: String::new(),
        terms: crate::domain::TaskTerms::default(),
    });
    record.state = TaskState::Completed;
    send(&mut state, Msg::TaskStarted { request: part.request, result: Ok(id) });
    let told =
        |state: &State| state.notices.shown().map(|notice| notice.text.to_string()).collect::<Vec<_>>();
    assert!(told(&state).iter().any(|text| text.ends_with(": started")), "{:?}", told(&state));
    send(&mut state, Msg::Task(Box::new(record)));
    let [outcome] = <[String; 1]>::try_from(told(&state)).unwrap();
    assert!(outcome.contains("restart mcp/mcp-inference: done"), "{outcome}");
    press(&mut state, "6");
    press(&mut state, "g");
    press(&mut state, "r");
    assert_eq!(card(&state).title, "Restart mcp-inference of mcp?", "what the task was of, and no more");
}

#[test]
fn esc_cancels_and_a_late_plan_changes_nothing() {
    let mut state = platform();
    press(&mut state, "r");
    let request = card(&state).parts[0].request;
    press(&mut state, "esc");
    planned(&mut state, request, &[StepVerb::RestartContainer]);
    assert!(state.dialogs.is_empty());
    assert_eq!(press(&mut state, "enter").len(), 0);
}

#[test]
fn what_cannot_be_planned_or_started_says_why_on_the_card() {
    let mut state = platform();
    press(&mut state, "u");
    let request = card(&state).parts[0].request;
    send(&mut state, Msg::Plan { request, result: Err(fault("the file is broken")) });
    assert_eq!(card(&state).faults().count(), 1);
    assert_eq!(press(&mut state, "enter"), []);
    assert!(state.dialogs.is_empty(), "there is nothing to confirm");
    press(&mut state, "u");
    let request = card(&state).parts[0].request;
    planned(&mut state, request, &[StepVerb::CreateContainer]);
    press(&mut state, "enter");
    send(&mut state, Msg::TaskStarted { request, result: Err(fault("the disk is full")) });
    assert!(matches!(card(&state).parts[0].phase, Phase::Failed(_)));
}

#[test]
fn scaling_asks_for_the_number_first_and_plans_each() {
    let mut state = platform();
    assert_eq!(press(&mut state, "s"), []);
    assert_eq!(card(&state).parts[0].phase, Phase::Asking);
    assert_eq!(press(&mut state, "enter"), []);
    let effects = press(&mut state, "5");
    let old = card(&state).parts[0].request;
    let scale = |number| {
        on_stack(
            "mcp",
            Operation::Scale { replicas: [("mcp-inference".to_owned(), number)].into(), no_deps: false },
        )
    };
    assert_eq!(effects, [Effect::RequestPlan { request: old, task: scale(5) }]);
    assert_eq!(card(&state).replicas.unwrap().before, 3, "the one that restarts is a replica too");
    press(&mut state, "+");
    let request = card(&state).parts[0].request;
    planned(&mut state, old, &[StepVerb::RemoveContainer]);
    assert_eq!(card(&state).parts[0].phase, Phase::Planning, "the plan for 5 is not one for 6");
    planned(&mut state, request, &[StepVerb::CreateContainer]);
    assert_eq!(press(&mut state, "enter"), [Effect::StartTask { request, task: scale(6), continues: None }]);
}

#[test]
fn no_more_digits_are_taken_than_a_service_may_have_replicas() {
    let mut state = platform();
    press(&mut state, "s");
    keys(&mut state, "9 9 9 9 9");
    assert_eq!(card(&state).replicas.unwrap().wanted, 999);
    keys(&mut state, "+ + +");
    assert_eq!(card(&state).replicas.unwrap().wanted, 1_000);
    keys(&mut state, "backspace backspace backspace backspace 1 0 0 0 0");
    assert_eq!(card(&state).replicas.unwrap().wanted, 1_000);
}

#[test]
fn taking_down_with_volumes_must_be_typed() {
    let mut state = platform();
    press(&mut state, "D");
    assert_eq!(card(&state).parts[0].task, on_stack("mcp", Operation::Down(DownOptions::default())));
    assert!(card(&state).typed.is_none());
    press(&mut state, "space");
    let request = card(&state).parts[0].request;
    assert_eq!(
        card(&state).parts[0].task,
        on_stack("mcp", Operation::Down(DownOptions { volumes: true, ..DownOptions::default() }))
    );
    planned(&mut state, request, &[StepVerb::RemoveContainer, StepVerb::RemoveVolume]);
    assert_eq!(press(&mut state, "enter"), []);
    assert_eq!(keys(&mut state, "m c enter"), []);
    assert_eq!(press(&mut state, "y"), [], "a letter is typed, not taken for a yes");
    press(&mut state, "backspace");
    assert_eq!(keys(&mut state, "p enter").len(), 1);
}

#[test]
fn a_plan_that_removes_volumes_must_be_typed_whoever_asked() {
    let mut state = platform();
    press(&mut state, "u");
    let request = card(&state).parts[0].request;
    planned(&mut state, request, &[StepVerb::RemoveVolume]);
    assert_eq!(keys(&mut state, "enter y"), []);
}

#[test]
fn nothing_to_do_closes_without_a_task() {
    let mut state = platform();
    press(&mut state, "u");
    let request = card(&state).parts[0].request;
    planned(&mut state, request, &[StepVerb::Keep]);
    assert!(card(&state).is_idle());
    assert_eq!(press(&mut state, "enter"), []);
    assert!(state.dialogs.is_empty());
}

#[test]
fn marked_rows_are_acted_on_together() {
    let mut state = platform();
    // mcp-inference and the one below it, then a stack.
    keys(&mut state, "space space G");
    while state.subject() != Some(crate::app::Subject::Stack("mlflow".to_owned())) {
        press(&mut state, "k");
    }
    press(&mut state, "space");
    let effects = press(&mut state, "r");
    let tasks: Vec<&TaskRequest> = effects
        .iter()
        .map(|effect| match effect {
            Effect::RequestPlan { task, .. } => task,
            other => panic!("{other:?}"),
        })
        .collect();
    let services = vec!["mcp-inference".to_owned(), "mcp-scheduler".to_owned()];
    assert_eq!(
        tasks,
        [
            &on_stack("mcp", Operation::Restart { services, timeout: None, no_deps: false }),
            &on_stack("mlflow", Operation::Restart { services: Vec::new(), timeout: None, no_deps: false })
        ]
    );
    let requests: Vec<u64> = card(&state).parts.iter().map(|part| part.request).collect();
    planned(&mut state, requests[0], &[StepVerb::RestartContainer]);
    assert_eq!(press(&mut state, "enter"), [], "all of it must be planned");
    planned(&mut state, requests[1], &[StepVerb::RestartContainer]);
    assert_eq!(press(&mut state, "enter").len(), 2);
}

#[test]
fn one_replica_and_a_loose_container_are_restarted_by_themselves() {
    let mut state = platform();
    keys(&mut state, "enter j");
    press(&mut state, "r");
    let target = &card(&state).parts[0].task.target;
    assert_eq!(target.name(), "mcp-mcp-inference-1");
    keys(&mut state, "esc G");
    assert_eq!(
        press(&mut state, "S").iter().filter(|effect| matches!(effect, Effect::RequestPlan { task, .. }
            if task.operation == Operation::Stop { services: Vec::new(), timeout: None } && task.target.name() == "watchtower")).count(),
        1
    );
    press(&mut state, "esc");
    assert_eq!(press(&mut state, "u"), [], "there is no file to deploy it from");
    assert!(state.notices.latest().unwrap().text.contains("needs a stack"));
}

#[test]
fn every_task_ends_in_a_notice() {
    let mut state = platform();
    press(&mut state, "7");
    let mut record = TaskRecord::new(TaskSpec {
        id: TaskId("20261120T103104-backup-mcp-3f9c".to_owned()),
        operation: Operation::Backup,
        target: TaskTarget::Stack(stack_file("mcp", &[]).reference),
        requested_by: "root".to_owned(),
        requested_from: None,
        requested_at: now(),
        endpoint: String::new(),
        terms: crate::domain::TaskTerms::default(),
    });
    record.state = TaskState::Running;
    assert_eq!(send(&mut state, Msg::Task(Box::new(record.clone()))), []);
    record.state = TaskState::Failed;
    record.fault = Some(fault("no space left on device").hint("make room and try again"));
    assert!(send(&mut state, Msg::Task(Box::new(record.clone()))).contains(&Effect::RefreshBackups));
    let notice = state.notices.latest().unwrap();
    assert_eq!((notice.severity, notice.sticky), (Severity::Bad, true));
    assert!(notice.text.contains("backup mcp: failed") && notice.text.contains("no space left"));
    assert_eq!(notice.hint.as_deref(), Some("make room and try again"));
    assert_eq!(send(&mut state, Msg::Task(Box::new(record))), [], "it ends once");
    press(&mut state, "6");
    assert!(state.notices.latest().is_none(), "seen");
    assert_eq!(state.focus, PaneId::Tasks);
}

#[test]
fn a_task_that_ended_while_the_list_was_away_is_told_too() {
    let mut state = platform();
    let mut records: Vec<TaskRecord> = state.tasks.newest_first().cloned().collect();
    records[0].state = TaskState::Running;
    send(&mut state, Msg::Tasks(records.clone()));
    records[0].state = TaskState::Interrupted;
    send(&mut state, Msg::Tasks(records));
    assert!(state.notices.latest().unwrap().text.contains("interrupted"));
}

#[test]
fn of_two_tasks_in_one_second_the_later_stands_first() {
    let mut state = platform();
    let earlier = state.tasks.newest_first().next().unwrap().clone();
    let mut later = earlier.clone();
    later.spec.id.0.insert(0, '0');
    later.spec.requested_at += jiff::SignedDuration::from_millis(1);
    send(&mut state, Msg::Tasks(vec![earlier, later.clone()]));
    assert_eq!(state.tasks.newest_first().next().unwrap().spec.id, later.spec.id);
}

#[test]
fn how_long_an_interrupted_task_took_is_not_known() {
    let mut record = platform().tasks.newest_first().next().unwrap().clone();
    assert!(record.took(now()).is_some());
    (record.finished, record.state) = (None, TaskState::Running);
    assert!(record.took(now()).is_some(), "until now");
    record.state = TaskState::Interrupted;
    assert_eq!(record.took(now()), None);
}
