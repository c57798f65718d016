//! New containers prove themselves: healthy for a time without a break, never restarted, never out of memory.

mod window;

use super::away::AWAY;
use super::steps::Run;
use super::wait::last_words;
use super::{cancelled, foreign};
use crate::compose::plan::{Gate, Target};
use crate::domain::{Container, Fault, FaultKind, TaskEvent, units};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use window::{Standing, Window};

const PAUSE: Duration = Duration::from_millis(200);
/// Others are looked for less often than our own.
const LOOK_FOR_STRANGERS: Duration = Duration::from_secs(1);

pub(super) async fn hold(run: &Run<'_>, step: usize, containers: &[Target], gate: Gate) -> Result<(), Fault> {
    let begun = Instant::now();
    let mut windows: BTreeMap<&str, Window> = BTreeMap::new();
    let (mut said, mut away, mut looked) = (String::new(), None::<Instant>, Instant::now());
    loop {
        let now = Instant::now();
        match standings(run, containers, gate, &mut windows).await {
            Ok(pending) if pending.is_empty() => break,
            Ok(pending) => {
                away = None;
                let text = pending.join(", ");
                if begun.elapsed() > gate.deadline + gate.min_healthy {
                    return Err(too_late(containers, &text, gate));
                }
                if text != said {
                    (run.tell)(TaskEvent::StepProgress { step, done: None, total: None, text: text.clone() });
                    said = text;
                }
            }
            Err(fault) if fault.kind == FaultKind::Unreachable => {
                if away.get_or_insert(now).elapsed() > AWAY {
                    return Err(fault);
                }
            }
            Err(fault) => return Err(fault),
        }
        if (run.cancelled)() {
            return Err(cancelled("wait for", &names(containers)));
        }
        if looked.elapsed() > LOOK_FOR_STRANGERS {
            foreign::check(run).await?;
            looked = Instant::now();
        }
        tokio::time::sleep(PAUSE).await;
    }
    (run.tell)(TaskEvent::StepProgress { step, done: None, total: None, text: String::new() });
    if !gate.proven && !gate.min_healthy.is_zero() {
        (run.tell)(TaskEvent::Output {
            text: format!("{}: unproven, for it has no health check", names(containers)),
        });
    }
    Ok(())
}

/// Those that have yet to stand for a while, and how they are.
async fn standings<'target>(
    run: &Run<'_>,
    containers: &'target [Target],
    gate: Gate,
    windows: &mut BTreeMap<&'target str, Window>,
) -> Result<Vec<String>, Fault> {
    let mut pending = Vec::new();
    for target in containers {
        let name = target.name();
        let inspected = run.engine.inspect(&run.id(target)?).await;
        let container = inspected.map_err(|fault| Fault { object: name.to_owned(), ..fault })?;
        let window = windows.entry(name).or_insert_with(|| Window::new(&container));
        match window.judge(&container, gate.min_healthy, Instant::now()) {
            Standing::Proven => {}
            Standing::Pending(words) => pending.push(format!("{name} {words}")),
            Standing::Failed(cause) => {
                return Err(last_words::add(run.engine, &container, refused(&container, cause)).await);
            }
        }
    }
    Ok(pending)
}

fn refused(container: &Container, cause: String) -> Fault {
    let log = container.compose.as_ref().map_or_else(
        || format!("docker logs {}", container.name),
        |labels| format!("mcp-tui -p {} logs {}", labels.project, labels.service),
    );
    Fault::new(FaultKind::Refused, "prove", container.name.as_str())
        .because(cause)
        .hint(format!("its log says why: {log}"))
}

fn too_late(containers: &[Target], state: &str, gate: Gate) -> Fault {
    Fault::new(FaultKind::Refused, "prove", names(containers))
        .because(format!(
            "within {} it was not healthy for {} without a break",
            units::duration(gate.deadline),
            units::duration(gate.min_healthy)
        ))
        .because(state)
        .hint("x-mcp.update.healthy_deadline of the service gives it longer")
}

fn names(containers: &[Target]) -> String {
    containers.iter().map(Target::name).collect::<Vec<_>>().join(", ")
}
