//! When a stack is backed up: once on each local date that is asked for, whatever the clock does. Pure.
//!
//! A date is served by any backup that was taken on it. So a repeated hour brings no second one, a clock that jumped and
//! came back none either, and what was missed while the host was off is caught up once, by the backup of the day on which
//! it is found to be missing.

mod parse;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan as _};
use std::collections::BTreeSet;

/// As `x-mcp.backup.schedule` has it when it says nothing.
pub const DEFAULT: &str = "02:00";
/// A date on which a backup is due comes within so many days, or never: 29 February may be eight years away.
const HORIZON_DAYS: i32 = 3_000;
/// What was missed longer ago than this is no reason for a backup before its time.
const LOOK_BACK_DAYS: i32 = 400;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    time: Time,
    days: Days,
    /// That of the host when none is named.
    zone: Option<TimeZone>,
}

/// Which dates; an empty set is all of its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Days {
    /// Monday is 1.
    weekdays: BTreeSet<i8>,
    of_month: BTreeSet<i8>,
    months: BTreeSet<i8>,
}

impl Schedule {
    /// `02:00`, `02:00 Europe/Berlin`, `mon-fri 02:00`, or five fields of cron that name one time. `None` is `off`.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        parse::schedule(text)
    }

    /// Whether a backup is to be taken now. `taken` are the times of those that there are.
    pub fn is_due(&self, now: Timestamp, host: &TimeZone, taken: &[Timestamp]) -> bool {
        let zone = self.zone.as_ref().unwrap_or(host);
        let dates: BTreeSet<Date> = taken.iter().map(|time| date_of(*time, zone)).collect();
        let today = date_of(now, zone);
        if dates.contains(&today) {
            return false;
        }
        self.slot(today, zone).is_some_and(|slot| slot <= now) || self.has_missed(today, zone, &dates)
    }

    /// When the next backup is due: now, if one is.
    pub fn next(&self, now: Timestamp, host: &TimeZone, taken: &[Timestamp]) -> Option<Timestamp> {
        if self.is_due(now, host, taken) {
            return Some(now);
        }
        let zone = self.zone.as_ref().unwrap_or(host);
        let dates: BTreeSet<Date> = taken.iter().map(|time| date_of(*time, zone)).collect();
        let today = date_of(now, zone);
        let ahead = (0..HORIZON_DAYS).map_while(|days| today.checked_add(days.days()).ok());
        ahead
            .filter(|date| !dates.contains(date))
            .find_map(|date| self.slot(date, zone).filter(|slot| *slot > now))
    }

    /// When the first backup is due on a later date than this time's.
    pub fn due_after(&self, time: Timestamp, host: &TimeZone) -> Option<Timestamp> {
        let zone = self.zone.as_ref().unwrap_or(host);
        let date = date_of(time, zone);
        let later = (1..HORIZON_DAYS).map_while(|days| date.checked_add(days.days()).ok());
        later.into_iter().find_map(|date| self.slot(date, zone))
    }

    /// The instant of a date, if it is one of those asked for. A time that the clock skips is the first instant after it;
    /// of one that it shows twice it is the first.
    fn slot(&self, date: Date, zone: &TimeZone) -> Option<Timestamp> {
        if !self.days.have(date) {
            return None;
        }
        let local = date.to_datetime(self.time);
        let ambiguous = zone.to_ambiguous_timestamp(local);
        let slot = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok()?,
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok()?,
            AmbiguousOffset::Gap { after, .. } => {
                let before_it = after.to_timestamp(local).ok()?;
                zone.following(before_it).next()?.timestamp()
            }
        };
        // A date that a zone leaves out altogether is none.
        (date_of(slot, zone) == date).then_some(slot)
    }

    /// Whether a date before today went by without a backup, since there is any.
    fn has_missed(&self, today: Date, zone: &TimeZone, dates: &BTreeSet<Date>) -> bool {
        let Some(last) = dates.range(..today).next_back() else { return false };
        let since = (1..LOOK_BACK_DAYS).map_while(|days| last.checked_add(days.days()).ok());
        since.take_while(|date| *date < today).any(|date| self.slot(date, zone).is_some())
    }

    /// The same an hour later, or as late as the day allows: for whoever asks again whether one is due.
    #[must_use]
    pub fn an_hour_later(&self) -> Self {
        let hour = self.time.hour() + 1;
        let time =
            if hour < 24 { self.time.with().hour(hour).build().ok() } else { Time::new(23, 59, 0, 0).ok() };
        Self { time: time.unwrap_or(self.time), ..self.clone() }
    }

    /// As systemd's `OnCalendar` has it.
    pub fn on_calendar(&self) -> String {
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let weekday =
            |number: &i8| usize::try_from(number - 1).ok().and_then(|index| names.get(index).copied());
        let weekdays: Vec<&str> = self.days.weekdays.iter().filter_map(weekday).collect();
        let list = |numbers: &BTreeSet<i8>| {
            let numbers: Vec<String> = numbers.iter().map(|number| format!("{number:02}")).collect();
            if numbers.is_empty() { "*".to_owned() } else { numbers.join(",") }
        };
        let mut words = Vec::new();
        if !weekdays.is_empty() {
            words.push(weekdays.join(","));
        }
        words.push(format!("*-{}-{}", list(&self.days.months), list(&self.days.of_month)));
        words.push(self.time.strftime("%H:%M:%S").to_string());
        words.extend(self.zone_name().map(str::to_owned));
        words.join(" ")
    }

    /// The five fields of cron, which knows no zone but the host's.
    pub fn cron(&self) -> String {
        let list = |numbers: &BTreeSet<i8>| {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            if numbers.is_empty() { "*".to_owned() } else { numbers.join(",") }
        };
        let Days { weekdays, of_month, months } = &self.days;
        let (minute, hour) = (self.time.minute(), self.time.hour());
        format!("{minute} {hour} {} {} {}", list(of_month), list(months), list(weekdays))
    }

    pub fn zone_name(&self) -> Option<&str> {
        self.zone.as_ref().and_then(TimeZone::iana_name)
    }
}

impl Days {
    fn have(&self, date: Date) -> bool {
        let any_or = |set: &BTreeSet<i8>, number: i8| set.is_empty() || set.contains(&number);
        let weekday = any_or(&self.weekdays, Weekday::to_monday_one_offset(date.weekday()));
        let day = any_or(&self.of_month, date.day());
        // As cron has it: where both are restricted, either of them will do.
        let either = !self.weekdays.is_empty() && !self.of_month.is_empty();
        let fits = if either {
            self.weekdays.contains(&date.weekday().to_monday_one_offset())
                || self.of_month.contains(&date.day())
        } else {
            weekday && day
        };
        fits && any_or(&self.months, date.month())
    }
}

fn date_of(time: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(time).date()
}

#[cfg(test)]
mod tests;
