//! Dumps of a database that are not what they seem, and roles that they name and the server lacks.

use super::shop::Shop;
use crate::support::engine::docker;
use std::process::Command;

/// Nothing but a database, so that a test is about that.
pub const DATABASE_ONLY: &str = r#"
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

/// Said over the server's socket, where it asks nobody for a password.
pub fn sql(shop: &Shop, user: &str, text: &str) -> String {
    let database = shop.container("db");
    docker(["exec", &database, "psql", "-XqU", user, "-d", "ledger", "-v", "ON_ERROR_STOP=1", "-tAc", text])
}

/// What the server says to a statement of that user's, as one from outside of it would be let in: by the password.
fn ask_as(shop: &Shop, (user, password): (&str, &str), statement: &str) -> (bool, String) {
    let word = format!("PGPASSWORD={password}");
    let arguments = ["exec", "-e", &word, &shop.container("db"), "sh", "-c"];
    // The image trusts whoever comes from the loopback address, and nobody else.
    let script = "psql -wXU \"$0\" -d ledger -h \"$(hostname -i)\" -tAc \"$1\"";
    let ended =
        Command::new("docker").args(arguments).args([script, user, statement]).output().expect("docker");
    (
        ended.status.success(),
        String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).trim().to_owned(),
    )
}

/// All that is kept of what tasks did and were told, and what the server said.
fn told(shop: &Shop) -> String {
    let state = shop.workplace.path("state/mcp-tui");
    let grep = format!(
        "grep -rIh . '{}' --exclude-dir=backups; docker logs {} 2>&1",
        state.display(),
        shop.container("db")
    );
    let told = Command::new("sh").args(["-c", &grep]).output().expect("a shell");
    String::from_utf8_lossy(&told.stdout).into_owned()
}

pub fn roles_that_are_missing() {
    let shop = Shop::with("role", DATABASE_ONLY);
    let database = shop.container("db");
    let sql = |text: &str| sql(&shop, "ledger", text);
    let clerk = ("day \"clerk", "a password of old");
    sql("CREATE ROLE team; CREATE ROLE stays LOGIN PASSWORD 'old'; GRANT team TO stays");
    sql("CREATE ROLE \"day \"\"clerk\" LOGIN PASSWORD 'a password of old'");
    sql("GRANT team TO \"day \"\"clerk\"; COMMENT ON ROLE \"day \"\"clerk\" IS E'by day;\\nnot by night'");
    sql("ALTER ROLE \"day \"\"clerk\" SET statement_timeout = '7s'; GRANT INSERT ON entries TO team");
    assert!(ask_as(&shop, clerk, "SELECT 1").0);
    shop.backup();

    // A burnt host has none of them; who is there by now is another one than then.
    sql("DELETE FROM entries; DROP OWNED BY reader; DROP OWNED BY team");
    sql("DROP ROLE reader; DROP ROLE \"day \"\"clerk\"; DROP ROLE team; ALTER ROLE stays PASSWORD 'new'");
    let hash = |role: &str| sql(&format!("SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'"));
    let stays = hash("stays");
    let plan = shop.run(["backup", "restore", "latest", "--dry-run"]).succeeded("a plan").stdout;
    assert!(plan.contains("create roles day \"clerk, reader, team of db"), "{plan}");
    assert_eq!(sql("SELECT count(*) FROM pg_roles WHERE rolname IN ('team', 'reader')"), "0", "it is a plan");

    // What goes wrong later takes nobody's role away, and says so.
    docker(["exec", "--user", "0", &database, "sh", "-c", HOLD_BACK]);
    let failed = shop.run(["backup", "restore", "latest", "--yes"]);
    failed.failed(7, ["but for the roles that were made"]);
    docker(["exec", "--user", "0", &database, "sh", "-c", LET_GO]);
    assert_eq!(rows(&shop), "0", "what is in use was not touched");
    assert_eq!(sql("SELECT count(*) FROM pg_roles WHERE rolname IN ('team', 'reader', 'day \"clerk')"), "3");
    sql("DROP ROLE \"day \"\"clerk\"");

    let restored = shop.run(["backup", "restore", "latest", "--yes"]).succeeded("restore").stdout;
    assert!(restored.contains("day \"clerk of db"), "{restored}");
    assert_eq!(rows(&shop), "1000");
    assert_eq!(sql("SELECT has_table_privilege('reader', 'entries', 'SELECT')"), "t");
    assert_eq!(sql("SELECT pg_has_role('stays', 'team', 'MEMBER')"), "t", "of the team that was made");
    let (is_in, said) = ask_as(&shop, clerk, "SELECT current_setting('statement_timeout')");
    assert_eq!((is_in, said.as_str()), (true, "7s"), "with the password of old");
    assert!(!ask_as(&shop, (clerk.0, "another"), "SELECT 1").0, "the password is asked for");
    assert!(
        ask_as(&shop, clerk, "INSERT INTO entries (id, what) VALUES (0, 'mine')").0,
        "by way of the team"
    );
    assert_eq!(
        sql("SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname LIKE 'day%'"),
        "by day;\nnot by night"
    );
    assert_eq!(hash("stays"), stays, "who is there is left alone");

    let undone = shop.run(["backup", "undo", "--yes"]).succeeded("undo").stdout;
    assert!(undone.contains("roles that the restore made stay: day \"clerk of db"), "{undone}");
    let again = shop.run(["backup", "undo", "--yes"]).succeeded("undo").stdout;
    assert!(!again.contains("roles that the restore made"), "{again}");
    assert!(ask_as(&shop, clerk, "SELECT 1").0);
    let (told, hash) = (told(&shop), hash(clerk.0));
    assert!(told.contains("day") && hash.starts_with("SCRAM-SHA-256$"), "{hash}");
    assert!(!told.contains("SCRAM-SHA-256$"), "no hash of a password is told");
}

