//! `pull_policy`, and the flags that count more.

use crate::compose::file::Service;
use crate::domain::resources::Image;
use crate::domain::yaml::go_duration;
use crate::domain::{Fault, FaultKind, UpOptions};
use jiff::Timestamp;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    Missing,
    Always,
    Never,
    Build,
    /// Pulled when the last pull is longer ago.
    Older {
        than: Duration,
    },
}

impl Policy {
    pub fn of(service: &Service, options: &UpOptions) -> Result<Self, Fault> {
        if options.build && service.build.is_some() {
            return Ok(Self::Build);
        }
        match &options.pull {
            Some(word) => Self::parse(word).ok_or_else(|| unknown("--pull", word)),
            None => Self::declared(service),
        }
    }

    pub fn declared(service: &Service) -> Result<Self, Fault> {
        let key = || format!("services.{}.pull_policy", service.name);
        Self::parse(&service.pull_policy).ok_or_else(|| unknown(&key(), &service.pull_policy))
    }

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            // docker compose takes the last word too, and does no more for it.
            "" | "missing" | "if_not_present" | "refresh" => Self::Missing,
            "always" => Self::Always,
            "never" => Self::Never,
            "build" => Self::Build,
            "daily" => Self::Older { than: DAY },
            "weekly" => Self::Older { than: 7 * DAY },
            word => Self::Older { than: go_duration(word.strip_prefix("every_")?)? },
        })
    }

    /// Why the image is pulled, if it is.
    pub fn pulls(self, present: Option<&Image>, now: Timestamp) -> Option<String> {
        match (self, present) {
            (Self::Never | Self::Build, _) | (Self::Missing, Some(_)) => None,
            (Self::Missing | Self::Always | Self::Older { .. }, None) => {
                Some("not on this server".to_owned())
            }
            (Self::Always, Some(_)) => Some("it is always pulled".to_owned()),
            (Self::Older { than }, Some(image)) => {
                // One whose pull nobody noted is as old as can be.
                let age = image.tagged.map(|tagged| now.duration_since(tagged).unsigned_abs());
                age.is_none_or(|age| age >= than).then(|| "its last pull is too long ago".to_owned())
            }
        }
    }
}

fn unknown(object: &str, word: &str) -> Fault {
    Fault::new(FaultKind::Invalid, "read", object).because(format!("`{word}` is no pull policy")).hint(
        "write missing, always, never, build, daily, weekly, or every_ with a duration such as every_12h",
    )
}
