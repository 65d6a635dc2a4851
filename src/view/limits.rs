//! What is not asked for, or may not be told, though nothing has failed: the limits of what is seen. They stand
//! beside what could not be seen, since "no link" is no answer without them.

use std::time::Duration;

use super::Filter;
use super::not_seen::{NotSeen, Unseen};
use crate::inventory::{Look, Snapshot};
use crate::share::{ShareKind, span};

/// From here on it is said that clocks differ.
const SKEW: Duration = Duration::from_secs(5 * 60);

/// The limits of what is seen, for those who ask this.
pub fn limits(snapshot: &Snapshot, filter: &Filter) -> Vec<NotSeen> {
    let mut limits = of_configuration(snapshot);
    if snapshot.organizations.is_empty() {
        limits.push(limit(
            Unseen::NoOrganization,
            "no organisation is watched".to_owned(),
        ));
    }
    limits.extend(of_partners(snapshot));
    let looks = snapshot.organizations.iter();
    let looks = looks.filter(|look| look.organization.is_allowed());
    limits.extend(looks.flat_map(|look| of_organization(look, filter)));
    for names in snapshot.duplicates().values() {
        let others = names.join(", ");
        limits.push(NotSeen {
            org: names.first().map(|name| (*name).to_owned()),
            ..limit(
                Unseen::Duplicate,
                format!("one organisation has several names: {others}"),
            )
        });
    }
    if filter.text.is_some() && !snapshot.view.keep_titles {
        let detail = "titles are not kept (collect.keep_titles), so none can be searched";
        limits.push(limit(Unseen::NoTitles, detail.to_owned()));
    }
    limits.extend(of_clocks(snapshot));
    limits
}

fn limit(reason: Unseen, detail: String) -> NotSeen {
    NotSeen {
        org: None,
        partner: None,
        source: None,
        reason: reason.label(),
        detail,
        last_seen: None,
    }
}

/// What the configuration leaves out.
fn of_configuration(snapshot: &Snapshot) -> Vec<NotSeen> {
    let view = &snapshot.view;
    let mut limits = Vec::new();
    let of_list = |kind: ShareKind, reason, detail| NotSeen {
        source: Some(kind.list()),
        ..limit(reason, detail)
    };
    let clips = ShareKind::ClipGroup;
    if let Some(lookback) = view.lookback.filter(|_| view.kinds.contains(&clips)) {
        let lookback = span::show(lookback);
        let detail =
            format!("those made more than {lookback} ago are not asked for (collect.lookback)");
        limits.push(of_list(clips, Unseen::Lookback, detail));
    }
    for kind in ShareKind::ALL {
        if !view.kinds.contains(&kind) {
            let detail = "they are not asked for (collect.sources)".to_owned();
            limits.push(of_list(kind, Unseen::NotWatched, detail));
        }
    }
    if view.shard.is_part() {
        let shard = view.shard;
        let detail =
            format!("only shard {shard} of the organisations is watched here (collect.shard)");
        limits.push(limit(Unseen::Shard, detail));
    }
    limits
}

fn of_partners(snapshot: &Snapshot) -> impl Iterator<Item = NotSeen> {
    let empty = snapshot.partners.iter().filter(|look| {
        let counts = look.standing.clients.by_state();
        let is_known = look.standing.polls.last_success().is_some();
        is_known && counts.iter().all(|(_, count)| *count == 0)
    });
    empty.map(|look| NotSeen {
        partner: Some(look.partner.name().to_owned()),
        ..limit(Unseen::NoClient, "it has no client".to_owned())
    })
}

fn of_organization(look: &Look, filter: &Filter) -> Vec<NotSeen> {
    let mut limits = Vec::new();
    let of_it = |reason, detail: &str| NotSeen {
        org: Some(look.name().to_owned()),
        ..limit(reason, detail.to_owned())
    };
    if look.permissions.super_admin == Some(false) {
        let detail = "its key is not a super admin's, and may not see all links";
        limits.push(of_it(Unseen::LimitedKey, detail));
    }
    if filter.camera.is_some() && look.camera_names.is_empty() {
        let detail = "the names of its cameras are not known";
        limits.push(of_it(Unseen::NoCameraNames, detail));
    }
    limits
}

fn of_clocks(snapshot: &Snapshot) -> Option<NotSeen> {
    let skews = snapshot.clock_skews().into_values().map(i64::unsigned_abs);
    let skew = Duration::from_secs(skews.max()?);
    (skew >= SKEW).then(|| {
        let skew = span::show(skew);
        let detail = format!(
            "this machine's clock and Rhombus's differ by {skew}: what has ended may not have"
        );
        limit(Unseen::Clock, detail)
    })
}
