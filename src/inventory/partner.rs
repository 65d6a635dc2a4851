//! What is known of a partner: how its list of clients was obtained, and what came of it. Who the clients
//! are, the [`Organization`](super::Organization)s say.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::Polls;
use crate::share::{MalformedCounts, Reason};

/// A partner whose clients are watched.
#[derive(Debug)]
pub struct Partner {
    name: String,
    refresh: Duration,
    standing: ArcSwap<PartnerStanding>,
}

/// What is known of a partner's list of clients right now. Replaced whole after each look at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerStanding {
    /// How the looks at it went.
    pub polls: Polls,
    /// What became of the clients of the last good list.
    pub clients: ClientCounts,
    /// What could not be understood in that list.
    pub malformed: MalformedCounts,
}

/// How many clients of a list there are, each once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientCounts {
    /// Watched here.
    pub watched: u64,
    /// Would be, and do not let the partner in.
    pub not_allowed: u64,
    /// Left out by the configuration.
    pub excluded: u64,
    /// Watched by the exporter of another shard.
    pub other_shard: u64,
}

impl Partner {
    /// A partner that has not been asked yet, and is once in a `refresh`.
    pub fn new(name: &str, refresh: Duration) -> Self {
        Self {
            name: name.to_owned(),
            refresh,
            standing: ArcSwap::default(),
        }
    }

    /// The same with another refresh.
    #[must_use]
    pub fn refreshed(&self, refresh: Duration) -> Self {
        Self {
            name: self.name.clone(),
            refresh,
            standing: ArcSwap::new(self.standing()),
        }
    }

    /// The value of the label `partner`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// From one look at its clients to the next.
    pub const fn refresh(&self) -> Duration {
        self.refresh
    }

    /// What is known of its clients right now.
    pub fn standing(&self) -> Arc<PartnerStanding> {
        self.standing.load_full()
    }

    pub(super) fn set(&self, standing: PartnerStanding) {
        self.standing.store(Arc::new(standing));
    }
}

impl PartnerStanding {
    /// Whether its clients were ever listed.
    pub fn is_known(&self) -> bool {
        self.polls.last_success().is_some()
    }

    /// Whether Rhombus has ever listed them, or said that the key may not do that.
    pub fn is_answered(&self) -> bool {
        let reason = self.polls.failure().map(|failure| failure.reason);
        self.is_known() || reason == Some(Reason::Forbidden)
    }
}

impl ClientCounts {
    /// Each with the value of the label `state`, in their order.
    pub const fn by_state(&self) -> [(&'static str, u64); 4] {
        [
            ("excluded", self.excluded),
            ("not_allowed", self.not_allowed),
            ("other_shard", self.other_shard),
            ("watched", self.watched),
        ]
    }
}
