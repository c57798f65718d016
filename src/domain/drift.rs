//! Whether what runs is what the files say.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    InSync,
    /// It cannot be told: the file is not known or cannot be read, or the image is not here. Never shown as in sync.
    Unknown,
    /// The same configuration, but its image is no longer the one that the reference stands for.
    ImageNewer,
    /// The file says something else than it was created from.
    Changed,
    /// The files have no such service.
    Orphan,
}

impl Drift {
    pub fn word(self) -> &'static str {
        match self {
            Self::InSync => "in sync",
            Self::Unknown => "unknown",
            Self::ImageNewer => "image newer",
            Self::Changed => "changed",
            Self::Orphan => "orphan",
        }
    }

    /// Whether `up` would bring it to what the files say.
    pub fn is_mended_by_up(self) -> bool {
        match self {
            Self::Changed | Self::ImageNewer => true,
            // Orphans go only where that is asked for.
            Self::InSync | Self::Unknown | Self::Orphan => false,
        }
    }
}
