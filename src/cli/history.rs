//! `history`: what was deployed, and can be gone back to.

use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::stack::choose;
use super::table::Table;
use crate::domain::Fault;
use crate::task::{Deploys, Outcome};

pub async fn run(context: &Context, output: Output) -> Result<u8, Fault> {
    let stack = choose(context).await?.reference.project;
    let deploys = Deploys::of(&context.paths.state, &context.endpoint()?, &stack).list()?;
    if output.json {
        print_json(&deploys)?;
        return Ok(0);
    }
    let mut table = Table::new(&["N", "WHEN", "WHAT", "BY", "OUTCOME", "IMAGES"], "nothing was deployed yet");
    for deploy in deploys {
        let tone = match deploy.outcome {
            Outcome::Good => Tone::Good,
            Outcome::Unfinished | Outcome::WentBack | Outcome::Waiting => Tone::Warning,
            Outcome::Failed => Tone::Bad,
        };
        let what = match deploy.back_to {
            Some(number) => format!("{} to {number}", deploy.operation),
            None => deploy.operation.clone(),
        };
        let images = deploy.images.iter().map(|(service, image)| {
            let id = image.id.trim_start_matches("sha256:");
            format!("{service}={}", &id[..id.len().min(12)])
        });
        let outcome = match deploy.ended.filter(|_| deploy.outcome == Outcome::Waiting) {
            Some(since) => format!("{} since {}", deploy.outcome.word(), since.strftime("%Y-%m-%d %H:%M:%S")),
            None => deploy.outcome.word().to_owned(),
        };
        table.row(vec![
            (Tone::Plain, deploy.number.to_string()),
            (Tone::Plain, deploy.at.strftime("%Y-%m-%d %H:%M:%S").to_string()),
            (Tone::Plain, what),
            (
                Tone::Plain,
                deploy
                    .from
                    .as_ref()
                    .map_or_else(|| deploy.who.clone(), |from| format!("{} from {from}", deploy.who)),
            ),
            (tone, outcome),
            (Tone::Dim, images.collect::<Vec<_>>().join(" ")),
        ]);
    }
    table.print(output)?;
    Ok(0)
}
