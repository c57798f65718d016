//! Which backups a policy lets go. Pure.
//!
//! What the policy cannot overrule: the newest good one stays, the newest verified one stays, a pinned one stays. One
//! that failed counts for nothing and is left to the operator. One that a restore took of what it replaced takes no place
//! from those of before the damage. When the times make no sense, nothing goes at all.

use crate::domain::stack::{BackupEntry, Proof, Retention};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeSet;

/// Clocks of two machines that are kept right differ by less.
const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// A gap that is so many times what is usual, and a day more, looks as if the clock had jumped.
const UNUSUAL: i32 = 8;
/// What came before such a gap is safe until so many backups have come after it.
const SETTLED: usize = 3;

/// What is to be known of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub name: String,
    pub created: Timestamp,
    pub pinned: bool,
    /// Taken by a restore, of what it replaced.
    pub safety: bool,
    pub known: Known,
}

/// What is known of a backup since it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Nothing,
    /// Read again, and found good.
    Verified,
    /// Found bad, or it cannot be read.
    Failed,
}

impl Known {
    pub fn of(proof: &Proof) -> Self {
        match (&proof.failed, proof.is_verified()) {
            (Some(_), _) => Self::Failed,
            (None, true) => Self::Verified,
            (None, false) => Self::Nothing,
        }
    }
}

