//! What the containers' logs told of known troubles, and how large their files are.

pub use crate::triage::{LogSign, Sign};

use crate::domain::{ContainerId, Safe, secret};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SignStore {
    /// At most one of each kind for each container.
    signs: BTreeMap<(ContainerId, Sign), LogSign>,
    sizes: HashMap<ContainerId, u64>,
    looked_through: HashSet<ContainerId>,
}

/// Lines of one sign that a container wrote, told together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    pub container: ContainerId,
    pub sign: Sign,
    pub count: u64,
    /// When they were written, the oldest first; of many the newest.
    pub times: Vec<Timestamp>,
    /// The newest of them.
    pub line: Safe,
}

/// Lines that are signs, put together by container and sign.
#[derive(Debug, Default)]
pub struct Sightings(BTreeMap<(ContainerId, Sign), Sighting>);

impl Sightings {
    /// Takes a line in that may be a sign.
    pub fn look(&mut self, container: &ContainerId, text: &str, time: Timestamp) {
        let Some(sign) = Sign::of(text) else { return };
        let line = Safe::new(secret::mask_text(text));
        let seen = self.0.entry((container.clone(), sign)).or_insert_with(|| Sighting {
            container: container.clone(),
            sign,
            count: 0,
            times: Vec::new(),
            line: Safe::default(),
        });
        seen.count += 1;
        seen.line = line;
        seen.times.push(time);
        if seen.times.len() > LogSign::MOST_TIMES {
            seen.times.remove(0);
        }
    }

    pub fn take(&mut self) -> Vec<Sighting> {
        std::mem::take(&mut self.0).into_values().collect()
    }
}

impl SignStore {
    pub fn apply(&mut self, sighting: Sighting) -> bool {
        let Sighting { container, sign, mut count, mut times, line } = sighting;
        // What was told already comes again with the last lines of one that is in trouble, or the other way round.
        if let Some(known) = self.signs.get(&(container.clone(), sign)) {
            let all = times.len();
            times.retain(|time| *time > known.last || *time < known.first);
            count = count.saturating_sub(u64::try_from(all - times.len()).unwrap_or(u64::MAX));
        }
        let (Some(first), Some(last)) = (times.first().copied(), times.last().copied()) else { return false };
        let known = self.signs.entry((container.clone(), sign)).or_insert_with(|| LogSign {
            container,
            sign,
            count: 0,
            first,
            last,
            times: Vec::new(),
            line: Safe::default(),
        });
        known.count += count;
        if last >= known.last {
            known.line = line;
        }
        (known.first, known.last) = (known.first.min(first), known.last.max(last));
        known.times.extend(times);
        known.times.sort_unstable();
        let spare = known.times.len().saturating_sub(LogSign::MOST_TIMES);
        known.times.drain(..spare);
        true
    }

    pub fn grown(&mut self, container: ContainerId, bytes: u64) -> bool {
        self.sizes.insert(container, bytes) != Some(bytes)
    }

    pub fn look_through(&mut self, containers: Vec<ContainerId>) {
        self.looked_through.extend(containers);
    }

    /// Whether what it wrote before the console was opened is known.
    pub fn was_looked_through(&self, container: &ContainerId) -> bool {
        self.looked_through.contains(container)
    }

    pub fn signs(&self) -> impl Iterator<Item = &LogSign> {
        self.signs.values()
    }

    pub fn sizes(&self) -> impl Iterator<Item = (&ContainerId, u64)> {
        self.sizes.iter().map(|(id, bytes)| (id, *bytes))
    }

    /// Containers that are gone take what they told with them.
    pub fn retain(&mut self, keep: impl Fn(&ContainerId) -> bool) {
        self.signs.retain(|(id, _), _| keep(id));
        self.sizes.retain(|id, _| keep(id));
        self.looked_through.retain(|id| keep(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixtures::{compose_container, now};
    use jiff::SignedDuration;

    #[test]
    fn lines_that_are_brought_twice_count_once() {
        let id = compose_container("shop", "api", 1).id;
        let seen = |seconds: &[i64]| Sighting {
            container: id.clone(),
            sign: Sign::DiskFull,
            count: seconds.len() as u64,
            times: seconds.iter().map(|second| now() + SignedDuration::from_secs(*second)).collect(),
            line: Safe::new("No space left on device"),
        };
        let mut store = SignStore::default();
        assert!(store.apply(seen(&[1, 2])));
        assert!(!store.apply(seen(&[1, 2])), "nothing new");
        assert!(store.apply(seen(&[2, 3])));
        assert!(store.apply(seen(&[0, 1, 2, 3])), "and one from before");
        let told: Vec<_> = store.signs().map(|told| (told.count, told.times.len(), told.first)).collect();
        assert_eq!(told, [(4, 4, now())]);
    }
}
