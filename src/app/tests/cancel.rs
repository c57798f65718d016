//! A task that is under way is asked to end.

use crate::app::dialog::Dialog;
use crate::app::fixtures::*;
use crate::app::store::notices::Severity;
use crate::app::{Effect, Msg, State};
use crate::domain::task::{JournalLine, StepState, TaskEvent};
use crate::domain::{StepVerb, TaskRecord, TaskState};

/// The platform with its task at the second of three steps, the tasks focused.
fn running() -> (State, TaskRecord) {
    let mut state = platform();
    let mut record = TaskRecord::new(state.tasks.newest_first().next().unwrap().spec.clone());
    let three = plan("up", &[StepVerb::CreateContainer, StepVerb::StartContainer, StepVerb::StartContainer]);
    for event in [
        TaskEvent::Started { pid: 1, boot_id: String::new(), start_ticks: 1 },
        TaskEvent::Planned { plan: three },
        TaskEvent::StepStarted { step: 0 },
        TaskEvent::StepFinished { step: 0, fault: None },
        TaskEvent::StepStarted { step: 1 },
    ] {
        record.apply(&JournalLine { time: now(), event });
    }
    send(&mut state, Msg::Tasks(vec![record.clone()]));
    press(&mut state, "6");
    (state, record)
}

#[test]
fn a_running_task_is_cancelled_after_a_question() {
    let (mut state, mut record) = running();
    let id = record.spec.id.clone();
    assert_eq!(press(&mut state, "x"), []);
    assert!(matches!(state.dialog(), Some(Dialog::Cancel(cancel)) if cancel.id == id));
    assert_eq!(press(&mut state, "enter"), [Effect::CancelTask(id.clone())]);
    assert!(state.dialogs.is_empty());
    send(&mut state, Msg::CancelAsked { id: id.clone(), result: Ok(()) });
    assert!(state.tasks.is_ending(&id));
    record.state = TaskState::Cancelled;
    // The step that was given up.
    record.steps[1].state = StepState::Failed;
    send(&mut state, Msg::Task(Box::new(record)));
    assert!(!state.tasks.is_ending(&id));
    let notice = state.notices.latest().unwrap();
    assert_eq!(notice.severity, Severity::Warning);
    assert!(notice.text.contains("cancelled after 1 of 3 steps"), "{}", notice.text);
}

#[test]
fn nothing_is_cancelled_that_is_over_or_forbidden() {
    let (mut state, mut record) = running();
    press(&mut state, "x");
    press(&mut state, "esc");
    press(&mut state, "R");
    press(&mut state, "x");
    assert!(state.dialogs.is_empty());
    assert!(state.notices.latest().unwrap().text.contains("read-only"));
    press(&mut state, "R");
    press(&mut state, "x");
    record.state = TaskState::Completed;
    send(&mut state, Msg::Task(Box::new(record)));
    assert_eq!(press(&mut state, "enter"), [], "it ended while the card was open");
    press(&mut state, "x");
    assert!(state.notices.latest().unwrap().text.contains("under way"));
}

#[test]
fn a_worker_that_cannot_be_asked_is_told_of() {
    let (mut state, record) = running();
    let id = record.spec.id.clone();
    send(&mut state, Msg::CancelAsked { id: id.clone(), result: Err(fault("its worker is gone")) });
    assert!(state.notices.latest().unwrap().text.contains("its worker is gone"));
    assert!(!state.tasks.is_ending(&id));
}

#[test]
fn a_task_that_did_not_get_to_its_end_is_resumed_by_what_is_there_now() {
    let (mut state, mut record) = running();
    let id = record.spec.id.clone();
    press(&mut state, "c");
    assert!(state.notices.latest().unwrap().text.contains("needs a task that failed"));
    record.state = TaskState::Interrupted;
    send(&mut state, Msg::Task(Box::new(record.clone())));
    assert_eq!(
        state.notices.latest().unwrap().hint.as_deref(),
        Some("c in the tasks (6) goes on from what is there")
    );
    let asked = press(&mut state, "c");
    let [Effect::RequestPlan { request, task }] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((&task.operation, &task.target), (&record.spec.operation, &record.spec.target));
    let result = Ok(plan("up", &[StepVerb::StartContainer]));
    send(&mut state, Msg::Plan { request: *request, result });
    let started = Effect::StartTask { request: *request, task: task.clone(), continues: Some(id) };
    assert_eq!(press(&mut state, "enter"), [started]);
}

#[test]
fn records_of_old_tasks_are_removed_after_a_question() {
    let (mut state, _) = running();
    assert_eq!(press(&mut state, "C"), []);
    assert!(matches!(state.dialog(), Some(Dialog::Forget(forget)) if forget.listed == 0), "it runs");
    let asked = press(&mut state, "enter");
    assert!(
        matches!(asked.as_slice(), [Effect::ForgetTasks { older_than }] if older_than.as_secs() == 86_400)
    );
    send(&mut state, Msg::TasksForgotten(Ok(3)));
    assert!(state.notices.latest().unwrap().text.contains("3 tasks are gone"));
}
