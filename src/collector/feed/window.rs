//! Which part of a feed to ask for, and what an answer is worth. How many events an answer has, which ones
//! where there are more, in what order, and whether the bounds are part of it is not stated, nor how late an
//! event is told. So a window overlaps what was read before; one whose answer may be cut is halved, until no
//! answer may be; and an event that is told again is known by its key. Pure: who asks is the [feed](super).

use std::time::Duration;

use crate::rhombus::FeedBounds;
use crate::share::{Activity, ActivityPage, CUT, MalformedCounts, UnixMillis};
use crate::store::FeedPosition;

/// What was read is asked for again for so long: an event that is told later than this is missed.
pub(super) const OVERLAP: Duration = Duration::from_secs(15 * 60);
/// How far back a feed is read that never was.
pub(super) const LOOKBACK: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// So far ahead of now is asked: who dates events may have a clock that is ahead.
const MARGIN: Duration = Duration::from_secs(5 * 60);
/// An answer with fewer events is whole, whatever was seen before: no page of an API is as small, and to
/// halve the window of each burst would be many requests.
const SMALLEST_PAGE: u64 = 50;
/// From so many on, a round number of events may be a page's end.
const ROUND_FROM: u64 = 100;
const ROUND: u64 = 50;
/// So many windows are asked for in one poll at most; the next one goes on.
pub(super) const MOST_WINDOWS: u32 = 40;
/// So many events are handed on by one poll, about.
const MOST_ACTIVITIES: usize = 20_000;

/// From one moment to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: i64,
    to: i64,
}

impl Span {
    /// What to ask for, so that both ends are in the answer whether bounds are part of it or not.
    const fn bounds(self) -> FeedBounds {
        FeedBounds {
            after: UnixMillis(self.from.saturating_sub(1)),
            before: UnixMillis(self.to.saturating_add(1)),
        }
    }

    /// Its two halves; none where it is a single millisecond.
    fn halves(self) -> Option<[Self; 2]> {
        let length = self.to.saturating_sub(self.from);
        let middle = self.from + length / 2;
        let (first, second) = (Self { to: middle, ..self }, middle + 1);
        (length > 0).then_some([
            first,
            Self {
                from: second,
                ..self
            },
        ])
    }
}

/// What is known of the pages of a feed: how many events an answer has had at most. One with fewer is whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Largest(u64);

impl Largest {
    /// Takes in one answer, and says whether it may be cut. One that has as many events as none before it may
    /// be a page. A round number may be one of a smaller page than before.
    fn may_cut(&mut self, page: &ActivityPage) -> bool {
        let told = page.told;
        let is_largest = told >= self.0;
        self.0 = self.0.max(told);
        let is_round = told >= ROUND_FROM && told.is_multiple_of(ROUND);
        told >= SMALLEST_PAGE && (is_largest || is_round || page.partial)
    }
}

/// One reading of a feed until now, in as many polls as it takes: what is still to be asked for, and what
/// was read.
#[derive(Debug)]
pub(super) struct Reading {
    /// The windows to ask for, the oldest last.
    to_ask: Vec<Span>,
    /// How far it was read before, and what of it was seen.
    position: FeedPosition,
    /// Until when was read since something was handed over, without a gap; none where nothing was.
    read_until: Option<UnixMillis>,
    /// What is new, in no order.
    activities: Vec<Activity>,
    malformed: MalformedCounts,
    partial: bool,
    /// How many windows more may be asked for in this poll.
    windows_left: u32,
}

/// What was read by a poll.
#[derive(Debug)]
pub(super) struct Read {
    /// What is new, in order of time.
    pub(super) activities: Vec<Activity>,
    /// How far the feed has been read.
    pub(super) position: FeedPosition,
    /// What could not be understood.
    pub(super) malformed: MalformedCounts,
    /// Whether an answer that was taken warned that it is not whole, or stayed cut.
    pub(super) partial: bool,
}

