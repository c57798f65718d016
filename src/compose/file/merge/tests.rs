use super::*;
use crate::domain::yaml::parse;
use proptest::prelude::*;
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
#[case::hosts_are_all_kept(
    "extra_hosts: ['a=1']",
    "extra_hosts: {a: 1, b: [2, 3]}",
    "{extra_hosts: [a=1, b=2, b=3]}"
)]
#[case::ulimit_number("ulimits: {a: {soft: 1, hard: 2}}", "ulimits: {a: 3}", "{ulimits: {a: 3}}")]
#[case::ulimit_mapping(
    "ulimits: {a: {soft: 1, hard: 2}}",
    "ulimits: {a: {soft: 2}}",
    "{ulimits: {a: {soft: 2, hard: 2}}}"
)]
#[case::gpus("gpus: all", "gpus: [{count: 1}]", "{gpus: [{count: all}, {count: 1}]}")]
#[case::bare_variable("environment: {A: 1}", "environment: [A]", "{environment: {A: null}}")]
#[case::reset_of_a_variable(
    "environment: {A: 1, B: 2}",
    "environment: {A: !reset null}",
    "{environment: {B: 2}}"
)]
#[case::reset_of_a_variable_in_a_list(
    "environment: [A=1]",
    "environment: {A: !reset null}",
    "{environment: {A: 1}}"
)]
#[case::reset_of_an_item("cap_add: [A]", "cap_add: [B, !reset C]", "{cap_add: [A, B]}")]
#[case::reset_of_a_dependency(
    "depends_on: [a, b]",
    "depends_on: {a: !reset null}",
    "{depends_on: {b: {condition: service_started}}}"
)]
#[case::nested_override(
    "healthcheck: {test: a, retries: 1}",
    "healthcheck: !override {retries: 2}",
    "{healthcheck: {retries: 2}}"
)]
#[case::extensions("x-a: [1]", "x-a: b", "{x-a: b}")]
#[case::contexts("build: {context: .}", "build: ./b", "{build: {context: ./b}}")]
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

#[test]
fn the_pools_of_the_later_file_are_all_there_are() {
    let pools = |text: &str| one(&format!("networks: {{n: {{ipam: {{config: {text}}}}}}}"));
    let mut complaints = Vec::new();
    let base = pools("[{subnet: a, gateway: x}, {subnet: b, gateway: y}]");
    let merged = merge(base, pools("[{subnet: b, ip_range: r}, {subnet: c}]"), &mut complaints);
    let config = "[{subnet: b, gateway: y, ip_range: r}, {subnet: c}]";
    assert_eq!(json(&merged), format!("{{networks: {{n: {{ipam: {{config: {config}}}}}}}}}"));
}

proptest! {
    #[test]
    fn any_two_documents_merge_without_a_panic(base in document(), over in document()) {
        let Ok(base) = parse(&base) else { return Ok(()) };
        let Ok(over) = parse(&over) else { return Ok(()) };
        for (base, over) in base.into_iter().zip(over) {
            let mut merged = merge(base, over, &mut Vec::new());
            settle(&mut merged);
            let once = merged.clone();
            settle(&mut merged);
            prop_assert_eq!(once, merged);
        }
    }

    #[test]
    fn what_is_merged_onto_itself_says_the_same(service in plain_service()) {
        let base = one(&format!("services:\n  web: {service}\n"));
        let merged = merge(base.clone(), base.clone(), &mut Vec::new());
        prop_assert_eq!(json(&merged), json(&base));
    }

    #[test]
    fn what_is_merged_onto_nothing_stays(over in document()) {
        let Ok(mut documents) = parse(&over) else { return Ok(()) };
        let Some(over) = documents.pop() else { return Ok(()) };
        prop_assert_eq!(merge(Node::default(), over.clone(), &mut Vec::new()), over);
    }
}

const KEYS: [&str; 16] = [
    "command",
    "dns",
    "environment",
    "labels",
    "depends_on",
    "networks",
    "build",
    "args",
    "ulimits",
    "nofile",
    "logging",
    "driver",
    "extra_hosts",
    "gpus",
    "ipam",
    "config",
];

/// Flow YAML of keys that have merge rules, with tags, aliases left out.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("A=1".to_owned()),
        Just("7".to_owned()),
        Just("null".to_owned()),
        Just("!reset null".to_owned()),
        Just("!override [x]".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let entry = (prop::sample::select(&KEYS[..]), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec(entry, 0..4).prop_map(|entries| {
                let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", entries.join(", "))
            }),
        ]
    })
}

fn document() -> impl Strategy<Value = String> {
    value().prop_map(|value| format!("services:\n  web: {value}\nnetworks:\n  n: {value}\n"))
}

/// Keys whose merging is idempotent, in the forms that merging leaves as they are.
fn plain_service() -> impl Strategy<Value = String> {
    let entry = prop_oneof![
        "[a-c]{1,3}".prop_map(|text| format!("image: {text}")),
        "[A-C]{1,2}".prop_map(|name| format!("environment: {{{name}: x}}")),
        "[a-c]{1,2}".prop_map(|text| format!("command: [{text}, {text}]")),
        Just("depends_on: {db: {condition: service_healthy}}".to_owned()),
        Just("networks: {n: null}".to_owned()),
        Just("logging: {driver: a, options: {x: y}}".to_owned()),
        Just("build: {context: ., args: {A: b}}".to_owned()),
        Just("extra_hosts: [a=1]".to_owned()),
    ];
    prop::collection::btree_set(entry, 0..6).prop_map(|entries| {
        let mut keys = std::collections::HashSet::new();
        let entries = entries.into_iter();
        let once: Vec<_> =
            entries.filter(|entry| keys.insert(entry.split(':').next().unwrap().to_owned())).collect();
        format!("{{{}}}", once.join(", "))
    })
}
