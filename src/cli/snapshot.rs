//! `snapshot`: one frame of the console, as text or as a picture.

use super::console::{appearance, real, simulated};
use super::context::Context;
use super::demo::Demo;
use super::output::print_document;
use crate::app::pane::PaneId;
use crate::config::keys::KeyPress;
use crate::config::theme::ColourDepth;
use crate::domain::{Fault, FaultKind};
use crate::runtime;
use crate::view::export;
use clap::ValueEnum;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Columns and rows
    #[arg(long, value_name = "WxH", default_value = "160x48")]
    pub size: String,
    /// One pane alone, over the whole frame
    #[arg(long, value_name = "NAME")]
    pub pane: Option<String>,
    #[arg(long, value_enum, default_value_t = SnapshotFormat::Text)]
    pub format: SnapshotFormat,
    /// Of the simulated server instead of a real one
    #[arg(long)]
    pub demo: bool,
    /// Keys to press first, as the key map writes them: `--keys 3 f`
    #[arg(long, value_name = "KEY", num_args = 1..)]
    pub keys: Vec<String>,
    /// Let so many seconds pass before the frame is taken
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub after: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SnapshotFormat {
    Text,
    Ansi,
    Svg,
}

/// One frame of the present state.
pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Fault> {
    runtime::keep_log();
    let size = size(&arguments.size)?;
    let pane = arguments.pane.as_deref().map(pane).transpose()?;
    let keys = keys(&arguments.keys)?;
    let demo = arguments.demo.then(Demo::start).transpose()?;
    let mut console = match &demo {
        Some(demo) => simulated(context, demo)?,
        None => real(context)?,
    };
    if let Some(pane) = pane {
        console.state.focus = pane;
        console.state.zoomed = true;
    }
    // A file or a pipe takes any colour; NO_COLOR and the settings are still obeyed.
    let depth = context.settings.colours.unwrap_or(match std::env::var_os("NO_COLOR") {
        Some(value) if !value.is_empty() => ColourDepth::None,
        _ => ColourDepth::True,
    });
    console.appearance = appearance(context, depth, context.settings.ascii.unwrap_or(false)).0;
    let buffer = runtime::snapshot(console, size, &keys, Duration::from_secs(arguments.after))?;
    let picture = match arguments.format {
        SnapshotFormat::Text => export::text(&buffer),
        SnapshotFormat::Ansi => export::ansi(&buffer),
        SnapshotFormat::Svg => export::svg(&buffer, "mcp-tui"),
    };
    print_document(&picture)?;
    Ok(0)
}

fn size(text: &str) -> Result<(u16, u16), Fault> {
    let size =
        text.split_once('x').and_then(|(columns, rows)| Some((columns.parse().ok()?, rows.parse().ok()?)));
    size.filter(|(columns, rows)| (1..=1000).contains(columns) && (1..=1000).contains(rows)).ok_or_else(
        || {
            Fault::new(FaultKind::Invalid, "take a snapshot of size", text)
                .because("a size is columns and rows, 1x1 to 1000x1000")
                .hint("for example --size 160x48")
        },
    )
}

fn pane(name: &str) -> Result<PaneId, Fault> {
    PaneId::named(&name.to_ascii_lowercase()).ok_or_else(|| {
        let known = PaneId::ALL.map(PaneId::name).join(", ");
        Fault::new(FaultKind::NotFound, "show pane", name).because(format!("the panes are {known}"))
    })
}

fn keys(words: &[String]) -> Result<Vec<KeyPress>, Fault> {
    let press = |word: &String| {
        word.parse::<KeyPress>()
            .map_err(|cause| Fault::new(FaultKind::Invalid, "press key", word).because(cause))
    };
    words.iter().map(press).collect()
}
