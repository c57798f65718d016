//! `preflight`: whether an `up` would work.

use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::stack::choose;
use crate::domain::{Fault, Mark};
use crate::task;

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// All when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    chosen.check_services(&arguments.services, &[])?;
    let lines = task::preflight(&engine, &chosen.reference, &arguments.services).await?.lines;
    let worst = lines.iter().map(|line| line.mark).max();
    if output.json {
        print_json(&serde_json::json!({ "stack": chosen.reference.project, "lines": lines }))?;
    } else {
        for line in &lines {
            let tone = match line.mark {
                Mark::Ok => Tone::Good,
                Mark::Warning => Tone::Warning,
                Mark::Failed => Tone::Bad,
            };
            let found = format!(" {}: {}", line.check, line.found);
            output.toned(&[(tone, line.mark.sign()), (Tone::Plain, &found)])?;
            if let Some(mend) = &line.mend {
                output.toned(&[(Tone::Dim, "    "), (Tone::Dim, mend)])?;
            }
        }
    }
    Ok(match worst {
        None | Some(Mark::Ok) => 0,
        Some(Mark::Warning) => 1,
        Some(Mark::Failed) => 2,
    })
}
