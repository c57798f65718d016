//! `create`, and the options that it shares with `up`.

use super::change;
use super::context::Context;
use super::output::Output;
use super::scale::replicas;
use crate::domain::{Fault, Operation, UpOptions};

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub options: Options,
    /// Nothing is asked, so that there is nothing to agree to
    #[arg(short, long, hide = true)]
    yes: bool,
}

/// What docker compose's `up` and `create` both take.
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Options {
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Create containers anew even if nothing changed
    #[arg(long, conflicts_with = "no_recreate")]
    force_recreate: bool,
    /// Keep containers even if they are not what the file says
    #[arg(long)]
    no_recreate: bool,
    /// Remove containers of services that the file no longer has
    #[arg(long)]
    remove_orphans: bool,
    /// Build images before the containers are created
    #[arg(long, conflicts_with = "no_build")]
    build: bool,
    /// Never build an image, even if it is missing
    #[arg(long)]
    no_build: bool,
    /// When to pull images, whatever the file says: missing, always, never …
    #[arg(long, value_name = "POLICY")]
    pull: Option<String>,
    /// Tell nothing of what builders write
    #[arg(long)]
    quiet_build: bool,
    /// Tell nothing of the progress of pulls
    #[arg(long)]
    quiet_pull: bool,
    /// Give a service so many replicas, whatever the file says
    #[arg(long, value_name = "SERVICE=N")]
    scale: Vec<String>,
}

impl Options {
    pub fn read(self) -> Result<UpOptions, Fault> {
        Ok(UpOptions {
            services: self.services,
            force_recreate: self.force_recreate,
            no_recreate: self.no_recreate,
            remove_orphans: self.remove_orphans,
            build: self.build,
            no_build: self.no_build,
            pull: self.pull,
            quiet_build: self.quiet_build,
            quiet_pull: self.quiet_pull,
            scale: replicas(&self.scale)?,
            ..UpOptions::default()
        })
    }
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let options = arguments.options.read()?;
    let services = options.named();
    change::run(context, Operation::Create(options), &services, output).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::{Arguments as Line, Command};
    use clap::Parser;

    #[test]
    fn create_takes_what_docker_compose_takes() {
        let line = "mcp-tui create --no-build --pull always --quiet-pull --no-recreate --remove-orphans --scale web=2 db web";
        let Some(Command::Create(arguments)) = Line::try_parse_from(line.split(' ')).unwrap().command else {
            panic!("not a create")
        };
        let expected = UpOptions {
            services: vec!["db".to_owned(), "web".to_owned()],
            no_recreate: true,
            remove_orphans: true,
            no_build: true,
            pull: Some("always".to_owned()),
            quiet_pull: true,
            scale: [("web".to_owned(), 2)].into(),
            ..UpOptions::default()
        };
        assert_eq!(arguments.options.read().unwrap(), expected);
        assert!(Line::try_parse_from("mcp-tui create --no-recreate --force-recreate".split(' ')).is_err());
    }
}
