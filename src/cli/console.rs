//! The console itself, on this terminal.

use super::context::Context;
use super::demo::Demo;
use crate::app::state::{Places, ReadOnly, Setup, State};
use crate::app::{self, Msg};
use crate::backup;
use crate::compose::file::{LoadRequest, process_environment};
use crate::config::theme::{self, ColourDepth};
use crate::domain::{Fault, Safe};
use crate::health::Dialer;
use crate::runtime::{self, Console, Ending, Search, Source};
use crate::task::Store;
use crate::view::Appearance;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::Path;
use std::time::Duration;

/// Opens the console and stays until it ends.
pub fn open(context: &Context) -> Result<u8, Fault> {
    runtime::keep_log();
    let mut ending = runtime::console(real(context)?)?;
    if ending == Ending::Demo {
        let demo = Demo::start()?;
        ending = runtime::console(simulated(context, &demo)?)?;
    }
    Ok(exit_code(ending))
}

pub fn open_demo(context: &Context) -> Result<u8, Fault> {
    runtime::keep_log();
    let demo = Demo::start()?;
    runtime::console(simulated(context, &demo)?).map(exit_code)
}

fn exit_code(ending: Ending) -> u8 {
    match ending {
        Ending::Quit | Ending::Demo => 0,
        Ending::Ended { exit_code } => exit_code,
    }
}

/// A console on the daemon that the arguments and the environment name.
pub fn real(context: &Context) -> Result<Console, Fault> {
    let endpoint = context.endpoint();
    let tried = match &endpoint {
        Ok(endpoint) => endpoint.tried().iter().map(Safe::new).collect(),
        Err(fault) => fault.causes.iter().map(Safe::new).collect(),
    };
    let backups = backup::root(&context.paths.state);
    let setup = Setup {
        places: Places {
            backups: Some(told(&backups)),
            daemon_is_here: endpoint.as_ref().is_ok_and(crate::engine::Endpoint::is_local),
        },
        endpoint: endpoint.as_ref().map(crate::engine::Endpoint::describe).unwrap_or_default(),
        tried,
        ..setup(context)
    };
    let global = &context.global;
    let given = (!global.files.is_empty()).then(|| LoadRequest {
        files: global.files.clone(),
        project_name: global.project.clone(),
        env_files: global.env_files.clone(),
        profiles: global.profiles.clone(),
        environment: process_environment(),
        ..LoadRequest::default()
    });
    let feeds = runtime::Setup {
        endpoint,
        store: context.store()?,
        backups,
        search: Search {
            directories: context.settings.stacks.clone(),
            given,
            data_directory: context.paths.data.clone(),
            follows_labels: true,
            ..Search::default()
        },
        source: Source::Host { nvml_library: context.global.nvml_library.clone() },
        dialer: Dialer::Network,
        stats_interval: None,
    };
    Ok(console(context, setup, feeds))
}

/// A console on the simulated server, whose tasks and backups are of no one else's concern.
pub fn simulated(context: &Context, demo: &Demo) -> Result<Console, Fault> {
    let endpoint = demo.endpoint();
    let setup = Setup { endpoint: endpoint.describe(), ..setup(context) };
    let state = demo.directory().join("state");
    let feeds = runtime::Setup {
        endpoint: Ok(endpoint),
        store: Store::open(&state)?,
        backups: state.join("backups"),
        search: Search {
            directories: vec![demo.stacks()],
            data_directory: demo.directory().join("data"),
            ..Search::default()
        },
        source: Source::Scripted(demo.script()),
        dialer: demo.dialer(),
        stats_interval: Some(Duration::from_secs(1)),
    };
    Ok(console(context, setup, feeds))
}

/// A path without detours, as it would be mounted; what is not there yet as it is written.
fn told(path: &Path) -> Safe {
    let real = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    Safe::new(real.as_deref().unwrap_or(path).to_string_lossy())
}

fn setup(context: &Context) -> Setup {
    let settings = &context.settings;
    let read_only = match (context.global.read_only, settings.read_only) {
        (true, _) => ReadOnly::Locked,
        (false, true) => ReadOnly::On,
        (false, false) => ReadOnly::Off,
    };
    Setup {
        zone: zone(),
        read_only,
        mouse: settings.mouse,
        log_bytes: usize::try_from(settings.log_memory_bytes).unwrap_or(usize::MAX),
        log_tail: settings.log_tail,
        keys: settings.keys.clone(),
        ..Setup::default()
    }
}

fn console(context: &Context, setup: Setup, feeds: runtime::Setup) -> Console {
    let settings = &context.settings;
    let depth = settings.colours.unwrap_or_else(|| ColourDepth::detect(|name| std::env::var(name).ok()));
    let (appearance, mut theme_faults) =
        appearance(context, depth, settings.ascii.unwrap_or_else(locale_is_ascii));
    let mouse = setup.mouse;
    let (mut state, mut faults) = State::new(setup);
    faults.append(&mut theme_faults);
    faults.splice(0..0, context.settings_faults.iter().cloned());
    for fault in &faults {
        log::warn!("{}", Safe::new(fault.to_string()));
    }
    if !faults.is_empty() {
        // Nothing can follow from these at this point: no feed runs yet.
        app::update(&mut state, Msg::Faults(faults), Timestamp::now());
    }
    let state_directory = feeds.store.root().to_path_buf();
    Console { setup: feeds, state, appearance, frame_cap: settings.frames_per_second, mouse, state_directory }
}

pub fn appearance(context: &Context, depth: ColourDepth, ascii: bool) -> (Appearance, Vec<Fault>) {
    let (theme, faults) = theme::load(&context.settings.theme, &context.paths.theme_directories());
    (Appearance::new(theme, depth, ascii, zone()), faults)
}

/// The zone of the clock. To find the name of a zone all are listed, which takes longer than the first picture may, so
/// the system's own is read from the file that it is.
fn zone() -> TimeZone {
    if std::env::var_os("TZ").is_none()
        && let Ok(rules) = std::fs::read("/etc/localtime")
        && let Ok(zone) = TimeZone::tzif("local", &rules)
    {
        return zone;
    }
    TimeZone::system()
}

/// As the C library decides: the first of these that is set names the character set.
fn locale_is_ascii() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default()
        .to_ascii_lowercase();
    !(locale.contains("utf-8") || locale.contains("utf8"))
}
