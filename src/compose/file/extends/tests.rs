use crate::compose::file::tests::{faults_of, load_in, load_many};
use rstest::rstest;
use std::fmt::Write as _;

#[test]
fn a_chain_takes_over_from_the_last_one_on() {
    let project = load_many(&[(
        "compose.yaml",
        "services:\n  c: {extends: {service: b}, environment: {C: 3}}\n  b: {extends: a, command: [b], environment: [A=2, B=2]}\n  \
         a: {image: nginx, command: [a], environment: {A: 1}}\n",
    )])
    .unwrap();
    let service = &project.services["c"];
    assert_eq!((service.image.as_str(), service.command.clone().unwrap()), ("nginx", vec!["b".to_owned()]));
    let values: Vec<_> = service.environment.values().flatten().map(String::as_str).collect();
    assert_eq!(values, ["2", "2", "3"]);
    assert_eq!(project.services["a"].environment.len(), 1);
}

#[test]
fn paths_start_where_they_are_written() {
    let (root, project) = load_in(&[
        (
            "compose.yaml",
            "services:\n  web: {extends: {file: sub/base.yaml, service: base}, volumes: ['./a:/a']}\n",
        ),
        (
            "sub/base.yaml",
            "networks: {n: }\nservices:\n  base: {extends: {file: deep/root.yaml, service: root}, build: {target: x}, volumes: ['./b:/b'], env_file: e.env}\n",
        ),
        ("sub/deep/root.yaml", "services:\n  root: {build: ., volumes: ['./c:/c']}\n"),
        ("sub/e.env", "E=1\n"),
    ]);
    let web = &project.unwrap().services["web"];
    let sources: Vec<_> =
        web.volumes.iter().map(|mount| mount.source.trim_start_matches(&root).to_owned()).collect();
    assert_eq!(sources, ["/sub/deep/c", "/sub/b", "/a"]);
    assert_eq!(web.environment["E"].as_deref(), Some("1"));
}

#[test]
fn resets_hold_for_what_is_inherited_and_for_earlier_files() {
    let files = [
        ("compose.yaml", "services:\n  web: {image: old, ports: ['1:1'], cap_add: [A]}\n"),
        (
            "compose.override.yaml",
            "services:\n  base: {image: new, ports: ['2:2'], cap_add: [B]}\n  web: {extends: base, ports: !reset [], cap_add: !override [C]}\n",
        ),
    ];
    let web = load_many(&files).unwrap().services["web"].clone();
    assert_eq!((web.image.as_str(), web.ports.len(), web.cap_add), ("new", 0, vec!["C".to_owned()]));
}

#[rstest]
#[case::itself(
    "web: {extends: web}",
    "2:18: services.web.extends: the services extend each other: web → web"
)]
#[case::circle(
    "web: {extends: {service: api}}\n  api: {extends: web}",
    "3:18: services.api.extends: the services extend each other: web → api → web"
)]
#[case::circle_through_the_file(
    "web: {extends: {file: compose.yaml, service: web}}",
    "2:25: services.web.extends: the services extend each other: web → web"
)]
#[case::nobody(
    "web: {extends: nobody}",
    "2:18: services.web.extends: there is no service `nobody` to extend; expected one of web"
)]
#[case::nobody_elsewhere(
    "web: {extends: {file: other.yaml, service: nobody}}",
    "there is no service `nobody` in ROOT/other.yaml to extend; expected one of broken, circle, orphan"
)]
#[case::no_file("web: {extends: {file: nix.yaml, service: a}}", "there is no file ROOT/nix.yaml")]
#[case::elsewhere(
    "web: {extends: {file: 'https://x/y.yaml', service: a}}",
    "`https://x/y.yaml` is not on this host"
)]
#[case::no_name(
    "web: {image: a, extends: {file: other.yaml}}",
    "expected the service to extend, found a mapping"
)]
#[case::number("web: {image: a, extends: 5}", "expected the service to extend, found a number")]
#[case::there("web: {extends: {file: other.yaml, service: orphan}}", "there is no service `gone` to extend")]
fn what_cannot_be_extended_is_told(#[case] services: &str, #[case] expected: &str) {
    let faults = faults_of(&[
        ("compose.yaml", &format!("services:\n  {services}\n")),
        (
            "other.yaml",
            "services:\n  circle: {extends: circle}\n  orphan: {extends: gone}\n  broken: {imge: x}\n",
        ),
    ]);
    assert!(faults.iter().any(|fault| fault.contains(expected)), "{faults:#?}");
}

#[test]
fn a_mistake_that_is_inherited_is_told_once_where_it_stands() {
    let faults = faults_of(&[
        (
            "compose.yaml",
            "services:\n  a: {extends: {file: b.yaml, service: base}}\n  b: {extends: {file: b.yaml, service: base}}\n",
        ),
        ("b.yaml", "services:\n  other: {bogus: 1}\n  base:\n    image: x\n    restart: [no]\n"),
    ]);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].contains("b.yaml:5:14: services.a.restart: expected text"), "{faults:#?}");
}

#[test]
fn networks_of_another_file_are_not_taken_over() {
    let faults = faults_of(&[
        ("compose.yaml", "services:\n  web: {extends: {file: b.yaml, service: base}}\n"),
        ("b.yaml", "services:\n  base: {image: x, networks: [n]}\nnetworks: {n: }\n"),
    ]);
    assert!(faults[0].contains("there is no network `n`"), "{faults:#?}");
}

#[test]
fn inheriting_again_and_again_has_an_end() {
    let mut text = "services:\n  s0:\n    image: x\n    dns: [".to_owned();
    text.push_str(&"a,".repeat(1000));
    text.push_str("]\n");
    for number in 1..2000 {
        let _ = writeln!(text, "  s{number}: {{extends: s{}, dns: [b]}}", number - 1);
    }
    let faults = faults_of(&[("compose.yaml", &text)]);
    assert!(faults.iter().any(|fault| fault.contains("grows to more than")), "{faults:#?}");
}
