//! The thread that writes, so that nobody waits for the disk. What can't be written is tried again, ever
//! more seldom, and is held until then: the newest of each list, and all that is to be entered in the trail.
//! It seals the trail too: at the start, at the end, and each hour in which something came.

mod sealer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, io, mem, thread};

use tracing::{error, info};

use super::pending::Pending;
use super::{Change, Store, StoreError, TrailHandler};
use crate::share::UnixMillis;
use sealer::Sealer;

/// How long what comes is gathered, so that thousands of lists are a few transactions a second.
const GATHER: Duration = Duration::from_secs(1);
/// From one attempt that failed to the next.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Keeps what it is told, soon and in the background.
pub struct Keeper(Arc<Shared>);

/// How the writing goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeeperStats {
    /// How many lists have something that is not on the disk yet.
    pub pending: usize,
    /// How much waits to be entered in the trail.
    pub entries: usize,
    /// How often writing has failed.
    pub write_errors: u64,
    /// When something was last written; at the start, when that began.
    pub last_success: UnixMillis,
}

/// What both sides know.
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pending: Pending,
    /// How many lists, and how many entries of the trail, are being written.
    writing: usize,
    entering: usize,
    write_errors: u64,
    last_success: UnixMillis,
    is_ending: bool,
    has_ended: bool,
}

/// How long it waits, when.
#[derive(Clone, Copy)]
struct Pauses {
    gather: Duration,
    first: Duration,
    longest: Duration,
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keeper")
    }
}

impl Keeper {
    /// Starts the thread. `now` tells the time; `handler` is told what becomes of the trail.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        store: Box<dyn Store>,
        now: impl Fn() -> UnixMillis + Send + 'static,
        handler: Box<dyn TrailHandler>,
    ) -> io::Result<Self> {
        let pauses = Pauses {
            gather: GATHER,
            first: FIRST_PAUSE,
            longest: LONGEST_PAUSE,
        };
        Self::start_with(store, now, handler, pauses)
    }

    fn start_with(
        store: Box<dyn Store>,
        now: impl Fn() -> UnixMillis + Send + 'static,
        handler: Box<dyn TrailHandler>,
        pauses: Pauses,
    ) -> io::Result<Self> {
        let state = State {
            last_success: now(),
            ..State::default()
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let writer = Writer {
            shared: shared.clone(),
            store,
            now,
            sealer: Sealer::new(handler),
            pauses,
        };
        let thread = thread::Builder::new().name("storage".to_owned());
        thread.spawn(move || writer.run())?;
        Ok(Self(shared))
    }

    /// Keeps these changes, all of them together.
    pub fn keep(&self, changes: impl IntoIterator<Item = Change>) {
        let mut state = self.0.lock();
        let add = |change| state.pending.add(change);
        let replaced: Vec<_> = changes.into_iter().filter_map(add).collect();
        drop(state);
        self.0.changed.notify_all();
        // Only now, when nobody waits for the lock.
        drop(replaced);
    }

    /// How the writing goes. Waits for nobody.
    pub fn stats(&self) -> KeeperStats {
        let state = self.0.lock();
        KeeperStats {
            pending: state.pending.lists() + state.writing,
            entries: state.pending.entries() + state.entering,
            write_errors: state.write_errors,
            last_success: state.last_success,
        }
    }

    /// Writes what is pending, and ends; waits for that at most so long. Gives whether all is on the disk.
    /// For the end of the process: what comes later is not kept.
    pub fn finish(&self, within: Duration) -> bool {
        let mut state = self.0.lock();
        state.is_ending = true;
        self.0.changed.notify_all();
        let waited = self
            .0
            .changed
            .wait_timeout_while(state, within, |state| !state.has_ended);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.pending.is_empty() && state.writing + state.entering == 0
    }
}

