//! The way to a time in the logs, as it is typed.

use super::Turn;
use crate::app::pane::logs::{Older, Seek};
use crate::app::pane::{Motion, PaneId};
use crate::app::store::notices::Severity;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// So short that a narrow terminal has it whole.
const EXPECTED: &str = "expected 10:31, 10:31:04, 2026-11-20 10:31, -5m or +30s";

impl Turn<'_> {
    pub(super) fn accept_time(&mut self) {
        let state = &mut *self.state;
        let zone = state.shown_zone();
        let Some(prompt) = &mut state.prompt else { return };
        let line = state.panes.logs.current(&state.logs).and_then(|number| state.logs.line(number));
        let around = line.and_then(|line| line.time).unwrap_or(self.now);
        match moment(prompt.input.text(), around, self.now, &zone) {
            Ok(time) => {
                state.prompt = None;
                self.go_to_time(time, &zone);
            }
            Err(complaint) => prompt.complaint = Some(complaint),
        }
    }

    /// To the first line that was written then or later.
    fn go_to_time(&mut self, time: Timestamp, zone: &TimeZone) {
        let logs = &self.state.logs;
        let first = logs.line(logs.first()).and_then(|line| line.time);
        let found = logs.since(time).and_then(|number| logs.shown_from(number));
        let written =
            |time: Timestamp, format: &str| time.to_zoned(zone.clone()).strftime(format).to_string();
        let told = written(time, "%Y-%m-%d %H:%M:%S");
        let is_before = first.is_some_and(|first| first > time);
        if is_before && self.seek_further(time) {
            return;
        }
        if found.is_none() {
            let text = format!("no line was written at {told} or later");
            self.state.notices.tell(Severity::Info, text, self.now);
        } else if let Some(first) = first.filter(|_| is_before) {
            let is_all = self.state.panes.logs.older == Older::None;
            let day = |time: Timestamp| time.to_zoned(zone.clone()).date();
            let text = match (is_all, day(first) == day(self.now)) {
                (true, true) => format!("the log begins at {}", written(first, "%H:%M:%S")),
                (true, false) => format!("the log begins at {}", written(first, "%Y-%m-%d %H:%M:%S")),
                (false, _) => format!("{told} is before the first line that is held"),
            };
            self.state.notices.tell(Severity::Info, text, self.now);
        }
        let line = found.or_else(|| self.state.logs.last_shown());
        if let Some(line) = line {
            let rows = self.state.hits.rows(PaneId::Logs);
            self.state.panes.logs.jump(line, &self.state.logs, rows);
        }
    }
}

impl Turn<'_> {
    /// Asks for older lines. Says whether there may be any.
    pub(super) fn seek_further(&mut self, time: Timestamp) -> bool {
        let state = &mut *self.state;
        let Some(first) = state.logs.first_shown() else { return false };
        let rows = state.hits.rows(PaneId::Logs);
        state.panes.logs.jump(first, &state.logs, rows);
        self.reach_back(Motion::Top);
        let pane = &mut self.state.panes.logs;
        let asked = matches!(pane.older, Older::Fetching(_));
        pane.seeks = Some(Seek::Time(time)).filter(|_| asked);
        asked
    }

    /// A page of older lines came: on to where the reader wanted to go.
    pub(super) fn seek_on(&mut self) {
        match self.state.panes.logs.seeks.take() {
            Some(Seek::Time(time)) => {
                let zone = self.state.shown_zone();
                self.go_to_time(time, &zone);
            }
            Some(Seek::Beginning { pages }) => self.seek_beginning(pages),
            None => {}
        }
    }

    /// To the first line of all: page after page, until the logs begin or the ring has no room for more.
    pub(super) fn seek_beginning(&mut self, pages: u32) {
        let state = &mut *self.state;
        let rows = state.hits.rows(PaneId::Logs);
        state.panes.logs.go(Motion::Top, &state.logs, rows);
        self.state.panes.logs.seeks = Some(Seek::Beginning { pages });
        self.reach_back(Motion::Top);
        let pane = &mut self.state.panes.logs;
        match &pane.older {
            Older::Fetching(_) => pane.seeks = Some(Seek::Beginning { pages: pages + 1 }),
            Older::NoRoom => {
                pane.seeks = None;
                let text =
                    "the ring is full: the log has older lines, and this is the first one that is held";
                self.state.notices.tell(Severity::Info, text, self.now);
            }
            Older::Unasked | Older::None | Older::Failed(_) => pane.seeks = None,
        }
    }
}

