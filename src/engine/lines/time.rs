//! The times that the daemon puts before what it sends.

use jiff::Timestamp;

/// `2026-11-20T10:31:04.120000000+01:00`, the longest timestamp.
pub(super) const LIMIT: usize = 35;
/// `2026-11-20T10:31:04.120000000Z` and a space behind it, as daemons write it.
const USUAL: usize = 31;
/// Up to the point.
const SECOND: usize = 20;

/// Lines that come quickly have a second in common, so only what differs is read of the next one.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: Option<([u8; SECOND], i64)>,
}

pub(super) enum Head {
    /// And how many bytes it takes, the space after it included.
    Time(Timestamp, usize),
    /// What has come could be the beginning of one.
    More,
    Nothing,
}

impl Clock {
    pub fn read(&mut self, bytes: &[u8]) -> Head {
        if let Some(time) = bytes.first_chunk().and_then(|head| self.same_second(head)) {
            return Head::Time(time, USUAL);
        }
        let head = read(bytes);
        if let Head::Time(time, USUAL) = head
            && time >= Timestamp::UNIX_EPOCH
            && let Some(second) = bytes.first_chunk()
        {
            self.last = Some((*second, time.as_second()));
        }
        head
    }

    fn same_second(&self, head: &[u8; USUAL]) -> Option<Timestamp> {
        let (second, value) = self.last.as_ref()?;
        if head[..SECOND] != second[..] || head[USUAL - 2..] != *b"Z " {
            return None;
        }
        let mut nanosecond = 0;
        for byte in &head[SECOND..USUAL - 2] {
            if !byte.is_ascii_digit() {
                return None;
            }
            nanosecond = nanosecond * 10 + i32::from(byte - b'0');
        }
        Timestamp::new(*value, nanosecond).ok()
    }
}

fn read(bytes: &[u8]) -> Head {
    let window = &bytes[..bytes.len().min(LIMIT + 1)];
    let length = window.iter().position(|byte| !(byte.is_ascii_digit() || b"-:.+TZ".contains(byte)));
    match length {
        None if bytes.len() <= LIMIT => Head::More,
        Some(length) if length >= 20 && window[length] == b' ' => {
            let time = std::str::from_utf8(&window[..length]).ok().and_then(|text| text.parse().ok());
            time.map_or(Head::Nothing, |time| Head::Time(time, length + 1))
        }
        None | Some(_) => Head::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(texts: &[&str]) -> Vec<Option<(Timestamp, usize)>> {
        let mut clock = Clock::default();
        let one = |text: &&str| match clock.read(text.as_bytes()) {
            Head::Time(time, length) => Some((time, length)),
            Head::More | Head::Nothing => None,
        };
        texts.iter().map(one).collect()
    }

    /// Whatever was read before, a time is read as if it were the first.
    #[test]
    fn what_was_read_before_changes_nothing() {
        let texts = [
            "2026-11-20T10:31:04.123456789Z one",
            "2026-11-20T10:31:04.123456790Z two",
            "2026-11-20T10:31:04.000000000Z a clock that goes back",
            "2026-11-20T10:31:05.999999999Z three",
            "2026-11-20T10:31:04.5Z short",
            "2026-11-20T10:31:04.12345678xZ none",
            "2026-11-20T10:31:04.123456789+01:00 elsewhere",
            "2026-11-20T10:31:04.123456789Z",
            "1969-12-31T23:59:59.500000000Z before 1970",
            "1969-12-31T23:59:59.500000001Z before 1970",
            "nothing",
        ];
        let alone: Vec<_> = texts.iter().map(|text| all(&[text])[0]).collect();
        assert_eq!(all(&texts), alone);
        assert_eq!(alone.iter().filter(|time| time.is_some()).count(), 8);
        assert_eq!(alone[9].unwrap().0, "1969-12-31T23:59:59.500000001Z".parse().unwrap());
    }
}
