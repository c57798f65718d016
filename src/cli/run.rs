//! `run`: a command in a one-off container of a service.

use super::attachment;
use super::change;
use super::context::Context;
use super::output::Output;
use super::program::Program;
use super::report;
use super::stack::choose;
use crate::compose::file::command_line;
use crate::compose::plan::{OneOff, oneoff};
use crate::compose::{self, observe};
use crate::domain::units::hexadecimal;
use crate::domain::{Container, ContainerId, Fault, FaultKind, Operation, UpOptions};
use crate::engine::{Engine, Session, SessionOptions};
use futures_util::future::{Either, select};
use std::collections::BTreeMap;
use std::future::ready;
use std::path::{Path, PathBuf};
use std::pin::Pin;

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Build the images first, even if they are there
    #[arg(long)]
    build: bool,
    #[command(flatten)]
    program: Program,
    /// A file of variables for the command
    #[arg(long = "env-from-file", value_name = "FILE")]
    variable_files: Vec<PathBuf>,
    /// Instead of the image's
    #[arg(long, value_name = "COMMAND")]
    entrypoint: Option<String>,
    #[arg(long, value_name = "CAPABILITY")]
    cap_add: Vec<String>,
    #[arg(long, value_name = "CAPABILITY")]
    cap_drop: Vec<String>,
    #[arg(short, long, value_name = "KEY=VALUE")]
    label: Vec<String>,
    /// The container's name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Start nothing that the service depends on
    #[arg(long)]
    no_deps: bool,
    /// Publish a port, as `ports` of a service does
    #[arg(short, long, value_name = "PORT")]
    publish: Vec<String>,
    /// When to pull images, whatever the file says: missing, always, never …
    #[arg(long, value_name = "POLICY")]
    pull: Option<String>,
    /// Tell nothing but what the command writes
    #[arg(short, long)]
    quiet: bool,
    /// Build without telling what the builder writes
    #[arg(long)]
    quiet_build: bool,
    /// Pull without telling of the progress
    #[arg(long)]
    quiet_pull: bool,
    /// Remove containers of services that the file no longer has
    #[arg(long)]
    remove_orphans: bool,
    /// Remove the container when it ends
    #[arg(long)]
    rm: bool,
    /// Publish the service's own ports
    #[arg(short = 'P', long)]
    service_ports: bool,
    /// Be found under the service's name on its networks
    #[arg(long)]
    use_aliases: bool,
    /// Mount a volume, as `volumes` of a service does
    #[arg(short, long, value_name = "VOLUME")]
    volume: Vec<String>,
    /// The project's name, which has no short option here
    #[arg(id = "project", long = "project-name", value_name = "PROJECT", hide = true)]
    project: Option<String>,
    #[arg(value_name = "SERVICE")]
    service: String,
    /// The service's own when none is given
    #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

/// Ends with the command's own exit code.
pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    context.may_change("run")?;
    let chosen = choose(context).await?;
    let project = chosen.needed("run")?;
    chosen.check_services(std::slice::from_ref(&arguments.service), &[])?;
    let wish = wish(&arguments)?;
    // Standard output is the command's.
    let options = UpOptions {
        no_deps: arguments.no_deps,
        build: arguments.build,
        pull: arguments.pull.clone(),
        quiet_build: arguments.quiet_build,
        quiet_pull: arguments.quiet_pull,
        remove_orphans: arguments.remove_orphans,
        ..UpOptions::default()
    };
    let prepare = Operation::Prepare { service: arguments.service.clone(), options };
    let aside = if arguments.quiet { Output::silent() } else { Output::aside() };
    change::unless_done(context, prepare, aside).await?;
    let engine = context.engine().await?;
    let observed = observe(&engine, &project.name, Some(project)).await?;
    let creation = oneoff(project, &observed, &wish)?;
    let id = compose::create_container(&engine, &creation).await?;
    let named = |fault: Fault| Fault { object: creation.name.clone(), ..fault };
    let options = arguments.program.session();
    let begun = if arguments.program.detach {
        engine.start(&id).await.map(|()| None)
    } else {
        begin(&engine, &id, &options, wish.remove).await.map(Some)
    };
    match begun {
        Ok(None) => output.line(&id.0).map(|()| 0),
        Ok(Some(Begun { mut session, container, waiting })) => {
            attachment::follow(&engine, &container, &mut session, &options, !wish.tty, waiting).await
        }
        Err(fault) => {
            // What never ran is of no use to anybody; the daemon itself may have removed it.
            match engine.remove_container(&id, true, true).await {
                Err(second) if second.kind != FaultKind::NotFound => log::warn!("{second}"),
                Ok(()) | Err(_) => {}
            }
            let fault = named(fault);
            match without_program(&fault) {
                Some(code) => {
                    report::ended_with(&fault, code, output);
                    Ok(code)
                }
                None => Err(fault),
            }
        }
    }
}

