use proptest::prelude::*;

use super::*;
use crate::share::samples::share_of;
use crate::share::{Expiry, Listing, Moment, Protection};

const HOUR: i64 = 3_600_000;

fn look_at(now: i64, shares: Vec<Share>) -> std::sync::Arc<Inventory> {
    let listing = Listing {
        shares,
        ..Listing::default()
    };
    let obtained = Moment {
        time: UnixMillis(now),
        uptime: std::time::Duration::ZERO,
    };
    Inventory::new(listing, obtained)
}

fn link(id: &str) -> Share {
    share_of(id, Expiry::Never, &["a"])
}

fn first(shares: Vec<Share>) -> Vec<Picture> {
    let terms = Terms {
        is_first: true,
        is_others: false,
        made_since: None,
    };
    compare(&look_at(0, shares), &[], terms).pictures
}

fn then(known: &[Picture], now: i64, shares: Vec<Share>) -> Compared {
    then_since(known, now, shares, None)
}

fn then_since(
    known: &[Picture],
    now: i64,
    shares: Vec<Share>,
    made_since: Option<UnixMillis>,
) -> Compared {
    let terms = Terms {
        is_first: false,
        is_others: false,
        made_since,
    };
    compare(&look_at(now, shares), known, terms)
}

fn events(compared: &Compared) -> Vec<(Event, u32)> {
    let changes = compared.changes.iter();
    changes.map(|it| (it.event, it.after.number)).collect()
}

#[test]
fn what_is_there_at_the_first_look_was_there_before() {
    let terms = Terms {
        is_first: true,
        is_others: false,
        made_since: None,
    };
    let ended = share_of("b", Expiry::At(UnixMillis(1)), &[]);
    let compared = compare(&look_at(HOUR, vec![link("a"), ended]), &[], terms);
    assert_eq!(events(&compared), [(Event::Baseline, 1); 2]);
    // That one has ended is no news later either.
    let ended = share_of("b", Expiry::At(UnixMillis(1)), &[]);
    let later = then(&compared.pictures, 2 * HOUR, vec![link("a"), ended]);
    assert_eq!(events(&later), []);
}

#[test]
fn each_change_of_a_link_is_an_event_with_a_number() {
    let known = first(vec![link("a")]);
    let with = |change: fn(&mut Share)| {
        let mut share = link("a");
        share.title = Some("Door".into());
        change(&mut share);
        share
    };
    let known = then(&known, 1, vec![with(|_| ())]).pictures;
    for (change, event) in [
        (
            (|it| it.protection = Protection::Password) as fn(&mut Share),
            Event::Secured,
        ),
        (
            |it| it.expiry = Expiry::At(UnixMillis(HOUR)),
            Event::ExpiryShortened,
        ),
        (|it| it.media.clips = 9, Event::ContentChanged),
        (|it| it.traits.sound = true, Event::ContentChanged),
        (|it| it.title = Some("Gate".into()), Event::Renamed),
    ] {
        let compared = then(&known, 2, vec![with(change)]);
        assert_eq!(events(&compared), [(event, 2)]);
        assert_eq!(events(&then(&compared.pictures, 3, vec![with(change)])), []);
    }
    let locked = then(&known, 2, vec![with(|it| it.protection = Protection::Sso)]);
    let opened = then(
        &locked.pictures,
        3,
        vec![with(|it| it.protection = Protection::Password)],
    );
    assert_eq!(events(&opened), [(Event::Unsecured, 3)]);
    let both = |it: &mut Share| {
        (it.protection, it.expiry) = (Protection::Password, Expiry::At(UnixMillis(HOUR)));
    };
    let both = then(&known, 2, vec![with(both)]);
    assert_eq!(
        events(&both),
        [(Event::Secured, 2), (Event::ExpiryShortened, 3)]
    );
    assert_eq!(both.pictures[0].number, 3);
}

#[test]
fn a_link_that_goes_and_comes_again_counts_on() {
    let known = first(vec![link("a")]);
    let gone = then(&known, 1, vec![]);
    assert_eq!(events(&gone), [(Event::Removed, 2)]);
    assert_eq!(events(&then(&gone.pictures, 2, vec![])), []);
    let back = then(&gone.pictures, 2, vec![link("a")]);
    assert_eq!(events(&back), [(Event::Created, 3)]);
}

