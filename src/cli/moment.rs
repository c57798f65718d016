//! A time on the command line: absolute, or so long ago.

use crate::domain::yaml::go_duration;
use crate::domain::{Fault, FaultKind};
use jiff::{SignedDuration, Timestamp};

/// `2026-11-20T10:00:00Z`, seconds since 1970, or `10m` before now. `option` is what it was given to.
pub fn read(option: &str, text: &str, now: Timestamp) -> Result<Timestamp, Fault> {
    let ago = go_duration(text).and_then(|ago| SignedDuration::try_from(ago).ok());
    let moment = match ago {
        Some(ago) => now.checked_sub(ago).ok(),
        None => text.parse().ok().or_else(|| Timestamp::from_second(text.parse().ok()?).ok()),
    };
    moment.ok_or_else(|| {
        Fault::new(FaultKind::Invalid, "read argument", format!("{option} {text}"))
            .because("expected a time or a duration")
            .hint(format!("for example {option} 2026-11-20T10:00:00Z or {option} 10m"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_time_or_a_duration() {
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let read = |text| read("--since", text, now);
        assert_eq!(read("10m").unwrap(), "2026-11-20T09:50:00Z".parse().unwrap());
        assert_eq!(read("2026-11-20T09:00:00+01:00").unwrap(), "2026-11-20T08:00:00Z".parse().unwrap());
        assert_eq!(read("1763632800").unwrap(), "2025-11-20T10:00:00Z".parse().unwrap());
        assert_eq!(read("yesterday").unwrap_err().kind, FaultKind::Invalid);
    }
}
