use super::*;
use crate::backup::job::Place;
use crate::domain::ContainerId;
use rstest::rstest;

fn database() -> PostgresDatabase {
    let place = Place {
        container: ContainerId("c0".to_owned()),
        name: "shop-db-1".to_owned(),
        service: "db".to_owned(),
        image: "postgres:15".to_owned(),
        image_id: "sha256:00".to_owned(),
        ends_tools: true,
    };
    let server = PostgresServer {
        place,
        user: "ledger".to_owned(),
        password: Some("p=q".to_owned()),
        version: "15.8".to_owned(),
        first_database: "ledger".to_owned(),
        data: None,
        path: "postgres/globals-db.sql.zst".to_owned(),
    };
    PostgresDatabase {
        server,
        database: "ledger".to_owned(),
        encoding: "UTF8".to_owned(),
        collation: "C".to_owned(),
        locale: crate::backup::manifest::Locale::default(),
        bytes: 0,
        path: "postgres/ledger.dump.zst".to_owned(),
    }
}

fn ended(code: i64, complaints: &str) -> Ended {
    Ended { code, output: String::new(), complaints: complaints.to_owned() }
}

#[test]
fn success_needs_the_exit_code_and_the_head_of_an_archive() {
    assert_eq!(database().judge(&ended(0, "pg_dump: a warning"), b"PGDMP\x01"), Ok(()));
}

#[rstest]
#[case::full_output_but_failed(1, b"PGDMP\x01", "pg_dump: error: connection lost", "connection lost")]
#[case::nothing(0, b"", "", "no archive")]
#[case::something_else(0, b"hello", "", "no archive")]
#[case::no_such_tool(126, b"OCI runtime exec failed: pg_dump: not found\n", "", "OCI runtime exec failed")]
fn anything_else_fails_and_says_why(
    #[case] code: i64,
    #[case] head: &[u8],
    #[case] complaints: &str,
    #[case] words: &str,
) {
    let fault = database().judge(&ended(code, complaints), head).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.to_string().contains(words), "{fault}");
    assert!(fault.hint.is_some());
}

#[test]
fn a_wrong_database_points_to_the_stacks_file() {
    let complaint = "pg_dump: error: FATAL:  database \"x\" does not exist";
    let fault = database().judge(&ended(1, complaint), b"").unwrap_err();
    assert!(fault.hint.unwrap().contains("x-mcp.backup"));
}

#[test]
fn a_tool_has_an_end_and_a_name_and_its_password_is_no_argument() {
    let request = database().server.request(&["pg_dump", "-Fc"], "20261120T103104Z-3f9c");
    assert_eq!(request.command, ["timeout", "-s", "TERM", "43200", "pg_dump", "-Fc"]);
    assert_eq!(request.environment, ["PGAPPNAME=mcp-tui backup 20261120T103104Z-3f9c", "PGPASSWORD=p=q"]);
}
