//! `config`: the project as it is after everything was read, merged and resolved.

mod unread;

use super::context::Context;
use super::output::{Output, print_resolved};
use super::refused::Unresolved;
use super::report;
use super::stack::{choose, from_request, load_request, unknown};
use crate::compose::file::{LoadRequest, Project, Service, render};
use crate::compose::{Flavour, config_hash};
use crate::domain::{Fault, FaultKind, StackOrigin};
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::path::PathBuf;

#[expect(clippy::struct_excessive_bools, reason = "these are docker compose's switches")]
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// How the project is written; JSON where --json stands as well
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Print the config hashes of services: their names joined by commas, or `*` for all
    #[arg(long, value_name = "SERVICES", group = "what")]
    pub hash: Option<String>,
    /// Print the names of the services
    #[arg(long, group = "what")]
    pub services: bool,
    /// Print the names of the volumes
    #[arg(long, group = "what")]
    pub volumes: bool,
    /// Print the names of the networks
    #[arg(long, group = "what")]
    pub networks: bool,
    /// Print the images
    #[arg(long, group = "what")]
    pub images: bool,
    /// Print the profiles, of services that are switched off too
    #[arg(long = "profiles", group = "what")]
    pub list_profiles: bool,
    /// Print the names of the models
    #[arg(long, group = "what")]
    pub models: bool,
    /// Print the variables that the files may use, with their values
    #[arg(long, group = "what")]
    pub environment: bool,
    /// Print the variables that the files speak of, and what they say of them
    #[arg(long, group = "what")]
    pub variables: bool,
    /// Print the files merged and as they are written: no variable is looked at, nothing is made canonical
    #[arg(long)]
    pub no_interpolate: bool,
    /// Print the project although its parts do not fit together
    #[arg(long)]
    pub no_consistency: bool,
    #[command(flatten)]
    pub refused: Unresolved,
    /// Print nothing; only say what is wrong
    #[arg(short, long)]
    pub quiet: bool,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Only these and what they depend on; all of them when none is named
    #[arg(value_name = "SERVICE")]
    pub named: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Yaml,
    Json,
}

pub async fn run(context: &Context, arguments: &Arguments, output: Output) -> Result<u8, Fault> {
    arguments.refused.refuse()?;
    let json = match arguments.format {
        Some(format) => format == Format::Json,
        None => output.json,
    };
    if arguments.variables {
        return unread::variables(context, json, output).map(|()| 0);
    }
    if arguments.environment || arguments.no_interpolate {
        let text = if arguments.environment {
            unread::environment(context)?
        } else {
            unread::uninterpolated(context, json)?
        };
        return if arguments.quiet { Ok(0) } else { write(&text, arguments) };
    }
    let chosen = if arguments.no_consistency {
        from_request(&LoadRequest { inconsistent: true, ..load_request(context)? }, StackOrigin::Given)
            .map_err(Fault::merged)?
    } else {
        choose(context).await?
    };
    let mut project = chosen.needed("resolve")?.clone();
    chosen.tell_files(output);
    for warning in &project.warnings {
        report::note(warning, output);
    }
    if !arguments.named.is_empty() {
        let known: Vec<&str> =
            project.services.keys().chain(project.disabled.keys()).map(String::as_str).collect();
        if let Some(name) = arguments.named.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(unknown("service", name, name, &known));
        }
        project.keep_only(&arguments.named);
    }
    if arguments.quiet {
        return Ok(0);
    }
    let lines = lines(&project, arguments)?;
    match lines {
        Some(lines) if arguments.output.is_none() => {
            lines.iter().try_for_each(|line| output.line(line)).map(|()| 0)
        }
        Some(lines) => {
            let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
            write(&text, arguments)
        }
        None => write(&resolved(&project, json)?, arguments),
    }
}

/// To the file that was named, else to standard output.
fn write(text: &str, arguments: &Arguments) -> Result<u8, Fault> {
    match &arguments.output {
        Some(file) => std::fs::write(file, text).map_err(|error| Fault::io("write", file.display(), &error)),
        None => print_resolved(text),
    }
    .map(|()| 0)
}

fn resolved(project: &Project, json: bool) -> Result<String, Fault> {
    let text = if json { render::json(project).map(|text| text + "\n") } else { render::yaml(project) };
    text.map_err(|error| {
        Fault::new(FaultKind::Internal, "write project", project.name.as_str()).caused_by(&error)
    })
}

/// The names that were asked for instead of the whole project.
fn lines(project: &Project, arguments: &Arguments) -> Result<Option<Vec<String>>, Fault> {
    let services = || project.services.values();
    if let Some(names) = &arguments.hash {
        return hashes(project, names).map(Some);
    }
    Ok(if arguments.models {
        Some(project.models.keys().cloned().collect())
    } else if arguments.services {
        Some(project.services.keys().cloned().collect())
    } else if arguments.volumes {
        Some(project.volumes_of(services()).keys().map(ToString::to_string).collect())
    } else if arguments.networks {
        Some(project.networks_of(services()).keys().map(ToString::to_string).collect())
    } else if arguments.images {
        let mut images: Vec<String> = services().map(|service| service.image_name(&project.name)).collect();
        images.sort();
        Some(images)
    } else if arguments.list_profiles {
        let all = services().chain(project.disabled.values()).flat_map(|service| &service.profiles);
        Some(all.collect::<BTreeSet<_>>().into_iter().cloned().collect())
    } else {
        None
    })
}

/// `service hash`, by the newest recipe.
fn hashes(project: &Project, names: &str) -> Result<Vec<String>, Fault> {
    let line = |service: &Service| format!("{} {}", service.name, config_hash(service, Flavour::Current));
    if names == "*" {
        return Ok(project.services.values().map(line).collect());
    }
    let mut names: Vec<&str> = names.split(',').map(str::trim).collect();
    names.sort_unstable();
    let known: Vec<&str> = project.services.keys().map(String::as_str).collect();
    let find = |name: &str| {
        project.services.get(name).map(line).ok_or_else(|| unknown("service", name, name, &known))
    };
    names.into_iter().map(find).collect()
}
