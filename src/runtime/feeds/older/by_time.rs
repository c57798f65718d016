//! By time: for a container of which nothing is held to go by.
//!
//! Docker counts `tail` from the very end of a log, whatever `until` says. How many lines were written since is known,
//! so a page of so many more reaches just as far back as wanted, and the daemon reads the log from its end. Where that
//! brings too little — lines were written that nobody counted, or the log was quiet, or begins — the time before is
//! asked for, at first about as long as a page takes to write, then ever longer, until enough has come or nothing is left.
//!
//! The daemon stops at the first line that is younger than what it is asked for: what stands behind a clock that was set
//! back is not found this way.

use super::{Kept, NANOSECOND, Read, Reading};
use crate::app::OlderPage;
use crate::domain::Fault;
use crate::engine::LogRequest;
use futures_util::StreamExt as _;
use jiff::Timestamp;

/// Each further time that is asked for is so many times longer than the one before, where that had lines, or had none.
const WIDER: i32 = 4;
const MUCH_WIDER: i32 = 64;

impl Reading<'_> {
    pub(super) async fn by_time(&self) -> Result<Read, Fault> {
        let mut lines = Kept::new(self.page.lines);
        let since = self.back_to(&mut lines).await?;
        Ok(Read { lines: lines.lines, since, is_placed: false })
    }

    async fn back_to(&self, lines: &mut Kept) -> Result<Option<Timestamp>, Fault> {
        let page = self.page;
        let before = |lines: &Kept| lines.lines.iter().filter(|line| line.time < Some(page.until)).count();
        *lines = self.read(None, page.until, Some(self.of.written + self.slack())).await?;
        // Others of the first line's nanosecond may be missing.
        let mut until = match lines.forget_first() {
            Some(first) if before(lines) >= self.wanted() => return Ok(Some(later(first))),
            Some(first) => first,
            None => page.until,
        };
        let mut window = page.window;
        loop {
            let since =
                until.saturating_sub(window).unwrap_or(Timestamp::UNIX_EPOCH).max(Timestamp::UNIX_EPOCH);
            let older = self.read(Some(since), until, None).await?;
            let any = !older.lines.is_empty();
            lines.put_before(older, until);
            if lines.cut {
                return Ok(lines.forget_first().map(later));
            }
            if before(lines) >= self.wanted() {
                return Ok(Some(since));
            }
            if since <= Timestamp::UNIX_EPOCH {
                return Ok(None);
            }
            until = since.saturating_sub(NANOSECOND).unwrap_or(since);
            window = window.saturating_mul(if any { WIDER } else { MUCH_WIDER });
        }
    }

    async fn read(
        &self,
        since: Option<Timestamp>,
        until: Timestamp,
        tail: Option<u64>,
    ) -> Result<Kept, Fault> {
        // The daemon stops at the first line that is too young, and one that is not may stand behind it.
        let until = Some(until.saturating_add(OlderPage::OVERLAP).unwrap_or(until));
        let request = LogRequest { tail, since, until, ..self.request() };
        let mut lines = self.engine.logs(self.container(), request);
        let mut kept = Kept::new(self.page.lines);
        while let Some(line) = lines.next().await {
            kept.push(line?);
        }
        Ok(kept)
    }
}

fn later(time: Timestamp) -> Timestamp {
    time.saturating_add(NANOSECOND).unwrap_or(time)
}
