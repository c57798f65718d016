//! The columns of the service tree, as they are drawn, clicked on and sorted by.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    Name,
    Replicas,
    State,
    Drift,
    Check,
    Restarts,
    Gpus,
    Ports,
    Cpu,
    /// The course of the processor's last minute; it sorts as the processor does.
    Course,
    Memory,
    /// What is in use of the memory's limit.
    MemoryPart,
    Received,
    Sent,
    Read,
    Written,
    Pids,
    /// Held back by the processor quota.
    Throttled,
    /// Killed for want of memory.
    OomKills,
}

impl Column {
    /// In the order in which they are drawn.
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::Replicas,
        Self::State,
        Self::Drift,
        Self::Check,
        Self::Restarts,
        Self::Gpus,
        Self::Ports,
        Self::Cpu,
        Self::Course,
        Self::Memory,
        Self::MemoryPart,
        Self::Received,
        Self::Sent,
        Self::Read,
        Self::Written,
        Self::Pids,
        Self::Throttled,
        Self::OomKills,
    ];

    /// Where it stands among all.
    pub fn place(self) -> usize {
        Self::ALL.iter().position(|column| *column == self).unwrap_or(0)
    }

    /// As it is called where there is room for words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Replicas => "missing replicas",
            Self::State => "state",
            Self::Drift => "drift",
            Self::Check => "check",
            Self::Restarts => "restarts",
            Self::Gpus => "GPUs",
            Self::Ports => "port",
            Self::Cpu | Self::Course => "CPU",
            Self::Memory => "memory",
            Self::MemoryPart => "memory limit",
            Self::Received => "network in",
            Self::Sent => "network out",
            Self::Read => "disk read",
            Self::Written => "disk written",
            Self::Pids => "processes",
            Self::Throttled => "throttling",
            Self::OomKills => "OOM kills",
        }
    }

    /// The column that rows are sorted by when they are sorted by this one.
    #[must_use]
    pub fn sorted(self) -> Self {
        if self == Self::Course { Self::Cpu } else { self }
    }

    /// Names and ports from the first on; all else with what asks for attention in front.
    pub fn begins_with_least(self) -> bool {
        matches!(self, Self::Name | Self::Ports)
    }

    /// How far a figure has to go before its row may change its place: a part of it, and no less than so much.
    pub(super) fn dead_band(self) -> Option<(f64, f64)> {
        match self {
            Self::Cpu | Self::Course => Some((0.1, 0.5)),
            Self::Throttled => Some((0.1, 1.0)),
            Self::Memory => Some((0.02, 1_048_576.0)),
            Self::MemoryPart => Some((0.02, 0.01)),
            Self::Received | Self::Sent | Self::Read | Self::Written => Some((0.1, 1024.0)),
            // These are whole and change for a reason.
            Self::Name
            | Self::Replicas
            | Self::State
            | Self::Drift
            | Self::Check
            | Self::Restarts
            | Self::Gpus
            | Self::Ports
            | Self::Pids
            | Self::OomKills => None,
        }
    }
}
