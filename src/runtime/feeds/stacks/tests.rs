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
    loaded.projects["web"].project.services["web"].environment.get("MODE").cloned().flatten()
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

/// A stack outside of the search path, as the labels of its containers tell of it.
fn labelled(directory: &std::path::Path, project: &str) -> Search {
    let elsewhere = directory.join("elsewhere");
    std::fs::create_dir_all(&elsewhere).unwrap();
    let file = elsewhere.join("compose.yaml");
    std::fs::write(&file, "services: {web: {image: \"nginx:$TAG\"}, cache: {image: redis}}\n").unwrap();
    std::fs::write(elsewhere.join("prod.env"), "TAG=slow\n").unwrap();
    age(&file);
    age(&elsewhere.join("prod.env"));
    let reference = StackRef {
        files: vec![file],
        directory: Some(elsewhere.clone()),
        env_files: vec![elsewhere.join("prod.env")],
        ..StackRef::named(project)
    };
    Search {
        data_directory: directory.join("data"),
        labelled: BTreeMap::from([(project.to_owned(), reference)]),
        ..Search::default()
    }
}

#[test]
fn the_files_that_labels_name_are_read_and_watched() {
    let directory = tempfile::tempdir().unwrap();
    let search = labelled(directory.path(), "shop");
    let image = |loaded: &Loaded| loaded.projects["shop"].project.services["web"].image.clone();
    let (stamp, loaded) = search.look(None).unwrap();
    let file = loaded.files.iter().find(|file| file.reference.project == "shop").unwrap();
    assert_eq!((file.origin, file.services.len()), (StackOrigin::Labels, 2));
    assert_eq!(image(&loaded), "nginx:slow");
    assert!(search.look(Some(&stamp)).is_none(), "nothing has changed");
    std::fs::write(directory.path().join("elsewhere/prod.env"), "TAG=fast\n").unwrap();
    let (_, loaded) = search.look(Some(&stamp)).unwrap();
    assert_eq!(image(&loaded), "nginx:fast");
}

#[test]
fn a_built_in_stack_does_not_stand_for_containers_that_only_have_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let (_, found) =
        Search { labelled: BTreeMap::new(), ..labelled(directory.path(), "x") }.look(None).unwrap();
    let built_in = found.files.iter().find(|file| file.origin == StackOrigin::BuiltIn).unwrap();
    let name = built_in.reference.project.as_str();
    let (_, loaded) = labelled(directory.path(), name).look(None).unwrap();
    let origins: Vec<_> =
        loaded.files.iter().filter(|file| file.reference.project == name).map(|file| file.origin).collect();
    assert_eq!(origins, [StackOrigin::Labels]);
    assert_eq!(loaded.projects[name].project.services.keys().collect::<Vec<_>>(), ["cache", "web"]);
}

#[test]
fn files_out_of_reach_are_told_of_and_read_once_they_are_back() {
    let directory = tempfile::tempdir().unwrap();
    let search = labelled(directory.path(), "shop");
    let file = directory.path().join("elsewhere/compose.yaml");
    let away = directory.path().join("away.yaml");
    std::fs::rename(&file, &away).unwrap();
    let (stamp, loaded) = search.look(None).unwrap();
    assert!(!loaded.projects.contains_key("shop"));
    assert_eq!(loaded.faults, [], "files that were taken away are no mistake in a file");
    assert!(loaded.unread["shop"].to_string().contains("elsewhere/compose.yaml"));
    std::fs::rename(&away, &file).unwrap();
    let (_, loaded) = search.look(Some(&stamp)).unwrap();
    assert!(loaded.projects.contains_key("shop") && loaded.unread.is_empty());
}

#[test]
fn an_overlay_is_offered_and_laid_over_when_the_env_file_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let search = stack(directory.path());
    let (stamp, loaded) = search.look(None).unwrap();
    assert!(loaded.files.iter().all(|file| file.reference.project != "web" || file.overlays.is_empty()));
    let overlay = directory.path().join("stacks/web/compose.fast.yaml");
    std::fs::write(&overlay, "services: {web: {environment: {MODE: fast}}}\n").unwrap();
    let (stamp, loaded) = search.look(Some(&stamp)).unwrap();
    let web = loaded.files.iter().find(|file| file.reference.project == "web").unwrap();
    assert_eq!(web.overlays, [Overlay { name: "fast".to_owned(), file: overlay.clone() }]);
    assert_eq!(mode(&loaded).as_deref(), Some("slow"));
    let variables = directory.path().join("stacks/web/.env");
    std::fs::write(variables, "COMPOSE_FILE=compose.yaml:compose.fast.yaml\n").unwrap();
    let (_, loaded) = search.look(Some(&stamp)).unwrap();
    assert_eq!(mode(&loaded).as_deref(), Some("fast"));
    let web = loaded.files.iter().find(|file| file.reference.project == "web").unwrap();
    assert!(web.reference.files.contains(&overlay) && web.base().count() == 1);
}
