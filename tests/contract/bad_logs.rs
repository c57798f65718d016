//! Logs of what no program should write, and of connections that break: a line is shown, or it is counted.

use super::proxy::{Mode, Proxy};
use super::world::{World, soon};
use futures_util::{StreamExt, TryStreamExt};
use mcp_tui::domain::{ContainerId, FaultKind, LogLine};
use mcp_tui::engine::{Endpoint, Engine, LogRequest};
use serde_json::json;
use std::net::UdpSocket;

/// What ends in each line, so that it is seen to be there: as `printf` takes it.
const HOSTILE: &[&str] = &[
    r"\033]0;title\007",
    r"\033]2;title\033\\",
    r"\033]52;c;ZXZpbA==\007",
    r"\033]8;;http://evil.example\033\\link\033]8;;\033\\",
    r"\033P+q544e\033\\",
    r"\033_apc\033\\",
    r"\033^pm\033\\",
    r"\033X sos\033\\",
    r"\033[2J\033[H\033[3J",
    r"\033[?1049h\033[?1000h\033[?2004h\033[6n\033[c",
    r"\033[31mred",
    r"\033c\033(0\033#8\033>\033=",
    // C1 controls, as bytes and as UTF-8.
    r"\233\062J\235\060;title\234",
    r"\302\233\062J\302\235\060;title\302\234",
    // Right-to-left overrides, isolates, and tags.
    r"\342\200\256gpj.exe\342\201\246",
    r"\363\240\201\201\363\240\201\277",
    // Marks without end on one letter.
    r"e\314\201\314\201\314\201\314\201\314\201\314\201\314\201\314\201\314\201\314\201\314\201\314\201",
    // No UTF-8, and bytes that end a text elsewhere.
    r"\377\376\300\200\355\240\200",
    r"a\000b\000",
    r"\b\b\b\v\f\016\017\177",
    r"100%%\r50%%\r",
    // Never closed: it must not swallow the next line.
    r"\033]0;never closed",
];

async fn read(world: &World, id: &ContainerId) -> Vec<LogLine> {
    let lines = world.engine.logs(id, LogRequest::default()).try_collect();
    soon("the log", lines).await.expect("the log can be read")
}

async fn written(world: &World, script: &str, tty: bool) -> Vec<LogLine> {
    let id = world.shell(if tty { "tty" } else { "bad" }, script, json!({ "Tty": tty })).await;
    soon("the end", world.engine.wait(&id)).await.expect("it ends");
    read(world, &id).await
}

/// Where a terminal would act, or could be led to show something else.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || ('\u{e0000}'..='\u{e0fff}').contains(&character)
}

/// Each is followed by an ordinary line; one more sequence is written in two halves, with a pause between them.
pub async fn hostile_lines_are_shown_and_do_nothing(world: &World) {
    let line = |hostile: &&str| {
        // What is not closed would take the marker for its own.
        let marker = if hostile.ends_with("closed") { "" } else { "here" };
        format!("printf '{hostile}{marker}\\n'; echo next")
    };
    let mut script: Vec<String> = HOSTILE.iter().map(line).collect();
    script.push("printf '\\033]0;split'; sleep 0.2; printf ' title\\007here\\n'".to_owned());
    for tty in [false, true] {
        let lines = written(world, &script.join("; "), tty).await;
        let texts: Vec<&str> = lines.iter().map(|line| line.line.text.as_str()).collect();
        assert_eq!(texts.len(), 2 * HOSTILE.len() + 1, "{texts:#?}");
        for (hostile, pair) in HOSTILE.iter().zip(texts.chunks(2)) {
            assert_eq!(pair[1], "next", "{hostile}");
            assert!(hostile.ends_with("closed") || pair[0].ends_with("here"), "{hostile}: {:?}", pair[0]);
            assert!(!pair[0].chars().any(is_harmful), "{hostile}: {:?}", pair[0]);
            assert!(!pair[0].contains("evil") && !pair[0].contains("ZXZpbA"), "{hostile}: {:?}", pair[0]);
        }
        assert_eq!(texts.last(), Some(&"here"), "written in two halves");
    }
}

