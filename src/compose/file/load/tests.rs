//! What the smallest and the largest files come to: always an answer, never a crash.

use crate::compose::file::tests::{faults_of, load_many};
use rstest::rstest;
use std::fmt::Write as _;

/// Repeats a line with its number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

#[test]
fn ten_thousand_services_are_a_project() {
    let services = lines(10_000, |number| {
        let needed = if number == 0 { String::new() } else { format!(", depends_on: [s{}]", number - 1) };
        format!(
            "  s{number}: {{extends: {{file: base.yaml, service: base}}, environment: {{N: {number}}}{needed}}}"
        )
    });
    let project = load_many(&[
        ("compose.yaml", &format!("services:\n{services}")),
        ("base.yaml", "services:\n  base: {image: x, labels: {a: b}}\n"),
        (
            "compose.override.yaml",
            &format!("services:\n{}", lines(10_000, |number| format!("  s{number}: {{user: root}}"))),
        ),
    ])
    .unwrap();
    assert_eq!(project.services.len(), 10_000);
    assert_eq!(project.services["s9999"].user, "root");
}

#[test]
fn ten_thousand_mistakes_are_told_up_to_a_thousand() {
    let services = lines(10_000, |number| format!("  s{number}: {{imag: x, networks: [n{number}]}}"));
    let faults = faults_of(&[("compose.yaml", &format!("services:\n{services}"))]);
    assert_eq!(faults.len(), 1_001);
    assert!(faults[0].contains("compose.yaml:2:8: services.s0.imag: unknown key; did you mean `image`?"));
    assert!(faults[1_000].contains("9000 more mistakes are not listed"), "{}", faults[1_000]);
}

#[test]
fn ten_thousand_references_that_lead_nowhere_are_all_placed() {
    let services = lines(10_000, |number| format!("  s{number}: {{image: x, networks: [n{number}]}}"));
    let faults = faults_of(&[("compose.yaml", &format!("services:\n{services}"))]);
    assert!(
        faults[0].contains("compose.yaml:2:28: services.s0.networks: there is no network `n0`"),
        "{}",
        faults[0]
    );
    assert_eq!(faults.len(), 1_001);
}

#[test]
fn a_circle_of_ten_thousand_services_is_found() {
    let services = lines(10_000, |number| {
        format!("  s{number}: {{image: x, depends_on: [s{}]}}", (number + 1) % 10_000)
    });
    let faults = faults_of(&[("compose.yaml", &format!("services:\n{services}"))]);
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("the services wait for each other: s0 → s1 → s2"));
}

#[test]
fn a_line_of_a_megabyte_is_a_value() {
    let long = "x".repeat(1 << 20);
    let text = format!(
        "services:\n  web:\n    image: x\n    labels: {{a: {long}, b: \"{long}\"}}\n    command: 'echo {long}'\n"
    );
    let project = load_many(&[("compose.yaml", &text)]).unwrap();
    assert_eq!(project.services["web"].labels["a"].len(), 1 << 20);
}

#[rstest]
#[case::aliases(
    "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
    d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
    "grows to more than"
)]
#[case::alias_cycle("services:\n  web: &w {image: x, labels: *w}\n", "not complete yet")]
#[case::depth(&format!("x-a: {}", "[".repeat(200)), "nested deeper")]
#[case::ports(
    "services:\n  a: &a {image: x, ports: ['1-65535:1-65535', '1.1.1.1:1-65535:1-65535']}\n  b: *a\n",
    "publish more than"
)]
#[case::substitutions(&format!("services:\n  web: {{image: x, user: '{}'}}\n", "${A:-".repeat(40_000)), "user")]
fn small_files_cannot_ask_for_much(#[case] text: &str, #[case] expected: &str) {
    let faults = faults_of(&[("compose.yaml", text)]);
    assert!(
        faults.iter().any(|fault| fault.contains(expected)),
        "{:?}",
        faults.iter().take(3).collect::<Vec<_>>()
    );
}

#[test]
fn variables_that_double_each_other_have_an_end() {
    let doubling = |number: usize| {
        if number == 0 {
            "A0=xxxxxxxxxxxxxxxx".to_owned()
        } else {
            format!("A{number}=$A{0}$A{0}", number - 1)
        }
    };
    let faults = faults_of(&[
        ("compose.yaml", "services:\n  web: {image: x, env_file: web.env}\n"),
        (".env", &lines(40, doubling)),
    ]);
    assert!(faults[0].contains("grows to more than"), "{faults:?}");
    let wide = format!(
        "services:\n  web:\n    image: x\n    labels:\n{}",
        lines(2_000, |number| format!("      l{number}: ${{B}}${{B}}"))
    );
    let faults = faults_of(&[("compose.yaml", &wide), (".env", &format!("B={}\n", "x".repeat(100_000)))]);
    assert!(faults[0].contains("grows to more than 32 MiB of text"), "{faults:?}");
}

#[test]
fn a_file_that_never_ends_is_not_read_to_its_end() {
    let faults = faults_of(&[(
        "compose.yaml",
        "include: [/dev/zero]\nservices:\n  web: {image: x, env_file: /dev/zero}\n",
    )]);
    assert!(faults[0].contains("/dev/zero"), "{faults:?}");
}
