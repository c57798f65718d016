use super::*;
use crate::domain::yaml::{Complaint, Position};
use rstest::rstest;

#[rstest]
#[case("r", "r")]
#[case("G", "G")]
#[case("shift-g", "G")]
#[case("^s", "^s")]
#[case("Ctrl-S", "^s")]
#[case("ctrl+s", "^s")]
#[case("^S", "^s")]
#[case("space", "space")]
#[case("ctrl-space", "ctrl-space")]
#[case("^space", "ctrl-space")]
#[case("Enter", "enter")]
#[case("return", "enter")]
#[case("^m", "enter")]
#[case("^i", "tab")]
#[case("^[", "esc")]
#[case("shift-tab", "shift-tab")]
#[case("alt-x", "alt-x")]
#[case("alt-^x", "alt-^x")]
#[case("f1", "f1")]
#[case("F12", "f12")]
#[case("f", "f")]
#[case("-", "-")]
#[case("ctrl--", "^-")]
#[case("^", "^")]
#[case("^^", "^^")]
#[case("/", "/")]
#[case("?", "?")]
#[case("↑", "up")]
#[case("é", "é")]
fn keys_have_one_form(#[case] written: &str, #[case] shown: &str) {
    let key: KeyPress = written.parse().unwrap();
    assert_eq!(key.to_string(), shown);
    assert_eq!(shown.parse(), Ok(key));
}

#[rstest]
#[case("")]
#[case("  ")]
#[case("ctrl-")]
#[case("hyper-x")]
#[case("f0")]
#[case("f25")]
#[case("f01")]
#[case("rr")]
fn what_is_no_key_is_named(#[case] text: &str) {
    let message = text.parse::<KeyPress>().unwrap_err();
    assert!(message.contains(&format!("found `{text}`")), "{message}");
}

proptest::proptest! {
    #[test]
    fn any_text_parses_or_does_not_and_what_parses_comes_back(text in "\\PC{0,12}", prefix in "(ctrl-|alt-|shift-|\\^){0,3}") {
        for text in [text.clone(), format!("{prefix}{text}")] {
            if let Ok(key) = text.parse::<KeyPress>() {
                proptest::prop_assert_eq!(key.to_string().parse(), Ok(key));
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Scope {
    Global,
    Logs,
}

const TABLE: [Declared<Scope, u8>; 4] = [
    Declared { command: 0, name: "up", scope: Scope::Global, keys: &["u"] },
    Declared { command: 1, name: "restart", scope: Scope::Global, keys: &["r", "^r"] },
    Declared { command: 2, name: "next", scope: Scope::Logs, keys: &["n"] },
    Declared { command: 3, name: "reverse", scope: Scope::Logs, keys: &["r"] },
];

fn chosen(name: &str, keys: &[&str], line: usize) -> Override {
    let place = Complaint { at: Position::new(line, 3), path: format!("keys.{name}"), text: String::new() };
    Override {
        name: name.to_owned(),
        keys: keys.iter().map(|key| key.parse().unwrap()).collect(),
        file: "c.yaml".into(),
        place,
    }
}

fn key(text: &str) -> KeyPress {
    text.parse().unwrap()
}

fn build(overrides: &[Override]) -> (KeyMap<Scope, u8>, Vec<crate::domain::Fault>) {
    KeyMap::build(&TABLE, overrides, |own, other| own == Scope::Logs && other == Scope::Global)
}

#[test]
fn a_panes_command_cannot_take_a_global_key_unless_that_is_moved() {
    let (map, faults) = build(&[chosen("next", &["u"], 2)]);
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        ["read settings c.yaml:2:3: keys.next: expected a key that is free, found `u`, which is up's"]
    );
    assert_eq!((map.command(Scope::Logs, key("u")), map.command(Scope::Logs, key("n"))), (None, Some(2)));
    let (map, faults) = build(&[chosen("next", &["u"], 2), chosen("up", &["f5"], 3)]);
    assert_eq!(faults, []);
    assert_eq!(map.command(Scope::Logs, key("u")), Some(2));
    let (_, faults) = build(&[chosen("reverse", &["r", "R"], 2)]);
    assert_eq!(faults, [], "by default it holds that key already");
}

#[test]
fn a_panes_own_key_and_a_global_one_live_side_by_side() {
    let (map, faults) = build(&[]);
    assert_eq!(faults, []);
    assert_eq!(map.command(Scope::Global, key("r")), Some(1));
    assert_eq!(map.command(Scope::Logs, key("r")), Some(3));
    assert_eq!(map.command(Scope::Logs, key("u")), None);
    assert_eq!(map.keys(1), [key("r"), key("^r")]);
}

#[test]
fn an_override_replaces_and_an_empty_one_unbinds() {
    let overrides = [chosen("up", &["U", "f5"], 1), chosen("next", &[], 2)];
    let (map, faults) = build(&overrides);
    assert_eq!(faults, []);
    assert_eq!(map.command(Scope::Global, key("u")), None);
    assert_eq!(map.command(Scope::Global, key("f5")), Some(0));
    assert_eq!(map.command(Scope::Logs, key("n")), None);
}

#[test]
fn two_commands_can_swap_their_keys() {
    let (map, faults) = build(&[chosen("up", &["r"], 1), chosen("restart", &["u"], 2)]);
    assert_eq!(faults, []);
    assert_eq!(map.command(Scope::Global, key("r")), Some(0));
    assert_eq!(map.command(Scope::Global, key("u")), Some(1));
}

#[test]
fn clashes_and_unknown_commands_are_faults_and_the_defaults_stay() {
    let overrides = [chosen("up", &["r"], 2), chosen("upp", &["x"], 3), chosen("next", &["r"], 4)];
    let (map, faults) = build(&overrides);
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "read settings c.yaml:3:3: keys.upp: expected the name of a command, found `upp`",
            "read settings c.yaml:2:3: keys.up: expected a key that is free, found `r`, which is restart's",
            "read settings c.yaml:4:3: keys.next: expected a key that is free, found `r`, which is reverse's",
        ]
    );
    assert_eq!(map.command(Scope::Global, key("r")), Some(1));
    assert_eq!(map.command(Scope::Global, key("u")), Some(0));
}

#[test]
fn of_two_overrides_that_clash_the_later_gives_way() {
    let (map, faults) = build(&[chosen("restart", &["x"], 2), chosen("up", &["x"], 3)]);
    assert!(faults[0].object.ends_with(":3:3"), "{faults:?}");
    assert_eq!(map.command(Scope::Global, key("x")), Some(1));
    assert_eq!(map.command(Scope::Global, key("u")), Some(0));
}
