use super::*;
use rstest::rstest;

#[rstest]
#[case(0, "Less than a second")]
#[case(1, "1 second")]
#[case(59, "59 seconds")]
#[case(60, "About a minute")]
#[case(120, "2 minutes")]
#[case(3599, "59 minutes")]
#[case(3600, "About an hour")]
#[case(7200, "2 hours")]
#[case(86_400, "24 hours")]
#[case(3 * 86_400, "3 days")]
#[case(21 * 86_400, "3 weeks")]
#[case(90 * 86_400, "3 months")]
#[case(800 * 86_400, "2 years")]
#[case(-5, "Less than a second")]
fn spans_are_worded_as_the_docker_command_does(#[case] seconds: i64, #[case] expected: &str) {
    assert_eq!(ago(seconds), expected);
}
