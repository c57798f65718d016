//! Numbers out of kernel files, in place and without allocating.

/// The number a file consists of; `max` is none.
pub(super) fn number(bytes: &[u8]) -> Option<u64> {
    let bytes = bytes.trim_ascii();
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// The value of `key value` on a line of its own.
pub(super) fn field(bytes: &[u8], key: &[u8]) -> Option<u64> {
    bytes.split(|byte| *byte == b'\n').find_map(|line| {
        let rest = line.strip_prefix(key)?.strip_prefix(b" ")?;
        number(rest)
    })
}

/// The two numbers a file consists of; `max 100000` is none.
pub(super) fn pair(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut words = words(bytes).map(number);
    Some((words.next()??, words.next()??))
}

/// The average over ten seconds, in percent, of `some avg10=0.09 avg60=0.02 …`.
pub(super) fn average(bytes: &[u8], kind: &[u8]) -> Option<f64> {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(kind)?.strip_prefix(b" avg10="))?;
    let value: f64 = str::from_utf8(words(line).next()?).ok()?.parse().ok()?;
    (value.is_finite() && value >= 0.0).then_some(value)
}

/// Read and written bytes over all devices of v1's `8:0 Read 4096`.
pub(super) fn block_v1(bytes: &[u8]) -> (u64, u64) {
    let mut sums = (0_u64, 0_u64);
    for line in bytes.split(|byte| *byte == b'\n') {
        let mut words = words(line);
        let (Some(_device), Some(verb), Some(value)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let value = number(value).unwrap_or_default();
        match verb {
            b"Read" => sums.0 = sums.0.saturating_add(value),
            b"Write" => sums.1 = sums.1.saturating_add(value),
            _ => {}
        }
    }
    sums
}

/// The same of v2's `8:0 rbytes=4096 wbytes=0 …`.
pub(super) fn block_v2(bytes: &[u8]) -> (u64, u64) {
    let mut sums = (0_u64, 0_u64);
    for word in words(bytes) {
        if let Some(value) = word.strip_prefix(b"rbytes=").and_then(number) {
            sums.0 = sums.0.saturating_add(value);
        } else if let Some(value) = word.strip_prefix(b"wbytes=").and_then(number) {
            sums.1 = sums.1.saturating_add(value);
        }
    }
    sums
}

/// Received and sent bytes over all interfaces of `/proc/PID/net/dev` but the loopback; `None` without any.
pub(super) fn network(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut sums = None;
    for (name, counters) in interfaces(bytes) {
        if name == b"lo" {
            continue;
        }
        let mut counters = words(counters).map(number);
        let received = counters.next().flatten()?;
        let sent = counters.nth(7).flatten()?;
        let (all_received, all_sent) = sums.unwrap_or((0_u64, 0_u64));
        sums = Some((all_received.saturating_add(received), all_sent.saturating_add(sent)));
    }
    sums
}

/// The interfaces' names and counters; the two lines of headings have no colon after a name.
pub(super) fn interfaces(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((line[..colon].trim_ascii(), &line[colon + 1..]))
    })
}

fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}