impl From<&BackupEntry> for Candidate {
    fn from(entry: &BackupEntry) -> Self {
        Self {
            name: entry.name.clone(),
            created: entry.created,
            pinned: entry.pinned,
            safety: entry.safety,
            known: Known::of(&entry.proof),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The newest first, each with what keeps it.
    pub keep: Vec<(String, String)>,
    pub remove: Vec<String>,
    /// Why nothing is removed although something would be.
    pub warning: Option<String>,
}

/// `zone` says when a day begins.
pub fn decide(retention: &Retention, candidates: &[Candidate], now: Timestamp, zone: &TimeZone) -> Decision {
    let mut all: Vec<&Candidate> = candidates.iter().collect();
    all.sort_by(|one, other| (other.created, &other.name).cmp(&(one.created, &one.name)));
    let (mut good, safeties): (Vec<&Candidate>, Vec<&Candidate>) = all
        .iter()
        .copied()
        .filter(|candidate| candidate.known != Known::Failed)
        .partition(|candidate| !candidate.safety);
    if good.is_empty() {
        good.clone_from(&safeties);
    }
    let default = Retention { keep_days: Some(Retention::DEFAULT_DAYS), ..Retention::default() };
    let retention = if retention.says_nothing() { &default } else { retention };
    let wanted = Wanted::of(retention, &good, now, zone);
    let days = retention.keep_days.unwrap_or(Retention::DEFAULT_DAYS);
    let newest_verified =
        good.iter().find(|candidate| candidate.known == Known::Verified).map(|found| &found.name);
    let reason = |candidate: &Candidate| {
        if candidate.pinned {
            Some("pinned")
        } else if candidate.known == Known::Failed {
            Some("it failed, and is yours to look at")
        } else if good.first().is_some_and(|newest| newest.name == candidate.name) {
            Some("the newest")
        } else if newest_verified == Some(&candidate.name) {
            Some("the newest that was verified")
        } else if candidate.safety && candidate.created >= days_before(now, days) {
            Some("a restore took it of what it replaced")
        } else {
            wanted.reason(&candidate.name)
        }
    };
    let mut decision = Decision::default();
    for candidate in &all {
        match reason(candidate) {
            Some(reason) => decision.keep.push((candidate.name.clone(), reason.to_owned())),
            None => decision.remove.push(candidate.name.clone()),
        }
    }
    if !decision.remove.is_empty()
        && let Some(warning) = jumped(&good, now)
    {
        decision
            .keep
            .extend(decision.remove.drain(..).map(|name| (name, "the clock makes no sense".to_owned())));
        decision.keep.sort_by(|one, other| other.0.cmp(&one.0));
        decision.warning = Some(warning);
    }
    decision
}

/// What the policy's rules want, each by itself.
struct Wanted {
    last: BTreeSet<String>,
    young: BTreeSet<String>,
    daily: BTreeSet<String>,
    weekly: BTreeSet<String>,
    monthly: BTreeSet<String>,
}

impl Wanted {
    fn of(retention: &Retention, good: &[&Candidate], now: Timestamp, zone: &TimeZone) -> Self {
        let names = |found: &mut dyn Iterator<Item = &&Candidate>| {
            found.map(|candidate| candidate.name.clone()).collect::<BTreeSet<_>>()
        };
        let last = count(retention.keep_last);
        let oldest = retention.keep_days.map(|days| days_before(now, days));
        let date = |candidate: &Candidate| candidate.created.to_zoned(zone.clone()).date();
        let newest_of_each = |wanted: Option<u32>, period: &dyn Fn(Date) -> (i16, i16)| {
            let mut seen = BTreeSet::new();
            let first = |candidate: &&&Candidate| {
                let period = period(date(candidate));
                seen.len() < count(wanted) && seen.insert(period)
            };
            names(&mut good.iter().filter(first))
        };
        Self {
            last: names(&mut good.iter().take(last)),
            young: names(&mut good.iter().filter(|one| oldest.is_some_and(|oldest| one.created >= oldest))),
            daily: newest_of_each(retention.daily, &|date| (date.year(), date.day_of_year())),
            weekly: newest_of_each(retention.weekly, &|date| {
                let week = date.iso_week_date();
                (week.year(), i16::from(week.week()))
            }),
            monthly: newest_of_each(retention.monthly, &|date| (date.year(), i16::from(date.month()))),
        }
    }

    fn reason(&self, name: &str) -> Option<&'static str> {
        let rules = [
            (&self.last, "keep_last"),
            (&self.young, "keep_days"),
            (&self.daily, "daily"),
            (&self.weekly, "weekly"),
            (&self.monthly, "monthly"),
        ];
        rules.into_iter().find(|(names, _)| names.contains(name)).map(|(_, rule)| rule)
    }
}

fn days_before(now: Timestamp, days: u32) -> Timestamp {
    now - SignedDuration::from_hours(24 * i64::from(days))
}

fn count(wanted: Option<u32>) -> usize {
    usize::try_from(wanted.unwrap_or_default()).unwrap_or(usize::MAX)
}

/// Why the times cannot be believed; `good` is sorted, the newest first.
fn jumped(good: &[&Candidate], now: Timestamp) -> Option<String> {
    let newest = good.first()?;
    if newest.created > now + SKEW {
        return Some(format!(
            "the backup {} is of a time that is yet to come: the clock may have been put back, so nothing is removed",
            newest.name
        ));
    }
    let gap = |pair: &[&Candidate]| pair[0].created.duration_since(pair[1].created);
    let mut gaps: Vec<SignedDuration> = good.windows(2).map(gap).collect();
    if gaps.len() < 3 {
        return None;
    }
    // What came between the last one and now counts with the first gaps: any may hold the jump. That the clock was wrong
    // may be found out some nights later, and what is left by then must be more than those nights.
    let recent = gaps.iter().take(SETTLED).copied().max()?;
    let latest = recent.max(now.duration_since(newest.created));
    gaps.remove(0);
    gaps.sort_unstable();
    let usual = gaps[gaps.len() / 2];
    let unusual = usual.checked_mul(UNUSUAL)?.checked_add(SignedDuration::from_hours(24))?;
    (latest > unusual).then(|| {
        "after the usual time between backups there is a gap of many times that: the clock may have jumped, or no backup \
         was taken for long, so nothing is removed this time"
            .to_owned()
    })
}

#[cfg(test)]
mod tests;
