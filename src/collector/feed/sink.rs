//! Who takes in what an audit feed told, and knows how far it has been read.

use std::sync::Arc;

use crate::inventory::Organization;
use crate::share::{Activity, AttributedShares};
use crate::store::FeedPosition;

/// Takes in what happened in organisations. It must not wait: the feed is read on.
pub(in crate::collector) trait ActivitySink: Send + Sync {
    /// How far the feed of this organisation was read; none where it never was. Its uuid is known by now where
    /// the key may ask for it, and else may become known later.
    fn position(&self, organization: &Organization) -> Option<FeedPosition>;

    /// Takes in what happened, each event once and in order of time, and how far the feed has been read with
    /// them: both or neither. What is told late comes later than what happened after it. Whether it did: where
    /// not, it is to be read again.
    fn take(
        &self,
        organization: &Organization,
        activities: Vec<Activity>,
        position: FeedPosition,
    ) -> bool;

    /// What is known of an organisation's shares from all that was taken in.
    fn attributions(&self, organization: &Organization) -> Arc<AttributedShares>;
}
