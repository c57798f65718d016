//! From a key press to a command, per scope: a pane's own keys come before the global ones.

use super::KeyPress;
use crate::domain::yaml::Complaint;
use crate::domain::{Fault, FaultKind};
use std::path::PathBuf;

/// A command as the command table declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared<Scope, Command> {
    pub command: Command,
    /// The name in settings. Several declarations may share one: the same word in several panes.
    pub name: &'static str,
    pub scope: Scope,
    pub keys: &'static [&'static str],
}

/// What the settings say about one command's keys: these instead of the default ones; none unbinds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    pub name: String,
    pub keys: Vec<KeyPress>,
    /// Where it stands, for what is to be said against it.
    pub file: PathBuf,
    pub place: Complaint,
}

impl Override {
    fn fault(&self, text: String) -> Fault {
        Complaint { text, ..self.place.clone() }.to_fault("read settings", &self.file.display())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Binding<Scope, Command> {
    command: Command,
    name: &'static str,
    scope: Scope,
    keys: Vec<KeyPress>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMap<Scope, Command> {
    bindings: Vec<Binding<Scope, Command>>,
}

impl<Scope: Copy + PartialEq, Command: Copy + PartialEq> KeyMap<Scope, Command> {
    /// The declared keys with the overrides laid over them. An override that names no command, or takes a key that
    /// another command of the same scope has or one that the command's scope `hides`, becomes a fault, and the command
    /// keeps its default keys.
    pub fn build(
        declared: &[Declared<Scope, Command>],
        overrides: &[Override],
        hides: impl Fn(Scope, Scope) -> bool,
    ) -> (Self, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut used: Vec<&Override> = Vec::new();
        for chosen in overrides {
            if declared.iter().any(|known| known.name == chosen.name) {
                used.push(chosen);
            } else {
                let fault = chosen.fault(format!("expected the name of a command, found `{}`", chosen.name));
                faults.push(fault.hint("the help screen (`?`) lists the commands by name"));
            }
        }
        loop {
            let map = Self::bind(declared, &used);
            let shadow = || map.shadow(declared, &used, &hides);
            let clash = map.clash();
            let is_shadow = clash.is_none();
            let Some((first, second, key)) = clash.or_else(shadow) else { return (map, faults) };
            // The later one in the file gives way, and then the other; two defaults cannot both stay either.
            let of = |name: &str| used.iter().rposition(|chosen| chosen.name == name);
            // Of a shadow only the one that hides the other gives way.
            let Some(at) = (if is_shadow { of(first) } else { of(first).max(of(second)) }) else {
                faults.push(
                    Fault::new(FaultKind::Internal, "bind keys", key.to_string())
                        .because(format!("both {first} and {second} have it by default"))
                        .hint(format!("give one of them another key in the settings; {first} has it now")),
                );
                return (map, faults);
            };
            let chosen = used.remove(at);
            let other = if chosen.name == first { second } else { first };
            let fault =
                chosen.fault(format!("expected a key that is free, found `{key}`, which is {other}'s"));
            faults.push(fault.hint(format!("{} keeps its default keys; move {other} as well", chosen.name)));
        }
    }

    fn bind(declared: &[Declared<Scope, Command>], overrides: &[&Override]) -> Self {
        let binding = |known: &Declared<Scope, Command>| {
            let keys = match overrides.iter().find(|chosen| chosen.name == known.name) {
                Some(chosen) => chosen.keys.clone(),
                None => known.keys.iter().filter_map(|key| key.parse().ok()).collect(),
            };
            Binding { command: known.command, name: known.name, scope: known.scope, keys }
        };
        Self { bindings: declared.iter().map(binding).collect() }
    }

    /// A key chosen for a command of a pane takes it from a command that holds everywhere. That the defaults do so is
    /// meant.
    fn shadow(
        &self,
        declared: &[Declared<Scope, Command>],
        used: &[&Override],
        hides: &impl Fn(Scope, Scope) -> bool,
    ) -> Option<(&'static str, &'static str, KeyPress)> {
        let chosen = |binding: &&Binding<Scope, Command>| used.iter().any(|other| other.name == binding.name);
        self.bindings.iter().filter(chosen).find_map(|own| {
            let by_default = |key: &KeyPress| {
                let same =
                    |known: &&Declared<Scope, Command>| known.name == own.name && known.scope == own.scope;
                declared
                    .iter()
                    .filter(same)
                    .flat_map(|known| known.keys)
                    .any(|known| known.parse() == Ok(*key))
            };
            let hidden =
                self.bindings.iter().filter(|other| hides(own.scope, other.scope) && other.name != own.name);
            hidden.into_iter().find_map(|other| {
                let key = own.keys.iter().find(|key| other.keys.contains(key) && !by_default(key))?;
                Some((own.name, other.name, *key))
            })
        })
    }

    fn clash(&self) -> Option<(&'static str, &'static str, KeyPress)> {
        self.bindings.iter().enumerate().find_map(|(index, first)| {
            self.bindings[index + 1..]
                .iter()
                .filter(|second| second.scope == first.scope && second.name != first.name)
                .find_map(|second| {
                    let key = first.keys.iter().find(|key| second.keys.contains(key))?;
                    Some((first.name, second.name, *key))
                })
        })
    }

    /// What the key means in this scope. The caller asks for the focused pane first and then for the global scope.
    pub fn command(&self, scope: Scope, key: KeyPress) -> Option<Command> {
        let meant =
            |binding: &&Binding<Scope, Command>| binding.scope == scope && binding.keys.contains(&key);
        self.bindings.iter().find(meant).map(|binding| binding.command)
    }

    /// The keys of a command, the first one being the one to show.
    pub fn keys(&self, command: Command) -> &[KeyPress] {
        self.bindings.iter().find(|binding| binding.command == command).map_or(&[], |binding| &binding.keys)
    }
}