/// Without a last word, what is pending is written and the thread ends; nobody waits for it.
impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.lock().is_ending = true;
        self.0.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is something to write, and a while for more of it; at most until the trail is to be
    /// sealed, where it is.
    fn next(&self, gather: Duration, seal_in: Option<Duration>) -> Work {
        let mut state = self.lock();
        let due = seal_in.map(|pause| Instant::now() + pause);
        while state.pending.is_empty() {
            if state.is_ending {
                return Work::End;
            }
            let left = due.map(|due| due.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return Work::Seal,
                Some(left) => self.pause_unless_more(state, left),
                None => {
                    let woken = self.changed.wait(state);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
        let mut state = self.pause(state, gather);
        state.writing = state.pending.lists();
        state.entering = state.pending.entries();
        Work::Write(mem::take(&mut state.pending))
    }

    fn pause_unless_more<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        pause: Duration,
    ) -> MutexGuard<'a, State> {
        let waited = self.changed.wait_timeout_while(state, pause, |state| {
            !state.is_ending && state.pending.is_empty()
        });
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits so long, unless the end has come.
    fn pause<'a>(&'a self, state: MutexGuard<'a, State>, pause: Duration) -> MutexGuard<'a, State> {
        let waited = self
            .changed
            .wait_timeout_while(state, pause, |state| !state.is_ending);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// What the thread has to do next.
enum Work {
    Write(Pending),
    Seal,
    End,
}

/// The thread.
struct Writer<N> {
    shared: Arc<Shared>,
    store: Box<dyn Store>,
    now: N,
    sealer: Sealer,
    pauses: Pauses,
}

impl<N: Fn() -> UnixMillis> Writer<N> {
    fn run(mut self) {
        let mut failing: Option<Duration> = None;
        loop {
            match self.shared.next(self.pauses.gather, self.sealer.due_in()) {
                Work::Seal => self.seal(),
                Work::End => {
                    self.seal();
                    break;
                }
                Work::Write(batch) => {
                    if self.write(batch, &mut failing) {
                        break;
                    }
                }
            }
        }
        // The disk is let go of before it is said.
        drop(self.store);
        self.shared.lock().has_ended = true;
        self.shared.changed.notify_all();
    }

    /// Writes a batch, or puts it back and waits. Whether that was the last attempt.
    fn write(&mut self, batch: Pending, failing: &mut Option<Duration>) -> bool {
        let (lists, entries) = (batch.lists(), batch.entries());
        match self.commit(&batch) {
            Ok(()) => {
                self.succeeded();
                if failing.take().is_some() {
                    info!(lists, entries, "what is remembered is written again");
                }
                false
            }
            Err(why) => {
                if failing.is_none() {
                    error!(error = %why, "can't write what must outlast the process; trying again");
                }
                let pause = failing.map_or(self.pauses.first, |before| before * 2);
                let pause = pause.min(self.pauses.longest);
                *failing = Some(pause);
                self.failed(batch, pause)
            }
        }
    }

    fn commit(&mut self, batch: &Pending) -> Result<(), StoreError> {
        let (store, sealer) = (&mut self.store, &mut self.sealer);
        // A crash is reported as it begins. What is pending is pending still.
        let written = catch_unwind(AssertUnwindSafe(|| store.commit(batch.changes())));
        let lines = written.unwrap_or(Err(StoreError::Crashed))?;
        sealer.written(&lines);
        Ok(())
    }

    fn seal(&mut self) {
        let now = (self.now)();
        let (store, sealer) = (&mut self.store, &mut self.sealer);
        let sealed = catch_unwind(AssertUnwindSafe(|| sealer.seal(&mut **store, now)));
        if let Err(why) = sealed.unwrap_or(Err(StoreError::Crashed)) {
            error!(error = %why, "can't seal the audit trail; trying again in an hour");
            self.shared.lock().write_errors += 1;
        }
    }

    fn succeeded(&self) {
        let now = (self.now)();
        let mut state = self.shared.lock();
        (state.writing, state.entering) = (0, 0);
        state.last_success = now;
    }

    /// Puts back what could not be written, and waits before the next attempt. Whether that was the last.
    fn failed(&self, batch: Pending, pause: Duration) -> bool {
        let mut state = self.shared.lock();
        let was_last = state.is_ending;
        (state.writing, state.entering) = (0, 0);
        state.write_errors += 1;
        state.pending.put_back(batch);
        if !was_last {
            drop(self.shared.pause(state, pause));
        }
        was_last
    }
}

#[cfg(test)]
mod tests;
