use super::*;
use crate::backup::postgres::{dumps, tests as stacks};
use rstest::rstest;

fn source() -> PostgresDump {
    let stack = stacks::stack(vec![stacks::source("db", None, None)]);
    dumps(&stack, &[stacks::container("db", 1, &["POSTGRES_USER=u"])]).unwrap().remove(0)
}

#[test]
fn success_needs_the_exit_code_and_the_head_of_an_archive() {
    assert_eq!(judge(&source(), 0, b"PGDMP\x01", b"pg_dump: a warning"), Ok(()));
}

#[rstest]
#[case::full_output_but_failed(1, b"PGDMP\x01", b"pg_dump: error: connection lost", "connection lost")]
#[case::nothing(0, b"", b"", "no archive")]
#[case::something_else(0, b"hello", b"", "no archive")]
#[case::no_such_tool(126, b"OCI runtime exec failed: pg_dump: not found\n", b"", "OCI runtime exec failed")]
fn anything_else_fails_and_says_why(
    #[case] code: i64,
    #[case] head: &[u8],
    #[case] complaints: &[u8],
    #[case] words: &str,
) {
    let fault = judge(&source(), code, head, complaints).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.to_string().contains(words), "{fault}");
    assert!(fault.hint.is_some());
}

#[test]
fn a_wrong_database_points_to_the_stacks_file() {
    let complaint = b"pg_dump: error: FATAL:  database \"x\" does not exist";
    let fault = judge(&source(), 1, b"", complaint).unwrap_err();
    assert!(fault.hint.unwrap().contains("x-mcp.backup"));
}

#[test]
fn a_part_is_counted_and_summed_up() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = PartWriter::new(File::create(directory.path().join("part")).unwrap());
    writer.write(b"ab").unwrap();
    writer.write(b"c").unwrap();
    let part = writer.finish("p".to_owned()).unwrap();
    // The sum of `abc` is the first example of the standard.
    assert_eq!(part.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!((part.bytes, part.path.as_str()), (3, "p"));
    assert_eq!(std::fs::read(directory.path().join("part")).unwrap(), b"abc");
}
