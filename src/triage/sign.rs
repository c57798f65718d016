//! What log lines tell of troubles that are known by their words.
//!
//! Every line that any container writes may be looked at, so the phrases are found in one pass over the bytes; only a
//! line that holds one is looked at more closely.

mod phrases;

use crate::domain::{Container, ContainerId, ContainerState, Safe};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use jiff::{SignedDuration, Timestamp};
use phrases::PHRASES;
use std::sync::LazyLock;

/// What a line is a sign of. One line is a sign of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// An allocation on the GPU failed, or an engine found too little memory on it to begin.
    CudaOutOfMemory,
    /// The image's CUDA wants another driver.
    CudaVersion,
    /// The container has lost its GPU while the host has it.
    GpuGone,
    /// A collective operation of several GPUs did not come to its end.
    CollectiveTimeout,
    SharedMemory,
    ModelFile,
    DiskFull,
    TooManyOpenFiles,
    /// A file could not be opened for want of rights.
    FileForbidden,
    NameResolution,
    /// Nobody listens where it wants to connect to.
    ConnectionRefused,
    AddressInUse,
    PasswordRefused,
    TooManyClients,
    RedisCannotSave,
    RedisFull,
    /// A proxy's upstream refuses, or is not there.
    UpstreamRefused,
    UpstreamSlow,
    CertificateExpired,
    /// A request without valid credentials.
    Unauthorized,
}

/// Finds signs in what is read of a log. Made once, and small rather than as fast as can be: a table that needs one look
/// per byte takes half a megabyte.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(PHRASES.iter().map(|phrase| phrase.words))
        .inspect_err(|error| log::error!("the phrases of log lines make no table: {error}"))
        .ok()
});

impl Sign {
    /// What the line is a sign of. Of several the gravest counts, which stands first in the table.
    pub fn of(line: &str) -> Option<Self> {
        let finder = FINDER.as_ref()?;
        let found = finder.find_overlapping_iter(line).map(|found| found.pattern().as_usize());
        let mut found: Vec<usize> = found.collect();
        found.sort_unstable();
        // A line may hold a phrase a thousand times, and each look goes through all of it.
        found.dedup();
        found
            .iter()
            .filter_map(|index| PHRASES.get(*index))
            .find(|phrase| (phrase.holds)(line))
            .map(|phrase| phrase.sign)
    }

    /// Calls back with each line that holds a phrase: where it begins and ends, without its line feed. Lines are told
    /// whole; what stands in front of the first line feed counts as one.
    pub fn candidates(text: &[u8], mut found: impl FnMut(std::ops::Range<usize>)) {
        let Some(finder) = FINDER.as_ref() else { return };
        let mut from = 0;
        while let Some(hit) = finder.find(text.get(from..).unwrap_or_default()) {
            let at = from + hit.start();
            let begin = memchr::memrchr(b'\n', &text[..at]).map_or(0, |feed| feed + 1);
            let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |feed| at + feed);
            found(begin..end);
            from = end + 1;
        }
    }
}

/// All of one sign that a container's log told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSign {
    pub container: ContainerId,
    pub sign: Sign,
    pub count: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    /// When the newest of them were written, the oldest first; at most [`LogSign::MOST_TIMES`].
    pub times: Vec<Timestamp>,
    /// The newest of them.
    pub line: Safe,
}

/// A running container that has not said it again for so long has got over it.
const PERSISTS: SignedDuration = SignedDuration::from_mins(2);
/// Between two of one trouble there is less than this, the longest pause of a restart policy and a run among it.
const APART: SignedDuration = SignedDuration::from_mins(10);

/// The daemon notes when a container started only once it has been told so. By then one that ends at once may have
/// written its last words, and be over.
pub(super) const NOTED_LATE: SignedDuration = SignedDuration::from_secs(1);

/// From when on what a container wrote is of its run, of the last one where it has ended.
pub(super) fn began(container: &Container) -> Option<Timestamp> {
    let started = container.details.as_ref()?.started_at?;
    Some(match container.state {
        // What stands before may be the end of the run before.
        ContainerState::Running | ContainerState::Paused | ContainerState::Unknown => started,
        ContainerState::Created
        | ContainerState::Restarting
        | ContainerState::Exited
        | ContainerState::Dead
        | ContainerState::Removing => started - NOTED_LATE,
    })
}

impl LogSign {
    pub const MOST_TIMES: usize = 64;

    /// Whether it tells of the present: the container wrote it in its present run, or in the one that just ended, and
    /// if it runs on, not long ago.
    pub fn is_current(&self, container: &Container, now: Timestamp) -> bool {
        let is_of_run = || began(container).is_none_or(|began| self.last >= began);
        match container.state {
            ContainerState::Running | ContainerState::Paused | ContainerState::Unknown => {
                self.is_recent(now) && is_of_run()
            }
            // Between two runs of a loop the daemon tells when the last one began.
            ContainerState::Restarting
            | ContainerState::Exited
            | ContainerState::Dead
            | ContainerState::Removing => is_of_run(),
            ContainerState::Created => false,
        }
    }

    /// Whether it was told not long ago, by whichever run.
    pub(super) fn is_recent(&self, now: Timestamp) -> bool {
        now.duration_since(self.last) <= PERSISTS
    }

    /// When the first of those was written that follow one another. What was told long before them was another trouble.
    pub(super) fn began(&self) -> Timestamp {
        let mut began = self.last;
        for time in self.times.iter().rev() {
            if began.duration_since(*time) > APART {
                return began;
            }
            began = began.min(*time);
        }
        // Of what was before those that are kept only the very first is known.
        if began.duration_since(self.first) <= APART { self.first.min(began) } else { began }
    }

    /// How many were written since.
    pub fn since(&self, time: Timestamp) -> usize {
        self.times.iter().filter(|told| **told >= time).count()
    }
}

#[cfg(test)]
mod tests;
