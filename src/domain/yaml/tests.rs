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
    assert_eq!(z.at, Position { line: 4, column: 8 });
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
fn broken_files_name_the_line(#[case] text: &str, #[case] line: usize, #[case] words: &str) {
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
