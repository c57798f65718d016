//! The names that a signal may be given by.

use crate::domain::yaml::nearest;
use crate::domain::{Fault, FaultKind};

/// Linux' signals, as `kill -l` lists them.
const NAMES: [&str; 33] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE",
    "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU",
    "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU",
];
const LAST: u8 = 64;

/// The daemon knows the signals of its own system only; a slip is told before anything is signalled.
pub fn check(signal: &str) -> Result<(), Fault> {
    let name = signal.to_ascii_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    let numbered = name.parse::<u8>().is_ok_and(|number| (1..=LAST).contains(&number));
    let realtime = name.starts_with("RTMIN") || name.starts_with("RTMAX");
    if numbered || realtime || name == "XFSZ" || NAMES.contains(&name) {
        return Ok(());
    }
    let fault = Fault::new(FaultKind::Invalid, "send signal", signal).because("there is no such signal");
    Err(match nearest(name, &NAMES) {
        Some(near) => fault.hint(format!("did you mean `SIG{near}`?")),
        None => fault.hint("for example SIGTERM, HUP or 9"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_has_a_name_with_or_without_sig_or_a_number() {
        for right in ["SIGTERM", "HUP", "sigusr1", "9", "64", "SIGRTMIN+3", "XFSZ"] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in ["", "0", "65", "SIGBOGUS", "-9"] {
            assert_eq!(check(wrong).unwrap_err().kind, FaultKind::Invalid, "{wrong}");
        }
        assert!(check("SIGTREM").unwrap_err().hint.unwrap().contains("SIGTERM"));
    }
}
