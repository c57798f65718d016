//! What `x-mcp` of a service says: checks, and what is done to whom after something has happened.

use crate::domain::CheckSpec;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServiceExtension {
    /// `None` where none are named, so that they are derived; an empty list asks for none.
    pub checks: Option<Vec<CheckSpec>>,
    pub hooks: Hooks,
    /// Once the service's containers are others than before: more, fewer, or new ones.
    pub on_scale: Vec<Reaction>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Once the containers of this service that an `up` started are healthy.
    pub after_healthy: Vec<Reaction>,
}

/// What is done to the running containers of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    pub service: String,
    pub kind: ReactionKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReactionKind {
    /// The program and its arguments; no shell is added.
    Exec {
        command: Vec<String>,
    },
    Restart,
}

impl ServiceExtension {
    /// Every reaction, with the key it stands under.
    pub fn reactions(&self) -> impl Iterator<Item = (&'static str, &Reaction)> {
        let hooks = self.hooks.after_healthy.iter().map(|reaction| ("hooks.after_healthy", reaction));
        hooks.chain(self.on_scale.iter().map(|reaction| ("on_scale", reaction)))
    }
}
