//! Tasks: at work, done, failed.

use super::driving::{DAY, HOUR, ago, connected, press, tell};
use super::looks::focus;
use super::plans::{long_plan, plan};
use super::stacks::stack_ref;
use crate::app::{Msg, PaneId, State};
use crate::domain::task::{JournalLine, StepPart};
use crate::domain::{
    Fault, FaultKind, Operation, Plan, PlannedStep, StepVerb, TaskEvent, TaskId, TaskRecord, TaskSpec,
    TaskState, TaskTarget, UpOptions,
};

fn record(project: &str, operation: Operation, seconds: i64) -> TaskRecord {
    let at = ago(seconds);
    let verb = operation.verb();
    TaskRecord::new(TaskSpec {
        id: TaskId(format!("{}-{verb}-{project}-0001", at.strftime("%Y%m%dT%H%M%S"))),
        operation,
        target: TaskTarget::Stack(stack_ref(project)),
        requested_by: "ops".to_owned(),
        requested_from: Some("192.0.2.7".to_owned()),
        requested_at: at,
        endpoint: "unix:///var/run/docker.sock".to_owned(),
        terms: crate::domain::TaskTerms::default(),
    })
}

/// A deployment of the whole stack that took four seconds.
pub fn deployed(project: &str, seconds: i64) -> TaskRecord {
    let mut record = record(project, Operation::Up(UpOptions::default()), seconds);
    record.state = TaskState::Completed;
    (record.started, record.finished) = (Some(ago(seconds)), Some(ago(seconds - 4)));
    record
}

/// A backup that is at its second part.
pub fn backing_up() -> TaskRecord {
    let line = |seconds, event| JournalLine { time: ago(seconds), event };
    let dump = |object: &str| PlannedStep::new(StepVerb::Dump, object, "");
    let plan = Plan {
        title: "back up mcp".to_owned(),
        steps: vec![dump("database mcp of postgresql"), dump("volume minio_data"), dump("compose.yaml")],
        ..Plan::default()
    };
    let moved = |seconds, mebibytes: u64| {
        let (done, total) = (Some(mebibytes << 20), Some(2_048 << 20));
        line(seconds, TaskEvent::StepProgress { step: 1, done, total, text: String::new() })
    };
    let mut record = record("mcp", Operation::Backup, 20);
    for event in [
        line(20, TaskEvent::Started { pid: 78, boot_id: "b".to_owned(), start_ticks: 1 }),
        line(20, TaskEvent::Planned { plan }),
        line(19, TaskEvent::StepStarted { step: 0 }),
        line(12, TaskEvent::StepFinished { step: 0, fault: None }),
        line(12, TaskEvent::StepStarted { step: 1 }),
        moved(8, 256),
        moved(4, 512),
        moved(0, 768),
    ] {
        record.apply(&event);
    }
    record
}

pub fn tasks() -> Vec<TaskRecord> {
    let all = || Operation::Up(UpOptions::default());
    let line = |seconds, event| JournalLine { time: ago(seconds), event };
    let mut running = record("mlflow", all(), 42);
    let started = TaskEvent::Started { pid: 77, boot_id: "b".to_owned(), start_ticks: 1 };
    for event in [
        line(42, started.clone()),
        line(42, TaskEvent::Planned { plan: plan() }),
        line(41, TaskEvent::StepStarted { step: 0 }),
        line(41, TaskEvent::StepFinished { step: 0, fault: None }),
        line(41, TaskEvent::StepStarted { step: 1 }),
        line(40, TaskEvent::StepFinished { step: 1, fault: None }),
        line(40, TaskEvent::StepStarted { step: 2 }),
        line(31, TaskEvent::StepFinished { step: 2, fault: None }),
        line(31, TaskEvent::StepStarted { step: 3 }),
        line(
            3,
            TaskEvent::StepProgress {
                step: 3,
                done: None,
                total: None,
                text: "starting, 28s of 60s".to_owned(),
            },
        ),
    ] {
        running.apply(&event);
    }
    let mut done = record("mlflow", Operation::Backup, 2 * HOUR);
    for event in [
        line(2 * HOUR, started.clone()),
        line(
            2 * HOUR - 31,
            TaskEvent::Output { text: "wrote /var/lib/mcp-tui/backups/mlflow/20261120T083107".to_owned() },
        ),
        line(2 * HOUR - 31, TaskEvent::Finished { state: TaskState::Completed, fault: None }),
    ] {
        done.apply(&event);
    }
    let mut failed = record(
        "mcp",
        Operation::Restart { services: vec!["nginx".to_owned()], timeout: None, no_deps: false },
        DAY,
    );
    let fault = Fault::new(FaultKind::Conflict, "start container", "mcp-nginx-1")
        .because("port 80 is already allocated")
        .hint("find who holds it: ss -ltnp 'sport = :80'");
    for event in [
        line(DAY, started),
        line(DAY - 4, TaskEvent::Finished { state: TaskState::Failed, fault: Some(fault) }),
    ] {
        failed.apply(&event);
    }
    vec![running, done, failed]
}

