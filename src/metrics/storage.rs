//! How the writing of what outlasts the process goes.

use std::sync::Arc;

use super::audit;
use super::families::{Family, Spec, as_value};
use crate::audit::Progress;
use crate::store::KeeperStats;

static WRITE_ERRORS: Spec = Spec::counter(
    "rhombus_share_exporter_storage_write_errors_total",
    &[],
    "Writes to --storage.path that failed; what was to be written is held, and tried again.",
);
static PENDING: Spec = Spec::gauge(
    "rhombus_share_exporter_storage_pending_lists",
    &[],
    "Lists whose last good look is not on the disk yet.",
);
static LAST_SUCCESS: Spec = Spec::gauge(
    "rhombus_share_exporter_storage_last_success_timestamp_seconds",
    &[],
    "When something was last written to --storage.path; at the start, when it was opened.",
);

/// Tells how it goes now, without waiting.
pub type WatchStorage = Box<dyn Fn() -> KeeperStats + Send + Sync>;

/// Whom to ask about what outlasts the process.
pub(super) struct Storage {
    pub(super) watch: WatchStorage,
    /// How far the audit trail in it has got.
    pub(super) trail: Arc<Progress>,
}

/// What can be said of it.
pub(super) fn families(storage: &Storage) -> impl Iterator<Item = Family<'_>> {
    let stats = (storage.watch)();
    let writing = [
        Family::of(&WRITE_ERRORS, as_value(stats.write_errors)),
        Family::of(&PENDING, as_value(stats.pending as u64)),
        Family::of(&LAST_SUCCESS, stats.last_success.as_secs_f64()),
    ];
    writing
        .into_iter()
        .chain(audit::families(&storage.trail, stats))
}