impl Reading {
    /// A reading that begins `now`, of a feed that was read as far as `position`.
    pub(super) fn new(position: Option<FeedPosition>, now: UnixMillis) -> Self {
        let position = position.unwrap_or_else(|| FeedPosition {
            read_until: now.before(LOOKBACK).after(OVERLAP),
            ..FeedPosition::default()
        });
        // A clock that was ahead has been set right: what happened since is before what was read.
        let from = position.read_until.min(now).before(OVERLAP);
        let all = Span {
            from: from.0,
            to: now.after(MARGIN).0,
        };
        Self {
            to_ask: vec![all],
            position,
            read_until: None,
            activities: Vec::new(),
            malformed: MalformedCounts::new(),
            partial: false,
            windows_left: 0,
        }
    }

    /// Begins a poll, or another one, that asks for so many windows at most.
    pub(super) const fn begin_poll(&mut self, windows: u32) {
        self.windows_left = windows;
    }

    /// What to ask for next; none where all was read, or enough for one poll.
    pub(super) fn next(&self) -> Option<FeedBounds> {
        let is_enough = self.windows_left == 0 || self.activities.len() >= MOST_ACTIVITIES;
        let next = self.to_ask.last().filter(|_| !is_enough)?;
        Some(next.bounds())
    }

    /// Takes in the answer to what was [next](Self::next).
    pub(super) fn take(&mut self, page: ActivityPage, largest: &mut Largest) {
        self.windows_left = self.windows_left.saturating_sub(1);
        let may_be_cut = largest.may_cut(&page);
        if may_be_cut && self.halve() {
            return;
        }
        if may_be_cut {
            *self.malformed.entry(CUT).or_default() += 1;
        }
        self.partial |= page.partial || may_be_cut;
        for (field, count) in page.malformed {
            *self.malformed.entry(field).or_default() += count;
        }
        for activity in page.activities {
            self.see(activity);
        }
        self.read_until = self.to_ask.pop().map(|span| UnixMillis(span.to + 1));
    }

    /// Asks for halves of what was [next](Self::next). Gives whether it has some.
    pub(super) fn halve(&mut self) -> bool {
        let Some([first, second]) = self.to_ask.last().and_then(|span| span.halves()) else {
            return false;
        };
        self.to_ask.pop();
        self.to_ask.extend([second, first]);
        true
    }

    /// One without a date is as of now, so that it is known as long as it is told.
    fn see(&mut self, activity: Activity) {
        let seen = self.position.seen.insert(activity.key, activity.at);
        if seen.is_none() {
            self.activities.push(activity);
        }
    }

    /// Gives what was read since this was asked last; none where that is nothing. `began` is when this was, as
    /// far as is known by now.
    pub(super) fn hand_over(&mut self, began: UnixMillis) -> Option<Read> {
        // What is ahead of that moment may yet happen. What was read again in part is not unread.
        let before = self.position.read_until;
        let read_until = self.read_until.take()?.max(before).min(began);
        self.position.read_until = read_until;
        let told_again = self.told_again();
        self.position.seen.retain(|_, at| *at >= told_again);
        let mut activities = std::mem::take(&mut self.activities);
        activities.sort_by_key(|activity| (activity.at, activity.key));
        Some(Read {
            activities,
            position: self.position.clone(),
            malformed: std::mem::take(&mut self.malformed),
            partial: std::mem::take(&mut self.partial),
        })
    }

    /// From when on the next reading may be told again what was seen. It begins before the newest event at most,
    /// if the clock that said how far was read was ahead.
    fn told_again(&self) -> UnixMillis {
        let read_until = self.position.read_until;
        let newest = self.position.seen.values().copied().max();
        let now = newest.map_or(read_until, |newest| newest.min(read_until));
        let from = now.before(OVERLAP).0;
        Span { from, to: from }.bounds().after
    }

    /// Whether all was read.
    pub(super) const fn is_done(&self) -> bool {
        self.to_ask.is_empty()
    }
}

#[cfg(test)]
mod tests;
