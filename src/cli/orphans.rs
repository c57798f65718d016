//! `COMPOSE_REMOVE_ORPHANS` and `COMPOSE_IGNORE_ORPHANS`, which stand in the environment or in the project's `.env`.

use crate::compose::file::{LoadRequest, process_environment, variables};
use crate::domain::{DownOptions, Operation, StackRef, UpOptions};

/// The operation as these variables have it, where nothing was said about orphans.
pub fn heed(operation: Operation, stack: &StackRef) -> Operation {
    let request = LoadRequest::of(stack, process_environment());
    // What is wrong with `.env` is told where it is needed, and must not keep anybody from a `down`.
    let variables = variables(&request).unwrap_or(request.environment);
    let is_set = |name: &str| variables.get(name).is_some_and(|value| is_true(value));
    with(operation, is_set("COMPOSE_REMOVE_ORPHANS"), is_set("COMPOSE_IGNORE_ORPHANS"))
}

fn with(operation: Operation, remove: bool, ignore: bool) -> Operation {
    let brought = |options: UpOptions| UpOptions {
        remove_orphans: options.remove_orphans || remove,
        ignore_orphans: ignore,
        ..options
    };
    match operation {
        Operation::Up(options) => Operation::Up(brought(options)),
        Operation::Create(options) => Operation::Create(brought(options)),
        Operation::Down(options) => {
            Operation::Down(DownOptions { remove_orphans: options.remove_orphans || remove, ..options })
        }
        // A command by the side removes nothing unless it is told to.
        Operation::Prepare { service, options } => {
            Operation::Prepare { service, options: UpOptions { ignore_orphans: ignore, ..options } }
        }
        other => other,
    }
}

/// As Go reads truth.
fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_say_what_the_command_line_leaves_open() {
        let up = Operation::Up(UpOptions::default());
        let removing = UpOptions { remove_orphans: true, ..UpOptions::default() };
        assert_eq!(with(up.clone(), true, false), Operation::Up(removing.clone()));
        let ignoring = UpOptions { ignore_orphans: true, ..UpOptions::default() };
        assert_eq!(with(up.clone(), false, true), Operation::Up(ignoring));
        assert_eq!(with(up.clone(), false, false), up);
        assert_eq!(with(Operation::Up(removing.clone()), false, false), Operation::Up(removing));
    }

    #[test]
    fn truth_is_what_go_takes_for_it() {
        for (text, truth) in [("1", true), ("TRUE", true), ("0", false), ("yes", false), ("", false)] {
            assert_eq!(is_true(text), truth, "{text}");
        }
    }
}
