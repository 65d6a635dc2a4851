//! The limits of the server: how many connections it has of how many it may have, and how often it
//! has refused someone.

use std::collections::BTreeMap;

use exporter_web::{ConnectionCount, Refused};

use super::families::{Family, Spec, as_value};

static OPEN: Spec = Spec::gauge(
    "rhombus_share_exporter_http_connections",
    &[],
    "Connections that clients have open.",
);
static LIMIT: Spec = Spec::gauge(
    "rhombus_share_exporter_http_connections_limit",
    &[],
    "How many connections may be open; one more takes the place of an idle one.",
);

static REFUSED: Spec = Spec::counter(
    "rhombus_share_exporter_http_refused_total",
    &["reason"],
    "Requests that were refused and connections that were cut, by reason.",
);

/// Tells how many connections there are now, without waiting.
pub type CountConnections = Box<dyn Fn() -> ConnectionCount + Send + Sync>;

/// The value of the label `reason` where too much waited to be made: the one that is not the server's.
const OVERLOADED: &str = "overloaded";

/// What can be said of the server's connections, and of who was turned away behind it, `overloads` times.
pub(super) fn families(count: &ConnectionCount, overloads: u64) -> [Family<'_>; 3] {
    let refused = Family::new(&REFUSED, move |series| {
        let labels = Refused::ALL.map(Refused::label).into_iter();
        let mut by_label: BTreeMap<_, _> = labels.zip(count.refused).collect();
        by_label.insert(OVERLOADED, overloads);
        for (reason, count) in by_label {
            series.push_count(&[reason], count);
        }
    });
    [
        Family::of(&OPEN, as_value(count.open as u64)),
        Family::of(&LIMIT, as_value(count.limit as u64)),
        refused,
    ]
}