/// `pg_restore` fails from now on.
const HOLD_BACK: &str = "cd \"$(dirname \"$(command -v pg_restore)\")\" && mv pg_restore pg_restore.whole && \
    printf '#!/bin/sh\\nexit 1\\n' > pg_restore && chmod 755 pg_restore";
const LET_GO: &str = "cd \"$(dirname \"$(command -v pg_restore)\")\" && mv pg_restore.whole pg_restore";

/// The user that asks is no superuser: then it is as it was, and the operator is told what to do.
pub fn a_role_that_cannot_be_made() {
    let shop = Shop::with("norole", DATABASE_ONLY);
    let bundle = shop.backup();
    let database = shop.container("db");
    let as_root = |text: &str| self::sql(&shop, "root", text);
    let sql = |text: &str| sql(&shop, "ledger", text);
    sql("CREATE ROLE root SUPERUSER LOGIN; DELETE FROM entries; DROP OWNED BY reader; DROP ROLE reader");
    as_root("ALTER ROLE ledger NOSUPERUSER");
    let plan = shop.run(["backup", "restore", "latest", "--dry-run", "--force"]).succeeded("a plan").stdout;
    assert!(plan.contains("reader of db") && plan.contains("is no superuser"), "{plan}");
    shop.run(["backup", "restore", "latest", "--yes", "--force"]).failed(7, ["reader", "globals-"]);
    assert_eq!(rows(&shop), "0", "what is in use was not touched");

    // As the hint says.
    let roles = format!(
        "zstd -dc '{}'/postgres/globals-*.sql.zst | grep reader | docker exec -i {database} psql -XU root -d ledger",
        bundle.display()
    );
    let roles = Command::new("sh").args(["-c", &roles]).output().expect("a shell");
    assert!(roles.status.success(), "{}", String::from_utf8_lossy(&roles.stderr));
    shop.run(["backup", "restore", "latest", "--yes", "--force"]).succeeded("restore");
    assert_eq!(rows(&shop), "1000");
    assert_eq!(sql("SELECT has_table_privilege('reader', 'entries', 'SELECT')"), "t");
}
