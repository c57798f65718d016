//! Changes that wait for a quiet moment: an editor, a checkout or a compiler touches many files at once.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// After so long without a change something is done.
const QUIET: Duration = Duration::from_millis(300);
/// And after so long in any case: what never rests is synchronised too.
const LONGEST: Duration = Duration::from_secs(3);

#[derive(Debug, Default)]
pub struct Pending {
    paths: BTreeSet<PathBuf>,
    first_and_last: Option<(Instant, Instant)>,
}

impl Pending {
    pub fn extend(&mut self, paths: impl IntoIterator<Item = PathBuf>, now: Instant) {
        let before = self.paths.len();
        let mut any = false;
        for path in paths {
            any = true;
            self.paths.insert(path);
        }
        if any || self.paths.len() > before {
            let first = self.first_and_last.map_or(now, |(first, _)| first);
            self.first_and_last = Some((first, now));
        }
    }

    /// When the paths are to be taken; `None` while there are none.
    pub fn due(&self) -> Option<Instant> {
        self.first_and_last.map(|(first, last)| (last + QUIET).min(first + LONGEST))
    }

    pub fn take(&mut self) -> BTreeSet<PathBuf> {
        self.first_and_last = None;
        std::mem::take(&mut self.paths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_waits_for_quiet_but_not_for_ever() {
        let mut pending = Pending::default();
        let start = Instant::now();
        assert_eq!(pending.due(), None);
        pending.extend([], start);
        assert_eq!(pending.due(), None);
        pending.extend(["/a".into()], start);
        assert_eq!(pending.due(), Some(start + QUIET));
        let later = start + QUIET / 2;
        pending.extend(["/a".into(), "/b".into()], later);
        assert_eq!(pending.due(), Some(later + QUIET));
        pending.extend(["/a".into()], start + LONGEST);
        assert_eq!(pending.due(), Some(start + LONGEST));
        assert_eq!(pending.take(), ["/a".into(), "/b".into()].into());
        assert_eq!(pending.due(), None);
    }
}
