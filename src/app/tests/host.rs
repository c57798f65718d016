//! The host's card.

use crate::app::dialog::Dialog;
use crate::app::dialog::inspect::Content;
use crate::app::fixtures::*;
use crate::app::state::{Places, Setup, State};
use crate::app::store::docker_disk::DiskAnswer;
use crate::app::{Effect, Msg, update};
use crate::domain::disk_use::{DiskPart, DockerDisk, LogSize};
use crate::domain::{Fault, FaultKind, FleetEvent, HostSample, Safe, fixtures};
use jiff::SignedDuration;

fn card(state: &State) -> Vec<String> {
    let Some(Dialog::Inspect(inspect)) = state.dialogs.last() else { panic!("{:?}", state.dialogs) };
    let Content::Lines(lines) = &inspect.content else { panic!("{inspect:?}") };
    lines.iter().map(ToString::to_string).collect()
}

#[test]
fn the_card_tells_the_host_and_goes_on_with_its_figures() {
    let mut state = platform();
    press(&mut state, "H");
    let lines = card(&state);
    for wanted in ["load: 12.50 on 64 cores", "memory: 61.0G of 128G", "  /: 71%, 710G of 1.0T"] {
        assert!(lines.iter().any(|line| line == wanted), "{wanted} in {lines:?}");
    }
    assert!(lines.iter().any(|line| line == "    Docker's root: /var/lib/docker"), "{lines:?}");
    assert!(
        !lines.iter().any(|line| line.starts_with("network")),
        "what is not known is left out: {lines:?}"
    );
    let later = HostSample { load_one: Some(3.0), ..host() };
    send(&mut state, Msg::Host(later));
    assert!(card(&state).iter().any(|line| line == "load: 3.00 on 64 cores"));
    press(&mut state, "esc");
    assert_eq!(state.dialogs, []);
}

fn disk() -> DiskAnswer {
    let images = DiskPart { count: 11, active: 2, bytes: 9 << 30, reclaimable_bytes: 4 << 30 };
    let log = |name: &str, bytes| LogSize { id: fixtures::container_id(name), name: Safe::new(name), bytes };
    let logs = vec![log("mcp-api-1", 304 << 20), log("mcp-db-1", 2 << 20), log("mcp-idle-1", 0)];
    DiskAnswer { disk: DockerDisk { images, ..DockerDisk::default() }, logs: Some(logs) }
}

#[test]
fn the_daemon_is_asked_for_its_disk_when_the_card_is_opened_and_once_in_a_minute() {
    let mut state = platform();
    let asked = |effects: Vec<Effect>| effects.contains(&Effect::AskDockerDisk);
    assert!(asked(press(&mut state, "H")));
    assert!(card(&state).iter().any(|line| line.starts_with("Docker's disk: the daemon is asked")));
    send(&mut state, Msg::DockerDisk(Ok(disk())));
    let lines = card(&state).join("\n");
    assert!(lines.contains("size  reclaimable  count  in use  now"), "{lines}");
    assert!(lines.contains("  images:                      9.0G         4.0G     11       2"), "{lines}");
    assert!(lines.contains("  logs:                        306M                   3"), "{lines}");
    assert!(
        lines.contains("    mcp-api-1:                 304M\n    mcp-db-1:                  2.0M"),
        "{lines}"
    );
    assert!(!lines.contains("mcp-idle-1"), "what takes nothing is not told: {lines}");
    press(&mut state, "esc");
    assert!(!asked(press(&mut state, "H")), "what is known is no minute old");
    let fault = Fault::new(FaultKind::Timeout, "ask for", "it");
    send(&mut state, Msg::DockerDisk(Err(fault)));
    assert!(card(&state).join("\n").contains("4.0G"), "what was known stays");
    press(&mut state, "esc");
    assert!(asked(press(&mut state, "H")), "after a failure it is asked anew");
    for _ in 0..3 {
        assert!(!asked(send(&mut state, Msg::Host(host()))), "figures ask for nothing");
    }
}

#[test]
fn a_daemon_that_is_away_is_not_asked_for_its_disk() {
    let mut state = platform();
    let fault = Fault::new(FaultKind::Unreachable, "connect to", "docker");
    send(&mut state, Msg::Fleet(FleetEvent::Lost { fault, retry_in_ms: 500 }));
    assert!(!press(&mut state, "H").contains(&Effect::AskDockerDisk));
}

#[test]
fn each_disk_says_what_of_ours_lies_on_it() {
    let holds = |daemon_is_here| {
        let places = Places { backups: Some(Safe::new("/var/backups/mcp")), daemon_is_here };
        let setup = Setup { places, ..Setup::default() };
        let (mut state, _) = State::new(setup);
        let daemon = platform().fleet.daemon().cloned().expect("a daemon");
        for msg in [Msg::Fleet(FleetEvent::Connected(daemon)), Msg::Host(host())] {
            update(&mut state, msg, now() + SignedDuration::from_secs(1));
        }
        press(&mut state, "H");
        let on_a_disk = |line: &String| line.starts_with("    ") && !line.contains("inodes");
        card(&state).into_iter().filter(on_a_disk).collect::<Vec<_>>()
    };
    assert_eq!(holds(true), ["    Docker's root: /var/lib/docker", "    backups: /var/backups/mcp"]);
    assert_eq!(holds(false), ["    backups: /var/backups/mcp"], "the root is another host's");
}
