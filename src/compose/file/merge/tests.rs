use super::*;
use crate::domain::yaml::parse;
use rstest::rstest;

fn one(text: &str) -> Node {
    parse(text).unwrap().remove(0)
}

/// The tree as compact JSON, without positions.
fn json(node: &Node) -> String {
    match &node.value {
        Value::Mapping(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|entry| format!("{}: {}", entry.key, json(&entry.node))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Sequence(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(", ")),
        _ => node.text().unwrap_or("null").to_owned(),
    }
}

#[rstest]
#[case::scalars("image: a", "image: b", "{image: b}")]
#[case::command("command: [a, b]", "command: [c]", "{command: [c]}")]
#[case::ports_are_added("ports: [1]", "ports: [2]", "{ports: [1, 2]}")]
#[case::dns_takes_both_forms("dns: 1.1.1.1", "dns: [9.9.9.9]", "{dns: [1.1.1.1, 9.9.9.9]}")]
#[case::environment_by_key("environment: [A=1, B=2]", "environment: {B: 3}", "{environment: {A: 1, B: 3}}")]
#[case::null_keeps("image: a", "image:", "{image: a}")]
#[case::null_command_resets("command: a", "command:", "{command: null}")]
#[case::dependencies(
    "depends_on: [db]",
    "depends_on: {db: {condition: service_healthy}}",
    "{depends_on: {db: {condition: service_healthy}}}"
)]
#[case::networks(
    "networks: [a]",
    "networks: {b: {aliases: [x]}}",
    "{networks: {a: null, b: {aliases: [x]}}}"
)]
#[case::logging_same(
    "logging: {driver: a, options: {x: 1}}",
    "logging: {options: {y: 2}}",
    "{logging: {driver: a, options: {x: 1, y: 2}}}"
)]
#[case::logging_other(
    "logging: {driver: a, options: {x: 1}}",
    "logging: {driver: b}",
    "{logging: {driver: b}}"
)]
#[case::reset("ports: [1]\nimage: a", "ports: !reset []", "{image: a}")]
#[case::overridden("ports: [1]", "ports: !override [2]", "{ports: [2]}")]
#[case::build("build: .", "build: {target: x}", "{build: {context: ., target: x}}")]
fn services(#[case] base: &str, #[case] over: &str, #[case] result: &str) {
    let wrap = |text: &str| one(&format!("services:\n  web:\n    {}\n", text.replace('\n', "\n    ")));
    let mut complaints = Vec::new();
    let mut merged = merge(wrap(base), wrap(over), &mut complaints);
    assert_eq!(complaints, []);
    settle(&mut merged);
    assert_eq!(json(&merged), format!("{{services: {{web: {result}}}}}"));
}

#[test]
fn a_list_does_not_merge_with_text() {
    let mut complaints = Vec::new();
    merge(one("cap_add: [A]"), one("\ncap_add: A"), &mut complaints);
    assert_eq!(complaints.len(), 1);
    assert_eq!((complaints[0].at.line, complaints[0].path.as_str()), (2, "cap_add"));
    assert_eq!(complaints[0].text, "expected a list, as in the file before, found text");
}
