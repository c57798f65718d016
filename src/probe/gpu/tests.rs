use super::*;
use rstest::rstest;

#[rstest]
#[case("535.43.02", false)]
#[case("535.85", false)]
#[case("535.86.10", true)]
#[case("550.54.15", true)]
#[case("", true)]
fn drivers_with_a_scrambled_process_list_are_known(#[case] driver: &str, #[case] listed: bool) {
    assert_eq!(start::processes_can_be_listed(driver), listed);
}
