//! A schedule from its words.

use super::{Days, Schedule};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const FORMS: &str =
    "write a time such as `02:00`, `02:00 Europe/Berlin` or `mon-fri 02:00`, five fields of cron, or `off`";

pub(super) fn schedule(text: &str) -> Result<Option<Schedule>, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["off" | "never"] => Ok(None),
        [word] if word.contains(':') => daily(word, None, Days::default()).map(Some),
        [time, name] if time.contains(':') => daily(time, Some(zone(name)?), Days::default()).map(Some),
        [days, time] if time.contains(':') => daily(time, None, weekdays(days)?).map(Some),
        [days, time, name] if time.contains(':') => daily(time, Some(zone(name)?), weekdays(days)?).map(Some),
        [_, _, _, _, _] => cron(&words, None).map(Some),
        [fields @ .., name] if fields.len() == 5 => cron(fields, Some(zone(name)?)).map(Some),
        _ => Err(format!("`{text}` is no schedule; {FORMS}")),
    }
}

fn daily(time: &str, zone: Option<TimeZone>, days: Days) -> Result<Schedule, String> {
    let wrong = || format!("`{time}` is no time of a day from 00:00 to 23:59");
    let (hour, minute) = time.split_once(':').ok_or_else(wrong)?;
    let digits = |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|c| c.is_ascii_digit());
    let number = |text: &str| text.parse::<i8>().ok().filter(|_| digits(text));
    let time = number(hour).zip(number(minute)).and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
    Ok(Schedule { time: time.ok_or_else(wrong)?, days, zone })
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("`{name}` is no time zone such as Europe/Berlin"))
}

fn weekdays(text: &str) -> Result<Days, String> {
    Ok(Days { weekdays: field("weekday", &text.to_ascii_lowercase(), (1, 7), &WEEKDAYS)?, ..Days::default() })
}

fn cron(fields: &[&str], zone: Option<TimeZone>) -> Result<Schedule, String> {
    let one = |name: &str, text: &str, most: i8| {
        text.parse::<i8>().ok().filter(|number| (0..=most).contains(number)).ok_or_else(|| {
            format!("the {name} `{text}` is no number from 0 to {most}: a stack is backed up once on a date")
        })
    };
    let lower: Vec<String> = fields.iter().map(|field| field.to_ascii_lowercase()).collect();
    let [minute, hour, day, month, of_week] = lower.as_slice() else {
        return Err("cron has five fields".to_owned());
    };
    let time = Time::new(one("hour", hour, 23)?, one("minute", minute, 59)?, 0, 0);
    let mut weekdays = field("weekday", of_week, (0, 7), &WEEKDAYS)?;
    // Sunday has two numbers.
    if weekdays.remove(&0) {
        weekdays.insert(7);
    }
    let days = Days {
        weekdays,
        of_month: field("day", day, (1, 31), &[])?,
        months: field("month", month, (1, 12), &MONTHS)?,
    };
    Ok(Schedule { time: time.map_err(|error| error.to_string())?, days, zone })
}

/// `*`, numbers, names counted from 1, ranges, steps, and lists of them. All of them is the empty set.
fn field(name: &str, text: &str, (low, high): (i8, i8), words: &[&str]) -> Result<BTreeSet<i8>, String> {
    let wrong = || format!("`{text}` is no {name} from {low} to {high}");
    let number = |word: &str| {
        let named = words.iter().position(|other| *other == word).and_then(|at| i8::try_from(at + 1).ok());
        let number = named.or_else(|| word.parse().ok());
        number.filter(|number| (low..=high).contains(number)).ok_or_else(wrong)
    };
    let mut numbers = BTreeSet::new();
    if text == "*" {
        return Ok(numbers);
    }
    for item in text.split(',') {
        let (range, step) = item.split_once('/').unwrap_or((item, "1"));
        let step: usize = step.parse().ok().filter(|step| *step > 0).ok_or_else(wrong)?;
        let (first, last) = match (range, range.split_once('-')) {
            ("*", _) => (low, high),
            (_, Some((first, last))) => (number(first)?, number(last)?),
            (one, None) => (number(one)?, number(one)?),
        };
        if first > last {
            return Err(wrong());
        }
        numbers.extend((first..=last).step_by(step));
    }
    Ok(numbers)
}
