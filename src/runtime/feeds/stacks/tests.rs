use super::*;

#[test]
fn an_edit_of_the_variables_is_a_change() {
    let directory = tempfile::tempdir().unwrap();
    let stack = directory.path().join("stacks/web");
    std::fs::create_dir_all(&stack).unwrap();
    std::fs::write(stack.join("compose.yaml"), "services: {web: {image: nginx}}\n").unwrap();
    let search = Search {
        directories: vec![directory.path().join("stacks")],
        data_directory: directory.path().join("data"),
        ..Search::default()
    };
    let before = search.stamp();
    assert_eq!(search.stamp(), before);
    std::fs::write(stack.join(".env"), "TAG=1\n").unwrap();
    let appeared = search.stamp();
    assert_ne!(appeared, before);
    let file = std::fs::File::options().write(true).open(stack.join(".env")).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    assert_ne!(search.stamp(), appeared);
}
