//! `report`: what happened, for those who were not there: a document, and beside it an archive of logs, inspects and
//! figures. Secrets are masked in both.

mod bundle;
mod escape;
mod markdown;
mod masked;

use super::context::Context;
use super::output::{Output, print_json};
use super::report;
use super::triage;
use crate::domain::{Fault, FaultKind};
use crate::runtime;
use bundle::Bundle;
use jiff::{SignedDuration, Timestamp};
use masked::Masker;
use serde_json::json;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Looked back to where nothing is said.
const BACK: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Where to write the document; the archive is written beside it. Without it, both go into the state directory
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub look: triage::Arguments,
}

pub fn run(context: &Context, arguments: &Arguments, output: Output) -> Result<u8, Fault> {
    runtime::keep_log();
    let now = Timestamp::now();
    let since = arguments.look.since(now)?.unwrap_or(now - BACK);
    let document = match &arguments.output {
        Some(path) => path.clone(),
        None => default_path(&context.paths.state, now)?,
    };
    let archive = document.with_extension("tar");
    if archive == document {
        return Err(Fault::new(FaultKind::Invalid, "write a report to", document.display().to_string())
            .because("the archive is to have that name")
            .hint("name the document FILE.md; the archive goes beside it as FILE.tar"));
    }
    // Before minutes of work are lost over it.
    let mut files = [create(&document)?, create(&archive)?];
    let (state, bundle) = look_and_gather(context, &arguments.look, since)?;
    let masker = Masker::of(&state, &bundle);
    for fault in bundle.faults() {
        report::warn(fault, output);
    }
    let text = masker.mask(&markdown::markdown(&state, &bundle, since, now));
    let failed = |path: &Path, error: &std::io::Error| Fault::io("write", path.display(), error);
    files[0].write_all(text.as_bytes()).map_err(|error| failed(&document, &error))?;
    bundle.write(&mut files[1], &masker, now).map_err(|error| failed(&archive, &error))?;
    if output.json {
        print_json(&json!({ "report": document, "archive": archive }))?;
    } else {
        output.line(document.display().to_string())?;
        output.line(archive.display().to_string())?;
    }
    Ok(0)
}

fn look_and_gather(
    context: &Context,
    arguments: &triage::Arguments,
    since: Timestamp,
) -> Result<(crate::app::State, Bundle), Fault> {
    let demo = arguments.demo()?;
    let state = triage::look(context, demo.as_ref(), since, arguments.after)?;
    let endpoint = demo.as_ref().map_or_else(|| context.endpoint(), |demo| Ok(demo.endpoint()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::io("start", "the runtime", &error))?;
    let bundle = runtime.block_on(Bundle::gather(endpoint, &state));
    Ok((state, bundle))
}

fn default_path(state: &Path, now: Timestamp) -> Result<PathBuf, Fault> {
    let directory = state.join("reports");
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&directory);
    made.map_err(|error| Fault::io("create", directory.display(), &error))?;
    Ok(directory.join(format!("{}.md", now.strftime("%Y%m%dT%H%M%SZ"))))
}

/// A file of ours alone, which was not there before.
fn create(path: &Path) -> Result<File, Fault> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(|error| {
        let fault = Fault::io("write a report to", path.display(), &error);
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            fault.hint("name another file with -o; a report overwrites nothing")
        } else {
            fault
        }
    })
}
