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

pub fn task(stack: &str, state: TaskState, back: Duration) -> TaskRecord {
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
        terms: crate::domain::TaskTerms::default(),
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
fn a_failed_backup_stays_a_finding_whatever_else_is_done_with_the_stack() {
    let failed = task("mcp", TaskState::Failed, Duration::from_hours(2));
    let mut restarted = task("mcp", TaskState::Completed, Duration::from_hours(1));
    restarted.spec.operation = Operation::Restart { services: Vec::new(), timeout: None, no_deps: false };
    let count = |tasks: Vec<&TaskRecord>| findings(&Facts { tasks, now: now(), ..Facts::default() }).len();
    assert_eq!(count(vec![&restarted, &failed]), 1);
    let taken = task("mcp", TaskState::Completed, Duration::from_mins(5));
    assert_eq!(count(vec![&taken, &restarted, &failed]), 0);
}

#[test]
fn a_failed_task_shows_its_fault_and_its_hint() {
    let failed = task("mcp", TaskState::Failed, Duration::from_mins(5));
    let found = findings(&Facts { tasks: vec![&failed], now: now(), ..Facts::default() });
    assert_eq!(
        told(&found),
        [
            "Warning: backup of mcp failed [write /backup: no space left | 5m ago; no later backup of mcp was done]"
        ]
    );
    assert_eq!(&*found[0].fix.as_ref().unwrap().label, "make room");
    assert_eq!(found[0].about.stack.as_deref(), Some("mcp"));
}

#[rstest]
#[case::the_task_ended_while_it_was_so(240, 120, true)]
#[case::it_was_done_just_now(240, 3, false)]
#[case::it_was_done_before(60, 120, false)]
fn a_fix_that_did_not_help_is_not_offered_as_if_nothing_had_happened(
    #[case] since_seconds: u64,
    #[case] done_seconds_ago: u64,
    #[case] expected: bool,
) {
    let unhealthy = with("api", |container, _| container.health = Some(Health::Unhealthy));
    let done = ago(Duration::from_secs(done_seconds_ago));
    let mut record = task("mcp", TaskState::Completed, Duration::ZERO);
    record.spec.operation =
        Operation::Restart { services: vec!["api".to_owned()], timeout: None, no_deps: false };
    (record.spec.requested_at, record.started, record.finished) = (done, Some(done), Some(done));
    let id = format!("unhealthy/{}", unhealthy.id.0);
    let stood = Stood {
        id: &id,
        stack: "mcp",
        service: "api",
        begin: ago(Duration::from_secs(since_seconds)),
        end: None,
    };
    let found = findings(&Facts {
        containers: vec![&unhealthy],
        tasks: vec![&record],
        stood: vec![stood],
        now: now(),
        ..Facts::default()
    });
    let last = found[0].evidence.last().map(|line| (line.time, line.text.to_string()));
    let told = last == Some((Some(done), "restarted by a task of mcp-tui, and it is still so".to_owned()));
    assert_eq!(told, expected, "{found:?}");
    let label = &found[0].fix.as_ref().unwrap().label;
    assert_eq!(label.contains("did not help"), expected, "{label}");
}
