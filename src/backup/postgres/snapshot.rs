//! One moment of a database, held open so that what is counted and what is dumped are the same.

use super::COUNTS;
use crate::backup::job::PostgresServer;
use crate::domain::{Fault, FaultKind};
use crate::engine::{Engine, ExecChunk, Session, SessionOptions};
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// To count takes seconds; nothing of the backup depends on it.
const PATIENCE: Duration = Duration::from_mins(10);
const ANSWER_BYTES: usize = 1 << 20;
/// By this the answer ends.
const END: &str = "mcp-tui has asked all";

/// It is held for as long as this lives: without input the session ends.
pub struct Snapshot {
    /// As `pg_dump --snapshot` takes it.
    pub id: String,
    /// By table, as [`COUNTS`] counts them.
    pub rows: BTreeMap<String, u64>,
    _session: Session,
}

impl Snapshot {
    /// `None` where the server has none to give: then nothing is counted, and the dump is as good.
    pub async fn open(engine: &Engine, server: &PostgresServer, database: &str, job: &str) -> Option<Self> {
        match tokio::time::timeout(PATIENCE, ask(engine, server, database, job)).await {
            Ok(Ok(snapshot)) => Some(snapshot),
            Ok(Err(fault)) => {
                log::warn!("{fault}");
                None
            }
            Err(_) => {
                log::warn!(
                    "{database}: its rows were not counted within {} minutes",
                    PATIENCE.as_secs() / 60
                );
                None
            }
        }
    }
}

async fn ask(engine: &Engine, server: &PostgresServer, database: &str, job: &str) -> Result<Snapshot, Fault> {
    let user = format!("--username={}", server.user);
    let dbname = format!("--dbname={database}");
    let request = server.request(&["psql", "-XAtq", "--no-password", &user, &dbname], job);
    let options = SessionOptions { stdin: true, ..SessionOptions::default() };
    let mut session = engine.exec_session(&server.place.container, &request, &options).await?;
    let broken = |error: &std::io::Error| Fault::io("count", database, error);
    session.input.write_all(script().as_bytes()).await.map_err(|error| broken(&error))?;
    session.input.flush().await.map_err(|error| broken(&error))?;
    let (mut answer, mut complaints) = (Vec::new(), Vec::new());
    while !ends(&answer) {
        match session.output.next().await.transpose()? {
            Some(ExecChunk::Stdout(bytes)) => answer.extend_from_slice(&bytes),
            Some(ExecChunk::Stderr(bytes)) => complaints.extend_from_slice(&bytes),
            None => break,
        }
        if answer.len() + complaints.len() > ANSWER_BYTES {
            break;
        }
    }
    let (id, rows) = read(&String::from_utf8_lossy(&answer)).ok_or_else(|| {
        Fault::new(FaultKind::Refused, "count", database)
            .because(String::from_utf8_lossy(&complaints).trim().to_owned())
    })?;
    Ok(Snapshot { id, rows, _session: session })
}

/// A count that fails, for want of XML or of rights, must not take the snapshot with it.
fn script() -> String {
    format!(
        "SET idle_in_transaction_session_timeout = 0;\n\
         BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n\
         SELECT pg_export_snapshot();\n\
         SAVEPOINT counts;\n\
         {COUNTS};\n\
         ROLLBACK TO SAVEPOINT counts;\n\
         \\echo {END}\n"
    )
}

fn ends(answer: &[u8]) -> bool {
    answer.trim_ascii_end().ends_with(END.as_bytes())
}

/// The name of the snapshot and, where it could be counted, the rows.
fn read(answer: &str) -> Option<(String, BTreeMap<String, u64>)> {
    let mut lines = answer.lines();
    let id = lines.next()?.trim();
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if !is_id || !ends(answer.as_bytes()) {
        return None;
    }
    let rows = lines.next().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
    Some((id.to_owned(), rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::counted("00000003-0000001B-1\n{ \"public.jobs\" : 3 }\nmcp-tui has asked all\n", Some(1))]
    #[case::not_counted("00000003-0000001B-1\nmcp-tui has asked all\n", Some(0))]
    #[case::no_snapshot("mcp-tui has asked all\n", None)]
    #[case::cut("00000003-0000001B-1\n{ \"public.jobs\" : 3 }\n", None)]
    #[case::nothing("", None)]
    fn only_a_whole_answer_counts(#[case] answer: &str, #[case] tables: Option<usize>) {
        assert_eq!(read(answer).map(|(_, rows)| rows.len()), tables);
    }
}
