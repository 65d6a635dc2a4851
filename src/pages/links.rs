//! Links that work now, counted: of a list, and of many together.

use crate::inventory::Inventory;
use crate::share::{Maker, Protection, Traits, UnixMillis, Window};

/// What is shared: counts of links that work now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    /// Of each protection, in the order of [`Protection::ALL`].
    by_protection: [u64; Protection::ALL.len()],
    /// That never end.
    pub(super) without_expiry: u64,
    /// That end within the window of [`soon`](super::standings::soon).
    pub(super) expiring: u64,
    /// What else the open ones give.
    pub(super) open_traits: TraitCounts,
}

/// How many links there are of each trait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TraitCounts {
    pub(super) past_footage: u64,
    pub(super) sound: u64,
    pub(super) scheduled: u64,
    pub(super) by_service: u64,
}

impl TraitCounts {
    fn of(traits: Traits) -> Self {
        Self {
            past_footage: traits.past_footage.into(),
            sound: traits.sound.into(),
            scheduled: traits.scheduled.into(),
            by_service: (traits.maker == Maker::Service).into(),
        }
    }

    fn with(self, other: Self) -> Self {
        Self {
            past_footage: self.past_footage + other.past_footage,
            sound: self.sound + other.sound,
            scheduled: self.scheduled + other.scheduled,
            by_service: self.by_service + other.by_service,
        }
    }
}

impl Links {
    pub(super) fn of(inventory: &Inventory, soon: Option<&Window>, now: UnixMillis) -> Self {
        let traits = inventory.open_traits(now).map(TraitCounts::of);
        let mut links = Self {
            open_traits: traits.fold(TraitCounts::default(), TraitCounts::with),
            ..Self::default()
        };
        for protection in Protection::ALL {
            let timeline = inventory.timeline(protection);
            let seen = timeline.at(now);
            links.by_protection[protection as usize] = seen.active;
            links.without_expiry += seen.without_expiry;
            links.expiring += soon.map_or(0, |soon| timeline.expiring(now, soon.duration));
        }
        links
    }

    pub(super) fn with(mut self, other: Self) -> Self {
        self.open_traits = self.open_traits.with(other.open_traits);
        for (sum, count) in self.by_protection.iter_mut().zip(other.by_protection) {
            *sum += count;
        }
        self.without_expiry += other.without_expiry;
        self.expiring += other.expiring;
        self
    }

    /// With this protection.
    pub(super) const fn protected_by(&self, protection: Protection) -> u64 {
        self.by_protection[protection as usize]
    }

    /// Without protection.
    pub(super) const fn open(&self) -> u64 {
        self.protected_by(Protection::None)
    }

    /// All of them.
    pub(super) fn total(&self) -> u64 {
        self.by_protection.iter().sum()
    }
}
