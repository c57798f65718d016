//! `cp`: files and directories between a service's container and here, in both directions.

mod archive;
mod into;
mod out_of;

use super::context::Context;
use super::output::{Output, print_json};
use super::pick;
use super::stack::choose;
use crate::domain::{Container, Fault, FaultKind};
use crate::engine::Engine;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Keep who the files belong to
    #[arg(short, long)]
    pub archive: bool,
    /// Copy what a symbolic link leads to, instead of the link
    #[arg(short = 'L', long)]
    pub follow_link: bool,
    /// The number of the container; without it the first is read from, and all are written to
    #[arg(long, value_name = "N")]
    pub index: Option<u32>,
    /// Write to one-off containers of the service too
    #[arg(long, conflicts_with = "index")]
    pub all: bool,
    /// A path here, `SERVICE:PATH`, or `-` for a tar archive on standard input
    #[arg(value_name = "SOURCE")]
    pub source: String,
    /// A path here, `SERVICE:PATH`, or `-` for a tar archive on standard output
    #[arg(value_name = "DESTINATION")]
    pub destination: String,
}

/// One end of a copy.
#[derive(Debug, PartialEq, Eq)]
enum End<'text> {
    Here(&'text str),
    Service { name: &'text str, path: &'text str },
    Stream,
}

/// A container's files.
struct There<'run> {
    engine: &'run Engine,
    container: &'run Container,
    path: &'run str,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let (source, destination) = (end(&arguments.source), end(&arguments.destination));
    match (&source, &destination) {
        (End::Service { name, path }, End::Here(_) | End::Stream) => {
            let engine = context.engine().await?;
            let chosen = choose(context).await?;
            let container = pick::container(&engine, &chosen, name, arguments.index, true).await?;
            let from = There { engine: &engine, container: &container, path };
            match destination {
                End::Here(path) => {
                    out_of::copy(&from, path, arguments.follow_link, arguments.archive).await?;
                }
                End::Stream | End::Service { .. } => {
                    return out_of::stream(&from, arguments.follow_link).await.map(|()| 0);
                }
            }
            told(&container, &arguments, output)?;
        }
        (End::Here(_) | End::Stream, End::Service { name, path }) => {
            context.may_change("copy files into")?;
            let engine = context.engine().await?;
            let chosen = choose(context).await?;
            let containers = match arguments.index {
                Some(_) => vec![pick::container(&engine, &chosen, name, arguments.index, true).await?],
                None => pick::of_services(&engine, &chosen, &[(*name).to_owned()], arguments.all).await?,
            };
            if containers.is_empty() {
                // Says why there is none.
                pick::container(&engine, &chosen, name, None, true).await?;
            }
            if source == End::Stream && containers.len() > 1 {
                return Err(Fault::new(FaultKind::Invalid, "copy files into", *name)
                    .because("what comes in as a stream can be read only once, and the service has several containers")
                    .hint("name one with --index"));
            }
            for container in &containers {
                let to = There { engine: &engine, container, path };
                match source {
                    End::Here(path) => {
                        into::copy(path, &to, arguments.follow_link, arguments.archive).await?;
                    }
                    End::Stream | End::Service { .. } => into::stream(&to).await?,
                }
                told(container, &arguments, output)?;
            }
        }
        (End::Service { .. }, End::Service { .. }) => {
            return Err(wrong(&arguments, "files cannot be copied from container to container at once"));
        }
        (End::Here(_) | End::Stream, End::Here(_) | End::Stream) => {
            return Err(wrong(&arguments, "neither end is a service's"));
        }
    }
    Ok(0)
}

fn told(container: &Container, arguments: &Arguments, output: Output) -> Result<(), Fault> {
    let Arguments { source, destination, .. } = arguments;
    if output.json {
        let line =
            serde_json::json!({ "container": container.name, "source": source, "destination": destination });
        return print_json(&line);
    }
    output.line(format!("✓ {}: copied {source} to {destination}", container.name))
}

fn wrong(arguments: &Arguments, cause: &str) -> Fault {
    Fault::new(FaultKind::Invalid, "copy", format!("{} to {}", arguments.source, arguments.destination))
        .because(cause)
        .hint("write SERVICE:PATH for the one end, and a path or `-` for the other")
}

/// A path that begins with `/` or `.` is here, whatever colons it has.
fn end(text: &str) -> End<'_> {
    match text.split_once(':') {
        _ if text == "-" => End::Stream,
        Some((name, path)) if !text.starts_with(['/', '.']) && !name.is_empty() => {
            End::Service { name, path }
        }
        Some(_) | None => End::Here(text),
    }
}

impl There<'_> {
    fn fault(&self, kind: FaultKind, path: &str) -> Fault {
        Fault::new(kind, "copy files of container", format!("{}:{path}", self.container.name))
    }

    /// Faults of the daemon name ids; people know names.
    fn named(&self, fault: Fault, path: &str) -> Fault {
        Fault { object: format!("{}:{path}", self.container.name), ..fault }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_a_path_a_service_or_a_stream() {
        assert_eq!(end("web:/etc/hosts"), End::Service { name: "web", path: "/etc/hosts" });
        assert_eq!(end("./web:/etc"), End::Here("./web:/etc"));
        assert_eq!(end("/a:b"), End::Here("/a:b"));
        assert_eq!(end("file"), End::Here("file"));
        assert_eq!(end("-"), End::Stream);
    }
}
