//! What is done with the backups that there are.

use super::EVERYWHERE;
use crate::app::command::{Command, CommandSpec, Danger, Needs, Scope};
use crate::app::pane::PaneId;

const BACKUPS: &[Scope] = &[Scope::Pane(PaneId::Backups)];

#[rustfmt::skip]
pub(super) const COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        command: Command::RestoreBackup, name: "restore", title: "Restore",
        help: "Put the backup in the place of what is there, which is kept until it is accepted.",
        scopes: BACKUPS, keys: &["x"], hint: "restore",
        needs: Needs::Row, danger: Danger::Destroys,
    },
    CommandSpec {
        command: Command::AcceptRestore, name: "restore-accept", title: "Accept the restore",
        help: "Remove for good what the stack's last restore took out of use.",
        scopes: BACKUPS, keys: &["a"], hint: "accept",
        needs: Needs::Row, danger: Danger::Destroys,
    },
    CommandSpec {
        command: Command::UndoRestore, name: "restore-undo", title: "Undo the restore",
        help: "Put back what the stack's last restore took out of use.",
        scopes: BACKUPS, keys: &["z"], hint: "undo",
        needs: Needs::Row, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::VerifyBackup, name: "backup-verify", title: "Verify",
        help: "Read every byte of the backup again, and see that nothing has changed.",
        scopes: BACKUPS, keys: &["v"], hint: "verify",
        needs: Needs::Row, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::VerifyBackupDeeply, name: "backup-verify-deep", title: "Verify deeply",
        help: "Have the services' own tools read the backup through as well, in containers of their images.",
        scopes: BACKUPS, keys: &["V"], hint: "",
        needs: Needs::Row, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::RehearseBackup, name: "backup-rehearse", title: "Rehearse",
        help: "Restore the backup into throw-away containers, compare, start the stack's services on it, and note how long it took.",
        scopes: BACKUPS, keys: &["t"], hint: "rehearse",
        needs: Needs::Row, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::PinOrUnpinBackup, name: "backup-pin", title: "Pin or unpin",
        help: "Keep the backup whatever the policy says, or leave it to the policy again.",
        scopes: BACKUPS, keys: &["P"], hint: "pin",
        needs: Needs::Row, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::RemoveBackup, name: "backup-rm", title: "Remove the backup",
        help: "Remove the backup for good.",
        scopes: BACKUPS, keys: &["d"], hint: "remove",
        needs: Needs::Row, danger: Danger::Destroys,
    },
    CommandSpec {
        command: Command::PruneBackups, name: "backup-prune", title: "Prune the backups",
        help: "Remove those of the stack's backups that its policy does not want any more.",
        scopes: BACKUPS, keys: &["C"], hint: "",
        needs: Needs::Row, danger: Danger::Destroys,
    },
    CommandSpec {
        command: Command::ExportBackup, name: "backup-export", title: "Export",
        help: "Write the backup into one tar file, among what the console saves.",
        scopes: BACKUPS, keys: &["o"], hint: "",
        needs: Needs::Row, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::PushBackup, name: "backup-push", title: "Copy off site",
        help: "Copy the backup to where the stack's file wants copies, or what is lacking of it there.",
        scopes: BACKUPS, keys: &["O"], hint: "",
        needs: Needs::Row, danger: Danger::Changes,
    },
    CommandSpec {
        command: Command::ShowBackups, name: "backups", title: "Backups",
        help: "Show the backups.",
        scopes: EVERYWHERE, keys: &["B"], hint: "",
        needs: Needs::Nothing, danger: Danger::None,
    },
];
