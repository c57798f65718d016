//! A container's state in Docker's own words. A list has them; an inspect does not, so they are put together here as
//! the daemon would.

use crate::domain::container::ContainerDetails;
use crate::domain::{ContainerState, Health};
use jiff::Timestamp;

pub(super) fn words(
    state: ContainerState,
    health: Option<Health>,
    details: &ContainerDetails,
    now: Timestamp,
) -> String {
    let since = |time: Option<Timestamp>| {
        time.map_or_else(|| "Less than a second".to_owned(), |time| ago(now.as_second() - time.as_second()))
    };
    match state {
        ContainerState::Running => {
            let note = match health {
                Some(Health::Starting) => " (health: starting)",
                Some(Health::Healthy) => " (healthy)",
                Some(Health::Unhealthy) => " (unhealthy)",
                None => "",
            };
            format!("Up {}{note}", since(details.started_at))
        }
        ContainerState::Paused => format!("Up {} (Paused)", since(details.started_at)),
        ContainerState::Restarting => {
            format!("Restarting ({}) {} ago", details.exit_code, since(details.finished_at))
        }
        ContainerState::Exited => {
            format!("Exited ({}) {} ago", details.exit_code, since(details.finished_at))
        }
        ContainerState::Created => "Created".to_owned(),
        ContainerState::Removing => "Removal In Progress".to_owned(),
        ContainerState::Dead => "Dead".to_owned(),
        ContainerState::Unknown => String::new(),
    }
}

/// A span of time with the rounding of the docker command.
fn ago(seconds: i64) -> String {
    let (minutes, hours) = (seconds / 60, (seconds + 1800) / 3600);
    let days = hours / 24;
    match () {
        () if seconds < 1 => "Less than a second".to_owned(),
        () if seconds == 1 => "1 second".to_owned(),
        () if seconds < 60 => format!("{seconds} seconds"),
        () if minutes == 1 => "About a minute".to_owned(),
        () if minutes < 60 => format!("{minutes} minutes"),
        () if hours <= 1 => "About an hour".to_owned(),
        () if hours < 48 => format!("{hours} hours"),
        () if days < 14 => format!("{days} days"),
        () if days < 60 => format!("{} weeks", days / 7),
        () if days < 730 => format!("{} months", days / 30),
        () => format!("{} years", days / 365),
    }
}

#[cfg(test)]
mod tests;
