//! What has gone wrong in all organisations there have been, however many are gone.

use std::collections::BTreeMap;

use crate::share::{MalformedCounts, Reason, ShareKind};

/// Counts that only grow. Each is there at 0.
#[derive(Clone, Debug)]
pub struct ErrorCounts {
    /// How many polls have failed: of each list for each reason.
    pub failures: BTreeMap<(ShareKind, Reason), u64>,
    /// How many values could not be understood: of each field of each list.
    pub malformed: BTreeMap<(ShareKind, &'static str), u64>,
}

impl Default for ErrorCounts {
    fn default() -> Self {
        let failures = ShareKind::ALL
            .into_iter()
            .flat_map(|kind| Reason::ALL.map(|reason| ((kind, reason), 0)));
        let malformed = ShareKind::ALL
            .into_iter()
            .flat_map(|kind| kind.fields().iter().map(move |field| ((kind, *field), 0)));
        Self {
            failures: failures.collect(),
            malformed: malformed.collect(),
        }
    }
}

impl ErrorCounts {
    pub(super) fn add_failure(&mut self, kind: ShareKind, reason: Reason) {
        *self.failures.entry((kind, reason)).or_default() += 1;
    }

    pub(super) fn add_malformed(&mut self, kind: ShareKind, malformed: &MalformedCounts) {
        for (field, count) in malformed {
            *self.malformed.entry((kind, *field)).or_default() += count;
        }
    }
}
