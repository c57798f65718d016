//! Brings changed files into all running containers of a service.

use crate::cli::output::{Output, Tone, print_json};
use crate::cli::report;
use crate::compose::file::Hook;
use crate::compose::watch::{Job, Parcel, pack, removable};
use crate::domain::{Container, Fault, FaultKind};
use crate::engine::{Engine, ExecChunk, ExecRequest};
use bytes::Bytes;
use futures_util::future::join_all;
use serde_json::json;
use std::time::Instant;

/// How many paths are removed by one command: argument lists have an end.
const REMOVED_AT_ONCE: usize = 200;

/// A container that cannot be brought up to date keeps the others from nothing.
pub async fn deliver(engine: &Engine, project: &str, job: &Job, output: Output) -> Result<(), Fault> {
    let began = Instant::now();
    let files = job.files.clone();
    // Reading may take a while, and the signals are listened to by this thread.
    let parcel = tokio::task::spawn_blocking(move || pack(&files))
        .await
        .map_err(|error| Fault::new(FaultKind::Internal, "read", "changed files").caused_by(&error))?;
    for (path, why) in &parcel.left_out {
        let fault = Fault::new(FaultKind::Refused, "synchronise", path.display().to_string());
        report::warn(&fault.because(why.as_str()), output);
    }
    let archives: Vec<Bytes> =
        parcel.archives.iter().map(|archive| Bytes::copy_from_slice(archive)).collect();
    let containers = running(engine, project, &job.service).await?;
    let all = containers.iter().map(|container| bring(engine, container, &archives, &parcel, job, output));
    let mut reached = 0;
    for result in join_all(all).await {
        match result {
            Ok(()) => reached += 1,
            Err(fault) => report::warn(&fault, output),
        }
    }
    tell(job, &parcel, (reached, containers.len()), began, output)
}

async fn running(engine: &Engine, project: &str, service: &str) -> Result<Vec<Container>, Fault> {
    let mut containers = engine.containers(Some(project)).await?;
    containers.retain(|container| {
        let labels = container.compose.as_ref();
        container.is_running() && labels.is_some_and(|labels| labels.service == service && !labels.oneoff)
    });
    Ok(containers)
}

async fn bring(
    engine: &Engine,
    container: &Container,
    archives: &[Bytes],
    parcel: &Parcel,
    job: &Job,
    output: Output,
) -> Result<(), Fault> {
    let named = |fault: Fault| Fault { object: container.name.to_string(), ..fault };
    // First what is gone: a directory may have come in the place of a file.
    let mounts: Vec<&str> = container.mounts.iter().map(|mount| mount.target.as_str()).collect();
    let (removed, kept) = removable(&parcel.gone, &job.targets, &mounts);
    for path in kept {
        let fault = Fault::new(FaultKind::Refused, "remove", format!("{}:{path}", container.name));
        let why = "it is gone here, but is a rule's own target or has to do with a mount there";
        report::warn(&fault.because(why).hint("remove it in the container, if it is to go"), output);
    }
    for paths in removed.chunks(REMOVED_AT_ONCE) {
        let words = ["rm", "-rf", "--"].into_iter();
        let request = ExecRequest {
            command: words.chain(paths.iter().copied()).map(str::to_owned).collect(),
            user: Some("0".to_owned()),
            ..ExecRequest::default()
        };
        execute(engine, container, request, None).await.map_err(|fault| {
            named(fault)
                .because("files that are gone here are still there")
                .hint("the image may have no `rm`")
        })?;
    }
    for archive in archives {
        engine.put_archive(&container.id, "/", archive.clone(), false).await.map_err(named)?;
    }
    for command in &job.commands {
        execute(engine, container, request(command), Some(output)).await.map_err(named)?;
    }
    Ok(())
}

fn request(hook: &Hook) -> ExecRequest {
    let variables = hook.environment.iter();
    ExecRequest {
        command: hook.command.clone().unwrap_or_default(),
        environment: variables
            .map(|(key, value)| format!("{key}={}", value.as_deref().unwrap_or_default()))
            .collect(),
        user: Some(hook.user.clone()).filter(|user| !user.is_empty()),
        working_directory: Some(hook.working_dir.clone()).filter(|directory| !directory.is_empty()),
        privileged: hook.privileged,
    }
}

/// Runs a command to its end; what it writes is shown, or is the cause of the fault.
async fn execute(
    engine: &Engine,
    container: &Container,
    request: ExecRequest,
    output: Option<Output>,
) -> Result<(), Fault> {
    let words = request.command.join(" ");
    let mut exec = engine.exec(&container.id, request).await?;
    let mut text = Vec::new();
    while let Some(chunk) = exec.next().await {
        let (ExecChunk::Stdout(bytes) | ExecChunk::Stderr(bytes)) = chunk?;
        // Nobody reads more of it than this.
        if text.len() < 64 * 1024 {
            text.extend_from_slice(&bytes);
        }
    }
    let code = exec.finish().await?;
    let text = String::from_utf8_lossy(&text);
    if code != 0 {
        let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        let fault = Fault::new(FaultKind::Refused, "run command in container", container.name.as_str());
        return Err(fault.because(format!("`{words}` ended with exit code {code}")).because(last));
    }
    if let Some(output) = output {
        text.lines().try_for_each(|line| show(output, container, line))?;
    }
    Ok(())
}

fn show(output: Output, container: &Container, line: &str) -> Result<(), Fault> {
    if output.json {
        return print_json(&json!({ "event": "output", "container": container.name, "line": line }));
    }
    output.toned(&[(Tone::Dim, &container.name), (Tone::Dim, " | "), (Tone::Plain, line)])
}

fn tell(
    job: &Job,
    parcel: &Parcel,
    (reached, all): (usize, usize),
    began: Instant,
    output: Output,
) -> Result<(), Fault> {
    let took = began.elapsed().as_millis();
    if output.json {
        return print_json(&json!({
            "event": "synchronised",
            "service": job.service,
            "sent": parcel.sent,
            "removed": parcel.gone.len(),
            "containers": reached,
            "of": all,
            "milliseconds": u64::try_from(took).unwrap_or(u64::MAX),
        }));
    }
    let (mark, tone, containers) = match (reached, all) {
        (_, 0) => ("! ", Tone::Warning, "no container of it runs".to_owned()),
        (1, 1) => ("✓ ", Tone::Good, "1 container".to_owned()),
        (reached, all) if reached == all => ("✓ ", Tone::Good, format!("{all} containers")),
        (reached, all) => ("✗ ", Tone::Bad, format!("{reached} of {all} containers")),
    };
    let removed = match parcel.gone.len() {
        0 => String::new(),
        removed => format!(", {removed} removed"),
    };
    let text = format!("{}: {} sent{removed}, {containers}", job.service, parcel.sent);
    output.toned(&[(tone, mark), (Tone::Plain, &text), (Tone::Dim, &format!(" in {took} ms"))])
}
