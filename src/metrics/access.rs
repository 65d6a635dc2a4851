//! What the key may not see, and who may enter without a link. What Rhombus does not say is absent, since
//! a 0 would say that there is nothing.

use super::families::{Family, Spec};
use super::inventories::{lists, watched};
use crate::inventory::{Inventory, Snapshot};
use crate::share::Expiry;

static KEY: Spec = Spec::gauge(
    "rhombus_key_info",
    &["org", "super_admin"],
    "1: whether the key is a super admin, which may see everything; absent where Rhombus has not said.",
);
static ACCESS: Spec = Spec::gauge(
    "rhombus_org_access_until_timestamp_seconds",
    &["org", "who"],
    "Until when Rhombus's support or a partner may enter, +Inf where that is no date; absent where nobody may.",
);
static UNLISTED: Spec = Spec::gauge(
    "rhombus_shares_unlisted",
    &["org", "kind"],
    "Shares that Rhombus counts elsewhere and does not list to this key; absent where that is not known.",
);

/// What can be said of keys and of other ways in.
pub(super) fn families(snapshot: &Snapshot) -> [Family<'_>; 3] {
    [key(snapshot), access(snapshot), unlisted(snapshot)]
}

fn key(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&KEY, |series| {
        for look in watched(snapshot) {
            if let Some(super_admin) = look.permissions.super_admin {
                let super_admin = if super_admin { "true" } else { "false" };
                series.push(&[look.name(), super_admin], 1.0);
            }
        }
    })
}

fn access(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&ACCESS, |series| {
        for look in watched(snapshot) {
            let access = &look.access;
            for (who, until) in [("partner", access.partner), ("support", access.support)] {
                if let Some(until) = until {
                    series.push(&[look.name(), who], timestamp(until));
                }
            }
        }
    })
}

fn timestamp(until: Expiry) -> f64 {
    match until {
        Expiry::At(moment) => moment.as_secs_f64(),
        Expiry::Never => f64::INFINITY,
    }
}

fn unlisted(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&UNLISTED, |series| {
        for list in lists(snapshot) {
            let inventory = list.inventory(&snapshot.view);
            if let Some(unlisted) = inventory.and_then(Inventory::unlisted) {
                series.push_count(&[list.org(), list.kind.label()], unlisted);
            }
        }
    })
}
