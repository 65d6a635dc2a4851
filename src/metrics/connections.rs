//! The limit on the server's connections, and how near to it the server is.

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use super::families::{Family, Spec};

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

/// How many connections there are.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionCount {
    /// Open now.
    pub open: usize,
    /// How many may be open.
    pub limit: usize,
}

/// Tells how many connections there are now, without waiting.
pub type CountConnections = Box<dyn Fn() -> ConnectionCount + Send + Sync>;

/// The collector of the server's connections.
pub(super) struct Connections {
    count: CountConnections,
    descs: [Desc; 2],
}

impl Connections {
    pub(super) fn new(count: CountConnections) -> Self {
        Self {
            count,
            descs: [OPEN.desc(), LIMIT.desc()],
        }
    }
}

impl Collector for Connections {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let family = |spec, count: usize| {
            let mut family = Family::new(spec);
            family.push_count(&[], count as u64);
            family.finish()
        };
        let ConnectionCount { open, limit } = (self.count)();
        vec![family(&OPEN, open), family(&LIMIT, limit)]
    }
}
