//! `update`: new containers in the place of old ones, without a hole where that can be.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::task::{Acceptance, Strategy, UpdateOptions};
use crate::domain::yaml::go_duration;
use crate::domain::{Fault, FaultKind, Operation};
use std::time::Duration;

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Each new container is made beside the old one, has to be healthy for x-mcp.update.min_healthy_time without a break, and
gets requests before the old one stops; proxies are told by x-mcp.on_scale. Where two cannot be there at once (a
container_name, a fixed port, a volume with one writer) the old one stops first, and the plan says why. What does not
prove itself is taken back. Interrupted, the same command goes on from what is there, and `rollback` goes back.

With --strategy blue-green the old containers stay, stopped, when all new ones serve: `accept` removes them, `rollback`
takes them back. --accept and --accept-after are for scripts, which have nobody to decide.")]
pub struct Arguments {
    /// One replica after the other, or all new ones beside all old ones
    #[arg(long, value_enum, default_value = "rolling")]
    strategy: Way,
    /// Of blue-green: remove the old ones as soon as the new ones have proven themselves
    #[arg(long)]
    accept: bool,
    /// The same once the new ones were watched for so long, the old ones running beside them: 10m
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "accept")]
    accept_after: Option<Duration>,
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

fn duration(text: &str) -> Result<Duration, String> {
    go_duration(text).ok_or_else(|| "expected a duration such as 30s or 10m".to_owned())
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let services = arguments.services.clone();
    let acceptance = match (arguments.accept, arguments.accept_after) {
        (true, _) => Acceptance::Watched,
        (false, Some(time)) => Acceptance::WatchedFor(time),
        (false, None) => Acceptance::ByOperator,
    };
    if acceptance != Acceptance::ByOperator && arguments.strategy == Way::Rolling {
        return Err(Fault::new(FaultKind::Invalid, "read argument", "--accept")
            .because("a rolling update keeps no old containers that could be accepted")
            .hint("it is for --strategy blue-green"));
    }
    let options = UpdateOptions {
        services: arguments.services,
        strategy: match arguments.strategy {
            Way::Rolling => Strategy::Rolling,
            Way::BlueGreen => Strategy::BlueGreen,
        },
        acceptance,
        pull: arguments.pull,
        build: arguments.build,
        no_preflight: arguments.no_preflight,
    };
    change::run(context, Operation::Update(options), &services, output).await
}
