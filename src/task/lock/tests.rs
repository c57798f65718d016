use super::*;
use crate::domain::{Operation, StackRef};
use std::process::{Command, Stdio};
use std::sync::Barrier;

const DIRECTORY: &str = "MCP_TUI_TEST_LOCK_DIRECTORY";

fn target() -> TaskTarget {
    TaskTarget::Stack(StackRef {
        project: "mlflow".to_owned(),
        files: Vec::new(),
        directory: None,
        env_files: Vec::new(),
        profiles: Vec::new(),
    })
}

fn owner(who: &str) -> LockOwner {
    let spec = TaskSpec {
        id: TaskId("20261120T103104-up-mlflow-3f9c".to_owned()),
        operation: Operation::Backup,
        target: target(),
        requested_by: who.to_owned(),
        requested_from: Some("10.0.0.7".to_owned()),
        requested_at: Timestamp::UNIX_EPOCH,
        endpoint: String::new(),
        terms: crate::domain::TaskTerms::default(),
    };
    LockOwner::of(&spec, Timestamp::UNIX_EPOCH)
}

#[test]
fn the_loser_is_told_who_holds_it_and_how_to_wait() {
    let directory = tempfile::tempdir().unwrap();
    let lock = StackLock::acquire(directory.path(), &target(), Scope::Stack, &owner("alice")).unwrap();
    let fault = StackLock::acquire(directory.path(), &target(), Scope::Stack, &owner("bob")).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Locked);
    let now = Timestamp::from_second(75).unwrap();
    assert_eq!(
        owner("alice").sentence(now),
        "alice (from 10.0.0.7) runs backup since 1970-01-01T00:00:00Z, for 1m \
         (task 20261120T103104-up-mlflow-3f9c)"
    );
    assert!(fault.causes[0].starts_with("alice (from 10.0.0.7) runs backup since 1970"), "{fault}");
    assert!(fault.hint.unwrap().contains("tasks attach 20261120T103104-up-mlflow-3f9c"));
    drop(lock);
    StackLock::acquire(directory.path(), &target(), Scope::Stack, &owner("bob")).unwrap();
}

#[test]
fn a_stack_and_a_container_of_one_name_do_not_meet() {
    let directory = tempfile::tempdir().unwrap();
    let container = TaskTarget::Container {
        id: crate::domain::ContainerId("0".to_owned()),
        name: "mlflow".to_owned(),
        stack: None,
    };
    let _stack = StackLock::acquire(directory.path(), &target(), Scope::Stack, &owner("alice")).unwrap();
    StackLock::acquire(directory.path(), &container, Scope::Stack, &owner("bob")).unwrap();
}

#[test]
#[ignore = "no test of its own: the other process of the test below"]
fn other_process() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let won = StackLock::acquire(Path::new(&directory), &target(), Scope::Stack, &owner("other"));
    // Each winner leaves a file; a loser leaves another. Then all wait for the referee.
    let name = if won.is_ok() { "won" } else { "lost" };
    std::fs::write(Path::new(&directory).join(format!("{name}-{}", std::process::id())), "").unwrap();
    while !Path::new(&directory).join("end").exists() {
        std::thread::yield_now();
    }
}

#[test]
fn of_processes_that_race_for_it_exactly_one_wins_and_its_death_frees_it() {
    let directory = tempfile::tempdir().unwrap();
    let racer = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "task::lock::tests::other_process"])
            .env(DIRECTORY, directory.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut racers: Vec<_> = (0..6).map(|_| racer()).collect();
    let count = |prefix: &str| {
        let names = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with(prefix)).count()
    };
    while count("won") + count("lost") < racers.len() {
        std::thread::yield_now();
    }
    assert_eq!(count("won"), 1);
    // Killed, not ended: nothing but the kernel lets go of the lock.
    for racer in &mut racers {
        racer.kill().unwrap();
        racer.wait().unwrap();
    }
    StackLock::acquire(directory.path(), &target(), Scope::Stack, &owner("next")).unwrap();
}

/// Open file descriptions exclude one another within a process as they do between processes.
#[test]
fn of_a_thousand_races_each_has_one_winner_whom_the_loser_sees() {
    let directory = tempfile::tempdir().unwrap();
    let (start, tried) = (Barrier::new(2), Barrier::new(2));
    let race = |who: &str| {
        let run = |_| {
            start.wait();
            let tried_for = StackLock::acquire(directory.path(), &target(), Scope::Stack, &owner(who));
            tried.wait();
            tried_for.map(drop).map_err(|fault| fault.causes.join(" "))
        };
        (0..1_000).map(run).collect::<Vec<_>>()
    };
    let (here, there) = std::thread::scope(|scope| {
        let other = scope.spawn(|| race("bob"));
        (race("alice"), other.join().unwrap())
    });
    for (number, races) in here.into_iter().zip(there).enumerate() {
        let (loser, winner) = match races {
            (Ok(()), Err(told)) => (told, "alice"),
            (Err(told), Ok(())) => (told, "bob"),
            both => panic!("race {number}: {both:?}"),
        };
        assert!(
            loser.starts_with(&format!("{winner} (from 10.0.0.7) runs backup")),
            "race {number}: {loser}"
        );
    }
}
