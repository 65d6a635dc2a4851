//! What has changed between what the trail last said of a list and a good, whole look at it. Pure.

use super::event::Event;
use super::picture::{Picture, Presence, State};
use crate::inventory::Inventory;
use crate::share::{Ref, Share, UnixMillis};

/// Something that has happened to one share.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    /// What.
    pub(super) event: Event,
    /// What the trail says of it from now on; the number of the change is in it.
    pub(super) after: Picture,
    /// What it was like before, where that is told.
    pub(super) was: Option<State>,
    /// The place of the share in the look, where what it shows is told.
    pub(super) shown: Option<u32>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// What the trail says of every share from now on, sorted by ref.
    pub(super) pictures: Vec<Picture>,
    /// Sorted by ref; those of one share in their order.
    pub(super) changes: Vec<Change>,
    /// How many shares have no ref of their own.
    pub(super) nameless: u32,
}

/// How a list is compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// Whether it is looked at for the first time: what is there was there before.
    pub(super) is_first: bool,
    /// Whether what was known is of another organisation, which is looked at no more.
    pub(super) is_others: bool,
    /// Only shares that were made since then were asked for; none: all.
    pub(super) made_since: Option<UnixMillis>,
}

/// Compares a look with what was known, sorted by ref.
pub(super) fn compare(look: &Inventory, known: &[Picture], terms: Terms) -> Compared {
    let mut comparison = Comparison {
        now: look.obtained().time,
        terms,
        compared: Compared {
            pictures: Vec::with_capacity(known.len()),
            ..Compared::default()
        },
    };
    let mut known = known.iter().peekable();
    let mut last = None;
    for (reference, place, share) in look.from_ref(None) {
        // Two shares of one ref can't be told from each other either.
        let Some(reference) = reference.filter(|it| last != Some(*it)) else {
            comparison.compared.nameless += 1;
            continue;
        };
        last = Some(reference);
        while let Some(gone) = known.next_if(|it| it.reference < reference) {
            comparison.is_missing(gone);
        }
        let before = known.next_if(|it| it.reference == reference).copied();
        comparison.is_listed(reference, before, (place, share));
    }
    known.for_each(|gone| comparison.is_missing(gone));
    comparison.compared
}

struct Comparison {
    now: UnixMillis,
    terms: Terms,
    compared: Compared,
}

impl Comparison {
    fn is_listed(
        &mut self,
        reference: Ref,
        before: Option<Picture>,
        (place, share): (u32, &Share),
    ) {
        let seen = State::of(share);
        let mut picture = before.unwrap_or(Picture {
            reference,
            number: 0,
            presence: Presence::Unseen,
            has_ended: false,
            state: seen,
        });
        let presence = std::mem::replace(&mut picture.presence, Presence::Listed);
        let is_new = presence != Presence::Listed || self.terms.is_first;
        let state = match is_new {
            true => seen,
            false => seen.where_read(share.unread, picture.state),
        };
        let was = std::mem::replace(&mut picture.state, state);
        let has_ended = !state.expiry.is_active(self.now);
        // One that works again has not ended: what is kept with an event has to say so too.
        picture.has_ended &= has_ended;
        if is_new {
            let event = match (self.terms.is_first, presence) {
                (true, _) | (_, Presence::Unwatched) => Event::Baseline,
                _ => Event::Created,
            };
            // What ended before anybody looked has ended, which is no news.
            picture.has_ended = has_ended && event == Event::Baseline;
            self.push(event, &mut picture, None, Some(place));
        } else {
            for event in differences(was, state) {
                let tells = matches!(event, Event::ContentChanged | Event::Renamed);
                self.push(event, &mut picture, Some(was), tells.then_some(place));
            }
        }
        if has_ended && !picture.has_ended {
            picture.has_ended = true;
            self.push(Event::Expired, &mut picture, Some(state), None);
        }
        picture.has_ended = has_ended;
        self.compared.pictures.push(picture);
    }

    fn is_missing(&mut self, before: &Picture) {
        let mut picture = *before;
        if picture.presence == Presence::Listed {
            let state = picture.state;
            let has_ended = !state.expiry.is_active(self.now);
            let is_asked_for = state.created >= self.terms.made_since;
            let (event, presence) = match () {
                () if self.terms.is_others || !is_asked_for => {
                    (Event::Unwatched, Presence::Unwatched)
                }
                // Rhombus may list no more what has ended.
                () if has_ended && !picture.has_ended => (Event::Expired, Presence::Removed),
                () => (Event::Removed, Presence::Removed),
            };
            picture.presence = presence;
            picture.has_ended = has_ended;
            self.push(event, &mut picture, Some(state), None);
        }
        self.compared.pictures.push(picture);
    }

    fn push(&mut self, event: Event, after: &mut Picture, was: Option<State>, shown: Option<u32>) {
        after.number = after.number.saturating_add(1);
        self.compared.changes.push(Change {
            event,
            after: *after,
            was,
            shown,
        });
    }
}

/// In what two states of one share differ.
fn differences(was: State, is: State) -> impl Iterator<Item = Event> {
    let protection = match is.protection.cmp(&was.protection) {
        std::cmp::Ordering::Less => Some(Event::Unsecured),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Event::Secured),
    };
    let expiry = match is.expiry.cmp(&was.expiry) {
        std::cmp::Ordering::Less => Some(Event::ExpiryShortened),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Event::ExpiryExtended),
    };
    // What is 0 is not known, and so is no other than before.
    let is_other = |was: u64, is: u64| was != 0 && is != 0 && was != is;
    let content = is_other(was.content, is.content).then_some(Event::ContentChanged);
    let title = is_other(was.title, is.title).then_some(Event::Renamed);
    [protection, expiry, content, title].into_iter().flatten()
}

#[cfg(test)]
mod tests;
