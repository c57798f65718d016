//! What is said of a delivery.

use crate::cli::output::{Output, Tone, print_json};
use crate::compose::watch::{Job, Parcel};
use crate::domain::{Container, Fault};
use serde_json::json;
use std::time::Instant;

/// A line that a command wrote in a container.
pub fn show(output: Output, container: &Container, line: &str) -> Result<(), Fault> {
    if output.json {
        return print_json(&json!({ "event": "output", "container": container.name, "line": line }));
    }
    output.toned(&[(Tone::Dim, &container.name), (Tone::Dim, " | "), (Tone::Plain, line)])
}

/// How many files came to how many of the containers.
pub fn tell(
    job: &Job,
    parcel: &Parcel,
    (reached, all): (usize, usize),
    began: Instant,
    output: Output,
) -> Result<(), Fault> {
    let took = began.elapsed().as_millis();
    if output.json {
        return print_json(&json!({
            "event": "synchronised",
            "service": job.service,
            "sent": parcel.count(),
            "removed": parcel.gone.len(),
            "containers": reached,
            "of": all,
            "milliseconds": took,
        }));
    }
    let (mark, tone, containers) = match (reached, all) {
        (_, 0) => ("! ", Tone::Warning, "it has no container".to_owned()),
        (1, 1) => ("✓ ", Tone::Good, "1 container".to_owned()),
        (reached, all) if reached == all => ("✓ ", Tone::Good, format!("{all} containers")),
        (reached, all) => ("✗ ", Tone::Bad, format!("{reached} of {all} containers")),
    };
    let removed = match parcel.gone.len() {
        0 => String::new(),
        removed => format!(", {removed} removed"),
    };
    let text = format!("{}: {} sent{removed}, {containers}", job.service, parcel.count());
    output.toned(&[(tone, mark), (Tone::Plain, &text), (Tone::Dim, &format!(" in {took} ms"))])
}
