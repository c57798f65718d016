//! The one place where an error is printed.

use super::output::{Output, to_json};
use crate::domain::{Fault, Safe};
use std::io::{self, IsTerminal, Write};

/// Prints the fault to standard error and gives its exit code.
pub fn report(fault: &Fault, output: Output) -> u8 {
    warn(fault, output);
    fault.exit_code()
}

/// Prints a fault that does not end the command.
pub fn warn(fault: &Fault, output: Output) {
    let text = if output.json {
        to_json(&serde_json::json!({ "error": fault, "exit_code": fault.exit_code() })).unwrap_or_default()
            + "\n"
    } else {
        let objected = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        words(fault, !objected && io::stderr().is_terminal())
    };
    // There is nowhere left to tell of an error stream that is closed.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Prints what must be read but is no error.
pub fn note(text: &str, output: Output) {
    let line = if output.json {
        to_json(&serde_json::json!({ "warning": text })).unwrap_or_default()
    } else {
        format!("warning: {}", Safe::new(text))
    };
    let _ = writeln!(io::stderr().lock(), "{line}");
}

fn words(fault: &Fault, colour: bool) -> String {
    let (bad, dim, plain) = if colour { ("\x1b[31m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    let error = format!("{bad}error:{plain} {}\n", Safe::new(fault.to_string()));
    let hint = fault.hint.as_ref().map(|hint| format!("{dim}hint:{plain} {}\n", Safe::new(hint)));
    error + &hint.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;

    #[test]
    fn an_error_has_its_cause_and_hint_and_no_control_characters() {
        let fault =
            Fault::new(FaultKind::NotFound, "find stack", "ml\u{1b}[31mflow").because("none").hint("look");
        assert_eq!(words(&fault, false), "error: find stack mlflow: none\nhint: look\n");
    }
}