/// What a shell and `docker run` end with when it is the command itself that cannot be run: 127 where it is not there,
/// 126 where it may not be executed. A script can then tell it from arguments of ours that are wrong.
fn without_program(fault: &Fault) -> Option<u8> {
    let says = |words: &str| fault.causes.iter().any(|cause| cause.contains(words));
    if !says("exec: \"") {
        None
    } else if says("executable file not found") || says("no such file or directory") {
        Some(127)
    } else if says("permission denied") || says("is a directory") {
        Some(126)
    } else {
        None
    }
}

/// A container that was started with us before it.
struct Begun<'run> {
    session: Session,
    container: Container,
    waiting: Waiting<'run>,
}

type Waiting<'run> = Pin<Box<dyn Future<Output = Result<i64, Fault>> + 'run>>;

async fn begin<'run>(
    engine: &'run Engine,
    id: &'run ContainerId,
    options: &SessionOptions,
    removed: bool,
) -> Result<Begun<'run>, Fault> {
    let session = engine.attach(id, options).await?;
    let container = engine.inspect(id).await?;
    let waiting: Waiting<'run> = if removed {
        // Asked before it starts: afterwards it may be gone, and its exit code with it.
        let waiting: Waiting<'run> = Box::pin(engine.wait_removed(id));
        match select(waiting, Box::pin(engine.start(id))).await {
            Either::Left((ended, starting)) => {
                starting.await?;
                Box::pin(ready(ended))
            }
            Either::Right((started, waiting)) => {
                started?;
                waiting
            }
        }
    } else {
        engine.start(id).await?;
        Box::pin(engine.wait(id))
    };
    Ok(Begun { session, container, waiting })
}

fn wish(arguments: &Arguments) -> Result<OneOff, Fault> {
    let wrong = |option: &str, text: &str, why: String| {
        Fault::new(FaultKind::Invalid, "read argument", format!("{option} {text}"))
            .because(why)
            .hint("it is written as in a Compose file")
    };
    let directory = std::env::current_dir().map_err(|error| Fault::io("find directory", ".", &error))?;
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let mount = |text: &String| {
        command_line::mount(text, &directory, home.as_deref().map(Path::new))
            .map_err(|why| wrong("--volume", text, why))
    };
    let mut ports = Vec::new();
    for text in &arguments.publish {
        ports.extend(command_line::ports(text).map_err(|why| wrong("--publish", text, why))?);
    }
    let entrypoint = arguments
        .entrypoint
        .as_ref()
        .map(|text| shell_words::split(text).map_err(|error| wrong("--entrypoint", text, error.to_string())));
    let labels: BTreeMap<String, String> = arguments
        .label
        .iter()
        .map(|text| text.split_once('=').unwrap_or((text, "")))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let (program, session) = (&arguments.program, arguments.program.session());
    Ok(OneOff {
        service: arguments.service.clone(),
        slug: hexadecimal(&rand_bytes()),
        name: arguments.name.clone(),
        command: arguments.command.clone(),
        entrypoint: entrypoint.transpose()?,
        environment: environment(arguments)?,
        labels,
        ports,
        service_ports: arguments.service_ports,
        volumes: arguments.volume.iter().map(mount).collect::<Result<_, _>>()?,
        cap_add: arguments.cap_add.clone(),
        cap_drop: arguments.cap_drop.clone(),
        user: program.user.clone(),
        working_directory: program.workdir.clone(),
        use_aliases: arguments.use_aliases,
        tty: session.tty,
        stdin: session.stdin,
        remove: arguments.rm,
    })
}

/// What the command line says beats what its files say.
fn environment(arguments: &Arguments) -> Result<Vec<String>, Fault> {
    let mut environment = Vec::new();
    for file in &arguments.variable_files {
        let variables = command_line::variables(file, &|name| std::env::var(name).ok());
        let variables = variables.map_err(Fault::merged)?.into_iter();
        environment.extend(variables.filter_map(|(name, value)| Some(format!("{name}={}", value?))));
    }
    environment.extend(arguments.program.environment()?);
    Ok(environment)
}

/// Enough that no two one-off containers have one name.
fn rand_bytes() -> [u8; 32] {
    use std::hash::{BuildHasher, RandomState};
    let mut bytes = [0; 32];
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&RandomState::new().hash_one(0).to_be_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "OCI runtime create failed: exec: \"nosuch\": executable file not found in $PATH: unknown",
        Some(127)
    )]
    #[case(
        "OCI runtime create failed: exec: \"/nosuch\": stat /nosuch: no such file or directory",
        Some(127)
    )]
    #[case("OCI runtime create failed: exec: \"/etc\": permission denied: unknown", Some(126))]
    #[case("OCI runtime create failed: exec: \"/etc\": is a directory: unknown", Some(126))]
    #[case("error mounting \"/srv/data\": no such file or directory", None)]
    #[case("port is already allocated", None)]
    fn a_command_that_cannot_be_run_ends_as_in_a_shell(#[case] cause: &str, #[case] code: Option<u8>) {
        assert_eq!(without_program(&Fault::new(FaultKind::Invalid, "start", "x").because(cause)), code);
    }
}
