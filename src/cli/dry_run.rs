//! `--dry-run` with a command that cannot be planned must not do what it would do.

use super::arguments::Command;
use super::tasks::TasksCommand;
use crate::domain::{Fault, FaultKind};

/// The console plans each change on a card and carries it out once it is confirmed: it would not keep to the flag.
pub fn check_console(asked: bool) -> Result<(), Fault> {
    if !asked {
        return Ok(());
    }
    Err(Fault::new(FaultKind::Invalid, "open the console", "--dry-run")
        .because("a change that is confirmed there is made")
        .hint("--read-only keeps it from all changes; `mcp-tui plan` tells what would be changed"))
}

/// Commands that change nothing, and those whose changes are planned, are let through.
pub fn check(command: &Command) -> Result<(), Fault> {
    let name = match command {
        Command::Run(_) => "run",
        Command::Exec(_) => "exec",
        Command::Attach(_) => "attach",
        Command::Cp(_) => "cp",
        Command::Watch(_) => "watch",
        Command::Backup(command) if !command.can_be_planned() => "backup",
        Command::Serve(_) => "serve",
        Command::Tasks(arguments) if matches!(arguments.command, Some(TasksCommand::Cancel { .. })) => {
            "tasks cancel"
        }
        Command::Tasks(arguments) if matches!(arguments.command, Some(TasksCommand::Resume { .. })) => {
            "tasks resume"
        }
        Command::Up(_)
        | Command::Create(_)
        | Command::Down(_)
        | Command::Plan(_)
        | Command::Ps(_)
        | Command::Start(_)
        | Command::Stop(_)
        | Command::Restart(_)
        | Command::Kill(_)
        | Command::Pause(_)
        | Command::Unpause(_)
        | Command::Pull(_)
        | Command::Build(_)
        | Command::Push(_)
        | Command::Images(_)
        | Command::Rm(_)
        | Command::Cleanup(_)
        | Command::Logs(_)
        | Command::Wait(_)
        | Command::Port(_)
        | Command::Top(_)
        | Command::Ls(_)
        | Command::Events(_)
        | Command::Volumes(_)
        | Command::Version(_)
        | Command::Scale(_)
        | Command::Config(_)
        | Command::Status
        | Command::Health(_)
        | Command::Triage(_)
        | Command::Report(_)
        | Command::Gpus(_)
        | Command::Host
        | Command::Backup(_)
        | Command::Tasks(_)
        | Command::Audit(_)
        | Command::Schedule(_)
        | Command::Stacks(_)
        | Command::Snapshot(_)
        | Command::Demo
        | Command::Worker(_)
        | Command::Docs(_)
        | Command::Update(_)
        | Command::Accept(_)
        | Command::Rollback(_)
        | Command::History
        | Command::Preflight(_)
        | Command::Stats(_)
        | Command::Export(_)
        | Command::Commit(_)
        | Command::Publish(_)
        | Command::Bridge(_) => return Ok(()),
    };
    Err(Fault::new(FaultKind::Invalid, name, "--dry-run")
        .because("what it would do cannot be told beforehand")
        .hint("`plan`, and --dry-run with up, down, restart and the like, tell what would be changed"))
}

#[cfg(test)]
mod tests {
    use crate::cli::arguments::{Ansi, Arguments};
    use crate::cli::dispatch;
    use crate::cli::output::Output;
    use crate::domain::FaultKind;
    use clap::Parser;

    #[test]
    fn what_cannot_be_planned_beforehand_is_refused() {
        for line in ["mcp-tui --dry-run", "mcp-tui --dry-run exec web true", "mcp-tui --dry-run watch"] {
            let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
            let fault = dispatch(arguments, Output::new(false, Ansi::Never)).unwrap_err();
            assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Invalid, "--dry-run"), "{line}");
            assert!(fault.hint.unwrap().contains("plan"), "{line}");
        }
    }
}
