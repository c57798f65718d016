use super::*;
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

fn built_in(version: &'static str, more: &[(&'static str, &'static str, u32)]) -> builtin::BuiltIn {
    let file = |(path, contents, mode): (&'static str, &'static str, u32)| builtin::File {
        path,
        contents: contents.as_bytes(),
        mode,
    };
    let usual = [("compose.yaml", version, 0o644), ("run/start.sh", "#!/bin/sh\n", 0o755)];
    let files: Vec<_> = usual.into_iter().chain(more.iter().copied()).map(file).collect();
    builtin::BuiltIn { name: "x", files: files.leak() }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_newer_binary_renews_its_files_but_never_an_edited_one() {
    let root = tempfile::tempdir().unwrap();
    let read = |path: &str| fs::read_to_string(root.path().join(path)).unwrap();
    builtin::write_out(&built_in("one", &[]), root.path()).unwrap();
    builtin::write_out(&built_in("two", &[]), root.path()).unwrap();
    assert_eq!(read("compose.yaml"), "two");
    fs::write(root.path().join("compose.yaml"), "mine").unwrap();
    fs::write(root.path().join(".env"), "MINE=1").unwrap();
    builtin::write_out(&built_in("three", &[]), root.path()).unwrap();
    assert_eq!((read("compose.yaml"), read(".env")), ("mine".to_owned(), "MINE=1".to_owned()));
    fs::remove_file(root.path().join("compose.yaml")).unwrap();
    builtin::write_out(&built_in("three", &[]), root.path()).unwrap();
    assert_eq!(read("compose.yaml"), "three");
}

#[test]
fn files_arrive_with_their_modes_and_secrets_in_a_closed_directory() {
    let root = tempfile::tempdir().unwrap();
    let secret = ("secrets/password.example", "none", 0o600);
    builtin::write_out(&built_in("one", &[secret]), root.path()).unwrap();
    let modes = ["compose.yaml", "run", "run/start.sh", "secrets", "secrets/password.example"];
    let modes = modes.map(|path| mode(&root.path().join(path)));
    assert_eq!(modes, [0o644, 0o755, 0o755, 0o700, 0o600]);
}

#[test]
fn what_a_newer_binary_has_no_more_is_taken_away_unless_it_was_edited() {
    let root = tempfile::tempdir().unwrap();
    let old = [("conf.d/old.conf", "old", 0o644), ("conf.d/edited.conf", "old", 0o644)];
    builtin::write_out(&built_in("one", &old), root.path()).unwrap();
    fs::write(root.path().join("conf.d/edited.conf"), "mine").unwrap();
    fs::write(root.path().join("conf.d/own.conf"), "mine").unwrap();
    for _ in 0..2 {
        builtin::write_out(&built_in("two", &[]), root.path()).unwrap();
    }
    let is_there =
        ["old", "edited", "own"].map(|name| root.path().join(format!("conf.d/{name}.conf")).exists());
    assert_eq!(is_there, [false, true, true]);
}

#[test]
fn a_record_that_leads_out_of_the_directory_removes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("stack");
    builtin::write_out(&built_in("one", &[("gone", "x", 0o644)]), &directory).unwrap();
    fs::write(root.path().join("outside"), "x").unwrap();
    let record = fs::read_to_string(directory.join(".written")).unwrap();
    fs::write(directory.join(".written"), record.replace("  gone", "  ../outside")).unwrap();
    builtin::write_out(&built_in("two", &[]), &directory).unwrap();
    assert!(root.path().join("outside").exists());
}

#[test]
fn what_is_up_to_date_is_not_written_again() {
    let root = tempfile::tempdir().unwrap();
    let times = || {
        let time = |path: &str| fs::metadata(root.path().join(path)).unwrap().modified().unwrap();
        [time("compose.yaml"), time(".written")]
    };
    builtin::write_out(&built_in("one", &[]), root.path()).unwrap();
    let before = times();
    builtin::write_out(&built_in("one", &[]), root.path()).unwrap();
    assert_eq!(times(), before);
}

#[test]
fn the_binary_has_the_stacks_whole_and_nothing_that_was_made_in_their_directories() {
    let names: Vec<_> = builtin::stacks().iter().map(|stack| stack.name).collect();
    assert_eq!(names, ["mcp", "mlflow", "onyx", "replicas"]);
    let onyx = builtin::stacks().iter().find(|stack| stack.name == "onyx").unwrap();
    let mode = |path: &str| onyx.files.iter().find(|file| file.path == path).map(|file| file.mode);
    assert_eq!(mode("prepare"), Some(0o755));
    assert_eq!(mode("compose.prod.yaml"), Some(0o644));
    assert_eq!(mode(".env.example"), Some(0o644));
    assert_eq!(mode("secrets/db_password.txt.example"), Some(0o600));
    for stack in builtin::stacks() {
        for file in stack.files {
            let name = file.path.rsplit('/').next().unwrap();
            assert!(name != ".env" && name != ".written", "{}/{}", stack.name, file.path);
            assert!(!file.path.starts_with("secrets/") || name.ends_with(".example"), "{}", file.path);
        }
    }
}

#[test]
fn overlays_are_the_files_with_a_name_of_their_own() {
    let root = tempfile::tempdir().unwrap();
    stack(
        root.path(),
        "web",
        &[
            "compose.yaml",
            "compose.override.yaml",
            "compose.prod.yaml",
            "docker-compose.dev.yml",
            "notes.prod.yaml",
        ],
    );
    let (stacks, faults) = discover(&[root.path().to_path_buf()], &root.path().join("data"));
    assert_eq!(faults, []);
    let web = stacks.iter().find(|stack| stack.name == "web").unwrap();
    let names: Vec<_> = web.overlays.keys().map(String::as_str).collect();
    assert_eq!(names, ["dev", "prod"]);
    assert_eq!(web.overlays["prod"], root.path().join("web/compose.prod.yaml"));
}
