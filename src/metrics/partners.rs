//! Where organisations come from a partner: which client is whose, and what became of each list of clients.
//! And which part of all of them this exporter watches.

use super::families::{Family, Spec};
use crate::inventory::Snapshot;

static CLIENT: Spec = Spec::gauge(
    "rhombus_partner_client_info",
    &["partner", "org", "access"],
    "1: the organisation is this partner's client; access is allowed or not_allowed, as the client has it.",
);
static CLIENTS: Spec = Spec::gauge(
    "rhombus_partner_clients",
    &["partner", "state"],
    "Clients of the partner's last good list, each once, by what became of them.",
);
static REFRESH: Spec = Spec::gauge(
    "rhombus_partner_refresh_seconds",
    &["partner"],
    "The configured time from one look at the partner's clients to the next.",
);
static SHARD: Spec = Spec::gauge(
    "rhombus_share_exporter_shard",
    &["index", "count"],
    "1: which part of the organisations this exporter watches, from 0; absent where it watches all.",
);

/// What can be said of partners.
pub(super) fn families(snapshot: &Snapshot) -> [Family<'_>; 4] {
    [
        client(snapshot),
        clients(snapshot),
        refresh(snapshot),
        shard(snapshot),
    ]
}

fn client(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&CLIENT, |series| {
        for look in &snapshot.organizations {
            if let Some(client) = look.organization.client() {
                let access = match client.is_allowed {
                    true => "allowed",
                    false => "not_allowed",
                };
                series.push(&[&client.partner, look.name(), access], 1.0);
            }
        }
    })
}

/// Absent until there was a list: a 0 would say that there are none.
fn clients(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&CLIENTS, |series| {
        let partners = snapshot.partners.iter();
        for look in partners.filter(|look| look.standing.is_known()) {
            for (state, count) in look.standing.clients.by_state() {
                series.push_count(&[look.partner.name(), state], count);
            }
        }
    })
}

fn refresh(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&REFRESH, |series| {
        for look in &snapshot.partners {
            series.push(&[look.partner.name()], look.partner.refresh().as_secs_f64());
        }
    })
}

fn shard(snapshot: &Snapshot) -> Family<'_> {
    Family::new(&SHARD, |series| {
        let shard = snapshot.view.shard;
        if shard.is_part() {
            let (index, count) = (shard.index().to_string(), shard.count().to_string());
            series.push(&[&index, &count], 1.0);
        }
    })
}