/// What was typed, as a moment. A time of day is one of the day of the line `around` it, or of the day before where it
/// has not come yet; `-5m` and `+30s` count from that line.
fn moment(typed: &str, around: Timestamp, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let typed = typed.trim();
    if let Some(by) = typed.strip_prefix('-').and_then(duration) {
        return around.checked_sub(by).map_err(|error| error.to_string());
    }
    if let Some(by) = typed.strip_prefix('+').and_then(duration) {
        return around.checked_add(by).map_err(|error| error.to_string());
    }
    let at = |date: Date, time: Time| {
        let zoned = date.to_datetime(time).to_zoned(zone.clone());
        zoned.map(|zoned| zoned.timestamp()).map_err(|error| error.to_string())
    };
    if let Some(time) = time_of_day(typed) {
        let date = around.to_zoned(zone.clone()).date();
        let moment = at(date, time)?;
        return match date.yesterday() {
            Ok(before) if moment > now.max(around) => at(before, time),
            Ok(_) | Err(_) => Ok(moment),
        };
    }
    if let Ok(date) = typed.parse::<Date>()
        && !typed.contains(':')
    {
        return at(date, Time::midnight());
    }
    match typed.replacen(' ', "T", 1).parse::<DateTime>() {
        Ok(moment) => at(moment.date(), moment.time()),
        Err(_) => Err(EXPECTED.to_owned()),
    }
}

/// `10:31`, `10:31:04`, `10:31:04.120`
fn time_of_day(typed: &str) -> Option<Time> {
    let looks_so = typed.contains(':') && typed.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.'));
    typed.parse().ok().filter(|_| looks_so)
}

/// `5m`, `1h30m`, `2d`
fn duration(typed: &str) -> Option<SignedDuration> {
    let mut all = SignedDuration::ZERO;
    let mut rest = typed;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = rest[..digits].parse().ok()?;
        let seconds = match rest.as_bytes()[digits] {
            b's' => 1,
            b'm' => 60,
            b'h' => 3_600,
            b'd' => 86_400,
            _ => return None,
        };
        all = all.checked_add(SignedDuration::from_secs(count.checked_mul(seconds)?))?;
        rest = &rest[digits + 1..];
    }
    (!typed.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around() -> Timestamp {
        "2026-11-20T10:31:07Z".parse().unwrap()
    }

    fn read(typed: &str) -> Result<String, String> {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        moment(typed, around(), around(), &zone).map(|time| time.to_string())
    }

    #[test]
    fn times_are_read_in_the_zone_that_is_shown() {
        for (typed, time) in [
            ("10:31", "2026-11-20T09:31:00Z"),
            ("10:31:04", "2026-11-20T09:31:04Z"),
            ("10:31:04.5", "2026-11-20T09:31:04.5Z"),
            ("23:50", "2026-11-19T22:50:00Z"),
            ("2026-11-19 10:31", "2026-11-19T09:31:00Z"),
            ("2026-11-19T10:31:04", "2026-11-19T09:31:04Z"),
            ("2026-11-19", "2026-11-18T23:00:00Z"),
            ("-5m", "2026-11-20T10:26:07Z"),
            ("-2h", "2026-11-20T08:31:07Z"),
            ("-1h30m", "2026-11-20T09:01:07Z"),
            ("+30s", "2026-11-20T10:31:37Z"),
        ] {
            assert_eq!(read(typed).as_deref(), Ok(time), "{typed}");
        }
    }

    #[test]
    fn what_is_no_time_is_told_with_what_is_expected() {
        for typed in ["", "noon", "25:00", "-", "-5", "+x", "5m", "-9999999999d", "2026-13-01 10:00", "1031"]
        {
            assert!(read(typed).is_err(), "{typed}: {:?}", read(typed));
        }
        assert_eq!(read("noon"), Err(EXPECTED.to_owned()));
    }
}
