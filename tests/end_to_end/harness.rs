//! The harness itself: a screen it shows is a screen a person would see, and what it waits for can fail to come.

use crate::support::pty::Pty;
use crate::support::trial;
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use rustix::process::Signal;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("harness::draws_resizes_and_ends", draws_resizes_and_ends),
        trial("harness::tells_a_spoilt_terminal", tells_a_spoilt_terminal),
        trial("harness::a_closed_terminal_ends_its_program", a_closed_terminal_ends_its_program),
    ]
}

fn shell(workplace: &Workplace, script: &str) -> Pty {
    Pty::spawn("/bin/sh", &["-c", script], &workplace.environment(), &workplace.work(), (60, 10))
}

fn draws_resizes_and_ends() {
    let workplace = Workplace::new();
    let mut pty = shell(
        &workplace,
        // A signal interrupts `read`, which is not the end of the input.
        "trap 'stty size' WINCH; stty size; while :; do read key && echo \"<$key>\" && [ $key = q ] && exit 3; done",
    );
    pty.wait_text("10 60");
    pty.resize((70, 20));
    pty.keys("a<enter>");
    pty.wait_text("<a>");
    pty.wait_text("20 70");
    assert!(!pty.comes_to(Duration::from_millis(50), |screen| screen.contains("never")));
    pty.keys("q<enter>");
    assert_eq!(pty.wait_exit(Duration::from_secs(10)).exit_code(), 3);
    assert!(pty.modes_restored());
}

fn tells_a_spoilt_terminal() {
    let workplace = Workplace::new();
    let mut pty =
        shell(&workplace, "printf '\\033[?1049h\\033[?25l'; stty raw -echo; printf spoilt; exec sleep 60");
    pty.wait_text("spoilt");
    pty.signal(Signal::KILL);
    pty.wait_exit(Duration::from_secs(10));
    assert!(pty.holds_terminal(), "the alternate screen was never left");
    assert!(!pty.modes_restored(), "raw mode was never left");
}

fn a_closed_terminal_ends_its_program() {
    let workplace = Workplace::new();
    let mut pty = shell(&workplace, "echo ready; exec sleep 60");
    pty.wait_text("ready");
    pty.close();
    pty.wait_exit(Duration::from_secs(5));
}
