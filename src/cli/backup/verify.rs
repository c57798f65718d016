//! `backup verify`: whether a backup is what it was when it was taken.

use super::identity::Identity;
use crate::backup::{self, Found, Keys, UNWATCHED};
use crate::cli::context::Context;
use crate::cli::output::{Output, Tone, print_json};
use crate::domain::{Fault, units};
use serde_json::json;
use std::path::Path;
use std::time::Instant;

pub async fn verify(
    context: &Context,
    root: &Path,
    found: &Found,
    deep: Option<&Identity>,
    output: Output,
) -> Result<(), Fault> {
    let engine = match deep {
        Some(identity) => {
            let manifest = backup::read_manifest(&found.directory)?;
            let keys = Keys::of(found, &manifest, identity.path()?.as_deref())?;
            Some((context.engine().await?, keys))
        }
        None => None,
    };
    let deep = deep.is_some();
    let began = Instant::now();
    let engine = engine.as_ref().map(|(engine, keys)| (engine, keys.clone()));
    let verdict = backup::check(engine, root, found, &UNWATCHED).await?;
    let (took, files) = (began.elapsed(), verdict.manifest.map_or(0, |manifest| manifest.parts.len()));
    if output.json {
        return print_json(&json!({
            "stack": found.stack, "name": found.name, "good": true, "deep": deep, "files": files,
            "bytes": verdict.bytes, "took_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        }));
    }
    let how = if deep { "read through by its services' tools" } else { "read" };
    let text = format!(
        "{} is good: {files} files, {} {how} in {}",
        found.name,
        units::bytes(verdict.bytes),
        units::duration(took)
    );
    output.toned(&[(Tone::Good, "✓ "), (Tone::Plain, &text)])
}
