//! The hint line, the help and the palette: what the table says, for here and now.

use super::available::available_to;
use super::{COMMANDS, Command, CommandSpec, Danger, Refusal, Scope, available};
use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::tree::Subject;
use crate::config::keys::KeyPress;
use crate::domain::Drift;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub command: Command,
    /// The key to press.
    pub key: KeyPress,
    pub word: &'static str,
}

/// What stands on the bottom line, the most useful first; the view shows as many as fit. Who reads logs is about to
/// search and to filter them, and not to deploy.
pub fn hints(state: &State) -> Vec<Hint> {
    let targets = state.targets();
    let mut shown: Vec<(&CommandSpec, &'static str)> = COMMANDS
        .iter()
        .map(|spec| (spec, word(state, spec)))
        .filter(|(spec, word)| !word.is_empty() && available_to(state, spec.command, &targets).is_ok())
        .collect();
    if state.focus == PaneId::Logs {
        shown.sort_by_key(|(spec, _)| {
            if spec.command == Command::Filter {
                0
            } else if is_own(spec, state.scope()) {
                1
            } else if spec.command == Command::Bottom {
                2
            } else {
                3
            }
        });
    } else if matches!(state.focus, PaneId::Findings | PaneId::Tasks | PaneId::Backups) {
        // Who looks at what is wrong is about to mend it, and who looks at tasks or backups to do something with one;
        // none of them is about to deploy.
        shown.sort_by_key(|(spec, _)| !is_own(spec, state.scope()));
    }
    let shown = shown.into_iter();
    shown
        .filter_map(|(spec, word)| {
            let key = *state.keys.keys(spec.command).first()?;
            Some(Hint { command: spec.command, key, word })
        })
        .collect()
}

/// The word for it here and now; empty for what does not stand there.
fn word(state: &State, spec: &CommandSpec) -> &'static str {
    let reads_lines = state.focus == PaneId::Logs && !state.panes.patterns.is_open;
    if spec.command == Command::Deploy && deploy_mends(state) {
        "up to its file"
    } else if spec.command == Command::Filter && reads_lines {
        "search"
    } else if spec.command == Command::Bottom && reads_lines && !state.panes.logs.is_following() {
        "follow"
    } else if spec.command == Command::RollBack && available(state, Command::AcceptUpdate).is_ok() {
        "take back"
    } else if matches!(spec.command, Command::AcceptRestore | Command::UndoRestore) && !decision_is_due(state)
    {
        ""
    } else {
        spec.hint
    }
}

/// Whether a restore of the stack whose backup is selected waits to be accepted or undone.
fn decision_is_due(state: &State) -> bool {
    let selected = state.panes.backups.list.selected();
    selected.is_some_and(|(stack, _)| state.backups.awaits_decision(stack))
}

/// Whether it can be given in this pane alone.
fn is_own(spec: &CommandSpec, scope: Scope) -> bool {
    spec.scopes == [scope]
}

/// Whether deploying would bring what is selected to what its file says.
fn deploy_mends(state: &State) -> bool {
    let mended = |drift: Option<Drift>| drift.is_some_and(Drift::is_mended_by_up);
    let mends = match state.panes.services.list.selected() {
        Some(Subject::Service { project, service }) => {
            mended(state.tree.service(project, service).and_then(|node| node.drift))
        }
        // An orphan beside it does not keep a changed service from being mended.
        Some(Subject::Stack(project)) => state
            .tree
            .stack(project)
            .is_some_and(|stack| stack.services.iter().any(|node| mended(node.drift))),
        Some(Subject::Container(_) | Subject::Loose) | None => false,
    };
    state.focus == PaneId::Services && mends
}

/// All keys of a command, `j ↓`-like: `k up`.
pub fn keys_of(state: &State, command: Command) -> String {
    let keys: Vec<String> = state.keys.keys(command).iter().map(ToString::to_string).collect();
    keys.join(" ")
}

/// The rows of the help: what this scope alone has, what it shares with others, then what holds everywhere. What read-only mode forbids is
/// not there at all.
pub fn help(state: &State, scope: Scope) -> Vec<&'static CommandSpec> {
    let allowed = |spec: &&CommandSpec| spec.danger == Danger::None || !state.read_only.is_on();
    let own = COMMANDS.iter().filter(|spec| is_own(spec, scope));
    let shared = COMMANDS.iter().filter(|spec| spec.is_in(scope) && !is_own(spec, scope));
    let rest = COMMANDS
        .iter()
        .filter(|spec| scope != Scope::NoDocker && !spec.is_in(scope) && spec.is_in(Scope::Everywhere));
    own.chain(shared).chain(rest).filter(allowed).collect()
}

/// What the palette offers: what is done to things here comes first, for that is what nobody has a key in mind for. What
/// lacks a selection is offered too, and says so when it is chosen.
pub fn palette(state: &State) -> Vec<&'static CommandSpec> {
    let offered = COMMANDS.iter().filter(|spec| match available(state, spec.command) {
        Ok(()) | Err(Refusal::Needs(_)) => true,
        Err(Refusal::ReadOnly | Refusal::Elsewhere | Refusal::NoDaemon | Refusal::Patterns) => false,
    });
    let (own, rest): (Vec<&CommandSpec>, Vec<&CommandSpec>) =
        offered.partition(|spec| spec.is_in(state.scope()));
    own.into_iter().chain(rest).collect()
}
