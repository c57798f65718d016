use super::*;
use proptest::prelude::*;
use rstest::rstest;

/// As the tool of PostgreSQL 15 writes it, with a tablespace.
const DUMP: &str = r#"--
-- PostgreSQL database cluster dump
--

\restrict k2jesAojjDrRcIzFK2RMxsnzG0592ftu7WqLaOGjFXEvzfY7L1qx5cBXY6YGhFb

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

CREATE ROLE "Odd ""name";
ALTER ROLE "Odd ""name" WITH NOSUPERUSER INHERIT LOGIN PASSWORD 'SCRAM-SHA-256$4096:CU==$PB/x=:+R/=' VALID UNTIL '2030-01-01 00:00:00+00';
CREATE ROLE ledger;
ALTER ROLE ledger WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS CONNECTION LIMIT 5 PASSWORD 'SCRAM-SHA-256$4096:uL==$Gh=:ji=';
CREATE ROLE reader;
ALTER ROLE reader WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE team;
ALTER ROLE team WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE team IS E'several
lines; with '' a \\quote\'; DROP ROLE reader;';

--
-- User Config "reader"
--

ALTER ROLE reader SET search_path TO 'a', 'B c';
ALTER ROLE reader SET "my.thing" TO 'x;y';
ALTER ROLE reader IN DATABASE ledger SET work_mem TO '8MB';

--
-- Role memberships
--

GRANT pg_monitor TO team GRANTED BY ledger;
GRANT team TO "Odd ""name" GRANTED BY reader;
GRANT team TO reader WITH ADMIN OPTION GRANTED BY ledger;
GRANT reader TO ledger GRANTED BY ledger;

--
-- Role privileges on configuration parameters
--

GRANT SET ON PARAMETER work_mem TO reader;
GRANT ALTER SYSTEM ON PARAMETER work_mem TO reader WITH GRANT OPTION;

CREATE TABLESPACE fast OWNER reader LOCATION '/fast';
GRANT CREATE ON TABLESPACE fast TO reader;

\unrestrict k2jesAojjDrRcIzFK2RMxsnzG0592ftu7WqLaOGjFXEvzfY7L1qx5cBXY6YGhFb
"#;

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn chosen(text: &str, version: &str, there: &[&str]) -> Vec<String> {
    Globals::parse(text, version).chosen(&set(there)).into_iter().map(str::to_owned).collect()
}

#[test]
fn all_that_makes_one_role_and_nothing_else() {
    assert_eq!(
        chosen(DUMP, "15.8", &["ledger", "team", "Odd \"name", "pg_monitor"]),
        [
            "CREATE ROLE reader",
            "ALTER ROLE reader WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS",
            "ALTER ROLE reader SET search_path TO 'a', 'B c'",
            "ALTER ROLE reader SET \"my.thing\" TO 'x;y'",
            "GRANT team TO reader WITH ADMIN OPTION",
            "GRANT reader TO ledger",
            "GRANT SET ON PARAMETER work_mem TO reader",
            "GRANT ALTER SYSTEM ON PARAMETER work_mem TO reader WITH GRANT OPTION",
        ]
    );
}

#[test]
fn a_comment_of_several_lines_is_one_statement() {
    assert_eq!(
        chosen(DUMP, "15.8", &["ledger", "reader", "Odd \"name", "pg_monitor"]),
        [
            "CREATE ROLE team",
            "ALTER ROLE team WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS",
            "COMMENT ON ROLE team IS E'several\nlines; with '' a \\\\quote\\'; DROP ROLE reader;'",
            "GRANT pg_monitor TO team",
            "GRANT team TO \"Odd \"\"name\"",
            "GRANT team TO reader WITH ADMIN OPTION",
        ]
    );
}

#[test]
fn what_is_there_needs_nothing() {
    assert_eq!(chosen(DUMP, "15.8", &["ledger", "team", "reader", "Odd \"name"]), Vec::<String>::new());
    let globals = Globals::parse(DUMP, "15.8");
    assert_eq!(globals.missing(&set(&["ledger", "team"])), set(&["Odd \"name", "reader"]));
    assert_eq!(globals.superusers(&set(&["ledger", "reader"])), ["ledger"]);
}

#[rstest]
#[case::fifteen("15.8", "GRANT a TO b WITH ADMIN OPTION GRANTED BY c", "GRANT a TO b WITH ADMIN OPTION")]
#[case::fifteen_plain("15.8", "GRANT a TO b", "GRANT a TO b")]
#[case::an_old_manifest("", "GRANT a TO b GRANTED BY c", "GRANT a TO b")]
#[case::sixteen(
    "16.4 (Debian 16.4-1)",
    "GRANT a TO b WITH ADMIN OPTION, INHERIT TRUE GRANTED BY c",
    "GRANT a TO b WITH ADMIN OPTION, INHERIT TRUE GRANTED BY c"
)]
#[case::seventeen(
    "17.2",
    "GRANT a TO b WITH INHERIT FALSE, SET FALSE GRANTED BY c",
    "GRANT a TO b WITH INHERIT FALSE, SET FALSE GRANTED BY c"
)]
#[case::names_like_words("15.8", "GRANT a TO b GRANTED BY \"granted by\"", "GRANT a TO b")]
fn memberships_of_each_version(#[case] version: &str, #[case] written: &str, #[case] said: &str) {
    let text = format!("CREATE ROLE b;\n{written};\n");
    assert_eq!(chosen(&text, version, &["a", "c"]), ["CREATE ROLE b", said]);
    assert_eq!(chosen(&text, version, &["a", "b", "c"]), Vec::<String>::new(), "both are there");
    assert_eq!(chosen(&text, version, &["c"]), ["CREATE ROLE b"], "nobody has the other one");
}

