//! What is wrong, looked at by keys, printed by `triage`, and written down by `report`.

use super::bad_input::NOBODY;
use super::demo::{demo, quit};
use crate::support::engine::trial as engine_trial;
use crate::support::project::Project;
use crate::support::trial;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("findings::one_is_opened_and_acknowledged_by_keys", one_is_opened_and_acknowledged_by_keys),
        trial("findings::the_timeline_leads_to_the_logs", the_timeline_leads_to_the_logs),
        trial("findings::triage_prints_a_block_for_each", triage_prints_a_block_for_each),
        trial("findings::triage_without_a_daemon_could_not_look", triage_without_a_daemon_could_not_look),
        trial("findings::a_report_is_written_for_its_owner_alone", a_report_is_written_for_its_owner_alone),
        engine_trial("findings::a_report_holds_no_secret", a_report_holds_no_secret),
    ]
}

fn one_is_opened_and_acknowledged_by_keys() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (120, 40));
    console.keys("5f/mcp-inference<enter>");
    console.wait("the replica that runs out of memory", PATIENCE, |screen| {
        screen.lines().any(|line| line.contains("✗ mcp-inference"))
    });
    console.keys("<enter>");
    for text in ["seen by", "what mends it", "same as  docker"] {
        console.wait_text(text);
    }
    console.keys("x");
    console.wait_text("⏎");
    console.keys("<esc><esc>a");
    console.wait_text("1 acknowledged");
    console.keys("a");
    console.wait_gone("1 acknowledged ");
    quit(&mut console);
}

fn the_timeline_leads_to_the_logs() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (160, 48));
    console.keys("5i");
    console.wait_text("Timeline");
    console.wait("the end of a replica", PATIENCE, |screen| screen.contains("ended with exit code 137"));
    console.keys("/exit code 137<enter>");
    console.wait("only that", PATIENCE, |screen| {
        !screen.lines().any(|line| line.contains(" finding ") && line.contains("critical:"))
    });
    console.keys("g<enter>");
    console.wait("the lines before the end", PATIENCE, |screen| {
        screen.contains("worker died, shutting down") || screen.contains("OutOfMemoryError")
    });
    quit(&mut console);
}

fn triage_prints_a_block_for_each() {
    let workplace = Workplace::new();
    let told = workplace.run(["triage", "--demo", "--after", "23", "--json", "--since", "1h"]);
    assert_eq!(told.code, Some(1), "{}{}", told.stdout, told.stderr);
    let document = told.json();
    let findings = document["findings"].as_array().expect("a list").clone();
    assert!(!findings.is_empty() && document["over"].is_array(), "{document}");
    for finding in &findings {
        assert!(finding["title"].is_string() && finding["since"].is_string(), "{finding}");
        assert!(!finding["evidence"].as_array().expect("a list").is_empty(), "{finding}");
    }
    let text = workplace.run(["triage", "--demo", "--after", "23"]);
    assert_eq!(text.code, Some(1), "{}{}", text.stdout, text.stderr);
    for words in ["✗ GPU 2", "cause", "nvml"] {
        assert!(text.stdout.contains(words), "{words} in {}", text.stdout);
    }
    let of_one = workplace.run(["-p", "mlflow", "triage", "--demo", "--after", "23", "--json"]).json();
    let stacks: Vec<_> = of_one["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| &finding["about"]["stack"])
        .collect();
    assert!(
        !stacks.is_empty() && stacks.iter().all(|stack| stack.is_null() || *stack == "mlflow"),
        "only what concerns it, or all: {of_one}"
    );
}

fn triage_without_a_daemon_could_not_look() {
    let workplace = Workplace::new();
    let told = workplace.run(["-H", NOBODY, "triage"]);
    assert_eq!(told.code, Some(2), "{}{}", told.stdout, told.stderr);
    assert!(told.stdout.contains("Docker daemon"), "{}", told.stdout);
}

/// The archive's files, by their paths.
fn unpacked(archive: &Path) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(fs::File::open(archive).expect("the archive"));
    let entries = archive.entries().expect("entries");
    let read = entries.map(|entry| {
        let mut entry = entry.expect("an entry");
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        (entry.path().expect("a path").to_string_lossy().into_owned(), text)
    });
    read.collect()
}

fn a_report_is_written_for_its_owner_alone() {
    let workplace = Workplace::new();
    let told = workplace.run(["report", "--demo", "--after", "14"]).succeeded("report");
    let paths: Vec<&Path> = told.stdout.lines().map(Path::new).collect();
    let [document, archive] = paths.as_slice() else { panic!("two paths: {}", told.stdout) };
    assert!(document.starts_with(workplace.path("state")), "{}", document.display());
    for path in [document, archive] {
        let mode = fs::metadata(path).expect("the file").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    let text = fs::read_to_string(document).expect("the document");
    for heading in ["## Server", "## What is still open", "## What is over", "## Actions", "## Timeline"] {
        assert!(text.contains(heading), "{heading} in {text}");
    }
    let files = unpacked(archive);
    assert!(files.contains_key("server.json"), "{:?}", files.keys());
    assert!(files.keys().any(|path| path.starts_with("inspect/")), "{:?}", files.keys());
    let path = document.to_string_lossy();
    let again = workplace.run(["report", "--demo", "-o", &path]);
    assert_ne!(again.code, Some(0), "nothing is overwritten");
}

const LEAKS: &str = r#"
services:
  leak:
    image: mcp-tui-test/busybox
    environment:
      DB_PASSWORD: planted_in_the*environment
      DATABASE_URL: postgres://app:planted-in-an-address@db/app
    command:
      - sh
      - -c
      - 'echo "cannot log in with $$DB_PASSWORD at $$DATABASE_URL"; echo "retry --token planted-in-a-flag"; exit 3'
"#;

fn a_report_holds_no_secret() {
    let (workplace, project) = (Workplace::new(), Project::new("leak"));
    workplace.stack(&project.name, LEAKS);
    workplace.run(["-s", &project.name, "up"]);
    eventually("the service has ended", PATIENCE, || {
        let state = project.inspect("leak")?["State"]["ExitCode"].as_i64()?;
        (state == 3).then_some(())
    });
    let document = workplace.path("post-mortem.md");
    let path = document.to_string_lossy().into_owned();
    workplace.run(["report", "--since", "10m", "-o", &path]).succeeded("report");
    let text = fs::read_to_string(&document).expect("the document");
    assert!(text.contains("leak") && text.contains("exit code 3"), "{text}");
    let files = unpacked(&document.with_extension("tar"));
    let log = files.iter().find(|(path, _)| path.starts_with("logs/") && path.contains("leak"));
    assert!(log.is_some_and(|(_, log)| log.contains("cannot log in with")), "{:?}", files.keys());
    for (path, text) in files.iter().map(|(path, text)| (path.as_str(), text)).chain([("document", &text)]) {
        assert!(!text.contains("planted-in"), "{path}: {text}");
    }
}
