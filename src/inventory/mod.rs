//! One organisation's state at a moment. An [`Inventory`] is what one good answer said, immutable;
//! a [`Standing`] adds when it was obtained and what has failed since; a [`Fleet`] is all of them, and a
//! [`Snapshot`] is that at one moment.
//! Every output reads these and nothing else, so that they all tell the same truth.

mod belief;
mod error_counts;
mod feed;
mod fleet;
mod partner;
mod snapshot;
mod standing;
mod timeline;
mod violations;

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

pub use belief::{Belief, State};
pub use error_counts::ErrorCounts;
pub use feed::FeedStanding;
pub use fleet::{Fleet, FleetHandle, Organization, PartnerClient, View};
pub use partner::{ClientCounts, Partner, PartnerStanding};
pub use snapshot::{Look, PartnerLook, Snapshot};
pub use standing::{Failure, Missing, Poll, Polls, Standing};
pub use timeline::{Tally, Timeline, Totals};
pub use violations::Violations;

use crate::share::{
    Expiry, ExpiryReading, Id, Listing, MalformedCounts, Moment, Protection, Ref, Share, Traits,
    UnixMillis,
};

/// What one good answer of one source said.
#[derive(Debug)]
pub struct Inventory {
    shares: Arc<Box<[Share]>>,
    /// The place of each share, sorted by its ref: those without one come first.
    by_ref: Box<[(Option<Ref>, u32)]>,
    timelines: [Timeline; Protection::ALL.len()],
    /// Until when each camera is shown by some share, ascending.
    cameras: Box<[Expiry]>,
    /// What open shares give beside the moment, where it is known, and until when.
    open_traits: Box<[(Expiry, Traits)]>,
    readings: [u64; ExpiryReading::ALL.len()],
    malformed: MalformedCounts,
    unlisted: Option<u64>,
    partial: bool,
    obtained: Moment,
}

impl Inventory {
    /// Puts in order what an answer listed that had come to its end at `obtained`.
    ///
    /// Records with the same id count as one, which is as open as all of them together.
    pub fn new(listing: Listing, obtained: Moment) -> Arc<Self> {
        let mut shares = listing.shares;
        shares.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        shares.dedup_by(|later, kept| {
            let same = later.id.is_some() && later.id == kept.id;
            if same {
                open_as_both(kept, later);
            }
            same
        });
        let timeline =
            |protection| Timeline::new(shares.iter().filter(|s| s.protection == protection));
        Arc::new(Self {
            timelines: Protection::ALL.map(timeline),
            cameras: shown_until(&shares),
            open_traits: traits_of_open(&shares),
            readings: count_readings(&shares),
            by_ref: sorted_by_ref(&shares),
            // In place, where an `Arc<[Share]>` would be a second copy.
            shares: Arc::new(shares.into_boxed_slice()),
            malformed: listing.malformed,
            unlisted: listing.unlisted,
            partial: listing.partial,
            obtained,
        })
    }

    /// The same without what people called the shares; none where that was not known anyhow.
    fn without_titles(&self) -> Option<Arc<Self>> {
        if self.shares.iter().all(|share| share.title.is_none()) {
            return None;
        }
        let untitled = |share: &Share| Share {
            title: None,
            ..share.clone()
        };
        let listing = Listing {
            shares: self.shares.iter().map(untitled).collect(),
            org_uuid: None,
            malformed: self.malformed.clone(),
            partial: self.partial,
            unlisted: self.unlisted,
        };
        Some(Self::new(listing, self.obtained))
    }

    /// Every share that was listed, each once, sorted by id; those without an id come first.
    pub const fn shares(&self) -> &Arc<Box<[Share]>> {
        &self.shares
    }

    /// The same with their refs and places, sorted by their refs, from this ref on: an order in which a
    /// share stays where it is, however it changes.
    pub fn from_ref(&self, from: Option<Ref>) -> impl Iterator<Item = (Option<Ref>, u32, &Share)> {
        let before = self.by_ref.partition_point(|(known, _)| *known < from);
        let rest = self.by_ref[before..].iter();
        rest.map(|(known, place)| (*known, *place, &self.shares[*place as usize]))
    }