/// Far more than what is held of a line, without a line feed, and then the end. A terminal's is handed on more slowly.
pub async fn a_line_without_an_end_is_cut_and_counted(world: &World) {
    for (tty, bytes) in [(false, 100_000_000), (true, 20_000_000)] {
        let script = format!("echo first; head -c {bytes} /dev/zero | tr '\\0' x");
        // A daemon may be told to keep less of a log than this.
        let whole = json!({ "LogConfig": { "Type": "json-file", "Config": { "max-size": "1g" } } });
        let more = json!({ "Tty": tty, "HostConfig": whole });
        let id = world.shell(if tty { "tty" } else { "bad" }, &script, more).await;
        soon("the end", world.engine.wait(&id)).await.expect("it ends");
        let lines = read(world, &id).await;
        assert_eq!(lines.len(), 2);
        let long = &lines[1].line;
        let kept = long.text.trim_end_matches('…').len();
        assert!(long.text.ends_with('…') && kept <= 64 * 1024);
        assert_eq!(kept + long.cut_bytes as usize, bytes, "every byte is there or counted");
    }
}

/// What goes to syslog alone cannot be read; where the daemon keeps a copy of its own, that is what is read.
pub async fn what_goes_to_syslog_is_read_from_the_daemons_copy_or_refused(world: &World) {
    let elsewhere = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = format!("udp://{}", elsewhere.local_addr().expect("an address"));
    let driver = |copies: &str| {
        let options = json!({ "syslog-address": address, "cache-disabled": copies });
        json!({ "HostConfig": { "LogConfig": { "Type": "syslog", "Config": options } } })
    };
    let copied = world.shell("copied", "echo said; echo more", driver("false")).await;
    soon("the end", world.engine.wait(&copied)).await.expect("it ends");
    let texts: Vec<String> =
        read(world, &copied).await.iter().map(|line| line.line.text.to_string()).collect();
    assert_eq!(texts, ["said", "more"]);
    let alone = world.shell("alone", "echo said", driver("true")).await;
    for follow in [false, true] {
        let mut lines = world.engine.logs(&alone, LogRequest { follow, ..LogRequest::default() });
        let fault = soon("the answer", lines.next()).await.expect("a fault").expect_err("nothing to read");
        assert_eq!(fault.kind, FaultKind::Refused);
        assert!(fault.to_string().contains("does not support reading"), "{fault}");
        assert!(fault.hint.is_some_and(|hint| hint.contains("json-file")));
        assert!(lines.next().await.is_none(), "a fault ends the log");
    }
}

/// The connection ends after so many bytes: in a head, in a text, somewhere between. How many lines are whole by then
/// depends on how the daemon cuts its answer into pieces.
pub async fn a_log_that_is_cut_gives_what_had_come_and_a_fault(world: &World) {
    let id = world.shell("cut", "echo one; echo two; echo three", json!({})).await;
    soon("the end", world.engine.wait(&id)).await.expect("it ends");
    let proxy = Proxy::new(&world.socket());
    let engine = Engine::connect(&Endpoint::unix(proxy.socket())).await.expect("it answers");
    let mut shown = Vec::new();
    for bytes in [4, 20, 47, 60, 96, 110, 128] {
        proxy.set(Mode::Cut { path: "/logs", bytes });
        let mut lines = engine.logs(&id, LogRequest { tty: Some(false), ..LogRequest::default() });
        let (mut texts, mut faults) = (Vec::new(), Vec::new());
        while let Some(line) = soon("a line or the end", lines.next()).await {
            match line {
                Ok(line) => texts.push(line.line.text.to_string()),
                Err(fault) => faults.push(fault),
            }
        }
        assert!(["one", "two", "three"].starts_with(&texts.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(faults.len(), 1, "after {bytes} bytes: {faults:?}");
        assert_eq!(faults[0].kind, FaultKind::Unreachable, "{}", faults[0]);
        shown.push(texts.len());
        proxy.set(Mode::Open);
    }
    assert!(shown.is_sorted() && shown[0] == 0 && shown.contains(&1) && shown.contains(&2), "{shown:?}");
}

/// A daemon that writes no times, and lines that begin as if it did.
pub async fn without_times_lines_are_what_was_written(world: &World) {
    let script = "echo 2026-11-20T10:31:04.123456789Z mine; echo; echo end";
    for tty in [false, true] {
        let id = world.shell(if tty { "tty" } else { "plain" }, script, json!({ "Tty": tty })).await;
        soon("the end", world.engine.wait(&id)).await.expect("it ends");
        let request = LogRequest { untimed: true, ..LogRequest::default() };
        let lines = world.engine.logs(&id, request).try_collect::<Vec<_>>();
        let lines = soon("the log", lines).await.expect("it can be read");
        let texts: Vec<&str> = lines.iter().map(|line| line.line.text.as_str()).collect();
        assert_eq!(texts, ["2026-11-20T10:31:04.123456789Z mine", "", "end"]);
        assert!(lines.iter().all(|line| line.time.is_none()));
    }
}
