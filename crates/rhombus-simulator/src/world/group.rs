//! What a page of clips and a page of timelapses have in common: all but what is on them.

use serde_json::Value;

use super::demo::Page;
use super::{Uuid, object, set};

/// What differs from page to page.
pub(super) struct Group<'a> {
    pub(super) uuid: Uuid,
    pub(super) org: Uuid,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    /// Epoch milliseconds.
    pub(super) created: i64,
    /// Where that is said of the page already; none where it is said later.
    pub(super) expiration: Option<Value>,
    /// Likewise.
    pub(super) secured: Option<Value>,
}

impl<'a> Group<'a> {
    /// A page of the demo, whose protection and end change while one watches.
    pub(super) fn demo(page: &Page<'a>) -> Self {
        Self {
            uuid: page.uuid,
            org: page.org,
            title: page.scene.title,
            description: page.scene.description,
            created: page.created,
            expiration: None,
            secured: None,
        }
    }

    /// The page with what is on it, in a list of this name.
    pub(super) fn record(self, list: &str, on_it: Vec<Value>) -> Value {
        let mut record = object([
            ("uuid", self.uuid.into()),
            ("orgUuid", self.org.into()),
            ("title", self.title.into()),
            ("description", self.description.into()),
            ("createdAtMillis", self.created.into()),
            (list, on_it.into()),
        ]);
        set(&mut record, "expirationTimeSecs", self.expiration);
        set(&mut record, "isSecured", self.secured);
        record
    }
}
