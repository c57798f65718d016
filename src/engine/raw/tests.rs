use super::*;
use rstest::rstest;

#[rstest]
#[case("web-1", "web-1")]
#[case("a b", "a%20b")]
#[case("../info?x=1#y", "..%2Finfo%3Fx%3D1%23y")]
#[case("ü", "%C3%BC")]
fn a_name_cannot_leave_its_place_in_the_path(#[case] name: &str, #[case] expected: &str) {
    assert_eq!(segment(name), expected);
}
