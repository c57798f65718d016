//! The real Docker Engine, asked by its own client so that what the program says can be compared with it.

use libtest_mimic::Trial;
use serde_json::Value;
use std::env;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

pub const SOCKET: &str = "/var/run/docker.sock";

/// Whether tests against the Engine run: one answers, or one must.
pub fn wanted() -> bool {
    static WANTED: OnceLock<bool> = OnceLock::new();
    *WANTED.get_or_init(|| required() || answers())
}

/// Whether the tests must run.
pub fn required() -> bool {
    env::var("MCP_TUI_REQUIRE_DOCKER").is_ok_and(|value| value == "1")
}

/// A test against the Engine: ignored where none runs, failing where one must run and does not.
pub fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        ready();
        test();
        Ok(())
    })
    .with_ignored_flag(!wanted())
}

/// Makes sure that the Engine answers and has the images.
pub fn ready() {
    assert!(answers(), "MCP_TUI_REQUIRE_DOCKER is set and no Docker Engine answers at {SOCKET}");
    images();
}

/// A daemon asked in HTTP/1.0 answers in it.
fn answers() -> bool {
    ping().is_ok_and(|answer| answer.starts_with("HTTP/1.0 200"))
}

fn ping() -> std::io::Result<String> {
    let mut stream = UnixStream::connect(SOCKET)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")?;
    let mut answer = [0; 64];
    let length = stream.read(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
}

/// Makes the images, once per test binary; the script itself makes sure that two binaries do not do it twice.
fn images() {
    static MADE: OnceLock<Result<(), String>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/images/build");
        let output = Command::new(script).output().map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    });
    if let Err(why) = made {
        panic!("the test images could not be made: {why}");
    }
}

/// Runs `docker` and gives what it printed; fails when it does.
pub fn docker<const N: usize>(arguments: [&str; N]) -> String {
    let output = Command::new("docker").args(arguments).output().expect("the docker client");
    assert!(
        output.status.success(),
        "docker {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// `docker inspect` of one object; `None` when there is none.
pub fn inspect(name: &str) -> Option<Value> {
    let output = Command::new("docker").args(["inspect", name]).output().expect("the docker client");
    let mut found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_default();
    found.pop()
}
