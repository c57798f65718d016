//! What was wrong, from when to when. A finding that is over stays known with its spans; one that comes and goes is one
//! incident with several of them.

use crate::triage::{Finding, Severity, Stood};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet, VecDeque};

/// Incidents that are over and kept; the one that has been over for longest goes first.
const MOST_OVER: usize = 200;
/// Of one incident; the oldest go first.
const MOST_SPANS: usize = 32;
const MOST_CHANGES: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// As it was seen last.
    pub finding: Finding,
    /// The oldest first; never empty.
    pub spans: VecDeque<Span>,
    /// Spans that were before these and are not kept.
    pub forgotten: u64,
    /// What it grew into and when, the oldest first. The first is how it began.
    pub severities: VecDeque<(Timestamp, Severity)>,
    /// The finding with which it is told now, as its evidence or its consequence. It is not over for that.
    pub told_with: Option<String>,
    /// How grave it was when the operator took note of it.
    acknowledged: Option<Severity>,
}

/// `end` is when it was first not seen any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub begin: Timestamp,
    pub end: Option<Timestamp>,
}

/// What became of a finding in one pass of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turning {
    Began,
    Worsened,
    Eased,
    Ended,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub id: String,
    pub time: Timestamp,
    pub turning: Turning,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentStore {
    incidents: HashMap<String, Incident>,
    forgotten: u64,
}

impl Incident {
    fn new(finding: Finding, begin: Timestamp) -> Self {
        Self {
            spans: VecDeque::from([Span { begin, end: None }]),
            severities: VecDeque::from([(begin, finding.severity)]),
            finding,
            forgotten: 0,
            told_with: None,
            acknowledged: None,
        }
    }

    pub fn is_over(&self) -> bool {
        self.over_since().is_some()
    }

    /// When the present span began, or the last one.
    pub fn since(&self) -> Option<Timestamp> {
        self.spans.back().map(|span| span.begin)
    }

    pub fn over_since(&self) -> Option<Timestamp> {
        self.spans.back().and_then(|span| span.end)
    }

    pub fn is_acknowledged(&self) -> bool {
        self.acknowledged.is_some()
    }

    /// How often it came, those that are not kept among them.
    pub fn times(&self) -> u64 {
        self.forgotten.saturating_add(self.spans.len() as u64)
    }

