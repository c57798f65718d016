//! `down`: the stack's containers and networks go, and its volumes and images if that is asked for.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{DownOptions, Fault, ImageRemoval, Operation};
use clap::ValueEnum;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Remove the stack's volumes too, with all data in them
    #[arg(short, long)]
    pub volumes: bool,
    /// Remove containers of services that the file no longer has, and one-off ones
    #[arg(long)]
    pub remove_orphans: bool,
    /// Remove images: those built for services that name none, or all that services use
    #[arg(long, value_enum, value_name = "local|all")]
    pub rmi: Option<Images>,
    /// Seconds until what has not ended is killed, instead of each container's own grace
    #[arg(short, long, value_name = "SECONDS")]
    pub timeout: Option<u32>,
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Images {
    Local,
    All,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let Arguments { volumes, remove_orphans, rmi, timeout, services } = arguments;
    let images = rmi.map(|images| match images {
        Images::Local => ImageRemoval::Local,
        Images::All => ImageRemoval::All,
    });
    let options = DownOptions { services: services.clone(), volumes, remove_orphans, timeout, images };
    change::run(context, Operation::Down(options), &services, output).await
}
