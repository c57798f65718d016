//! Traffic over the interfaces that lead out of the host: bridges and the containers' ends of cables repeat it.

use crate::domain::host::Traffic;
use std::time::Instant;

#[derive(Debug, Default)]
pub(super) struct Network {
    before: Option<(u64, u64, Instant)>,
}

impl Network {
    pub(super) fn read(&mut self) -> Option<Traffic> {
        let (received, sent) = sum(&std::fs::read_to_string("/proc/net/dev").ok()?);
        let now = Instant::now();
        let before = self.before.replace((received, sent, now));
        let (received_before, sent_before, then) = before?;
        let seconds = now.duration_since(then).as_secs_f64();
        let rate = |after: u64, before: u64| {
            // An interface that went away takes its count with it.
            #[expect(clippy::cast_precision_loss, reason = "a rate needs a few digits only")]
            let moved = after.saturating_sub(before) as f64;
            moved / seconds
        };
        (seconds > 0.0).then(|| Traffic {
            received_bytes_per_second: rate(received, received_before),
            sent_bytes_per_second: rate(sent, sent_before),
        })
    }
}

/// Bytes in and out, of `/proc/net/dev`.
fn sum(table: &str) -> (u64, u64) {
    let mut sum = (0_u64, 0_u64);
    for line in table.lines() {
        let Some((name, fields)) = line.split_once(':') else { continue };
        let name = name.trim();
        let inner = ["lo", "docker", "br-", "veth", "virbr", "cni", "flannel", "tap"];
        if inner.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        let mut fields = fields.split_ascii_whitespace().map(|field| field.parse().unwrap_or(0));
        sum.0 = sum.0.saturating_add(fields.next().unwrap_or(0));
        sum.1 = sum.1.saturating_add(fields.nth(7).unwrap_or(0));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leaves_the_host_counts() {
        let table = "Inter-|   Receive\n face |bytes\n    lo: 9 0 0 0 0 0 0 0 9 0\n  eth0: 100 1 0 0 0 0 0 0 200 2 0\n\
                     veth12: 7 0 0 0 0 0 0 0 7 0\n  eno1: 1 0 0 0 0 0 0 0 2 0 0\n docker0: 5 0 0 0 0 0 0 0 5\nbad: x\n";
        assert_eq!(sum(table), (101, 202));
    }
}
