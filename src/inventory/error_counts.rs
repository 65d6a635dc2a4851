//! What has gone wrong in all organisations there have been, however many are gone.

use std::collections::BTreeMap;

use crate::share::{ACTIVITY_FIELDS, CLIENT_FIELDS, MalformedCounts, Reason, ShareKind, Source};

/// Counts that only grow. Each is there at 0.
#[derive(Clone, Debug)]
pub struct ErrorCounts {
    /// How many polls have failed: of each list for each reason.
    pub failures: BTreeMap<(Source, Reason), u64>,
    /// How many values could not be understood: of each field of each list.
    pub malformed: BTreeMap<(Source, &'static str), u64>,
}

/// What is polled: the lists of shares, those of clients, and audit feeds.
const POLLED: [(Source, &[&str]); 6] = {
    let [a, b, c, d] = ShareKind::ALL;
    [
        (Source::AuditFeed, &ACTIVITY_FIELDS),
        (Source::Shares(a), a.fields()),
        (Source::Shares(b), b.fields()),
        (Source::PartnerClients, &CLIENT_FIELDS),
        (Source::Shares(c), c.fields()),
        (Source::Shares(d), d.fields()),
    ]
};

impl Default for ErrorCounts {
    fn default() -> Self {
        let failures = POLLED
            .into_iter()
            .flat_map(|(source, _)| Reason::ALL.map(|reason| ((source, reason), 0)));
        let malformed = POLLED
            .into_iter()
            .flat_map(|(source, fields)| fields.iter().map(move |field| ((source, *field), 0)));
        Self {
            failures: failures.collect(),
            malformed: malformed.collect(),
        }
    }
}

impl ErrorCounts {
    pub(super) fn add_failure(&mut self, source: Source, reason: Reason) {
        *self.failures.entry((source, reason)).or_default() += 1;
    }

    pub(super) fn add_malformed(&mut self, source: Source, malformed: &MalformedCounts) {
        for (field, count) in malformed {
            *self.malformed.entry((source, *field)).or_default() += count;
        }
    }
}
