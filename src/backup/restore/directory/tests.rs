use super::SCRIPT;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn run(place: &Path, what: &str, names: &[&str]) -> bool {
    let mut command = Command::new("sh");
    command.args(["-c", SCRIPT, "sh", what]).arg(place).arg("1a2b").args(names);
    command.status().unwrap().success()
}

/// What is in a directory, by names; ours too.
fn seen(place: &Path) -> BTreeMap<String, String> {
    let mut seen = BTreeMap::new();
    for entry in std::fs::read_dir(place).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).unwrap_or_else(|_| "directory".to_owned());
        seen.insert(name, text);
    }
    seen
}

fn fill(place: &Path, text: &str) {
    std::fs::create_dir_all(place.join("sub")).unwrap();
    for name in ["a", ".hidden", "..two", "-dash", "with space"] {
        std::fs::write(place.join(name), text).unwrap();
    }
}

#[test]
fn all_is_new_and_then_all_is_old_again() {
    let place = tempfile::tempdir().unwrap();
    fill(place.path(), "old");
    std::fs::write(place.path().join("only old"), "old").unwrap();
    let before = seen(place.path());
    fill(&place.path().join(".mcp-tui-new-1a2b"), "new");
    assert!(run(place.path(), "forward", &[]));
    let mut after = seen(place.path());
    assert_eq!(after.remove(".mcp-tui-old-1a2b").as_deref(), Some("directory"));
    assert!(!after.contains_key("only old") && after.values().all(|text| text != "old"), "{after:?}");
    assert_eq!(after["with space"], "new");
    assert!(run(place.path(), "back", &[]));
    assert!(run(place.path(), "discard", &[]));
    assert_eq!(seen(place.path()), before);
}

#[test]
fn only_the_names_that_are_given_change_places() {
    let place = tempfile::tempdir().unwrap();
    fill(place.path(), "old");
    fill(&place.path().join(".mcp-tui-new-1a2b"), "new");
    assert!(run(place.path(), "forward", &["a", "with space", "not there"]));
    let after = seen(place.path());
    assert_eq!((after["a"].as_str(), after["-dash"].as_str()), ("new", "old"));
    assert!(run(place.path(), "accept", &["a", "with space", "not there"]));
    assert_eq!(seen(place.path()).len(), 6);
}

/// Ends the script at each of its commands in turn, as a power cut would, and goes back.
#[test]
fn wherever_it_is_cut_it_goes_back_to_all_old() {
    let counted = SCRIPT.replace("mv --", "step mv --").replace("mkdir -p", "step mkdir -p");
    let cut = |place: &Path, what: &str, at: usize| {
        let script = format!(
            "left={at}\nstep() {{ [ $left -gt 0 ] || kill -9 $$; left=$((left-1)); \"$@\"; }}\n{counted}"
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh", what]).arg(place).arg("1a2b").status().unwrap().success()
    };
    for forward in 0..16 {
        for back in 0..16 {
            let place = tempfile::tempdir().unwrap();
            fill(place.path(), "old");
            let before = seen(place.path());
            fill(&place.path().join(".mcp-tui-new-1a2b"), "new");
            let all_of_it = cut(place.path(), "forward", forward);
            cut(place.path(), "back", back);
            assert!(run(place.path(), "back", &[]), "cut at {forward}, then at {back}");
            assert!(run(place.path(), "discard", &[]));
            assert_eq!(seen(place.path()), before, "cut at {forward}, then at {back}");
            assert!(forward < 15 || all_of_it, "more steps than were cut");
        }
    }
}

#[test]
fn what_nothing_takes_the_place_of_is_not_put_aside() {
    let place = tempfile::tempdir().unwrap();
    fill(place.path(), "old");
    std::fs::create_dir(place.path().join(".mcp-tui-new-1a2b")).unwrap();
    let before = seen(place.path());
    assert!(!run(place.path(), "forward", &["a"]), "nothing was staged for it");
    assert_eq!(seen(place.path()), before);
}
