//! When the trail is sealed: after the first lines of a process, then each hour in which something came, and at
//! the end.

use std::time::{Duration, Instant};

use crate::share::UnixMillis;
use crate::store::{Sealing, Store, StoreError, TrailHandler, WrittenLine};

const HOUR: Duration = Duration::from_secs(60 * 60);
/// So many lines are dropped in one transaction where they are too old.
const DROPPED_AT_ONCE: u32 = 10_000;

pub(super) struct Sealer {
    handler: Box<dyn TrailHandler>,
    /// When it was last sealed, or that was attempted.
    last: Option<Instant>,
    /// Whether there are lines that are not sealed.
    is_behind: bool,
}

impl Sealer {
    pub(super) fn new(handler: Box<dyn TrailHandler>) -> Self {
        Self {
            handler,
            last: None,
            is_behind: false,
        }
    }

    /// In how long the trail is to be sealed; none where there is nothing to seal.
    pub(super) fn due_in(&self) -> Option<Duration> {
        let passed = |last: Instant| HOUR.saturating_sub(last.elapsed());
        self.is_behind
            .then(|| self.last.map_or(Duration::ZERO, passed))
    }

    /// Takes in lines that are on the disk.
    pub(super) fn written(&mut self, lines: &[WrittenLine]) {
        if !lines.is_empty() {
            self.is_behind = true;
            self.handler.written(lines);
        }
    }

    /// Seals what is not sealed, and drops what is too old.
    pub(super) fn seal(
        &mut self,
        store: &mut dyn Store,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        if !self.is_behind {
            return Ok(());
        }
        self.last = Some(Instant::now());
        match store.seal(&*self.handler, now)? {
            Sealing::Broken(why) => self.handler.broken(&why),
            Sealing::Sealed(checkpoint) => {
                self.is_behind = false;
                self.handler.sealed(&checkpoint);
            }
            Sealing::Nothing => self.is_behind = false,
        }
        if let Some(retention) = self.handler.retention() {
            let too_old = now.before(retention);
            while store.drop_before(too_old, DROPPED_AT_ONCE)? == u64::from(DROPPED_AT_ONCE) {}
        }
        Ok(())
    }
}
