//! Commands that the files of a project have run in its containers.
//!
//! Of a command only the program is told, and the key of the files that asks for it: the arguments may hold secrets.

use super::file::Hook;
use crate::domain::{ContainerId, Fault, FaultKind, Safe, secret};
use crate::engine::{Engine, Exec, ExecChunk, ExecRequest};
use std::time::Duration;

pub const OPERATION: &str = "run command in container";
/// No command of ours takes longer.
const SOON: Duration = Duration::from_secs(10);
/// What of a command's output is kept, from its end.
const LAST_BYTES: usize = 16 << 10;

/// What the Engine is asked for. A variable without a value is one that the command does not have, though the container
/// has it.
pub fn request(hook: &Hook) -> ExecRequest {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let variable = |(key, value): (&String, &Option<String>)| match value {
        Some(value) => format!("{key}={value}"),
        None => key.clone(),
    };
    ExecRequest {
        command: hook.command.clone().unwrap_or_default(),
        environment: hook.environment.iter().map(variable).collect(),
        user: some(&hook.user),
        working_directory: some(&hook.working_dir),
        privileged: hook.privileged,
    }
}

/// Runs a command to its end and gives the lines that it wrote; any end but 0 is a fault. `key` asks for it, unless it
/// is one of ours.
pub async fn run(
    engine: &Engine,
    (id, name): (&ContainerId, &str),
    request: ExecRequest,
    key: Option<&str>,
) -> Result<Vec<String>, Fault> {
    let program = request.command.first().cloned().unwrap_or_default();
    let (output, code) =
        to_its_end(engine, id, request).await.map_err(|fault| Fault { object: name.to_owned(), ..fault })?;
    let text = String::from_utf8_lossy(&output);
    let lines: Vec<String> =
        text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if code == 0 {
        return Ok(lines);
    }
    let fault = Fault::new(FaultKind::Refused, OPERATION, name)
        .because(format!("`{program}` ended with exit code {code}"));
    let fault = match lines.last() {
        Some(last) => fault.because(Safe::new(secret::mask_text(last)).to_string()),
        None => fault,
    };
    Err(match key {
        Some(key) => fault.hint(format!("{key} asks for it; mend the cause and ask again")),
        None => fault,
    })
}

async fn to_its_end(
    engine: &Engine,
    id: &ContainerId,
    request: ExecRequest,
) -> Result<(Vec<u8>, i64), Fault> {
    output(engine.exec(id, request).await?).await
}

/// The same of one of ours, which is done at once: a container that hangs must not keep us from going on, or from being
/// cancelled.
pub async fn soon<T>(name: &str, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(SOON, work).await.unwrap_or_else(|_| {
        Err(Fault::new(FaultKind::Refused, OPERATION, name)
            .because(format!("it did not end within {} s: the container may hang", SOON.as_secs())))
    })
}

/// What a command that runs writes, from its end, and its exit code.
pub async fn output(mut exec: Exec) -> Result<(Vec<u8>, i64), Fault> {
    let mut output: Vec<u8> = Vec::new();
    while let Some(chunk) = exec.next().await {
        let (ExecChunk::Stdout(bytes) | ExecChunk::Stderr(bytes)) = chunk?;
        output.extend_from_slice(&bytes);
        let excess = output.len().saturating_sub(LAST_BYTES);
        output.drain(..excess);
    }
    Ok((output, exec.finish().await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_without_a_value_is_taken_away_and_one_with_an_empty_value_is_set() {
        let environment = [("GONE", None), ("EMPTY", Some("")), ("KEY", Some("value"))]
            .map(|(key, value)| (key.to_owned(), value.map(str::to_owned)));
        let hook = Hook {
            command: Some(vec!["env".to_owned()]),
            environment: environment.into(),
            user: "1000".to_owned(),
            ..Hook::default()
        };
        let expected = ExecRequest {
            command: vec!["env".to_owned()],
            environment: ["EMPTY=", "GONE", "KEY=value"].map(str::to_owned).to_vec(),
            user: Some("1000".to_owned()),
            ..ExecRequest::default()
        };
        assert_eq!(request(&hook), expected);
    }
}
