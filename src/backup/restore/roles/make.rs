//! Makes what is missing, all of it or nothing.

use super::{Globals, There};
use crate::backup::restore::database::{Databases, JOB};
use crate::backup::stream::{COMPLAINT_LIMIT, Ended, keep, lossy};
use crate::domain::{Fault, FaultKind, units};
use crate::engine::{ExecChunk, ExecRequest, SessionOptions};
use futures_util::StreamExt;
use std::fmt::Write as _;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const LIMIT: Duration = Duration::from_mins(2);
/// How a psql says what goes wrong without the line of the statement that it goes wrong in.
const TERSE: &str = "VERBOSITY=terse";

/// Makes the roles that are missing by now, and tells which.
pub async fn make(databases: &Databases<'_>, globals: &Globals) -> Result<Vec<String>, Fault> {
    let there = There::look(databases).await?.roles;
    let missing: Vec<String> = globals.missing(&there).into_iter().collect();
    if missing.is_empty() {
        return Ok(missing);
    }
    let server = databases.server;
    let user = format!("--username={}", server.user);
    let database = format!("--dbname={}", server.first_database);
    // What is said comes by its input: arguments can be seen in the lists of processes.
    let words =
        ["psql", "-XAtq", "--no-password", "-v", "ON_ERROR_STOP=1", "-v", TERSE, &user, &database, "-f", "-"];
    let request = server.request(&words, JOB);
    let object = format!("roles of {}", server.place.service);
    let script = script(&globals.chosen(&there));
    let told = told(databases, &request, &script);
    let ended = tokio::time::timeout(LIMIT, told).await.map_err(|_| {
        Fault::new(FaultKind::Timeout, "create", &object)
            .because(format!("psql did not end within {}", units::duration(LIMIT)))
    })??;
    if ended.code == 0 { Ok(missing) } else { Err(explained(&ended, &object)) }
}

/// It stands in one transaction that ends with the last line: what is cut off on its way makes nothing. The server's log,
/// which is as open as any, is to have none of it.
fn script(statements: &[&str]) -> String {
    let mut text = String::from(
        "SET client_encoding = 'UTF8';\nSET default_transaction_read_only = off;\nSET log_statement = 'none';\n\
         SET log_min_duration_statement = -1;\nSET log_min_error_statement = 'panic';\nBEGIN;\n",
    );
    for statement in statements {
        let _ = writeln!(text, "{statement};");
    }
    text.push_str("COMMIT;\n");
    text
}

async fn told(databases: &Databases<'_>, request: &ExecRequest, script: &str) -> Result<Ended, Fault> {
    let container = &databases.server.place.container;
    let options = SessionOptions { stdin: true, ..SessionOptions::default() };
    let mut session = databases.engine.exec_session(container, request, &options).await?;
    let mut input = session.input;
    let write = async move {
        // Where it does not take all it has ended; its exit code says why.
        if input.write_all(script.as_bytes()).await.is_ok() {
            drop(input.shutdown().await);
        }
        Ok(())
    };
    let read = async {
        let (mut output, mut complaints) = (Vec::new(), Vec::new());
        while let Some(chunk) = session.output.next().await {
            match chunk? {
                ExecChunk::Stdout(bytes) => keep(&mut output, &bytes, COMPLAINT_LIMIT),
                ExecChunk::Stderr(bytes) => keep(&mut complaints, &bytes, COMPLAINT_LIMIT),
            }
        }
        Ok::<_, Fault>((lossy(&output), lossy(&complaints)))
    };
    let ((), (output, complaints)) = tokio::try_join!(write, read)?;
    let code = session.program.exit_code().await?.ok_or_else(|| {
        Fault::new(FaultKind::Unreachable, "create", format!("roles of {}", databases.server.place.service))
            .because("psql's output ended while it still runs")
    })?;
    Ok(Ended { code, output, complaints })
}

fn explained(ended: &Ended, object: &str) -> Fault {
    let fault = Fault::new(FaultKind::Refused, "create", object)
        .because(format!("psql ended with exit code {}, and no role was made", ended.code));
    let tidied = |said: &str| said.lines().map(without_hashes).collect::<Vec<_>>().join("\n");
    let ended =
        Ended { complaints: tidied(&ended.complaints), output: tidied(&ended.output), code: ended.code };
    ended.explain(fault).hint(
        "what is in use was not touched; make the roles by hand, the bundle's postgres/globals-*.sql.zst has them, and \
         restore then",
    )
}

/// What PostgreSQL says may quote the word that it stumbles over.
fn without_hashes(line: &str) -> &str {
    let is_md5 = |(at, word): (usize, &str)| {
        line[at + word.len()..].bytes().take(16).filter(u8::is_ascii_hexdigit).count() == 16
    };
    let has_hash = line.contains("SCRAM-SHA") || line.match_indices("md5").any(is_md5);
    if has_hash { "what it said repeats the hash of a password" } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::scram(
        "ERROR:  syntax error at or near \"'SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy'\"",
        "c2FsdA"
    )]
    #[case::md5("ERROR:  at or near \"'md5a3556571e93b0d20722ba62be61e8c2d'\"", "a3556571")]
    #[case::an_echo("LINE 1: ALTER ROLE x WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==…'", "c2FsdA")]
    fn no_hash_of_a_password_is_repeated(#[case] said: &str, #[case] secret: &str) {
        let ended = Ended { code: 3, output: said.to_owned(), complaints: format!("psql: a\n{said}\n") };
        let fault = explained(&ended, "roles of db");
        let text = format!("{fault:?}");
        assert!(!text.contains(secret) && !text.contains("SCRAM"), "{text}");
        assert!(text.contains("psql: a"), "{text}");
    }

    #[test]
    fn what_is_cut_off_makes_nothing() {
        let text = script(&["CREATE ROLE a", "GRANT b TO a"]);
        let (before, rest) = text.split_once("BEGIN;\n").expect("a transaction");
        assert_eq!(rest, "CREATE ROLE a;\nGRANT b TO a;\nCOMMIT;\n");
        assert!(before.contains("log_min_error_statement = 'panic'"), "{before}");
    }

    #[test]
    fn other_complaints_stay_as_they_are() {
        let line = "psql:<stdin>:7: ERROR:  role \"md5 reader\" already exists";
        assert_eq!(without_hashes(line), line);
    }
}
