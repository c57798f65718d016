use super::*;

const COMPOSE: &str = "
include: [{path: part/compose.yaml, env_file: part/its.env}]
services:
  web:
    extends: {file: base.yaml, service: base}
    image: nginx
    env_file: [web.env, {path: more.env, required: false}]
";
const BASE: &str = "services: {base: {environment: {BASE: slow}}}\n";
const PART: &str = "services: {part: {image: \"redis:$TAG\"}}\n";

/// A stack whose files all bear the same old time.
fn stack(directory: &std::path::Path) -> Search {
    let stack = directory.join("stacks/web");
    std::fs::create_dir_all(stack.join("part")).unwrap();
    let files = [
        ("compose.yaml", COMPOSE),
        (".env", "OTHER=slow\n"),
        ("web.env", "MODE=slow\n"),
        ("base.yaml", BASE),
        ("part/compose.yaml", PART),
        ("part/its.env", "TAG=slow\n"),
    ];
    for (name, text) in files {
        std::fs::write(stack.join(name), text).unwrap();
        age(&stack.join(name));
    }
    Search {
        directories: vec![directory.join("stacks")],
        data_directory: directory.join("data"),
        ..Search::default()
    }
}

fn age(path: &std::path::Path) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
}

fn mode(loaded: &Loaded) -> Option<String> {
    loaded.projects["web"].services["web"].environment.get("MODE").cloned().flatten()
}

#[test]
fn unchanged_files_are_not_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let search = stack(directory.path());
    let (stamp, loaded) = search.look(None).unwrap();
    assert_eq!(mode(&loaded).as_deref(), Some("slow"));
    assert!(search.look(Some(&stamp)).is_none());
}

#[test]
fn an_edit_of_any_file_that_was_read_is_a_change() {
    for name in ["compose.yaml", ".env", "web.env", "base.yaml", "part/compose.yaml", "part/its.env"] {
        let directory = tempfile::tempdir().unwrap();
        let search = stack(directory.path());
        let (stamp, _) = search.look(None).unwrap();
        let path = directory.path().join("stacks/web").join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("slow", "fast")).unwrap();
        let (stamp, loaded) = search.look(Some(&stamp)).unwrap_or_else(|| panic!("{name} was edited"));
        assert_eq!(mode(&loaded).as_deref(), Some(if name == "web.env" { "fast" } else { "slow" }));
        assert!(search.look(Some(&stamp)).is_none(), "once is enough");
    }
}

#[test]
fn a_file_that_appears_is_a_change() {
    let directory = tempfile::tempdir().unwrap();
    let search = stack(directory.path());
    let (stamp, _) = search.look(None).unwrap();
    std::fs::write(directory.path().join("stacks/web/more.env"), "MODE=fast\n").unwrap();
    let (_, loaded) = search.look(Some(&stamp)).unwrap();
    assert_eq!(mode(&loaded).as_deref(), Some("fast"));
}

#[test]
fn what_a_broken_stack_was_read_from_is_watched_until_it_is_mended() {
    let directory = tempfile::tempdir().unwrap();
    let search = stack(directory.path());
    let (stamp, _) = search.look(None).unwrap();
    let path = directory.path().join("stacks/web/web.env");
    std::fs::remove_file(&path).unwrap();
    let (stamp, loaded) = search.look(Some(&stamp)).unwrap();
    assert!(!loaded.faults.is_empty() && !loaded.projects.contains_key("web"));
    std::fs::write(&path, "MODE=fast\n").unwrap();
    let (_, loaded) = search.look(Some(&stamp)).unwrap();
    assert_eq!((mode(&loaded).as_deref(), loaded.faults.len()), (Some("fast"), 0));
}
