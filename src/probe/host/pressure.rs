//! Pressure stall information of the whole host.

use crate::domain::figures::{Pressure, Stall};

pub(super) fn read() -> Pressure {
    let of = |resource: &str| {
        let text = std::fs::read_to_string(format!("/proc/pressure/{resource}")).ok()?;
        stall(&text)
    };
    Pressure { cpu: of("cpu"), memory: of("memory"), io: of("io") }
}

/// `some avg10=0.12 avg60=…` and, not for every resource, `full avg10=…`
fn stall(text: &str) -> Option<Stall> {
    let average = |kind: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(kind))?;
        line.split_ascii_whitespace().find_map(|field| field.strip_prefix("avg10="))?.parse().ok()
    };
    Some(Stall { some_percent: average("some ")?, full_percent: average("full ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ten_seconds_are_read() {
        let text = "some avg10=1.50 avg60=0.20 avg300=0.00 total=1\nfull avg10=0.25 avg60=0.00 avg300=0.00 total=0\n";
        assert_eq!(stall(text), Some(Stall { some_percent: 1.5, full_percent: Some(0.25) }));
        assert_eq!(stall("some avg10=0.00\n"), Some(Stall { some_percent: 0.0, full_percent: None }));
        assert_eq!(stall("garbage"), None);
    }
}