/// `x` is missing, and `y` is there.
#[rstest]
#[case::a_quoted_word("CREATE ROLE \"x\";", &["CREATE ROLE \"x\""])]
#[case::another_case("CREATE ROLE \"X\";", &["CREATE ROLE \"X\""])]
#[case::folded("create role X;", &["create role X"])]
#[case::a_semicolon_in_a_name("CREATE ROLE \"a;b\";", &["CREATE ROLE \"a;b\""])]
#[case::a_role_called_as_a_keyword("CREATE ROLE password; CREATE ROLE role;", &["CREATE ROLE password", "CREATE ROLE role"])]
#[case::a_remark_with_a_statement("-- CREATE ROLE z;\nCREATE ROLE x;", &["CREATE ROLE x"])]
#[case::a_remark_within("CREATE ROLE x -- it's\n; CREATE ROLE z;", &["CREATE ROLE z"])]
#[case::a_command_of_psql("\\! rm -rf /\nCREATE ROLE x;", &["CREATE ROLE x"])]
#[case::a_command_in_a_statement("CREATE ROLE x \\! id\n;", &[])]
#[case::a_variable("CREATE ROLE x; ALTER ROLE x WITH PASSWORD :'secret';", &["CREATE ROLE x"])]
#[case::a_backslash_in_plain_quotes("CREATE ROLE x; COMMENT ON ROLE x IS 'a\\';", &["CREATE ROLE x"])]
#[case::a_literal_that_escapes(
    "CREATE ROLE x; COMMENT ON ROLE x IS E'a\\'; DROP ROLE y;';",
    &["CREATE ROLE x", "COMMENT ON ROLE x IS E'a\\'; DROP ROLE y;'"]
)]
#[case::more_than_a_creation("CREATE ROLE x SUPERUSER;", &[])]
#[case::a_drop("CREATE ROLE x; DROP ROLE x; DROP ROLE y;", &["CREATE ROLE x"])]
#[case::of_a_database("CREATE ROLE x; ALTER ROLE x IN DATABASE d SET a TO 'b';", &["CREATE ROLE x"])]
#[case::of_an_existing_one("ALTER ROLE y WITH SUPERUSER; COMMENT ON ROLE y IS 'x'; ALTER ROLE y SET a TO 'x';", &[])]
#[case::of_all("CREATE ROLE x; ALTER ROLE ALL SET a TO 'b';", &["CREATE ROLE x"])]
#[case::rights_on_something_else("CREATE ROLE x; GRANT ALL ON TABLESPACE t TO x; GRANT SELECT ON t TO x;", &["CREATE ROLE x"])]
#[case::no_end("CREATE ROLE x; CREATE ROLE z", &["CREATE ROLE x"])]
#[case::no_end_of_a_name("CREATE ROLE x; CREATE ROLE \"z;", &["CREATE ROLE x"])]
#[case::nothing("", &[])]
#[case::only_ends(";;;", &[])]
fn what_is_chosen(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(chosen(text, "16.1", &["y"]), expected);
}

#[test]
fn who_has_lost_a_password_is_told_from_who_had_none() {
    let login = "CREATE ROLE a; ALTER ROLE a WITH LOGIN; CREATE ROLE b; ALTER ROLE b WITH NOLOGIN;";
    let roles = set(&["a", "b"]);
    assert_eq!(Globals::parse(login, "15").without_password(&roles), ["a"]);
    assert_eq!(Globals::parse(login, "15").without_password(&set(&["b"])), Vec::<String>::new());
    let other = format!("{login} CREATE ROLE c; ALTER ROLE c WITH LOGIN PASSWORD 'md5x';");
    assert_eq!(Globals::parse(&other, "15").without_password(&roles), Vec::<String>::new());
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[abc]", "[abAB\" ;'ä]{1,4}"]
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A statement about one role or two, with the roles that it is about.
fn statement() -> impl Strategy<Value = (String, Vec<String>)> {
    (0..5, name(), name()).prop_map(|(kind, one, other)| {
        let (first, second) = (quoted(&one), quoted(&other));
        match kind {
            0 => (format!("CREATE ROLE {first}"), vec![one]),
            1 => (format!("ALTER ROLE {first} WITH LOGIN PASSWORD 'a;''b'"), vec![one]),
            2 => (format!("ALTER ROLE {first} SET {second} TO 'x'"), vec![one]),
            3 => (format!("COMMENT ON ROLE {first} IS E'\\'{}'", second.replace('\'', "''")), vec![one]),
            _ => (format!("GRANT {first} TO {second}"), vec![one, other]),
        }
    })
}

proptest! {
    #[test]
    fn no_statement_about_an_existing_role_is_chosen(
        statements in proptest::collection::vec(statement(), 0..20),
        there in proptest::collection::btree_set(name(), 0..6),
    ) {
        let text = statements.iter().map(|(text, _)| text.as_str()).chain([""]).collect::<Vec<_>>().join(";\n");
        let globals = Globals::parse(&text, "16");
        for said in globals.chosen(&there) {
            let (_, roles) = statements.iter().find(|(text, _)| text == said).expect("it is one of them, whole");
            prop_assert!(roles.iter().any(|role| !there.contains(role)), "{said}");
        }
        for missing in globals.missing(&there) {
            let creation = format!("CREATE ROLE {}", quoted(&missing));
            let is_made = globals.chosen(&there).contains(&creation.as_str());
            prop_assert!(is_made, "{}", creation);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(CREATE ROLE |[-'\"\\\\;Ee aäA-Z\n:$,]){0,60}") {
        let globals = Globals::parse(&text, "16");
        let there = BTreeSet::new();
        prop_assert_eq!(globals.missing(&there).is_empty(), globals.chosen(&there).is_empty());
    }
}
