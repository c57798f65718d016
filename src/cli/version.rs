//! `version`: of this program, and of the docker compose whose labels it writes.

use super::output::{Output, print_json};
use crate::compose;
use crate::domain::Fault;
use clap::ValueEnum;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[arg(short, long, value_enum, default_value_t = Format::Pretty)]
    pub format: Format,
    /// Only the number
    #[arg(long)]
    pub short: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Pretty,
    Json,
}

pub fn run(arguments: &Arguments, output: Output) -> Result<u8, Fault> {
    let version = env!("CARGO_PKG_VERSION");
    let compose = compose::compose_version();
    if arguments.short {
        output.line(version)?;
    } else if output.json || arguments.format == Format::Json {
        print_json(&serde_json::json!({ "version": version, "compose": compose }))?;
    } else {
        output.line(format!("mcp-tui version {version}, labels and hashes of docker compose {compose}"))?;
    }
    Ok(0)
}
