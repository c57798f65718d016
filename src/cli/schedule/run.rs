//! `schedule run`: what a timer starts. Whether a backup is due is not the timer's to say: it may be early, late or twice.

use super::{schedule_of, stacks};
use crate::backup;
use crate::cli::change;
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::{Fault, FaultKind, Operation};
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(super) async fn run(context: &Context, output: Output) -> Result<u8, Fault> {
    let stack = stacks(context).await?;
    let [stack] = stack.as_slice() else {
        return Err(Fault::new(FaultKind::Invalid, "back up", "the stack that is due")
            .because("no single stack is named")
            .hint("name one with -s, or its files with -f"));
    };
    let Some(schedule) = schedule_of(stack, true)? else { return Ok(0) };
    let root = backup::root(&context.paths.state);
    let taken = backup::good_times(&root, &stack.reference.project)?;
    let (now, zone) = (Timestamp::now(), TimeZone::system());
    if schedule.is_due(now, &zone, &taken) {
        return change::run(context, Operation::Backup, &[], output).await;
    }
    if !output.json {
        let next = schedule.next(now, &zone, &taken);
        let next = next.map_or_else(|| "never".to_owned(), |next| super::list::shown(next, &zone));
        output.line(format!("{}: no backup is due; the next one: {next}", stack.reference.project))?;
    }
    Ok(0)
}
