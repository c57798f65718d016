//! Runs a command in a container as a step: what it writes becomes the task's output, and any end but 0 a fault.

use super::steps::Run;
use super::transfer::unless_cancelled;
use crate::domain::{ContainerId, Fault, FaultKind, Safe, TaskEvent};
use crate::engine::{ExecChunk, ExecRequest};

const OPERATION: &str = "run command in container";
/// What of a command's output is kept to tell why it failed.
const LAST_BYTES: usize = 4 << 10;

/// Of the command only the program is told, and the key of the files that asks for it: the arguments may hold secrets.
pub(super) async fn run(
    run: &Run<'_>,
    id: &ContainerId,
    name: &str,
    request: ExecRequest,
    key: &str,
) -> Result<(), Fault> {
    let named = |fault: Fault| Fault { object: name.to_owned(), ..fault };
    let program = request.command.first().cloned().unwrap_or_default();
    let work = async {
        let mut exec = run.engine.exec(id, request).await.map_err(named)?;
        let mut output: Vec<u8> = Vec::new();
        while let Some(chunk) = exec.next().await {
            let (ExecChunk::Stdout(bytes) | ExecChunk::Stderr(bytes)) = chunk.map_err(named)?;
            output.extend_from_slice(&bytes);
            let excess = output.len().saturating_sub(LAST_BYTES);
            output.drain(..excess);
        }
        Ok((output, exec.finish().await.map_err(named)?))
    };
    // One that never ends would keep the stack for ever.
    let (output, code) = match unless_cancelled(run, OPERATION, name, work).await {
        Err(fault) if fault.kind == FaultKind::Cancelled => {
            return Err(fault.because("the command may still run in the container"));
        }
        result => result?,
    };
    let text = String::from_utf8_lossy(&output);
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    if code == 0 {
        for line in lines {
            (run.tell)(TaskEvent::Output { text: format!("{name}: {}", Safe::new(line)) });
        }
        return Ok(());
    }
    let fault = Fault::new(FaultKind::Refused, OPERATION, name)
        .because(format!("`{program}` ended with exit code {code}"));
    let fault = match lines.last() {
        Some(last) => fault.because(Safe::new(last).to_string()),
        None => fault,
    };
    Err(fault.hint(format!("{key} asks for it; mend the cause and ask again")))
}
