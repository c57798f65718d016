//! `schedule install` and `schedule remove`.

use super::host::{Job, Units, has_systemd, unit_directory};
use super::{schedule_of, stacks};
use crate::backup::ROOT_VARIABLE;
use crate::cli::context::Context;
use crate::cli::output::{Output, Tone};
use crate::cli::report;
use crate::domain::{Fault, FaultKind, StackFile};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Variables that say where things lie. Where nothing sets them, a timer finds the same places by itself.
const VARIABLES: [&str; 7] = [
    "HOME",
    ROOT_VARIABLE,
    "XDG_STATE_HOME",
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
    "MCP_TUI_CONFIG",
    "DOCKER_HOST",
];

pub(super) async fn install(
    context: &Context,
    cron: bool,
    directory: Option<PathBuf>,
    output: Output,
) -> Result<(), Fault> {
    let stack = one(context).await?;
    let project = &stack.reference.project;
    let schedule = schedule_of(&stack, true)?.ok_or_else(|| {
        Fault::new(FaultKind::Conflict, "install schedule", project)
            .because("its file says that it is not backed up by itself")
            .hint("x-mcp.backup.schedule says when; without it that is at 02:00")
    })?;
    let job = job(context, &stack)?;
    if cron {
        if let Some(zone) = schedule.zone_name() {
            report::note(
                &format!("cron knows the host's zone only: the time is taken as such, not in {zone}"),
                output,
            );
        }
        return job.cron(&schedule).lines().try_for_each(|line| output.line(line));
    }
    let own_directory = directory.is_none();
    let units = Units::new(project, &directory.unwrap_or_else(unit_directory));
    let files = [(&units.service, job.service()), (&units.timer, job.timer(&schedule))];
    for (path, text) in &files {
        if context.dry_run.is_some() {
            output.toned(&[(Tone::Dim, "# "), (Tone::Plain, &path.display().to_string())])?;
            for line in text.lines() {
                output.line(line)?;
            }
        } else {
            write(path, text)?;
            output.toned(&[(Tone::Good, "wrote "), (Tone::Plain, &path.display().to_string())])?;
        }
    }
    let commands =
        [vec!["daemon-reload".to_owned()], vec!["enable".to_owned(), "--now".to_owned(), units.timer_name()]];
    systemctl(&commands, context.dry_run.is_none() && own_directory, output)
}

pub(super) async fn remove(
    context: &Context,
    directory: Option<PathBuf>,
    output: Output,
) -> Result<(), Fault> {
    let stack = one(context).await?;
    let project = &stack.reference.project;
    let own_directory = directory.is_none();
    let units = Units::new(project, &directory.unwrap_or_else(unit_directory));
    let there: Vec<&PathBuf> =
        [&units.timer, &units.service].into_iter().filter(|path| path.exists()).collect();
    if there.is_empty() {
        return Err(Fault::new(FaultKind::NotFound, "remove schedule", project)
            .because(format!("{} is not there", units.timer.display())));
    }
    let acts = context.dry_run.is_none();
    systemctl(
        &[vec!["disable".to_owned(), "--now".to_owned(), units.timer_name()]],
        acts && own_directory,
        output,
    )?;
    for path in there {
        if acts {
            std::fs::remove_file(path).map_err(|error| Fault::io("remove", path.display(), &error))?;
        }
        let word = if acts { "removed " } else { "would remove " };
        output.toned(&[(Tone::Dim, word), (Tone::Plain, &path.display().to_string())])?;
    }
    systemctl(&[vec!["daemon-reload".to_owned()]], acts && own_directory, output)
}

async fn one(context: &Context) -> Result<StackFile, Fault> {
    let mut found = stacks(context).await?;
    match (found.pop(), found.is_empty()) {
        (Some(stack), true) => Ok(stack),
        (Some(_) | None, _) => Err(Fault::new(FaultKind::Invalid, "find stack", "for the schedule")
            .because("no single stack is named")
            .hint("name one with -s, or its files with -f")),
    }
}

/// The stack by its files: a timer stands in no directory of anybody's.
fn job(context: &Context, stack: &StackFile) -> Result<Job, Fault> {
    let program = std::env::current_exe().map_err(|error| Fault::io("find", "this program", &error))?;
    let reference = &stack.reference;
    let absolute =
        |path: &Path| std::path::absolute(path).map_err(|error| Fault::io("find", path.display(), &error));
    let mut words = vec![program.display().to_string()];
    for file in &reference.files {
        words.extend(["-f".to_owned(), absolute(file)?.display().to_string()]);
    }
    if let Some(directory) = reference.directory.as_ref().filter(|_| !reference.files.is_empty()) {
        words.extend(["--project-directory".to_owned(), absolute(directory)?.display().to_string()]);
    }
    for file in &reference.env_files {
        words.extend(["--env-file".to_owned(), absolute(file)?.display().to_string()]);
    }
    for profile in &reference.profiles {
        words.extend(["--profile".to_owned(), profile.clone()]);
    }
    words.extend(["-p", &reference.project, "--wait-lock=3600", "schedule", "run"].map(str::to_owned));
    if let Some(config) = &context.global.config {
        words.extend(["--config".to_owned(), absolute(config)?.display().to_string()]);
    }
    if let Some(host) = &context.global.host {
        words.extend(["--host".to_owned(), host.clone()]);
    }
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let environment = VARIABLES.iter().filter_map(|name| Some(((*name).to_owned(), set(name)?))).collect();
    let directory = absolute(reference.directory.as_deref().unwrap_or(Path::new("/")))?;
    Ok(Job { project: reference.project.clone(), words, directory, environment })
}

fn write(path: &Path, text: &str) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Fault::io("write", path.display(), &error).hint("--directory names another place"))
}

/// Runs systemctl where systemd runs this host and reads these units; else tells what is left to be done.
fn systemctl(commands: &[Vec<String>], runs: bool, output: Output) -> Result<(), Fault> {
    let user: &[&str] = if rustix::process::geteuid().is_root() { &[] } else { &["--user"] };
    for words in commands {
        let line = ["systemctl"].iter().chain(user).map(ToString::to_string).chain(words.iter().cloned());
        let line = line.collect::<Vec<_>>().join(" ");
        if !runs || !has_systemd() {
            output.toned(&[(Tone::Dim, "to do: "), (Tone::Plain, &line)])?;
            continue;
        }
        let ended = Command::new("systemctl").args(user).args(words).stdin(Stdio::null()).output();
        let ended = ended.map_err(|error| Fault::io("run", &line, &error))?;
        if !ended.status.success() {
            let said = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
            return Err(Fault::new(FaultKind::Refused, "run", line).because(said));
        }
        output.toned(&[(Tone::Good, "✓ "), (Tone::Plain, &line)])?;
    }
    Ok(())
}
