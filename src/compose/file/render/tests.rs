use super::tree::Tree;
use super::*;
use crate::compose::file::{LoadRequest, load};
use proptest::prelude::*;
use rstest::rstest;

const FILE: &str = r#"
name: shop
services:
  web:
    image: "nginx<1>&"
    command: [echo, "$$HOME"]
    labels: {z: "1", yes: "no", m: "a: b"}
    environment: {MANY: "a\nb\n", EMPTY: "", NONE: }
    networks: [back]
    deploy: {replicas: 2}
    x-note: {b: [1, 2.50], a: }
  off: {image: redis, profiles: [never], networks: [idle]}
networks: {back: , idle: }
volumes: {unused: }
x-top: {b: 1, a: [x]}
"#;

fn project() -> Project {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("compose.yaml");
    std::fs::write(&file, FILE).unwrap();
    load(&LoadRequest { files: vec![file], ..LoadRequest::default() }).unwrap()
}

#[test]
fn json_is_that_of_docker_compose() {
    insta::assert_snapshot!(json(&project()).unwrap());
}

#[test]
fn yaml_is_that_of_docker_compose() {
    insta::assert_snapshot!(yaml(&project()).unwrap());
}

#[rstest]
#[case("plain words", "plain words")]
#[case("-x", "-x")]
#[case("- x", "'- x'")]
#[case("a: b", "'a: b'")]
#[case("a #b", "'a #b'")]
#[case("it's", "it's")]
#[case("'", "''''")]
#[case("yes", "\"yes\"")]
#[case("012", "\"012\"")]
#[case("1e3", "\"1e3\"")]
#[case("2024-01-02", "\"2024-01-02\"")]
#[case("12:30", "\"12:30\"")]
#[case("1000:1000", "1000:1000")]
#[case("...", "'...'")]
#[case("10.0.0.1", "10.0.0.1")]
#[case("8080-8090", "8080-8090")]
#[case("3dfx", "3dfx")]
#[case("", "\"\"")]
#[case("a\u{1b}[31m", "\"a\\u001B[31m\"")]
#[case("a\u{202e}b", "\"a\\u202Eb\"")]
fn text_is_quoted_where_it_must_be(#[case] text: &str, #[case] written: &str) {
    assert_eq!(yaml::write(&Tree::Text(text.to_owned())), format!("{written}\n"));
}

proptest! {
    /// Whatever text a file holds comes back from our YAML as the same text.
    #[test]
    fn text_survives(text in "[a-c0-9 \n\t:#'\"\\\\{}\\[\\],&*!|>%@`?~\u{e9}\u{202e}\u{1b}-]{0,24}") {
        let mut root = Tree::default();
        root.insert("key", Tree::List(vec![Tree::Text(text.clone())]));
        root.insert(&format!("k{text}"), Tree::Text(text.clone()));
        let written = yaml::write(&root);
        let read: Vec<crate::domain::yaml::Node> = crate::domain::yaml::parse(&written).unwrap();
        let values = read[0].entries();
        prop_assert_eq!(values[0].node.items()[0].text(), Some(text.as_str()), "{}", written);
        prop_assert_eq!(values[1].node.text(), Some(text.as_str()), "{}", written);
    }
}
