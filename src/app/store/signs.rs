//! What the containers' logs told of known troubles, and how large their files are.

pub use crate::triage::{LogSign, Sign};

use crate::domain::{ContainerId, Safe};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SignStore {
    /// At most one of each kind for each container.
    signs: BTreeMap<(ContainerId, Sign), LogSign>,
    sizes: HashMap<ContainerId, u64>,
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

impl SignStore {
    pub fn apply(&mut self, sighting: Sighting) -> bool {
        let Sighting { container, sign, count, times, line } = sighting;
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
        known.last = known.last.max(last);
        known.line = line;
        known.times.extend(times);
        let spare = known.times.len().saturating_sub(LogSign::MOST_TIMES);
        known.times.drain(..spare);
        true
    }

    pub fn grown(&mut self, container: ContainerId, bytes: u64) -> bool {
        self.sizes.insert(container, bytes) != Some(bytes)
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
    }
}
