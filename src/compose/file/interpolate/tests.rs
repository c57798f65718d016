use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn variables(name: &str) -> Option<String> {
    match name {
        "SET" => Some("value".to_owned()),
        "EMPTY" => Some(String::new()),
        "OTHER" => Some("other".to_owned()),
        "DOLLAR" => Some("$SET".to_owned()),
        _ => None,
    }
}

#[rstest]
#[case("no variables", "no variables")]
#[case("$SET/${SET}", "value/value")]
#[case("[$NONE][${NONE}]", "[][]")]
#[case("${NONE:-a}|${NONE-a}|${EMPTY:-a}|${EMPTY-a}|${SET:-a}", "a|a|a||value")]
#[case("${SET:+a}|${SET+a}|${EMPTY:+a}|${EMPTY+a}|${NONE+a}", "a|a||a|")]
#[case("${SET:?no}|${EMPTY?no}", "value|")]
#[case("$$SET $${SET} $$$$", "$SET ${SET} $$")]
#[case("$1 costs $ 5 and 5$", "$1 costs $ 5 and 5$")]
#[case("${NONE:-${OTHER}}", "other")]
#[case("${NONE:-${ALSO:-${SET}-x}}", "value-x")]
#[case("${NONE:-$OTHER/$$}", "other/$")]
#[case("${SET:-a}b}", "valueb}")]
#[case("${NONE:-a}b}", "ab}")]
#[case("${NONE:-a:-b?c}", "a:-b?c")]
#[case("${NONE:-päth/ü}", "päth/ü")]
#[case("${DOLLAR}", "$SET")]
fn forms(#[case] text: &str, #[case] result: &str) {
    assert_eq!(interpolate(text, &variables).unwrap().text, result);
}

#[rstest]
#[case("${")]
#[case("${}")]
#[case("${1A}")]
#[case("${SET:=x}")]
#[case("${SET")]
#[case("${SET:}")]
#[case("${NONE:-${OTHER}")]
#[case("${A B}")]
fn malformed(#[case] text: &str) {
    assert!(matches!(interpolate(text, &variables), Err(Mistake::Malformed(_))), "{text}");
}

#[test]
fn a_required_variable_tells_its_words() {
    let mistake = interpolate("${EMPTY:?set it to $OTHER}", &variables).unwrap_err();
    assert_eq!(mistake.to_string(), "the variable EMPTY is required and not set: set it to other");
    assert!(interpolate("${NONE?}", &variables).unwrap_err().to_string().ends_with("not set"));
}

#[test]
fn only_variables_without_any_value_are_named() {
    let result = interpolate("$A ${B} ${C:-x} $SET ${D:-$E}", &variables).unwrap();
    assert_eq!(result.unset, ["A", "B", "E"]);
}

#[test]
fn bottomless_nesting_is_refused() {
    let text = format!("{}x{}", "${N:-".repeat(10_000), "}".repeat(10_000));
    assert_eq!(interpolate(&text, &variables), Err(Mistake::TooDeep));
}

#[test]
fn long_values_do_not_multiply_without_end() {
    let long = |_: &str| Some("x".repeat(1 << 20));
    assert_eq!(interpolate(&"$A".repeat(1000), &long), Err(Mistake::TooLong));
    assert_eq!(interpolate(&format!("${{B:+{}}}", "$A".repeat(1000)), &long), Err(Mistake::TooLong));
}

proptest! {
    #[test]
    fn any_text_ends_in_a_result(text in "[${}a-zA-Z0-9_:?+\\-é ]{0,60}") {
        let _ = interpolate(&text, &variables);
    }

    #[test]
    fn doubled_dollars_protect_any_text(text in "\\PC{0,60}") {
        let protected = text.replace('$', "$$");
        prop_assert_eq!(interpolate(&protected, &variables).unwrap().text, text);
    }

    #[test]
    fn values_are_not_interpolated_again(value in "[${}A-Z]{0,20}") {
        let lookup = |_: &str| Some(value.clone());
        prop_assert_eq!(interpolate("<${X}>", &lookup).unwrap().text, format!("<{value}>"));
    }
}
