use super::*;
use rstest::rstest;
use std::fmt::Write as _;
use std::time::Duration;

fn one(text: &str) -> Node {
    parse(text).unwrap().remove(0)
}

#[test]
fn positions_count_from_one() {
    let root = one("a: 1\nb:\n  - x\n  - y: z\n");
    let z = root.get("b").unwrap().items()[1].get("y").unwrap();
    assert_eq!(z.at, Position::new(4, 8));
}

#[test]
fn merge_keys_give_way_to_the_mapping_itself() {
    let root = one("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n");
    let merged = root.get("use").unwrap();
    assert_eq!((merged.get("x").unwrap().text(), merged.get("y").unwrap().text()), (Some("1"), Some("3")));
}

#[rstest]
#[case::duplicate("a: 1\na: 2\n", 2, "stands already")]
#[case::cycle("a: &x [*x]\n", 1, "not complete")]
#[case::syntax("a: [1, 2\nb: 3\n", 2, "")]
fn broken_files_name_the_line(#[case] text: &str, #[case] line: u32, #[case] words: &str) {
    let complaint = parse(text).unwrap_err();
    assert_eq!(complaint.at.line, line, "{complaint:?}");
    assert!(complaint.text.contains(words), "{complaint:?}");
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        let _ = writeln!(bomb, "a{level}: &a{level} [{}]", vec![alias; 10].join(","));
    }
    assert!(parse(&bomb).unwrap_err().text.contains("more than"));
    assert!(parse(&"[".repeat(100_000)).is_err());
    assert!(parse(&"[".repeat(200)).unwrap_err().text.contains("deeper"));
}

#[test]
fn all_mistakes_are_reported_with_their_paths() {
    let root = one("colours:\n  bordr: red\nsize: big\n");
    let reader = Reader::new(&root);
    reader.get("colours").unwrap().only(&["border"]);
    reader.get("size").unwrap().number(10);
    let lines: Vec<_> = reader
        .complaints()
        .iter()
        .map(|complaint| complaint.to_fault("read", &"t.yaml").to_string())
        .collect();
    assert_eq!(
        lines,
        [
            "read t.yaml:2:3: colours.bordr: unknown key; did you mean `border`?",
            "read t.yaml:3:7: size: expected a whole number from 0 to 10, found `big`",
        ]
    );
}

#[rstest]
#[case("1m30s", Some(90_000))]
#[case("1.5s", Some(1500))]
#[case("500ms", Some(500))]
#[case("1d", Some(86_400_000))]
#[case("0", Some(0))]
#[case("15", None)]
#[case("", None)]
#[case("s", None)]
fn durations_are_gos(#[case] text: &str, #[case] milliseconds: Option<u64>) {
    assert_eq!(reader::go_duration(text), milliseconds.map(Duration::from_millis));
}

#[test]
fn texts_that_aliases_repeat_count_as_often_as_they_stand_there() {
    let long = "x".repeat(1 << 20);
    let bomb = format!("a: &a {long}\nb: [{}]\n", vec!["*a"; 1000].join(","));
    assert!(parse(&bomb).unwrap_err().text.contains("MiB of text"));
    let nested = format!("{}{}{}", "&a [".repeat(100), "x,".repeat(10_000), "]".repeat(100));
    assert!(parse(&nested).unwrap_err().text.contains("anchors hold"));
}

#[rstest]
#[case::lists_of_mappings("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n", Some("12"))]
#[case::twice("a: &a {x: 1}\nc:\n  <<: *a\n  <<: *a\n", None)]
#[case::nothing("c:\n  <<:\n", None)]
#[case::list_in_list("a: &a {x: 1}\nc: {<<: [[*a]]}\n", None)]
fn merge_keys_take_mappings(#[case] text: &str, #[case] values: Option<&str>) {
    let values = values.map(str::to_owned);
    let found = parse(text).map(|documents| {
        let merged = documents[0].get("c").unwrap();
        merged.entries().iter().filter_map(|entry| entry.node.text()).collect::<String>()
    });
    assert_eq!(found.ok(), values);
}

#[rstest]
#[case("1: x")]
#[case("true: x")]
#[case("~: x")]
fn keys_may_have_to_be_text(#[case] text: &str) {
    assert!(parse(text).is_ok());
    let strict = Options { text_keys: true, ..Options::default() };
    assert!(parse_with(text, strict).unwrap_err().text.contains("must be text"));
    assert!(parse_with("'1': x", strict).is_ok());
}
