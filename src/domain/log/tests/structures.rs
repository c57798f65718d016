//! Structured lines taken apart.

use crate::domain::log::{Level, Structured};

fn parse(text: &str) -> Structured {
    Structured::parse(text).unwrap()
}

fn pairs(structured: &Structured) -> Vec<(&str, &str)> {
    structured.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

#[test]
fn a_json_line() {
    let line = parse(
        r#"{"z":1,"level":"warn","time":"2026-11-20T10:00:00Z","msg":"slow request","path":"/x y","a":{"b":1.5,"c":[true,null]}}"#,
    );
    assert_eq!(line.message.as_deref(), Some("slow request"));
    assert_eq!(line.level, Some(Level::Warn));
    assert_eq!(line.time.as_deref(), Some("2026-11-20T10:00:00Z"));
    assert_eq!(
        pairs(&line),
        [("z", "1"), ("path", "/x y"), ("a.b", "1.5"), ("a.c.0", "true"), ("a.c.1", "null")]
    );
    assert_eq!(line.line(), r#"slow request z=1 path="/x y" a.b=1.5 a.c.0=true a.c.1=null"#);
}

#[test]
fn a_logfmt_line() {
    let line = parse(
        r#"ts=2026-11-20T10:00:00Z caller=main.go:12 level=error msg="no \"route\"" err= peer=10.0.0.1"#,
    );
    assert_eq!(line.message.as_deref(), Some("no \"route\""));
    assert_eq!(line.level, Some(Level::Error));
    assert_eq!(line.time.as_deref(), Some("2026-11-20T10:00:00Z"));
    assert_eq!(pairs(&line), [("caller", "main.go:12"), ("err", ""), ("peer", "10.0.0.1")]);
}

#[test]
fn levels_as_numbers_and_in_nested_places() {
    assert_eq!(parse(r#"{"level":50,"msg":"x"}"#).level, Some(Level::Error));
    assert_eq!(parse(r#"{"log":{"level":"debug"},"message":"x"}"#).level, Some(Level::Debug));
    assert_eq!(parse(r#"{"t":{"$date":"2026"},"s":"W","msg":"x"}"#).level, Some(Level::Warn));
    let strange = parse(r#"{"level":"green","msg":"x"}"#);
    assert_eq!((strange.level, pairs(&strange)), (None, vec![("level", "green")]));
}

#[test]
fn what_is_no_structure() {
    for text in [
        "",
        "ready",
        "a=1",
        "took a=1 b=2",
        "{",
        "{}x",
        r#"{"a":1"#,
        r#"{"a":1}…"#,
        r#"{"a":1} {"b":2}"#,
        r#"level=info msg="never closed"#,
        "level=info msg=cut…",
        "[1,2]",
        "[INFO] a=1 b=2",
    ] {
        assert_eq!(Structured::parse(text), None, "{text}");
    }
}

#[test]
fn escapes_pass_the_gate() {
    let line = parse(r#"{"msg":"a\u001b[31mred\u0007","\u001b]0;x\u0007k":"1\r\n2\t3"}"#);
    let all = format!("{line:?}{}", line.line());
    assert!(!all.contains(char::is_control), "{all}");
    assert!(line.line().contains("1⏎2"), "{}", line.line());
}

#[test]
fn depth_and_number_are_bounded() {
    let deep = format!("{}1{}", r#"{"a":"#.repeat(20), "}".repeat(20));
    assert_eq!(pairs(&parse(&deep)), [("a.a.a.a.a.a", "{…}")]);
    let bottomless = format!("{}1{}", r#"{"a":"#.repeat(2000), "}".repeat(2000));
    assert_eq!(pairs(&parse(&bottomless)), [("a.a.a.a.a.a", "{…}")]);
    let wide: Vec<String> = (0..100).map(|number| format!("\"k{number}\":{number}")).collect();
    let wide = parse(&format!("{{{}}}", wide.join(",")));
    assert_eq!((wide.pairs.len(), wide.left_out), (64, 36));
}
