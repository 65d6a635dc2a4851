//! How long a client may take. An [`Activity`] knows what one connection is doing, and until when
//! its client may be silent; `timed_stream` ends the connection then.
//!
//! Each exchange, a request and its answer, has a deadline of its own, and the earliest one counts:
//! whatever else a client sends, it does not renew the others. Only the time in which the client
//! keeps us waiting counts. How long we take to make an answer never ends a connection.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::stats::Refused;

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// For the head of a request, from its first byte; for the first one, from the beginning.
    pub(super) head: Duration,
    /// Between two requests.
    pub(super) idle: Duration,
    /// For taking the next part of an answer.
    pub(super) part: Duration,
    /// For taking all parts of an answer.
    pub(super) answer: Duration,
}

/// What a client does while none of its requests is being answered.
#[derive(Clone, Copy, Debug)]
enum Pause {
    /// Nothing was asked yet.
    Greeting,
    /// Everything that was asked is answered.
    Idle,
    /// A further request has begun to arrive.
    Head,
}

/// A request that is being answered.
#[derive(Debug)]
struct Exchange {
    id: u64,
    /// Whether the request has a body. Where one ends can't be told from its bytes.
    has_body: bool,
    /// Since when the client has to take a part of the answer; none while it waits for us.
    waiting_since: Option<Instant>,
    /// How long the client was waited for before that.
    waited: Duration,
}

impl Exchange {
    /// The client has taken what there was.
    fn taken(&mut self) {
        if let Some(since) = self.waiting_since.take() {
            self.waited += since.elapsed();
        }
    }

    /// Until when the client has to take a part; none while it waits for us.
    fn deadline(&self, timeouts: &Timeouts) -> Option<Instant> {
        let rest = timeouts.answer.saturating_sub(self.waited);
        Some(self.waiting_since? + rest.min(timeouts.part))
    }
}

#[derive(Debug)]
struct State {
    /// What the client does while there are no exchanges, and since when.
    pause: (Pause, Instant),
    /// A few at most: HTTP/1 has one at a time, HTTP/2 as many as the server allows.
    exchanges: Vec<Exchange>,
    /// How many there were, which numbers them.
    begun: u64,
    /// On HTTP/2 a byte between two requests need not be the beginning of one: it may be a ping.
    multiplexed: bool,
    /// Whether what was read last ends a head; else some of a further one may have come with it.
    is_whole: bool,
}

/// When a client's time is up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    pub(super) at: Instant,
    /// What the client has done wrong then; none where it was only idle.
    pub(super) fault: Option<Refused>,
}

/// What one connection is doing.
#[derive(Debug)]
pub(super) struct Activity {
    state: Mutex<State>,
    pub(super) timeouts: Timeouts,
}