    /// The shares of this ref: one, as a rule.
    pub fn of_ref(&self, asked: Ref) -> impl Iterator<Item = &Share> {
        let from = self.from_ref(Some(asked));
        let of_it = from.take_while(move |(known, ..)| *known == Some(asked));
        of_it.map(|(.., share)| share)
    }

    /// The shares with this protection, by their ends.
    pub fn timeline(&self, protection: Protection) -> &Timeline {
        &self.timelines[protection as usize]
    }

    /// How many distinct cameras the shares that are active at `now` show.
    pub fn cameras(&self, now: UnixMillis) -> u64 {
        let hidden = self.cameras.partition_point(|until| !until.is_active(now));
        (self.cameras.len() - hidden) as u64
    }

    /// How many shares are active at `now`.
    pub fn active(&self, now: UnixMillis) -> u64 {
        let active = |timeline: &Timeline| timeline.at(now).active;
        self.timelines.iter().map(active).sum()
    }

    /// What the open shares that are active at `now` give beside the moment; none of those of which
    /// nothing is known.
    pub fn open_traits(&self, now: UnixMillis) -> impl Iterator<Item = Traits> {
        let active = self
            .open_traits
            .iter()
            .filter(move |(end, _)| end.is_active(now));
        active.map(|(_, traits)| *traits)
    }

    /// Of how many shares the end was read so.
    pub fn read_as(&self, reading: ExpiryReading) -> u64 {
        self.readings[reading as usize]
    }

    /// How many values of each field could not be understood.
    pub fn malformed(&self) -> &MalformedCounts {
        &self.malformed
    }

    /// How many shares Rhombus counts elsewhere and did not list; none where that is not known.
    pub const fn unlisted(&self) -> Option<u64> {
        self.unlisted
    }

    /// Whether the answer warned that it is not whole.
    pub const fn is_partial(&self) -> bool {
        self.partial
    }

    /// When the answer had come to its end.
    pub fn obtained(&self) -> Moment {
        self.obtained
    }
}

/// Where two records of one share differ, it can't be known which is right, so that the reading that
/// hides nothing counts, field by field.
fn open_as_both(share: &mut Share, other: &mut Share) {
    share.protection = share.protection.min(other.protection);
    if other.expiry > share.expiry {
        share.expiry = other.expiry;
        share.expiry_reading = other.expiry_reading;
    }
    share.traits = share.traits.of_both(other.traits);
    share.unread = share.unread.of_both(other.unread);
    share.title = either(
        share.title.take(),
        other.title.take(),
        &mut share.unread.title,
    );
    let (one, two) = (share.stream_type.take(), other.stream_type.take());
    share.stream_type = either(one, two, &mut share.unread.stream_type);
    // Either opens it, and either takes it down.
    share.address = share.address.take().or(other.address.take());
    share.parent = share.parent.take().or(other.parent.take());
    share.created = [share.created, other.created].into_iter().flatten().min();
    let (media, more) = (&mut share.media, &mut other.media);
    if media.footage.len() < more.footage.len() {
        media.footage = std::mem::take(&mut more.footage);
    }
    media.clips = media.clips.max(more.clips);
    media.duration_secs = media.duration_secs.max(more.duration_secs);
    if media.cameras != more.cameras {
        let mut cameras = std::mem::take(&mut media.cameras).into_vec();
        cameras.append(&mut std::mem::take(&mut more.cameras).into_vec());
        cameras.sort_unstable();
        cameras.dedup();
        media.cameras = cameras.into_boxed_slice();
        // Their places are others now.
        let clips = media.footage.iter_mut();
        clips.for_each(|clip| *clip = clip.of_camera(None));
    }
}

