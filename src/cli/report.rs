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
    ended_with(fault, fault.exit_code(), output);
}

/// The same of one that ends the command with an exit code other than its own.
pub fn ended_with(fault: &Fault, exit_code: u8, output: Output) {
    let text = if output.json {
        to_json(&serde_json::json!({ "error": fault, "exit_code": exit_code })).unwrap_or_default() + "\n"
    } else {
        let objected = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        words(fault, !objected && io::stderr().is_terminal())
    };
    // There is nowhere left to tell of an error stream that is closed.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Prints what must be read but is no error.
pub fn note(text: &str, output: Output) {
    aside("warning", text, output);
}

/// The same under a word of its own.
pub fn aside(word: &str, text: &str, output: Output) {
    let line = if output.json {
        to_json(&serde_json::json!({ word: text })).unwrap_or_default()
    } else {
        format!("{word}: {}", Safe::new(text))
    };
    let _ = writeln!(io::stderr().lock(), "{line}");
}

fn words(fault: &Fault, colour: bool) -> String {
    let (bad, dim, plain) = if colour { ("\x1b[31m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    let line = |(fault, hint): (&Fault, Option<&str>)| {
        let error = format!("{bad}error:{plain} {}\n", Safe::new(fault.sentence()));
        let hint = hint.map(|hint| format!("{dim}hint:{plain} {}\n", Safe::new(hint)));
        error + &hint.unwrap_or_default()
    };
    fault.each().into_iter().map(line).collect()
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

    #[test]
    fn several_errors_have_a_line_each_and_a_hint_that_holds_for_two_is_given_once() {
        let fault = |place: &str, hint: &str| Fault::new(FaultKind::Invalid, "read", place).hint(hint);
        let faults =
            vec![fault("a:1:1", "mend it"), fault("a:9:1", "mend it"), fault("b:1:1", "take it out")];
        assert_eq!(
            words(&Fault::merged(faults), false),
            "error: read a:1:1\nerror: read a:9:1\nhint: mend it\nerror: read b:1:1\nhint: take it out\n"
        );
    }
}
