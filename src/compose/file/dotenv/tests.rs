use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn outside(name: &str) -> Option<String> {
    (name == "HOST").then(|| "outer".to_owned())
}

#[rstest]
#[case("A=1", "1")]
#[case("A = spaced out  ", "spaced out")]
#[case("export A=1", "1")]
#[case("A: yaml", "yaml")]
#[case("A=\r\n", "")]
#[case("A=x # comment", "x")]
#[case("A=x#y", "x#y")]
#[case("A=# no comment", "# no comment")]
#[case("A=x\t#y", "x\t#y")]
#[case("A=\u{a0}x", "x")]
#[case("A='a\\\\'", "a\\\\")]
#[case("A='it\\'s'", "it's")]
#[case("A=\"\\a\\v\\f\"", "\u{7}\u{b}\u{c}")]
#[case("HOST=inner\nA=$HOST", "outer")]
#[case("B=1\nB=2\nA=$B", "2")]
#[case("A='single $HOST # kept'", "single $HOST # kept")]
#[case("A=\"double $HOST\" # comment", "double outer")]
#[case("A=\"line\\nbreak \\\"q\\\" \\$HOST \\d\"", "line\nbreak \"q\" $HOST \\d")]
#[case("A=\"two\nlines\"\nB=2", "two\nlines")]
#[case("B=b\nA=${B}-${HOST}-${NONE:-d}", "b-outer-d")]
#[case("A=it's", "it's")]
#[case("\u{feff}A=bom", "bom")]
fn values(#[case] text: &str, #[case] value: &str) {
    let variables = parse(text, &outside).unwrap();
    let found = variables.iter().find(|(key, _)| key == "A").unwrap();
    assert_eq!(found.1.as_deref(), Some(value));
}

#[test]
fn a_bare_key_has_no_value_of_its_own() {
    assert_eq!(parse("# c\n\nA \n", &outside).unwrap(), [("A".to_owned(), None)]);
}

#[test]
fn all_mistakes_name_their_lines() {
    let text = "A=1\nB C=2\nE #c\nD='open\n";
    let lines: Vec<_> = parse(text, &outside).unwrap_err().iter().map(|found| found.at.line).collect();
    assert_eq!(lines, [2, 3, 4]);
    assert_eq!(parse("A=\"x\ny\" z\n!=1\n", &outside).unwrap_err().len(), 2);
}

proptest! {
    #[test]
    fn any_text_ends_in_a_result(text in "[A-C=:'\"#\\\\$\\{\\} \n\r\té]{0,80}") {
        let _ = parse(&text, &outside);
    }

    #[test]
    fn single_quotes_keep_everything(value in "[^'\\\\]{0,40}") {
        let variables = parse(&format!("A='{value}'\nB=2"), &outside).unwrap();
        prop_assert_eq!(variables[0].1.as_deref(), Some(value.as_str()));
        prop_assert_eq!(variables.len(), 2);
    }
}
