//! `update`: new containers in the place of old ones, without a hole where that can be.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::task::{Strategy, UpdateOptions};
use crate::domain::{Fault, Operation};

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Each new container is made beside the old one, has to be healthy for x-mcp.update.min_healthy_time without a break, and
gets requests before the old one stops; proxies are told by x-mcp.on_scale. Where two cannot be there at once (a
container_name, a fixed port, a volume with one writer) the old one stops first, and the plan says why. What does not
prove itself is taken back. Interrupted, the same command goes on from what is there, and `rollback` goes back.")]
pub struct Arguments {
    /// One replica after the other, or all new ones beside all old ones
    #[arg(long, value_enum, default_value = "rolling")]
    strategy: Way,
    /// Ask registries for newer images: always, missing, never, …
    #[arg(long, value_name = "POLICY")]
    pull: Option<String>,
    /// Build what can be built before
    #[arg(long)]
    build: bool,
    /// Go on although a check before fails
    #[arg(long, visible_alias = "force")]
    no_preflight: bool,
    /// All that have containers when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Way {
    #[default]
    Rolling,
    BlueGreen,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let services = arguments.services.clone();
    let options = UpdateOptions {
        services: arguments.services,
        strategy: match arguments.strategy {
            Way::Rolling => Strategy::Rolling,
            Way::BlueGreen => Strategy::BlueGreen,
        },
        pull: arguments.pull,
        build: arguments.build,
        no_preflight: arguments.no_preflight,
    };
    change::run(context, Operation::Update(options), &services, output).await
}
