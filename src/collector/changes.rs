//! What the log says when other organisations are watched than before: by a reload, or since a partner has
//! other clients.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tracing::{info, warn};

use super::directory::OrganizationId;
use super::running::Running;
use crate::inventory::Snapshot;

/// So many are named; more are counted.
const NAMED: usize = 20;

type Organizations = BTreeMap<OrganizationId, Arc<Running>>;

/// Says which organisations are no longer watched, are new, have another name or another access.
pub(super) fn tell(before: &Organizations, now: &Organizations) {
    let gone = before.iter().filter(|(key, _)| !now.contains_key(key));
    each(gone, "are no longer watched", |(key, running)| {
        let org = running.organization.name();
        match key {
            OrganizationId::Own(_) => {
                info!(org, "no longer watched: the configuration has lost it")
            }
            OrganizationId::Client { partner, .. } => warn!(
                org,
                partner = &**partner,
                "no longer watched: the partner has it no more, or the configuration leaves it out"
            ),
        }
    });
    let kept = now
        .iter()
        .filter_map(|(key, running)| Some((key, before.get(key)?, running)));
    let changed = kept.filter(|(_, before, now)| !Arc::ptr_eq(before, now));
    each(changed, "have changed", |(_, before, now)| {
        let org = now.organization.name();
        let name = before.organization.name();
        if name != org {
            info!(org, before = name, "the client has another name");
        }
        match (
            before.settings.access.is_allowed(),
            now.settings.access.is_allowed(),
        ) {
            (true, false) => warn!(org, "the client has withdrawn access, and is not watched"),
            (false, true) => info!(org, "the client gives access again"),
            _ => {}
        }
    });
    // The first list of a partner is no news, but for those that can't be watched.
    let known: BTreeSet<_> = before.keys().filter_map(OrganizationId::partner).collect();
    let new = now
        .iter()
        .filter(|(key, _)| !before.contains_key(key))
        .filter(|(key, running)| {
            let is_allowed = running.settings.access.is_allowed();
            let partner = key.partner();
            partner.is_some_and(|partner| known.contains(partner) || !is_allowed)
        });
    each(new, "are new", |(key, running)| {
        let (org, partner) = (running.organization.name(), key.partner());
        match running.settings.access.is_allowed() {
            true => info!(org, partner, "a new client, which is watched from now on"),
            false => warn!(
                org,
                partner, "a client that gives no access, and is not watched"
            ),
        }
    });
}

/// Says which of those that start are watched under another name too.
pub(super) fn tell_duplicates(snapshot: &Snapshot, starting: &[Arc<Running>]) {
    let duplicates = snapshot.duplicates();
    let starting = starting
        .iter()
        .filter_map(|running| running.organization.identity().uuid.clone());
    let starting: BTreeSet<_> = starting.collect();
    let new = duplicates
        .into_iter()
        .filter(|(uuid, _)| starting.contains(*uuid));
    each(new, "are watched under several names", |(_, names)| {
        let names = names.join(", ");
        warn!(names, "these are one organisation, whose links count twice");
    });
}

fn each<T>(all: impl Iterator<Item = T>, what: &str, tell: impl Fn(T)) {
    let mut more = 0;
    for (index, one) in all.enumerate() {
        match index {
            ..NAMED => tell(one),
            _ => more += 1,
        }
    }
    if more > 0 {
        warn!(more, "further organisations {what}");
    }
}
