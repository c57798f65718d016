use crate::compose::file::tests::{faults_of, load_in, load_many};
use rstest::rstest;

const BASE: &str =
    "services:\n  base: {image: 'x$V', environment: [V, NONE], volumes: ['./a:/a'], build: {target: t}}\n";

fn sources(root: &str, project: &crate::compose::file::Project, service: &str) -> Vec<String> {
    let mounts = project.services[service].volumes.iter();
    mounts.map(|mount| mount.source.trim_start_matches(root).to_owned()).collect()
}

#[test]
fn an_included_file_has_its_own_directory_and_variables() {
    let (root, project) = load_in(&[
        (
            "compose.yaml",
            "include: [sub/base.yaml]\nservices:\n  web: {image: y, environment: [V], depends_on: [base]}\n",
        ),
        ("sub/base.yaml", BASE),
        ("sub/.env", "V=inner\n"),
    ]);
    let project = project.unwrap();
    let base = &project.services["base"];
    assert_eq!(base.image, "xinner");
    assert_eq!(base.environment["V"].as_deref(), Some("inner"));
    assert_eq!(base.environment["NONE"], None);
    assert_eq!(base.build.as_ref().unwrap().context, format!("{root}/sub"));
    assert_eq!(sources(&root, &project, "base"), ["/sub/a"]);
    assert_eq!(project.services["web"].environment["V"], None);
}

#[test]
fn the_long_form_names_files_directory_and_variables() {
    let (root, project) = load_in(&[
        (
            "compose.yaml",
            "include:\n  - path: [sub/base.yaml, sub/more.yaml]\n    project_directory: other\n    env_file: [one.env, two.env]\n",
        ),
        ("sub/base.yaml", BASE),
        ("sub/more.yaml", "include: [next.yaml]\nservices:\n  base: {volumes: ['./b:/b']}\n"),
        ("other/next.yaml", "services:\n  next: {image: x, volumes: ['./c:/c']}\n"),
        ("one.env", "V=1\n"),
        ("two.env", "V=2\n"),
        ("other/.env", "V=lost\n"),
    ]);
    let project = project.unwrap();
    assert_eq!(project.services["base"].image, "x2");
    assert_eq!(sources(&root, &project, "base"), ["/other/a", "/other/b"]);
    assert_eq!(sources(&root, &project, "next"), ["/other/c"]);
}

#[test]
fn the_same_file_may_be_included_on_two_ways() {
    let project = load_many(&[
        ("compose.yaml", "include: [a.yaml, b.yaml]\nnetworks: {n: }\n"),
        ("a.yaml", "include: [common.yaml]\nnetworks: {n: }\n"),
        ("b.yaml", "include: [common.yaml]\n"),
        ("common.yaml", "services:\n  c: {image: x, build: ., networks: [n]}\nnetworks: {n: }\n"),
    ]);
    assert_eq!(project.unwrap().services.len(), 1);
}

#[test]
fn an_override_file_changes_what_was_included() {
    let project = load_many(&[
        ("compose.yaml", "include: [sub.yaml]\n"),
        ("sub.yaml", "services:\n  base: {image: x, ports: ['1:1']}\n"),
        ("compose.override.yaml", "services:\n  base: {user: root, ports: !reset []}\n"),
    ])
    .unwrap();
    let base = &project.services["base"];
    assert_eq!((base.user.as_str(), base.image.as_str(), base.ports.len()), ("root", "x", 0));
}

#[rstest]
#[case::conflict(
    "include: [b.yaml]\nservices:\n  base: {image: other}",
    "compose.yaml:3:3: services.base: it is declared by ROOT/b.yaml too, which is included (line 2)"
)]
#[case::same_words_elsewhere(
    "include: [sub/b.yaml]\nservices:\n  base: {build: .}",
    "services.base: it is declared by ROOT/sub/b.yaml too"
)]
#[case::circle(
    "include: [c.yaml]",
    "c.yaml:1:11: include[0]: the files include each other: ROOT/compose.yaml → ROOT/c.yaml → ROOT/compose.yaml"
)]
#[case::missing(
    "include: [b.yaml, nix.yaml]",
    "compose.yaml:1:19: include[1]: there is no file ROOT/nix.yaml"
)]
#[case::no_env_file(
    "include: [{path: b.yaml, env_file: nix.env}]",
    "include[0].env_file: there is no file ROOT/nix.env"
)]
#[case::text("include: b.yaml", "compose.yaml:1:10: include: expected a list of files, found text")]
#[case::number("include: [5]", "include[0]: expected a path or a mapping with `path`, found a number")]
#[case::elsewhere("include: ['oci://x/y']", "`oci://x/y` is not on this host")]
#[case::mistake("include: [bad.yaml]", "bad.yaml:1:1: bogus: unknown key")]
#[case::empty("include: [empty.yaml]", "ROOT/empty.yaml: the file is empty")]
fn what_cannot_be_included_is_told(#[case] text: &str, #[case] expected: &str) {
    let faults = faults_of(&[
        ("compose.yaml", text),
        ("b.yaml", "services:\n  base: {image: x}\n"),
        ("sub/b.yaml", "services:\n  base: {build: .}\n"),
        ("c.yaml", "include: [compose.yaml]\n"),
        ("bad.yaml", "bogus: 1\nservices:\n  base: {image: x}\n"),
        ("empty.yaml", "# nothing\n"),
    ]);
    assert!(faults.iter().any(|fault| fault.contains(expected)), "{faults:#?}");
}

#[test]
fn files_that_include_each_other_twice_have_an_end() {
    let files: Vec<(String, String)> = (0..30)
        .map(|number| {
            let next = format!("f{}.yaml", number + 1);
            (format!("f{number}.yaml"), format!("include: [{next}, {next}]\n"))
        })
        .collect();
    let mut files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("compose.yaml", "include: [f0.yaml]\n"));
    files.push(("f30.yaml", "services:\n  x: {image: x}\n"));
    let faults = faults_of(&files);
    assert!(faults[0].contains("more than 2000 files"), "{}", faults[0]);
}