    fn see(&mut self, finding: &Finding, now: Timestamp) -> Option<Turning> {
        let (before, after) = (self.finding.severity, finding.severity);
        let came_back = self.is_over();
        if let Some(end) = self.over_since() {
            self.spans.push_back(Span { begin: begin(finding, now).max(end), end: None });
            if self.spans.len() > MOST_SPANS {
                self.spans.pop_front();
                self.forgotten += 1;
            }
            self.acknowledged = None;
        } else {
            self.reach_back(told_begin(finding));
        }
        self.told_with = None;
        self.acknowledged = self.acknowledged.filter(|known| *known >= after);
        if self.finding != *finding {
            self.finding = finding.clone();
        }
        if before != after {
            self.severities.push_back((now, after));
            if self.severities.len() > MOST_CHANGES {
                self.severities.pop_front();
            }
        }
        match before.cmp(&after) {
            _ if came_back => Some(Turning::Began),
            std::cmp::Ordering::Less => Some(Turning::Worsened),
            std::cmp::Ordering::Greater => Some(Turning::Eased),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// Facts that tell of the past come in one after the other, and with each it may be seen to have begun earlier.
    fn reach_back(&mut self, begin: Option<Timestamp>) {
        let Some(begin) = begin else { return };
        let before = self.spans.iter().rev().nth(1).and_then(|span| span.end);
        let begin = before.map_or(begin, |end| begin.max(end));
        let Some(span) = self.spans.back_mut().filter(|span| begin < span.begin) else { return };
        for (time, _) in self.severities.iter_mut().filter(|(time, _)| *time == span.begin) {
            *time = begin;
        }
        span.begin = begin;
    }
}

fn begin(finding: &Finding, now: Timestamp) -> Timestamp {
    told_begin(finding).map_or(now, |time| time.min(now))
}

/// What it was seen by may be older than the console: what the rule says of its beginning, or else the oldest line of the
/// origin that the finding rests on first.
fn told_begin(finding: &Finding) -> Option<Timestamp> {
    let origin = finding.evidence.first().map(|line| line.origin);
    let of_origin = finding.evidence.iter().filter(|line| Some(line.origin) == origin);
    finding.began.or_else(|| of_origin.filter_map(|line| line.time).min())
}

impl IncidentStore {
    /// Takes in what is wrong now, and says what is new.
    pub fn apply(&mut self, findings: &[Finding], now: Timestamp) -> Vec<News> {
        let mut news = Vec::new();
        for finding in findings {
            let id = finding.id.clone();
            let told = if let Some(incident) = self.incidents.get_mut(&id) {
                let turning = incident.see(finding, now);
                let began = incident.since().filter(|_| turning == Some(Turning::Began));
                turning.map(|turning| (turning, began.unwrap_or(now)))
            } else {
                let begin = begin(finding, now);
                self.incidents.insert(id.clone(), Incident::new(finding.clone(), begin));
                Some((Turning::Began, begin))
            };
            if told.is_some_and(|(turning, _)| turning == Turning::Began) {
                self.pass_on_note(finding);
            }
            news.extend(told.map(|(turning, time)| News { id, time, turning }));
        }
        let present: HashSet<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
        let held: HashMap<&str, &str> = findings
            .iter()
            .flat_map(|finding| finding.holds.iter().map(|held| (held.as_str(), finding.id.as_str())))
            .collect();
        for (id, incident) in &mut self.incidents {
            if let Some(span) = incident.spans.back_mut()
                && span.end.is_none()
                && !present.contains(id.as_str())
            {
                incident.told_with = held.get(id.as_str()).map(|&root| root.to_owned());
                if incident.told_with.is_some() {
                    continue;
                }
                span.end = Some(now.max(span.begin));
                news.push(News { id: id.clone(), time: now, turning: Turning::Ended });
            }
        }
        self.trim();
        news
    }

    /// A finding that tells one better of which the operator has taken note is no news to them, unless it is graver.
    fn pass_on_note(&mut self, finding: &Finding) {
        let held = finding.holds.iter().filter_map(|id| self.incidents.get(id));
        let noted = held.filter(|incident| !incident.is_over()).filter_map(|incident| incident.acknowledged);
        let noted = noted.max().filter(|known| *known >= finding.severity);
        if let Some(incident) = self.incidents.get_mut(&finding.id) {
            incident.acknowledged = noted;
        }
    }

    pub fn get(&self, id: &str) -> Option<&Incident> {
        self.incidents.get(id)
    }

    /// When findings about services stood since a moment.
    pub fn stood_since(&self, since: Timestamp) -> Vec<Stood<'_>> {
        let mut stood = Vec::new();
        for incident in self.incidents.values() {
            let about = &incident.finding.about;
            let Some((stack, service)) = about.stack.as_deref().zip(about.service.as_deref()) else {
                continue;
            };
            let spans = incident.spans.iter().filter(|span| span.end.is_none_or(|end| end >= since));
            let id = incident.finding.id.as_str();
            stood.extend(spans.map(|span| Stood { id, stack, service, begin: span.begin, end: span.end }));
        }
        stood
    }

    /// The oldest first, by when they last began.
    pub fn oldest_first(&self) -> Vec<&Incident> {
        let mut all: Vec<&Incident> = self.incidents.values().collect();
        all.sort_by_key(|incident| (incident.since(), &incident.finding.id));
        all
    }

    /// Incidents that were over and are not kept.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The operator takes note of it as it is, or takes that back. Says whether it is taken note of now.
    pub(super) fn acknowledge(&mut self, id: &str) -> Option<bool> {
        let incident = self.incidents.get_mut(id).filter(|incident| !incident.is_over())?;
        incident.acknowledged = match incident.acknowledged {
            Some(_) => None,
            None => Some(incident.finding.severity),
        };
        Some(incident.acknowledged.is_some())
    }

    fn trim(&mut self) {
        let over = |incident: &Incident| incident.over_since();
        let mut ended: Vec<(Timestamp, String)> =
            self.incidents.iter().filter_map(|(id, incident)| Some((over(incident)?, id.clone()))).collect();
        let spare = ended.len().saturating_sub(MOST_OVER);
        if spare > 0 {
            ended.sort_unstable();
            for (_, id) in ended.into_iter().take(spare) {
                self.incidents.remove(&id);
                self.forgotten += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests;