/// Either of two texts; where they differ, none of them is known.
fn either<T: PartialEq>(one: Option<T>, two: Option<T>, unread: &mut bool) -> Option<T> {
    match (one, two) {
        (Some(one), Some(two)) if one != two => {
            *unread = true;
            None
        }
        (one, two) => one.or(two),
    }
}

fn traits_of_open(shares: &[Share]) -> Box<[(Expiry, Traits)]> {
    let open = shares
        .iter()
        .filter(|share| share.protection == Protection::None);
    let traits = open.map(|share| (share.expiry, share.traits));
    traits
        .filter(|(_, traits)| *traits != Traits::default())
        .collect()
}

fn sorted_by_ref(shares: &[Share]) -> Box<[(Option<Ref>, u32)]> {
    // More than that many shares would take more memory than an answer may.
    let places = 0..u32::try_from(shares.len()).unwrap_or(u32::MAX);
    let mut by_ref: Vec<_> = shares.iter().map(Share::reference).zip(places).collect();
    by_ref.sort_unstable();
    by_ref.into()
}

fn count_readings(shares: &[Share]) -> [u64; ExpiryReading::ALL.len()] {
    let mut readings = [0; ExpiryReading::ALL.len()];
    for share in shares {
        readings[share.expiry_reading as usize] += 1;
    }
    readings
}

fn shown_until(shares: &[Share]) -> Box<[Expiry]> {
    let mut until: HashMap<&Id, Expiry, RandomState> = HashMap::default();
    for share in shares {
        for camera in &share.media.cameras {
            let end = until.entry(camera).or_insert(share.expiry);
            *end = share.expiry.max(*end);
        }
    }
    let mut ends: Box<[Expiry]> = until.into_values().collect();
    ends.sort_unstable();
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::samples::{share, share_of};

    const NOW: UnixMillis = UnixMillis::from_secs(1_000);

    fn inventory(shares: Vec<Share>) -> Arc<Inventory> {
        let listing = Listing {
            shares,
            ..Listing::default()
        };
        Inventory::new(listing, Moment::default())
    }

    #[test]
    fn records_with_the_same_id_count_once_and_hide_nothing_of_each_other() {
        let past = Expiry::At(NOW.before(std::time::Duration::from_secs(60)));
        let ended_and_open = share_of("a", past, &["one", "two"]);
        let mut active_and_locked = share_of("a", Expiry::Never, &["three", "two"]);
        active_and_locked.protection = Protection::Password;
        active_and_locked.media.clips = 7;
        active_and_locked.created = None;

        let mut expected = share_of("a", Expiry::Never, &["one", "three", "two"]);
        expected.media.clips = 7;
        let records = [ended_and_open.clone(), active_and_locked, ended_and_open];
        for first in 0..records.len() {
            let mut records = records.clone();
            records.rotate_left(first);
            let seen = inventory(records.to_vec());
            assert_eq!(***seen.shares(), [expected.clone()]);
            assert_eq!(seen.timeline(Protection::None).at(NOW).active, 1);
            assert_eq!(seen.cameras(NOW), 3);
        }
    }

    #[test]
    fn records_without_an_id_each_count() {
        let seen = inventory(vec![share(Expiry::Never), share(Expiry::Never)]);
        assert_eq!(seen.timeline(Protection::None).at(NOW).active, 2);
    }

    #[test]
    fn a_camera_counts_once_and_as_long_as_some_share_shows_it() {
        let soon = Expiry::At(NOW.after(std::time::Duration::from_secs(60)));
        let later = Expiry::At(NOW.after(std::time::Duration::from_secs(120)));
        let seen = inventory(vec![
            share_of("a", soon, &["one", "two"]),
            share_of("b", later, &["two"]),
        ]);
        assert_eq!(seen.cameras(NOW), 2);
        assert_eq!(
            seen.cameras(NOW.after(std::time::Duration::from_secs(60))),
            1
        );
        assert_eq!(
            seen.cameras(NOW.after(std::time::Duration::from_secs(120))),
            0
        );
    }
}
