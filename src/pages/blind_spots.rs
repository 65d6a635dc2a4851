//! What the keys may not see, in words. Where there is any of it, the numbers are a part of the truth.

use std::collections::BTreeMap;

use super::words;
use crate::inventory::{Look, Snapshot};
use crate::share::ShareKind;

/// How many organisations are named in a sentence.
const MAX_NAMES: usize = 5;

/// What is known not to be seen, of all organisations.
#[derive(Default)]
pub(super) struct BlindSpots {
    /// How many shares of each kind are counted elsewhere and not listed.
    unlisted: BTreeMap<ShareKind, u64>,
    /// The organisations that have some.
    short: Vec<String>,
    /// The organisations whose key is no super admin, perhaps with its role.
    limited: Vec<String>,
    /// How many organisations have been seen of whose key Rhombus does not say what it may see.
    untold: u64,
}

impl BlindSpots {
    /// Of whom the page is for, `is_identified` says whether they have logged in: only they are
    /// shown what people have written, here the name of a role.
    pub(super) fn new(snapshot: &Snapshot, is_identified: bool) -> Self {
        let mut spots = Self::default();
        let all = snapshot.organizations.iter();
        for look in all.filter(|look| look.organization.is_allowed()) {
            spots.add_unlisted(look, snapshot);
            if look.permissions.super_admin == Some(false) {
                let role = look.permissions.role.as_deref().filter(|_| is_identified);
                spots.limited.push(with_role(look, role));
            }
            let is_seen = look.belief(&snapshot.view).is_known();
            spots.untold += u64::from(is_seen && look.permissions.super_admin.is_none());
        }
        spots
    }

    fn add_unlisted(&mut self, look: &Look, snapshot: &Snapshot) {
        let inventory = |standing| look.inventory(standing, &snapshot.view);
        let mut any = false;
        for (kind, standing) in &look.standings {
            let unlisted = inventory(standing).and_then(|inventory| inventory.unlisted());
            if let Some(unlisted) = unlisted.filter(|unlisted| *unlisted > 0) {
                let of_kind = self.unlisted.entry(*kind).or_default();
                *of_kind = of_kind.saturating_add(unlisted);
                any = true;
            }
        }
        if any {
            self.short.push(look.name().to_owned());
        }
    }

    /// Whether nothing is known not to be seen.
    pub(super) fn is_none(&self) -> bool {
        self.short.is_empty() && self.limited.is_empty()
    }

    /// How many shares are counted elsewhere and not listed.
    pub(super) fn unlisted(&self) -> u64 {
        let numbers = self.unlisted.values();
        numbers.fold(0, |sum, number| sum.saturating_add(*number))
    }

    /// A sentence on each.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if !self.short.is_empty() {
            let more = words::counted(self.unlisted(), "more link");
            let of_kind = |(kind, number): (&ShareKind, &u64)| words::counted(*number, kind.noun());
            let kinds: Vec<_> = self.unlisted.iter().map(of_kind).collect();
            let key = one_or_more(&self.short, "this key", "these keys");
            sentences.push(format!(
                "Rhombus counts {more} than it lists to {key}: {} ({}). They are not counted here.",
                kinds.join(", "),
                first_of(&self.short)
            ));
        }
        if !self.limited.is_empty() {
            let one = "This key is not a super admin; it may not see all";
            let more = "These keys are not super admins; they may not see all";
            let what = one_or_more(&self.limited, one, more);
            sentences.push(format!("{what}: {}.", first_of(&self.limited)));
        }
        if self.untold > 0 {
            let untold = words::counted(self.untold, "organisation");
            sentences.push(format!(
                "Rhombus does not say whether the key may see all: {untold}."
            ));
        }
        sentences
    }
}

fn one_or_more(names: &[String], one: &'static str, more: &'static str) -> &'static str {
    if names.len() == 1 { one } else { more }
}

/// The name of the organisation, and the role of its key where that is to be shown.
fn with_role(look: &Look, role: Option<&str>) -> String {
    match role {
        Some(role) => format!("{} (its role is “{}”)", look.name(), words::visible(role)),
        None => look.name().to_owned(),
    }
}

/// The first few names, and how many more there are.
fn first_of(names: &[String]) -> String {
    let (first, rest) = names.split_at(names.len().min(MAX_NAMES));
    let first = first.join(", ");
    match rest.len() as u64 {
        0 => first,
        more => format!("{first} and {} more", words::count(more)),
    }
}
