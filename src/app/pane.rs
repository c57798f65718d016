//! The nine panes: cursor, filter and scroll. What they show stands in the stores and in the tree.

pub mod backups;
pub mod findings;
pub mod gpus;
pub mod health;
pub mod list;
pub mod logs;
pub mod messages;
pub mod patterns;
pub mod resources;
pub mod services;
pub mod tasks;

pub use list::{List, Motion};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaneId {
    Services,
    Gpus,
    Logs,
    Health,
    Findings,
    Tasks,
    Backups,
    Resources,
    Messages,
}

impl PaneId {
    pub const ALL: [Self; 9] = [
        Self::Services,
        Self::Gpus,
        Self::Logs,
        Self::Health,
        Self::Findings,
        Self::Tasks,
        Self::Backups,
        Self::Resources,
        Self::Messages,
    ];

    /// The digit that focuses it.
    pub fn number(self) -> usize {
        self.place() + 1
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Services => "Services",
            Self::Gpus => "GPUs",
            Self::Logs => "Logs",
            Self::Health => "Health",
            Self::Findings => "Findings",
            Self::Tasks => "Tasks",
            Self::Backups => "Backups",
            Self::Resources => "Resources",
            Self::Messages => "Messages",
        }
    }

    /// As settings and the command line call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Gpus => "gpus",
            Self::Logs => "logs",
            Self::Health => "health",
            Self::Findings => "findings",
            Self::Tasks => "tasks",
            Self::Backups => "backups",
            Self::Resources => "resources",
            Self::Messages => "messages",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pane| pane.name() == name)
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self::ALL[(self.place() + 1) % Self::ALL.len()]
    }

    #[must_use]
    pub fn previous(self) -> Self {
        Self::ALL[(self.place() + Self::ALL.len() - 1) % Self::ALL.len()]
    }

    fn place(self) -> usize {
        Self::ALL.iter().position(|pane| *pane == self).unwrap_or(0)
    }
}

/// All panes together.
#[derive(Debug, Clone, Default)]
pub struct Panes {
    pub services: services::ServicesPane,
    pub gpus: gpus::GpusPane,
    pub logs: logs::LogsPane,
    pub patterns: patterns::PatternsPane,
    pub health: health::HealthPane,
    pub findings: findings::FindingsPane,
    pub tasks: tasks::TasksPane,
    pub backups: backups::BackupsPane,
    pub resources: resources::ResourcesPane,
    pub messages: messages::MessagesPane,
}
