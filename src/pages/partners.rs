//! Partners on the landing page: whether it is known which clients each has, and what became of them.

use std::time::Duration;

use super::words;
use crate::inventory::{ClientCounts, Partner, PartnerLook, PartnerStanding, Poll, Snapshot};
use crate::share::{Moment, unread_clients};

/// A partner, as the page tells it.
pub(super) struct PartnerRow {
    name: String,
    /// None before the first list.
    clients: Option<ClientCounts>,
    /// Clients that can't be asked, since their record has no uuid that can be read.
    unreadable: u64,
    poll: Option<Poll>,
    age: Option<Duration>,
}

/// One partner, in words.
pub(super) struct PartnerLine {
    pub(super) name: String,
    pub(super) state: &'static str,
    pub(super) tone: &'static str,
    pub(super) age: String,
    pub(super) poll: String,
    /// Why the list could not be read.
    pub(super) failure: Option<(&'static str, String)>,
    pub(super) counts: Option<ClientLine>,
}

/// Numbers of clients.
pub(super) struct ClientLine {
    pub(super) watched: String,
    pub(super) not_allowed: String,
    pub(super) excluded: String,
    pub(super) other_shard: String,
}

impl PartnerRow {
    pub(super) fn all(snapshot: &Snapshot, now: Moment) -> Vec<Self> {
        let row = |look: &PartnerLook| Self::new(&look.partner, &look.standing, now);
        snapshot.partners.iter().map(row).collect()
    }

    fn new(partner: &Partner, standing: &PartnerStanding, now: Moment) -> Self {
        Self {
            name: partner.name().to_owned(),
            clients: standing.is_known().then_some(standing.clients),
            unreadable: unread_clients(&standing.malformed),
            poll: standing.polls.last().cloned(),
            age: standing.polls.last_success().map(|at| now.since(at)),
        }
    }

    /// Whether it is not known which clients it has.
    pub(super) const fn is_unknown(&self) -> bool {
        self.clients.is_none()
    }

    /// Whether it was asked in vain when it was last asked.
    pub(super) fn fails(&self) -> bool {
        self.poll
            .as_ref()
            .is_some_and(|poll| poll.failure.is_some())
    }

    /// Whether its last good list names no client at all.
    pub(super) fn has_no_client(&self) -> bool {
        let counts = self.clients.as_ref().map(ClientCounts::by_state);
        counts.is_some_and(|counts| counts.iter().all(|(_, count)| *count == 0))
    }

    /// How many of its clients the configuration leaves out.
    pub(super) fn excluded(&self) -> u64 {
        self.clients.map_or(0, |counts| counts.excluded)
    }

    /// How many of its clients can't be asked, since their record can't be read.
    pub(super) const fn unreadable(&self) -> u64 {
        self.unreadable
    }
}

impl PartnerLine {
    pub(super) fn new(row: &PartnerRow, here: Moment) -> Self {
        let (state, tone) = match (row.is_unknown(), row.fails()) {
            (true, true) => ("Never seen", "bad"),
            (true, false) => ("Waiting", "warn"),
            (false, true) => ("Stale", "warn"),
            (false, false) if row.unreadable > 0 => ("Incomplete", "warn"),
            (false, false) => ("Fresh", "good"),
        };
        let poll = row.poll.as_ref().map(|poll| {
            let verb = match poll.failure {
                Some(_) => "failed after",
                None => "succeeded in",
            };
            let ago = words::span(here.since(poll.ended));
            format!("{ago} ago, {verb} {}", words::took(poll.took))
        });
        let failure = row.poll.as_ref().and_then(|poll| poll.failure.as_ref());
        let failure = failure.map(|it| (it.reason.label(), words::visible(&it.message)));
        Self {
            name: row.name.clone(),
            state,
            tone,
            age: row
                .age
                .map(|age| format!("{} old", words::span(age)))
                .unwrap_or_default(),
            poll: poll.unwrap_or_else(|| "not asked yet".to_owned()),
            failure,
            counts: row.clients.as_ref().map(ClientLine::new),
        }
    }
}

impl ClientLine {
    fn new(counts: &ClientCounts) -> Self {
        Self {
            watched: words::count(counts.watched),
            not_allowed: words::count(counts.not_allowed),
            excluded: words::count(counts.excluded),
            other_shard: words::count(counts.other_shard),
        }
    }
}
