//! `up`: brings a stack to what its files say.

mod attached;

use super::change;
use super::context::Context;
use super::create::Options;
use super::output::Output;
use super::watch;
use crate::domain::{Fault, FaultKind, Operation, UpOptions};
use attached::Stay;

#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Recreate the containers of dependencies too
    #[arg(long, conflicts_with = "no_recreate")]
    always_recreate_deps: bool,
    /// Give recreated containers new anonymous volumes instead of the data of the old ones
    #[arg(short = 'V', long)]
    renew_anon_volumes: bool,
    /// Leave what the named services depend on alone
    #[arg(long)]
    no_deps: bool,
    /// Create the containers, and do not start them
    #[arg(long)]
    no_start: bool,
    /// End only once all services are healthy, or run where no health check can tell
    #[arg(long, conflicts_with = "no_start")]
    wait: bool,
    /// How long that may take
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    wait_timeout: Option<u32>,
    /// How long a container that is stopped has to end, instead of its own grace
    #[arg(short, long, value_name = "SECONDS")]
    timeout: Option<u32>,
    /// End once it is up, which `up` does unless one of the flags below has it stay
    #[arg(short, long)]
    detach: bool,
    /// Stay, show the logs and bring in what changes, as `watch` does; Ctrl-C stops the services
    #[arg(
        short,
        long,
        conflicts_with_all = [
            "detach", "wait", "no_start", "no_build", "abort_on_container_exit", "abort_on_container_failure",
            "exit_code_from", "attach", "attach_dependencies", "no_attach", "no_log_prefix", "timestamps"
        ]
    )]
    watch: bool,
    #[command(flatten)]
    stay: Stay,
    #[command(flatten)]
    menu: Menu,
    /// Go on although a check before fails
    #[arg(long)]
    no_preflight: bool,
    /// Nothing is asked, so that there is nothing to agree to
    #[arg(short, long, hide = true)]
    yes: bool,
}

/// The menu of docker compose's `up`, which scripts switch off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
struct Menu {
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    menu: Option<bool>,
}

impl Arguments {
    fn read(self) -> Result<UpOptions, Fault> {
        Ok(UpOptions {
            always_recreate_deps: self.always_recreate_deps,
            renew_anon_volumes: self.renew_anon_volumes,
            no_deps: self.no_deps,
            no_start: self.no_start,
            wait: self.wait,
            wait_timeout: self.wait_timeout,
            timeout: self.timeout,
            no_preflight: self.no_preflight,
            ..self.options.read()?
        })
    }
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    if arguments.menu.menu == Some(true) {
        return Err(Fault::new(FaultKind::Invalid, "up", "--menu")
            .because("there are no keys to press while it runs")
            .hint("the console, mcp-tui without a command, has them"));
    }
    let (stay, watches) = (arguments.stay.clone(), arguments.watch && context.dry_run.is_none());
    let options = arguments.read()?;
    if watches {
        return watch::attached(context, options, output).await;
    }
    if stay.stays() && context.dry_run.is_none() {
        return Box::pin(attached::run(context, options, &stay, output)).await;
    }
    let services = options.named();
    change::run(context, Operation::Up(options), &services, output).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::{Arguments as Line, Command};
    use clap::Parser;

    fn read(line: &str) -> UpOptions {
        let Some(Command::Up(arguments)) =
            Line::try_parse_from(["mcp-tui"].into_iter().chain(line.split(' '))).unwrap().command
        else {
            panic!("not an up")
        };
        arguments.read().unwrap()
    }

    #[test]
    fn one_that_watches_stays_and_may_build() {
        let parse = |line: &str| Line::try_parse_from(line.split(' ')).map(|line| line.command);
        assert!(matches!(parse("mcp-tui up -w --build web"), Ok(Some(Command::Up(up))) if up.watch));
        for contrary in ["--detach", "--wait", "--no-start", "--no-build"] {
            assert!(parse(&format!("mcp-tui up --watch {contrary}")).is_err(), "{contrary}");
        }
    }

    #[test]
    fn up_takes_what_docker_compose_takes() {
        let expected = UpOptions {
            services: vec!["db".to_owned(), "web".to_owned()],
            force_recreate: true,
            remove_orphans: true,
            ..UpOptions::default()
        };
        assert_eq!(read("up -d --force-recreate --remove-orphans db web"), expected);
        let expected = UpOptions {
            always_recreate_deps: true,
            renew_anon_volumes: true,
            no_deps: true,
            wait: true,
            wait_timeout: Some(9),
            timeout: Some(3),
            ..UpOptions::default()
        };
        assert_eq!(read("up --always-recreate-deps -V --no-deps --wait --wait-timeout 9 -t 3"), expected);
    }
}
