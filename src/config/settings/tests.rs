use super::*;
use crate::config::keys::KeyPress;
use rstest::rstest;

fn load(text: &str) -> (Settings, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let paths = Paths {
        config: directory.path().to_owned(),
        state: directory.path().join("state"),
        data: directory.path().join("data"),
    };
    std::fs::write(paths.settings_file(), text).unwrap();
    let (settings, faults) = Settings::load(&paths);
    assert!(faults.iter().all(|fault| fault.hint.is_some()));
    let file = paths.settings_file().display().to_string();
    (settings, faults.iter().map(|fault| fault.to_string().replace(&file, "FILE")).collect())
}

fn defaults() -> Settings {
    Settings::load(&Paths { config: "/nowhere".into(), state: "/s".into(), data: "/d".into() }).0
}

#[test]
fn no_file_and_an_empty_file_are_the_defaults() {
    let (settings, faults) = load("# nothing yet\n");
    assert_eq!(faults, [""; 0]);
    assert_eq!(Settings { stacks: defaults().stacks, ..settings }, defaults());
}

#[test]
fn everything_can_be_set() {
    let (settings, faults) = load(
        "theme: light\ncolours: 256\nascii: true\nmouse: false\nread_only: true\nframes_per_second: 30\n\
         logs: {memory: 8MiB, tail: 20}\nstacks: [a, /srv/b]\nkeys: {restart: r, down: [D, \"^d\"], pane-1: 1, up: []}\n",
    );
    assert_eq!(faults, [""; 0]);
    assert_eq!(
        (settings.theme.as_str(), settings.colours, settings.ascii, settings.mouse, settings.read_only),
        ("light", Some(ColourDepth::TwoFiftySix), Some(true), false, true)
    );
    assert_eq!((settings.frames_per_second, settings.log_memory_bytes, settings.log_tail), (30, 8 << 20, 20));
    assert_eq!(settings.stacks, [PathBuf::from("a"), PathBuf::from("/srv/b")]);
    let keys: Vec<_> = settings
        .keys
        .iter()
        .map(|chosen| (chosen.name.as_str(), chosen.keys.iter().map(KeyPress::to_string).collect::<Vec<_>>()))
        .collect();
    let expected: [(&str, &[&str]); 4] =
        [("restart", &["r"]), ("down", &["D", "^d"]), ("pane-1", &["1"]), ("up", &[])];
    assert_eq!(keys, expected.map(|(name, keys)| (name, keys.iter().map(ToString::to_string).collect())));
}

#[test]
fn every_mistake_is_named_at_once_and_the_rest_is_used() {
    let (settings, faults) = load(
        "thme: light\ncolours: pink\nmouse: maybe\nframes_per_second: 61\nlogs:\n  memory: 12KiB\n  tale: 1\n\
         stacks: {a: b}\nkeys:\n  restart: hyper-r\n  up: [u, [x]]\n  down: {a: b}\nread_only: true\n",
    );
    insta::assert_snapshot!(faults.join("\n"), @r"
    read settings FILE:1:1: thme: unknown key; did you mean `theme`?
    read settings FILE:2:10: colours: expected one of auto, none, 16, 256, true, found `pink`
    read settings FILE:3:8: mouse: expected true or false, found `maybe`
    read settings FILE:4:20: frames_per_second: expected a whole number from 1 to 60, found `61`
    read settings FILE:6:11: logs.memory: expected a size of at least 1MiB such as 64MiB, found `12KiB`
    read settings FILE:7:3: logs.tale: unknown key; did you mean `tail`?
    read settings FILE:8:9: stacks: expected a list, found a mapping
    read settings FILE:10:12: keys.restart: expected a key such as `r`, `^s`, `alt-x`, `space` or `f1`, found `hyper-r`
    read settings FILE:11:11: keys.up[1]: expected a key such as `r`, `^s`, `alt-x`, `space` or `f1`, found a list
    read settings FILE:12:9: keys.down: expected a key or a list of keys; `[]` unbinds the command, found a mapping
    ");
    assert!(settings.read_only);
    assert_eq!(settings.keys.len(), 1);
    assert_eq!(
        Settings { read_only: false, keys: Vec::new(), stacks: defaults().stacks, ..settings },
        defaults()
    );
}

#[test]
fn a_broken_file_leaves_the_defaults() {
    let (settings, faults) = load("theme: [light\nmouse: false\n");
    assert_eq!(faults.len(), 1);
    assert!(faults[0].starts_with("read settings FILE:2:"), "{faults:?}");
    assert!(settings.mouse);
    let (_, faults) = load("- a list\n");
    assert_eq!(faults, ["read settings FILE:1:1: expected a mapping, found a list"]);
    let (_, faults) = load("mouse: true\n---\nmouse: false\n");
    assert_eq!(faults, ["read settings FILE:3:1: expected one document, found a second one"]);
}

#[test]
fn what_is_no_text_file_is_a_fault() {
    let directory = tempfile::tempdir().unwrap();
    let paths = Paths { config: directory.path().to_owned(), state: "/s".into(), data: "/d".into() };
    std::fs::write(paths.settings_file(), b"theme: \xff\xfe").unwrap();
    let (settings, faults) = Settings::load(&paths);
    assert!(faults[0].to_string().ends_with("config.yaml: not UTF-8 text"), "{}", faults[0]);
    assert_eq!(settings.theme, "default");
    std::fs::remove_file(paths.settings_file()).unwrap();
    std::fs::create_dir(paths.settings_file()).unwrap();
    assert!(Settings::load(&paths).1[0].to_string().ends_with("not a regular file"));
}

#[rstest]
#[case("4096", Some(4096))]
#[case("64MiB", Some(64 << 20))]
#[case("64 MB", Some(64 << 20))]
#[case("1g", Some(1 << 30))]
#[case("1.5M", None)]
#[case("M", None)]
#[case("99999999999999999999", None)]
#[case("99999999999g", None)]
#[case("-1", None)]
fn sizes_are_binary(#[case] text: &str, #[case] bytes: Option<u64>) {
    assert_eq!(size::bytes(text), bytes);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", lines in "[a-z_:\\[\\]{}^, 0-9\"'&*#\n-]{0,120}") {
        for text in [text, lines.clone(), format!("keys:\n  {lines}"), format!("logs: {lines}")] {
            let _settings = read::settings(&text, std::path::Path::new("c.yaml"), defaults());
        }
    }
}

#[test]
fn who_is_told_of_an_end_is_set_and_a_wrong_webhook_is_not_repeated() {
    let (settings, faults) = load(
        "notify:\n  when: both\n  timeout: 2s\n  webhook: https://hooks.example.org/T0pSecret\n  email: {server: \
         mail.example.org, from: a@example.org, to: b@example.org, user: c, password_file: smtp}\n",
    );
    assert_eq!(faults, [""; 0]);
    let email = settings.notify.email.clone().unwrap();
    assert_eq!(
        (email.host.as_str(), email.port, email.to),
        ("mail.example.org", 587, vec!["b@example.org".to_owned()])
    );
    assert!(email.password_file.unwrap().is_absolute());
    assert!(!format!("{:?}", settings.notify).contains("T0pSecret"));

    let (settings, faults) = load("notify: {when: never, webhook: \"hooks/T0pSecret\", email: {from: a}}\n");
    assert_eq!((settings.notify.webhook, settings.notify.email), (None, None));
    let said = faults.join("\n");
    assert!(
        said.contains("notify.when") && said.contains("notify.webhook") && said.contains("`server`"),
        "{said}"
    );
    assert!(!said.contains("T0pSecret"), "{said}");
}