pub fn task_steps() -> State {
    let mut state = focus(PaneId::Tasks);
    press(&mut state, &["enter"]);
    state
}

/// An `up` that pulls one image and builds another.
pub fn task_images() -> State {
    let absent = "not on this server";
    let steps = vec![
        PlannedStep::new(StepVerb::Pull, "postgres:15", absent).of("postgres"),
        PlannedStep::new(StepVerb::Build, "mlflow-server", absent).of("server"),
    ];
    let part = |name: &str, state: &str, over, bytes: Option<(u64, u64)>| StepPart {
        name: name.to_owned(),
        state: state.to_owned(),
        over,
        done: bytes.map(|(done, _)| done << 20),
        total: bytes.map(|(_, total)| total << 20),
    };
    let parts = vec![
        part("1efec37cde58", "complete", true, Some((30, 30))),
        part("79fd8ef06f99", "downloading", false, Some((12, 48))),
        part("2bd07c0a2f6e", "waiting", false, None),
    ];
    let text = "1 of 3 layers".to_owned();
    let mut pulling = record("mlflow", Operation::Up(UpOptions::default()), 42);
    for event in [
        TaskEvent::Started { pid: 77, boot_id: "b".to_owned(), start_ticks: 1 },
        TaskEvent::Planned { plan: Plan { steps, ..plan() } },
        TaskEvent::StepStarted { step: 0 },
        TaskEvent::StepStarted { step: 1 },
        TaskEvent::StepProgress { step: 0, done: Some(42 << 20), total: Some(78 << 20), text },
        TaskEvent::StepParts { step: 0, parts },
        TaskEvent::StepProgress { step: 1, done: None, total: None, text: "step 3/7 RUN make".to_owned() },
        TaskEvent::StepOutput { step: 1, text: "cc -c \u{1b}[31mserver.c".to_owned() },
    ] {
        pulling.apply(&JournalLine { time: ago(40), event });
    }
    let mut state = connected();
    tell(&mut state, Msg::Tasks(vec![pulling]));
    press(&mut state, &[&PaneId::Tasks.number().to_string(), "enter"]);
    state
}

/// The middle of a plan of forty steps.
pub fn task_long() -> State {
    let mut running = record("mcp", Operation::Up(UpOptions::default()), 42);
    let plan = long_plan();
    let done = plan.steps.len() / 2;
    let line = |seconds, event| JournalLine { time: ago(seconds), event };
    running.apply(&line(42, TaskEvent::Started { pid: 77, boot_id: "b".to_owned(), start_ticks: 1 }));
    running.apply(&line(42, TaskEvent::Planned { plan }));
    for step in 0..done {
        running.apply(&line(40, TaskEvent::StepStarted { step }));
        running.apply(&line(20, TaskEvent::StepFinished { step, fault: None }));
    }
    running.apply(&line(12, TaskEvent::StepStarted { step: done }));
    let mut state = connected();
    tell(&mut state, Msg::Tasks(vec![running]));
    press(&mut state, &[&PaneId::Tasks.number().to_string(), "enter"]);
    state
}
