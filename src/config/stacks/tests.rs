use super::*;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn stack(root: &Path, name: &str, files: &[&str]) {
    fs::create_dir_all(root.join(name)).unwrap();
    for file in files {
        fs::write(root.join(name).join(file), "services: {}\n").unwrap();
    }
}

fn names(stacks: &[StackSource]) -> Vec<&str> {
    stacks
        .iter()
        .filter(|stack| stack.origin == StackOrigin::Directory)
        .map(|stack| stack.name.as_str())
        .collect()
}

#[test]
fn a_stack_is_a_directory_with_a_compose_file_and_the_earlier_place_wins() {
    let root = tempfile::tempdir().unwrap();
    let (first, second, data) = (root.path().join("1"), root.path().join("2"), root.path().join("data"));
    stack(&first, "web", &["docker-compose.yml", "compose.override.yaml"]);
    stack(&first, ".git", &["compose.yaml"]);
    stack(&first, "empty", &["README"]);
    fs::write(first.join("compose.yaml"), "").unwrap();
    stack(&second, "web", &["compose.yaml"]);
    stack(&second, "api", &["compose.yml", "docker-compose.yml"]);
    let (stacks, faults) = discover(&[first.clone(), second.clone(), root.path().join("no")], &data);
    assert_eq!(faults, []);
    assert_eq!(names(&stacks), ["api", "web"]);
    let web = stacks.iter().find(|stack| stack.name == "web").unwrap();
    assert_eq!(web.files, [first.join("web/docker-compose.yml"), first.join("web/compose.override.yaml")]);
    assert_eq!(stacks[0].files, [second.join("api/compose.yml")]);
}

#[test]
fn a_search_path_that_is_a_file_is_a_fault_and_the_others_are_read() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    stack(&root.path().join("good"), "web", &["compose.yaml"]);
    let (stacks, faults) =
        discover(&[root.path().join("file"), root.path().join("good")], &root.path().join("data"));
    assert_eq!(faults.len(), 1);
    assert!(faults[0].hint.is_some());
    assert_eq!(names(&stacks), ["web"]);
}

#[test]
fn built_in_stacks_are_written_out_and_found() {
    let root = tempfile::tempdir().unwrap();
    let (stacks, faults) = discover(&[], root.path());
    assert_eq!(faults, []);
    for built_in in builtin::stacks() {
        let found = stacks.iter().find(|stack| stack.name == built_in.name).unwrap();
        assert_eq!(found.origin, StackOrigin::BuiltIn);
        assert!(found.files.iter().all(|file| file.is_file() && file.starts_with(root.path())));
    }
}

#[test]
fn a_data_directory_that_cannot_be_made_is_a_fault_with_a_way_out() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("data"), "").unwrap();
    let (stacks, faults) = discover(&[], &root.path().join("data"));
    assert_eq!(stacks, []);
    assert_eq!(faults.len(), builtin::stacks().len());
    assert!(faults.iter().all(|fault| fault.hint.as_deref().unwrap().contains("XDG_DATA_HOME")));
}

fn built_in(version: &'static str) -> builtin::BuiltIn {
    let files: [(&Path, &[u8]); 2] =
        [(Path::new("compose.yaml"), version.as_bytes()), (Path::new("run/start.sh"), b"#!/bin/sh\n")];
    builtin::BuiltIn { name: "x", files: BTreeMap::from(files) }
}

#[test]
fn a_newer_binary_renews_its_files_but_never_an_edited_one() {
    let root = tempfile::tempdir().unwrap();
    let read = |path: &str| fs::read_to_string(root.path().join(path)).unwrap();
    builtin::write_out(&built_in("one"), root.path()).unwrap();
    let mode = |path: &str| fs::metadata(root.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("compose.yaml"), mode("run/start.sh")), (0o644, 0o755));
    builtin::write_out(&built_in("two"), root.path()).unwrap();
    assert_eq!(read("compose.yaml"), "two");
    fs::write(root.path().join("compose.yaml"), "mine").unwrap();
    builtin::write_out(&built_in("three"), root.path()).unwrap();
    assert_eq!(read("compose.yaml"), "mine");
    fs::remove_file(root.path().join("compose.yaml")).unwrap();
    builtin::write_out(&built_in("three"), root.path()).unwrap();
    assert_eq!(read("compose.yaml"), "three");
}

#[test]
fn what_is_up_to_date_is_not_written_again() {
    let root = tempfile::tempdir().unwrap();
    let times = || {
        let time = |path: &str| fs::metadata(root.path().join(path)).unwrap().modified().unwrap();
        [time("compose.yaml"), time(".written")]
    };
    builtin::write_out(&built_in("one"), root.path()).unwrap();
    let before = times();
    builtin::write_out(&built_in("one"), root.path()).unwrap();
    assert_eq!(times(), before);
}
