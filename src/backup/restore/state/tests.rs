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
