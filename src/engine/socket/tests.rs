use super::*;
use std::os::unix::net::UnixListener;

#[test]
fn a_missing_socket_and_what_is_none_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("docker.sock");
    let endpoint = Endpoint::unix(&path);
    let fault = check(&endpoint).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreachable);
    assert!(fault.to_string().contains("there is no socket"), "{fault}");
    std::fs::write(&path, "").unwrap();
    assert_eq!(check(&endpoint).unwrap_err().kind, FaultKind::Invalid);
    std::fs::remove_file(&path).unwrap();
    let _listener = UnixListener::bind(&path).unwrap();
    assert_eq!(check(&endpoint), Ok(()));
}

#[test]
fn a_forbidden_socket_names_the_group_that_may_use_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("docker.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    let fault = forbidden(&Endpoint::unix(&path));
    assert_eq!(fault.kind, FaultKind::Permission);
    let group = owning_group(&path).unwrap();
    assert!(fault.to_string().contains(&format!("`{group}`")), "{fault}");
    assert!(fault.hint.unwrap().contains(&format!("usermod -aG {group}")));
}

#[test]
fn groups_are_found_by_number() {
    let groups = "root:x:0:\nbroken\ndocker:x:998:alice,bob\nother:x:99:\n";
    assert_eq!(group_name(groups, 998).as_deref(), Some("docker"));
    assert_eq!(group_name(groups, 0).as_deref(), Some("root"));
    assert_eq!(group_name(groups, 9), None);
}
