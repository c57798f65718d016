//! Dumps of a database that are not what they seem, and what they speak of that is not there.

use super::shop::Shop;
use crate::support::engine::docker;
use std::process::Command;

/// Nothing but a database, so that a test is about that.
const DATABASE_ONLY: &str = r#"
services:
  db:
    image: postgres:15-alpine
    environment: {POSTGRES_USER: ledger, POSTGRES_PASSWORD: not-a-secret-of-anybody, POSTGRES_DB: ledger}
    volumes: ["rows:/var/lib/postgresql/data", "./tables.sql:/docker-entrypoint-initdb.d/tables.sql:ro"]
    healthcheck: {test: [CMD, pg_isready, -U, ledger, -d, ledger, -h, 127.0.0.1], interval: 1s, retries: 60}
volumes:
  rows:
x-mcp: {backup: {postgres: [{service: db, database: ledger}]}}
"#;

/// Puts something in the place of the server's own tool: it writes sixty of a hundred of what that writes, and ends so.
fn cut_dumps(shop: &Shop, ending: &str) {
    let script = format!(
        "cd \"$(dirname \"$(command -v pg_dump)\")\" && [ -e pg_dump.whole ] || mv pg_dump pg_dump.whole\n\
         cat > pg_dump <<'END'\n#!/bin/sh\n\
         case $1 in -V) exec \"$0\".whole -V ;; esac\n\"$0\".whole \"$@\" > /tmp/dump || exit\n\
         head -c $(($(wc -c < /tmp/dump) * 60 / 100)) /tmp/dump\n{ending}\nEND\nchmod 755 pg_dump"
    );
    docker(["exec", "--user", "0", &shop.container("db"), "sh", "-c", &script]);
}

fn rows(shop: &Shop) -> String {
    let count = "SELECT count(*) FROM entries";
    docker(["exec", &shop.container("db"), "psql", "-XU", "ledger", "-d", "ledger", "-tAc", count])
}

pub fn a_dump_that_was_cut() {
    let shop = Shop::with("cut", DATABASE_ONLY);
    cut_dumps(&shop, "kill -9 $$");
    shop.run(["backup", "create"]).failed(7, ["pg_dump", "137"]);
    assert_eq!(shop.bundles().len(), 0, "what was cut is no backup");

    // A tool that is cut and says that all is well is believed until somebody reads what it wrote.
    cut_dumps(&shop, "exit 0");
    let bundle = shop.backup();
    let database = shop.container("db");
    let list =
        format!("zstd -dc '{}' | docker exec -i {database} pg_restore --list", bundle.join(DUMP).display());
    let list = Command::new("sh").args(["-c", &list]).output().expect("a shell");
    assert!(list.status.success(), "a list of contents proves nothing, or this trial would not be one");
    shop.run(["backup", "restore", "latest", "--yes"]).failed(7, ["could not read from input file"]);
    assert_eq!(rows(&shop), "1000", "what is in use was not touched");
    shop.run(["backup", "verify", "latest", "--deep"]).failed(2, [DUMP, "pg_restore does not take it"]);
    assert!(shop.run(["backup", "list"]).succeeded("list").stdout.contains("bad, seen"));
    shop.run(["backup", "rehearse", "latest"]).failed(2, ["pg_restore", "could not read from input file"]);
    assert_eq!(shop.helpers(), "", "nothing stays of all that");

    // Where each backup is read through, it is found out at once.
    let verified = DATABASE_ONLY.replace("{backup: {", "{backup: {verify: yes, ");
    shop.workplace.stack(&shop.project.name, &verified);
    shop.run(["backup", "create"]).failed(2, [DUMP, "pg_restore does not take it"]);
}

const DUMP: &str = "postgres/ledger.dump.zst";

pub fn a_role_that_is_missing() {
    let shop = Shop::with("role", DATABASE_ONLY);
    let bundle = shop.backup();
    let database = shop.container("db");
    let sql = |text: &str| {
        docker([
            "exec",
            &database,
            "psql",
            "-XU",
            "ledger",
            "-d",
            "ledger",
            "-v",
            "ON_ERROR_STOP=1",
            "-tAc",
            text,
        ])
    };
    sql("DELETE FROM entries");
    sql("DROP OWNED BY reader");
    sql("DROP ROLE reader");
    shop.run(["backup", "restore", "latest", "--yes"]).failed(7, ["reader", "globals-"]);
    assert_eq!(rows(&shop), "0", "what is in use was not touched");

    // As the hint says.
    let roles = format!(
        "zstd -dc '{}'/postgres/globals-*.sql.zst | grep reader | docker exec -i {database} psql -XU ledger -d ledger",
        bundle.display()
    );
    let roles = Command::new("sh").args(["-c", &roles]).output().expect("a shell");
    assert!(roles.status.success(), "{}", String::from_utf8_lossy(&roles.stderr));
    shop.run(["backup", "restore", "latest", "--yes"]).succeeded("restore");
    assert_eq!(rows(&shop), "1000");
    assert_eq!(sql("SELECT has_table_privilege('reader', 'entries', 'SELECT')"), "t");
}
