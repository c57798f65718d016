//! `schedule list`.

use super::host::{self, Units};
use super::{Found, found, schedule_of};
use crate::backup;
use crate::backup::schedule::DEFAULT;
use crate::cli::context::Context;
use crate::cli::output::{Output, Tone, print_json};
use crate::cli::table::Table;
use crate::domain::{Fault, StackFile, units};
use crate::task::{Keeper, keepers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

#[derive(Serialize)]
struct Row {
    stack: String,
    schedule: String,
    /// When the next backup is due; now, where one is overdue.
    next: Option<Timestamp>,
    last: Option<Timestamp>,
    /// What of this host sees to it: a timer, or a `serve` that runs.
    kept_by: Option<String>,
    wrong: Option<String>,
}

pub(super) async fn run(context: &Context, output: Output) -> Result<(), Fault> {
    let (now, zone) = (Timestamp::now(), TimeZone::system());
    let Found { stacks, unread } = found(context).await?;
    let saved =
        stacks.iter().filter(|stack| !stack.backup.is_empty() || stack.backup_policy.schedule.is_some());
    let keepers = keepers(&context.paths.state, &context.endpoint()?)?;
    let mut rows: Vec<Row> =
        saved.map(|stack| row(context, stack, &keepers, now, &zone)).collect::<Result<_, _>>()?;
    rows.extend(unread.into_iter().map(|(stack, fault)| Row {
        stack,
        schedule: "?".to_owned(),
        next: None,
        last: None,
        kept_by: None,
        wrong: Some(format!("its files cannot be read: {}", fault.sentence())),
    }));
    if output.json {
        return print_json(&rows);
    }
    let titles = ["STACK", "SCHEDULE", "NEXT", "LAST", "KEPT BY"];
    let mut table = Table::new(&titles, "no stack has anything to back up");
    for row in rows {
        let ago = |last| format!("{} ago", units::duration(units::since(last, now)));
        let next = match (&row.wrong, row.next) {
            (Some(wrong), _) => (Tone::Bad, wrong.clone()),
            (None, Some(next)) if next <= now => (Tone::Warning, "due now".to_owned()),
            (None, Some(next)) => (Tone::Plain, shown(next, &zone)),
            (None, None) => (Tone::Dim, "never".to_owned()),
        };
        let kept = match row.kept_by {
            Some(kept) => (Tone::Plain, kept),
            None => (Tone::Dim, "nothing; `schedule install`, or `serve`".to_owned()),
        };
        table.row(vec![
            (Tone::Plain, row.stack),
            (Tone::Plain, row.schedule),
            next,
            (Tone::Plain, row.last.map_or_else(|| "–".to_owned(), ago)),
            kept,
        ]);
    }
    table.print_within(output.columns(), output)
}

fn row(
    context: &Context,
    stack: &StackFile,
    keepers: &[Keeper],
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Row, Fault> {
    let project = &stack.reference.project;
    let taken = backup::good_times(&backup::root(&context.paths.state), project)?;
    let (next, wrong) = match schedule_of(stack, true) {
        Ok(schedule) => (schedule.and_then(|schedule| schedule.next(now, zone, &taken)), None),
        Err(fault) => (None, Some(fault.causes.join(": "))),
    };
    let units = Units::new(project, &host::unit_directory());
    let timer = units.timer.exists().then(|| format!("systemd: {}", units.timer_name()));
    let served = keepers.iter().filter(|keeper| keeper.stacks.contains(project)).map(Keeper::words);
    let kept_by: Vec<String> = timer.into_iter().chain(served).collect();
    Ok(Row {
        stack: project.clone(),
        schedule: stack.backup_policy.schedule.clone().unwrap_or_else(|| DEFAULT.to_owned()),
        next,
        last: taken.iter().max().copied(),
        kept_by: (!kept_by.is_empty()).then(|| kept_by.join(", ")),
        wrong,
    })
}

/// In the zone of this host, with which its operators reckon.
pub(super) fn shown(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M %Z").to_string()
}