#[test]
fn a_link_that_ends_by_itself_is_not_removed() {
    let ends = || Share {
        expiry: Expiry::At(UnixMillis(HOUR)),
        ..link("a")
    };
    let known = first(vec![ends()]);
    assert_eq!(events(&then(&known, HOUR - 1, vec![ends()])), []);
    let listed = then(&known, HOUR, vec![ends()]);
    assert_eq!(events(&listed), [(Event::Expired, 2)]);
    assert_eq!(events(&then(&listed.pictures, HOUR, vec![ends()])), []);
    assert_eq!(
        events(&then(&listed.pictures, 2 * HOUR, vec![])),
        [(Event::Removed, 3)]
    );
    // Rhombus may list no more what has ended.
    let unlisted = then(&known, HOUR, vec![]);
    assert_eq!(events(&unlisted), [(Event::Expired, 2)]);
    assert_eq!(
        events(&then(&known, HOUR - 1, vec![])),
        [(Event::Removed, 2)]
    );
    // One that is extended works again.
    let extended = then(&listed.pictures, HOUR, vec![link("a")]);
    assert_eq!(events(&extended), [(Event::ExpiryExtended, 3)]);
    assert!(!extended.pictures[0].has_ended);
}

#[test]
fn a_link_that_is_not_asked_for_is_not_removed() {
    let known = first(vec![link("a")]);
    let made_since = Some(UnixMillis::from_secs(501));
    let narrowed = then_since(&known, 1, vec![], made_since);
    assert_eq!(events(&narrowed), [(Event::Unwatched, 2)]);
    assert_eq!(events(&then(&narrowed.pictures, 2, vec![])), []);
    let widened = then(&narrowed.pictures, 2, vec![link("a")]);
    assert_eq!(events(&widened), [(Event::Baseline, 3)]);
}

#[test]
fn links_without_a_uuid_are_counted() {
    let nameless = || Share {
        id: None,
        ..link("a")
    };
    let compared = then(&[], 1, vec![nameless(), link("b"), nameless()]);
    assert_eq!((compared.nameless, compared.changes.len()), (2, 1));
}

#[test]
fn what_is_not_known_of_a_link_is_no_change() {
    let mut known = first(vec![link("a")]);
    (known[0].state.content, known[0].state.title) = (0, 0);
    let mut titled = link("a");
    titled.title = Some("Door".into());
    let learnt = then(&known, 1, vec![titled]);
    assert_eq!(events(&learnt), []);
    assert_ne!(learnt.pictures[0].state.title, 0);
    assert_eq!(events(&then(&learnt.pictures, 2, vec![link("a")])), []);
}

proptest! {
    /// Whatever is seen after whatever, the events lead from the one to the other: each share that is listed is
    /// known as it is, each number follows the one before, and the same look again has no event.
    #[test]
    fn events_lead_from_look_to_look(looks in prop::collection::vec(any_look(), 1..6)) {
        let mut known = Vec::new();
        for (now, shares) in (1..).zip(looks) {
            let before = known.clone();
            let compared = then(&known, now, shares.clone());
            let number = |pictures: &[Picture], reference| {
                let found = pictures.iter().find(|it| it.reference == reference);
                found.map_or(0, |it| it.number)
            };
            for picture in &compared.pictures {
                let of_it = compared.changes.iter().filter(|it| it.after.reference == picture.reference);
                let numbers: Vec<_> = of_it.map(|it| it.after.number).collect();
                let from = number(&before, picture.reference) + 1;
                prop_assert_eq!(&numbers, &(from..=picture.number).collect::<Vec<_>>());
            }
            let listed = compared.pictures.iter().filter(|it| it.presence == Presence::Listed);
            prop_assert_eq!(listed.count(), shares.len());
            prop_assert!(compared.pictures.is_sorted_by_key(|it| it.reference));
            prop_assert!(then(&compared.pictures, now, shares).changes.is_empty());
            known = compared.pictures;
        }
    }
}

fn any_look() -> impl Strategy<Value = Vec<Share>> {
    let share =
        (0..6_u8, 0..3_usize, 0..4_i64, 0..3_u32).prop_map(|(id, protection, end, clips)| {
            let expiry = match end {
                0 => Expiry::Never,
                end => Expiry::At(UnixMillis(end)),
            };
            let mut share = share_of(&format!("share-{id}"), expiry, &[]);
            share.protection = Protection::ALL[protection];
            share.media.clips = clips;
            share
        });
    prop::collection::vec(share, 0..8).prop_map(|mut shares| {
        shares.sort_by(|a, b| a.id.cmp(&b.id));
        shares.dedup_by(|a, b| a.id == b.id);
        shares
    })
}
