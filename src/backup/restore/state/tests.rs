use super::*;
use rstest::rstest;

fn pending(phase: Phase) -> Pending {
    let began = Timestamp::UNIX_EPOCH;
    Pending { phase, ..Pending::new("1a2b".into(), "shop", "20261120T103104Z-3f9c", "unix".into(), began) }
}

#[test]
fn it_is_found_as_it_was_written_and_gone_when_it_is_over() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("shop")).unwrap();
    assert_eq!(Pending::read(root.path(), "shop").unwrap(), None);
    let mut restore = pending(Phase::Staging);
    restore.enter(root.path(), Phase::Stopping).unwrap();
    assert_eq!(Pending::read(root.path(), "shop").unwrap().as_ref(), Some(&restore));
    assert_eq!(super::pending(root.path()), [restore.clone()]);
    restore.remove(root.path()).unwrap();
    assert_eq!(Pending::read(root.path(), "shop").unwrap(), None);
}

#[rstest]
#[case::before_the_switch(Phase::Stopping, Way::Back)]
#[case::half_switched(Phase::Switching, Way::Back)]
#[case::all_new(Phase::Starting, Way::On)]
#[case::going_back(Phase::Reverting, Way::Back)]
#[case::accepted(Phase::Accepting, Way::Clear)]
fn the_phase_says_which_way_out(#[case] phase: Phase, #[case] way: Way) {
    assert_eq!(phase.way(), way);
}

#[test]
fn nobody_can_go_back_once_the_old_side_goes() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("shop")).unwrap();
    let fault = pending(Phase::Accepting).enter(root.path(), Phase::Reverting).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Internal);
    for phase in [Phase::Staging, Phase::Stopping, Phase::Switching, Phase::Starting, Phase::Waiting] {
        assert!(phase.may_become(Phase::Reverting), "{phase:?}");
    }
}

#[test]
fn a_record_that_is_damaged_is_a_fault_and_not_no_record() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("shop")).unwrap();
    std::fs::write(root.path().join("shop").join(FILE), "{\"format\": 1").unwrap();
    assert_eq!(Pending::read(root.path(), "shop").unwrap_err().kind, FaultKind::Invalid);
}

#[test]
fn what_was_undone_is_kept_and_said_to_be() {
    let mut restore = pending(Phase::Waiting);
    restore.switched = Some(Timestamp::UNIX_EPOCH);
    assert!(restore.sentence(Timestamp::UNIX_EPOCH).contains("was restored from"));
    restore.undone = Some(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(5));
    assert_eq!(restore.until(), Some(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(29)));
    let told = restore.sentence(Timestamp::UNIX_EPOCH);
    assert!(told.contains("was undone") && told.contains("written"), "{told}");
    assert!(restore.phase.may_become(Phase::Stopping), "it can be done again");
}

#[test]
fn a_restore_that_comes_to_nothing_gives_way_to_the_one_that_waited() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("shop")).unwrap();
    let waiting = pending(Phase::Waiting);
    let later = Pending { previous: Some(Box::new(waiting.clone())), ..pending(Phase::Staging) };
    later.write(root.path()).unwrap();
    assert_eq!(Pending::read(root.path(), "shop").unwrap().as_ref(), Some(&later));
    later.end(root.path()).unwrap();
    assert_eq!(Pending::read(root.path(), "shop").unwrap(), Some(waiting));
}

#[test]
fn a_safety_backup_that_nobody_needs_is_left_to_the_policy() {
    let root = tempfile::tempdir().unwrap();
    let taken = crate::backup::bundle::tests::committed_at(root.path(), "shop", "2026-11-20T02:00:00Z");
    proof::pin(&taken.directory, true).unwrap();
    let restore = Pending { safety: Some(taken.name), ..pending(Phase::Accepting) };
    restore.unpin(root.path()).unwrap();
    assert!(!proof::is_pinned(&taken.directory));
    std::fs::remove_dir_all(&taken.directory).unwrap();
    assert_eq!(restore.unpin(root.path()), Ok(()), "somebody removed it");
}
