use super::*;
use rstest::rstest;

fn ended(code: i64, complaints: &str) -> Ended {
    Ended { code, output: String::new(), complaints: complaints.to_owned() }
}

#[rstest]
#[case::nothing(0, true, "", Some(vec![]))]
#[case::grew(1, true, "tar: ./log: file changed as we read it\n", Some(vec!["./log"]))]
#[case::went(1, true, "tar: ./a: b: File removed before we read it\n", Some(vec!["./a: b"]))]
#[case::shrank(1, true, "tar: ./log: File shrank by 9 bytes; padding with zeros\n", Some(vec!["./log"]))]
#[case::a_socket_is_none(0, true, "tar: ./s: socket ignored\n", Some(vec![]))]
#[case::failed(2, true, "tar: ./x: Cannot open: Input/output error\n", None)]
#[case::shrank_elsewhere(1, false, "tar: short read\n", Some(vec!["short read"]))]
#[case::failed_elsewhere(1, false, "tar: ./x: Permission denied\n", None)]
#[case::killed(137, true, "", None)]
fn a_file_that_changed_is_named_and_a_failure_is_one(
    #[case] code: i64,
    #[case] is_gnu: bool,
    #[case] complaints: &str,
    #[case] changed: Option<Vec<&str>>,
) {
    let judged = judge(&ended(code, complaints), is_gnu, "volume data");
    assert_eq!(judged.ok(), changed.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>()));
}
