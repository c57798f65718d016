//! Tasks that failed, and files that cannot be read.

use super::*;

#[test]
fn a_stack_file_that_cannot_be_read_is_one_finding_with_all_complaints() {
    let complaint = |place: &str, text: &str| Fault::new(FaultKind::Invalid, "read", place).because(text);
    let faults = [
        complaint("/etc/stacks/web/compose.yaml:3:5", "services.a.image: expected text, found a list"),
        complaint("/etc/stacks/web/compose.yaml:9:2", "x: unknown key"),
        complaint("/etc/stacks/db/compose.yaml", "No such file or directory"),
    ];
    let found = findings(&Facts { stack_faults: faults.iter().collect(), now: now(), ..Facts::default() });
    assert_eq!(
        told(&found),
        [
            "Warning: the stack file /etc/stacks/db/compose.yaml cannot be read \
             [/etc/stacks/db/compose.yaml: No such file or directory]",
            "Warning: the stack file /etc/stacks/web/compose.yaml cannot be read \
             [/etc/stacks/web/compose.yaml:3:5: services.a.image: expected text, found a list | \
             /etc/stacks/web/compose.yaml:9:2: x: unknown key]",
        ]
    );
    assert!(found[1].fix.as_ref().unwrap().label.contains("correct the file"));
}

fn task(stack: &str, state: TaskState, back: Duration) -> TaskRecord {
    let mut record = TaskRecord::new(TaskSpec {
        id: TaskId(stack.to_owned()),
        operation: Operation::Backup,
        target: TaskTarget::Stack(StackRef {
            project: stack.to_owned(),
            files: Vec::new(),
            directory: None,
            env_files: Vec::new(),
            profiles: Vec::new(),
        }),
        requested_by: "root".to_owned(),
        requested_from: None,
        requested_at: ago(back),
        endpoint: String::new(),
    });
    record.state = state;
    record.finished = Some(ago(back));
    record.fault = (state == TaskState::Failed).then(|| {
        Fault::new(FaultKind::Exhausted, "write", "/backup").because("no space left").hint("make room")
    });
    record
}

#[rstest]
#[case::failed(&[(TaskState::Failed, 1)], 1)]
#[case::interrupted(&[(TaskState::Interrupted, 1)], 1)]
#[case::mended(&[(TaskState::Completed, 1), (TaskState::Failed, 2)], 0)]
#[case::failed_after(&[(TaskState::Failed, 1), (TaskState::Completed, 2)], 1)]
#[case::failed_twice(&[(TaskState::Failed, 1), (TaskState::Failed, 2)], 1)]
#[case::tried_again(&[(TaskState::Running, 1), (TaskState::Failed, 2)], 1)]
#[case::long_ago(&[(TaskState::Failed, 25)], 0)]
fn a_task_that_failed_is_a_finding_until_one_succeeds(
    #[case] newest_first: &[(TaskState, u64)],
    #[case] count: usize,
) {
    let records: Vec<TaskRecord> =
        newest_first.iter().map(|(state, hours)| task("mcp", *state, Duration::from_hours(*hours))).collect();
    let other = task("web", TaskState::Completed, Duration::ZERO);
    let tasks = std::iter::once(&other).chain(&records).collect();
    let found = findings(&Facts { tasks, now: now(), ..Facts::default() });
    assert_eq!(found.len(), count, "{:?}", told(&found));
}

#[test]
fn a_failed_task_shows_its_fault_and_its_hint() {
    let failed = task("mcp", TaskState::Failed, Duration::from_mins(5));
    let found = findings(&Facts { tasks: vec![&failed], now: now(), ..Facts::default() });
    assert_eq!(
        told(&found),
        [
            "Warning: backup of mcp failed [write /backup: no space left | 5m ago; no later task of mcp was done]"
        ]
    );
    assert_eq!(&*found[0].fix.as_ref().unwrap().label, "make room");
    assert_eq!(found[0].about.stack.as_deref(), Some("mcp"));
}
