//! The real docker compose, which ours must get on with.

use crate::support::engine;
use libtest_mimic::Trial;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The oldest version that the tests have been held against.
const OLDEST: (u32, u32) = (2, 26);

/// A test that needs the Engine and docker compose: ignored where either is missing, failing where one must be there.
pub fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        assert!(
            found().is_some(),
            "MCP_TUI_REQUIRE_DOCKER is set and there is no docker compose of version {}.{} or later: see tests/compose/install",
            OLDEST.0,
            OLDEST.1
        );
        engine::ready();
        test();
        Ok(())
    })
    .with_ignored_flag(!engine::wanted() || (found().is_none() && !engine::required()))
}

/// A call of docker compose, without arguments yet.
pub fn command() -> Command {
    let mut words = found().expect("docker compose was looked for").iter();
    let mut command = Command::new(words.next().expect("a program"));
    command.args(words);
    command
}

/// Its version, as its labels have it.
pub fn version() -> String {
    let output = command().args(["version", "--short"]).output().expect("docker compose");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The Docker plugin, else what `tests/compose/install` has unpacked.
fn found() -> Option<&'static [OsString]> {
    static FOUND: OnceLock<Option<Vec<OsString>>> = OnceLock::new();
    let words = FOUND.get_or_init(|| {
        let plugin = vec![OsString::from("docker"), OsString::from("compose")];
        let unpacked = cache().join("mcp-tui-tests/compose-2.26/docker-compose");
        [plugin, vec![unpacked.into_os_string()]].into_iter().find(|words| is_recent(words))
    });
    words.as_deref()
}

fn cache() -> PathBuf {
    let named = env::var_os("XDG_CACHE_HOME").filter(|named| !named.is_empty()).map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache"))
}

fn is_recent(words: &[OsString]) -> bool {
    let output = Command::new(&words[0]).args(&words[1..]).args(["version", "--short"]).output();
    let Ok(output) = output else { return false };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.trim().trim_start_matches('v').split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => output.status.success() && (major, minor) >= OLDEST,
        (_, _) => false,
    }
}