impl Activity {
    /// That of a connection which has just been made.
    pub(super) fn new(timeouts: Timeouts) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                pause: (Pause::Greeting, Instant::now()),
                exchanges: Vec::new(),
                begun: 0,
                multiplexed: false,
                is_whole: true,
            }),
            timeouts,
        })
    }

    /// HTTP is spoken from now on: its version 2 if `multiplexed`.
    pub(super) fn begin(&self, multiplexed: bool) {
        let mut state = self.state();
        state.multiplexed = multiplexed;
        state.pause = (Pause::Greeting, Instant::now());
    }

    /// Whether the client has not asked for anything yet.
    pub(super) fn nothing_asked(&self) -> bool {
        let state = self.state();
        state.exchanges.is_empty() && matches!(state.pause.0, Pause::Greeting)
    }

    /// Since when the client has kept us waiting; none while it waits for us. In an exchange it
    /// does only after `grace`, since a client that reads is waited for too, a moment at a time.
    pub(super) fn waiting_since(&self, grace: Duration) -> Option<Instant> {
        let state = self.state();
        if state.exchanges.is_empty() {
            return Some(state.pause.1);
        }
        let exchanges = state.exchanges.iter();
        let oldest = exchanges
            .filter_map(|exchange| exchange.waiting_since)
            .min()?;
        (oldest.elapsed() >= grace).then_some(oldest)
    }

    /// Until when the client may be silent; none while it waits for us.
    pub(super) fn deadline(&self) -> Option<Deadline> {
        let state = self.state();
        let (pause, since) = state.pause;
        if state.exchanges.is_empty() {
            return Some(match pause {
                Pause::Idle => Deadline {
                    at: since + self.timeouts.idle,
                    fault: None,
                },
                Pause::Greeting | Pause::Head => Deadline {
                    at: since + self.timeouts.head,
                    fault: Some(Refused::SlowRequest),
                },
            });
        }
        let exchanges = state.exchanges.iter();
        let deadlines = exchanges.filter_map(|exchange| exchange.deadline(&self.timeouts));
        Some(Deadline {
            at: deadlines.min()?,
            fault: Some(Refused::SlowReader),
        })
    }

    /// Bytes have come; `is_whole` if the last of them ends a head.
    pub(super) fn bytes_arrived(&self, is_whole: bool) {
        let mut state = self.state();
        state.is_whole = is_whole;
        if matches!(state.pause.0, Pause::Idle) && state.exchanges.is_empty() && !state.multiplexed
        {
            state.pause = (Pause::Head, Instant::now());
        }
    }

    /// A request, which `has_body` or not, is being answered until what this returns is dropped.
    pub(super) fn answering(self: &Arc<Self>, has_body: bool) -> Answering {
        let mut state = self.state();
        let id = state.begun;
        state.begun += 1;
        state.exchanges.push(Exchange {
            id,
            has_body,
            waiting_since: None,
            waited: Duration::ZERO,
        });
        Answering {
            activity: self.clone(),
            id,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request that is being answered.
#[derive(Debug)]
pub(super) struct Answering {
    activity: Arc<Activity>,
    id: u64,
}

impl Answering {
    /// A part of the answer is there, which the client has to take.
    pub(super) fn part_ready(&self) {
        self.change(|exchange| {
            exchange.taken();
            exchange.waiting_since = Some(Instant::now());
        });
    }

    /// The client has taken what there was, and waits for more.
    pub(super) fn in_the_making(&self) {
        self.change(Exchange::taken);
    }

    fn change(&self, change: impl FnOnce(&mut Exchange)) {
        let mut state = self.activity.state();
        let mut exchanges = state.exchanges.iter_mut();
        if let Some(exchange) = exchanges.find(|exchange| exchange.id == self.id) {
            change(exchange);
        }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        let exchanges = &mut state.exchanges;
        let index = exchanges.iter().position(|exchange| exchange.id == self.id);
        let has_body = index.is_some_and(|index| exchanges.swap_remove(index).has_body);
        if state.exchanges.is_empty() {
            // Behind a body the client has the time of one that is idle: it may have sent all.
            let pause = if state.multiplexed || state.is_whole || has_body {
                Pause::Idle
            } else {
                Pause::Head
            };
            state.pause = (pause, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const TIMEOUTS: Timeouts = Timeouts {
        head: Duration::from_secs(10),
        idle: Duration::from_secs(120),
        part: Duration::from_secs(20),
        answer: Duration::from_secs(60),
    };

    fn left(activity: &Activity) -> Option<(u64, Option<Refused>)> {
        let deadline = activity.deadline()?;
        let left = deadline.at.saturating_duration_since(Instant::now());
        Some((left.as_secs(), deadline.fault))
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_answer_that_is_not_taken_sets_the_deadline() {
        let activity = Activity::new(TIMEOUTS);
        activity.begin(true);
        assert_eq!(left(&activity), Some((10, Some(Refused::SlowRequest))));
        let first = activity.answering(false);
        assert_eq!(left(&activity), None);
        first.part_ready();
        for remaining in [20, 14, 8, 2] {
            // Others that are asked for and taken meanwhile, or are being made.
            let other = activity.answering(false);
            assert_eq!(
                left(&activity),
                Some((remaining, Some(Refused::SlowReader)))
            );
            other.part_ready();
            drop(other);
            activity.bytes_arrived(true);
            assert_eq!(
                left(&activity),
                Some((remaining, Some(Refused::SlowReader)))
            );
            advance(6 * SECOND).await;
        }
        assert_eq!(left(&activity), Some((0, Some(Refused::SlowReader))));
        drop(first);
        assert_eq!(left(&activity), Some((120, None)));
    }

    #[tokio::test(start_paused = true)]
    async fn parts_that_are_taken_slowly_add_up() {
        let activity = Activity::new(TIMEOUTS);
        let answering = activity.answering(false);
        for remaining in [20, 20, 20, 3] {
            answering.part_ready();
            assert_eq!(
                left(&activity),
                Some((remaining, Some(Refused::SlowReader)))
            );
            advance(19 * SECOND).await;
            // What we take does not count.
            answering.in_the_making();
            assert_eq!(left(&activity), None);
            advance(100 * SECOND).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_is_waited_for_while_any_answer_is_not_taken() {
        let activity = Activity::new(TIMEOUTS);
        activity.begin(true);
        let begun = Instant::now();
        assert_eq!(activity.waiting_since(SECOND), Some(begun));
        let (blocked, in_the_making) = (activity.answering(false), activity.answering(false));
        advance(SECOND).await;
        assert_eq!(activity.waiting_since(Duration::ZERO), None);
        blocked.part_ready();
        let ready = Instant::now();
        assert_eq!(activity.waiting_since(SECOND), None);
        assert_eq!(activity.waiting_since(Duration::ZERO), Some(ready));
        advance(SECOND).await;
        assert_eq!(activity.waiting_since(SECOND), Some(ready));
        drop((blocked, in_the_making));
        assert_eq!(activity.waiting_since(SECOND), Some(Instant::now()));
    }
}
