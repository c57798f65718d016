use super::*;
use crate::backup::bundle::tests::committed_at;
use rstest::rstest;

#[rstest]
#[case("..")]
#[case("../mlflow")]
#[case("20261120T103104Z-3f9c/../../x")]
#[case("/etc/passwd")]
#[case("")]
#[case("2")]
#[case(".partial-20261120T103104Z-3f9c")]
fn what_is_no_name_is_refused_before_the_disk_is_looked_at(#[case] name: &str) {
    let fault = find(Path::new("/nonexistent"), Some("mlflow"), name).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.hint.unwrap().contains("backup list"));
}

#[test]
fn a_stack_that_is_a_path_is_refused() {
    let fault = find(Path::new("/nonexistent"), Some("../other"), LATEST).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
}

#[test]
fn a_beginning_is_enough_when_only_one_has_it() {
    let root = tempfile::tempdir().unwrap();
    let early = committed_at(root.path(), "shop", "2026-11-19T02:00:00Z");
    let late = committed_at(root.path(), "shop", "2026-11-20T02:00:00Z");
    let find = |stack, name: &str| find(root.path(), stack, name);
    assert_eq!(find(None, "20261119").unwrap().directory, early.directory);
    assert_eq!(find(Some("shop"), &late.name).unwrap().entry().unwrap(), late);
    assert_eq!(find(Some("shop"), LATEST).unwrap().name, late.name);
    assert_eq!(find(None, "202611").unwrap_err().kind, FaultKind::Invalid);
    assert_eq!(find(None, "20251119").unwrap_err().kind, FaultKind::NotFound);
    assert_eq!(find(Some("other"), &late.name).unwrap_err().kind, FaultKind::NotFound);

    let safety = committed_at(root.path(), "shop", "2026-11-21T02:00:00Z");
    let file = safety.directory.join("manifest.json");
    let mut manifest = crate::backup::read_manifest(&safety.directory).unwrap();
    manifest.safety_for = Some(late.name.clone());
    std::fs::write(&file, manifest.to_json().unwrap()).unwrap();
    assert_eq!(find(Some("shop"), LATEST).unwrap().name, late.name, "a restore goes back in time once");
    assert_eq!(find(Some("shop"), "20261121").unwrap().name, safety.name);
    let taken = crate::backup::good_times(root.path(), "shop").unwrap();
    assert_eq!(taken, [late.created, early.created], "and it is no backup of its date");

    manifest.safety_for = None;
    manifest.endpoint = Some("ssh://other".to_owned());
    std::fs::write(&file, manifest.to_json().unwrap()).unwrap();
    let on = |endpoint: &str| find_of(root.path(), "shop", LATEST, endpoint).unwrap().name;
    assert_eq!((on("unix"), on("ssh://other")), (late.name.clone(), safety.name.clone()));
    std::fs::remove_dir_all(&safety.directory).unwrap();

    committed_at(root.path(), "blog", "2026-11-20T02:00:00Z");
    assert_eq!(find(None, LATEST).unwrap_err().kind, FaultKind::Invalid);
    std::fs::write(late.directory.join("manifest.json"), "{").unwrap();
    assert_eq!(find(Some("shop"), LATEST).unwrap().name, early.name, "what cannot be read is not the latest");
}
