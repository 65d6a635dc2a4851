//! What is kept, to test with.

use std::sync::Arc;

use std::time::Duration;

use super::{Change, Checkpoint, KeptList, ListKey, TrailHandler, Tree, WrittenLine};
use crate::share::samples::share_of;
use crate::share::{ExceptionUse, Expiry, Id, ShareKey, ShareKind, UnixMillis, Violation};

/// The list of clip pages of an organisation.
pub(super) fn key(organization: &str) -> ListKey {
    ListKey {
        partner: None,
        organization: organization.to_owned(),
        kind: ShareKind::ClipGroup,
    }
}

/// A list of so many shares, each of which breaks a rule, seen then.
pub(super) fn list(seen: i64, shares: usize) -> KeptList {
    let id = |number: usize| format!("share-{number}");
    let share = |number| share_of(&id(number), Expiry::Never, &["AAAAAAAAAAAAAAAAAAAAAA"]);
    let violation = |number| Violation {
        rule: "unsecured".into(),
        share: ShareKey::Id(Id::parse(&id(number))),
        since: UnixMillis(seen),
        exception: None,
        has_series: true,
    };
    KeptList {
        name: "acme".to_owned(),
        org_uuid: Some(Id::Text("org".into())),
        seen: UnixMillis(seen),
        shares: Arc::new((0..shares).map(share).collect()),
        violations: (0..shares).map(violation).collect::<Arc<_>>(),
    }
}

/// That list is seen.
pub(super) fn seen(organization: &str, seen: i64, shares: usize) -> Change {
    Change::List(key(organization), list(seen, shares))
}

/// When an exception was of use.
pub(super) fn exception(last_match: i64) -> ExceptionUse {
    ExceptionUse {
        first_seen: UnixMillis(1),
        last_match: UnixMillis(last_match),
    }
}

/// One who signs with words.
pub(super) struct Handler;

impl TrailHandler for Handler {
    fn sign(&self, origin: &str, tree: &Tree, _: Option<&Checkpoint>) -> Option<String> {
        Some(format!("{origin} {} {:02x?}", tree.size(), tree.root()))
    }

    fn is_ours(&self, checkpoint: &Checkpoint) -> bool {
        let signed = format!(" {} {:02x?}", checkpoint.size, checkpoint.root);
        checkpoint.note.ends_with(&signed)
    }

    fn retention(&self) -> Option<Duration> {
        None
    }

    fn written(&self, _: &[WrittenLine]) {}

    fn sealed(&self, _: &Checkpoint) {}

    fn broken(&self, _: &str) {}
}
