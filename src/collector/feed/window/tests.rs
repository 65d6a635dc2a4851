//! Against a feed that acts in each way that is not stated: which events an answer has where there are more,
//! their order, its bounds, how late they are told.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::share::samples::activity;
use crate::share::{ActivityKey, Id};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);

/// A feed.
#[derive(Clone, Debug)]
struct Fake {
    /// Each with the moment from which on it is told.
    events: Vec<(Activity, UnixMillis)>,
    /// How many an answer has.
    page: usize,
    /// Whether the newest of them are told, and not the oldest.
    newest: bool,
    order: Order,
    excludes_bounds: bool,
}

#[derive(Clone, Copy, Debug)]
enum Order {
    Newest,
    Oldest,
    Shuffled,
}

impl Fake {
    /// One event at each of these moments, told at once, on answers of any length.
    fn of(moments: impl IntoIterator<Item = UnixMillis>) -> Self {
        let moments = moments.into_iter().map(|at| (at, Duration::ZERO));
        Self {
            events: (0..).zip(moments).map(event).collect(),
            page: usize::MAX,
            newest: true,
            order: Order::Newest,
            excludes_bounds: false,
        }
    }

    fn answer(&self, bounds: FeedBounds, now: UnixMillis) -> ActivityPage {
        let margin = i64::from(self.excludes_bounds);
        let within = bounds.after.0 + margin..=bounds.before.0 - margin;
        let told = |(activity, told): &&(Activity, UnixMillis)| {
            *told <= now && (!activity.is_dated || within.contains(&activity.at.0))
        };
        let mut all: Vec<_> = self.events.iter().filter(told).collect();
        all.sort_by_key(|(activity, _)| activity.at);
        if self.newest {
            all.reverse();
        }
        all.truncate(self.page);
        match self.order {
            Order::Newest => all.sort_by_key(|(activity, _)| std::cmp::Reverse(activity.at)),
            Order::Oldest => all.sort_by_key(|(activity, _)| activity.at),
            Order::Shuffled => all.sort_by_key(|(activity, _)| activity.key),
        }
        ActivityPage {
            told: all.len() as u64,
            activities: all
                .into_iter()
                .map(|(activity, _)| activity.clone())
                .collect(),
            ..ActivityPage::default()
        }
    }

    fn keys(&self) -> BTreeSet<ActivityKey> {
        let keys = self.events.iter().map(|(activity, _)| activity.key);
        keys.collect()
    }
}

/// The event of this number, half of which have no uuid, and when it is told.
fn event((number, (at, late)): (u32, (UnixMillis, Duration))) -> (Activity, UnixMillis) {
    let mut event = activity("VIEW_SHARE_CLIP", at.0);
    let uuid = Id::parse(&format!("event {number}"));
    event.key = ActivityKey::of_uuid(&uuid);
    event.uuid = (number % 2 == 0).then_some(uuid);
    (event, at.after(late))
}

/// Who reads a feed.
#[derive(Default)]
struct Reader {
    reading: Option<(Reading, UnixMillis)>,
    position: Option<FeedPosition>,
    largest: Largest,
    taken: Vec<Activity>,
    requests: u32,
    is_partial: bool,
    malformed: MalformedCounts,
}

impl Reader {
    /// Polls once; gives whether all was read.
    fn poll(&mut self, feed: &Fake, now: UnixMillis) -> bool {
        self.requests = 0;
        let begin = || (Reading::new(self.position.take(), now), now);
        let (mut reading, began) = self.reading.take().unwrap_or_else(begin);
        reading.begin_poll(MOST_WINDOWS);
        while let Some(bounds) = reading.next() {
            self.requests += 1;
            reading.take(feed.answer(bounds, now), &mut self.largest);
        }
        let is_whole = reading.is_done();
        if let Some(read) = reading.hand_over(began) {
            let times = read.activities.iter().map(|activity| activity.at);
            assert!(times.is_sorted(), "in order of time");
            self.taken.extend(read.activities);
            self.position = Some(read.position);
            self.is_partial |= read.partial;
            self.malformed.extend(read.malformed);
        }
        self.reading = (!is_whole).then_some((reading, began));
        is_whole
    }

    /// Polls until all was read, without that time passes.
    fn catch_up(&mut self, feed: &Fake, now: UnixMillis) {
        let ended = (0..1000).any(|_| self.poll(feed, now));
        assert!(ended, "it comes to an end");
    }

    /// What was taken: each once.
    fn keys(&self) -> BTreeSet<ActivityKey> {
        let keys: BTreeSet<_> = self.taken.iter().map(|activity| activity.key).collect();
        assert_eq!(keys.len(), self.taken.len(), "each once");
        keys
    }
}

/// How long before `NOW` something happened, and how late it is told.
fn moments() -> impl Strategy<Value = Vec<(UnixMillis, Duration)>> {
    // Some of them within a few milliseconds of each other.
    let ago = prop_oneof![
        0..29 * 24 * 60 * 60 * 1000_u64,
        0..90 * 60 * 1000_u64,
        (0..4000_u64).prop_map(|slot| slot / 40 * 7_777),
        // At the ends of what is asked for, and a millisecond beside them.
        (1..90_u64, 0..3_u64).prop_map(|(minutes, beside)| minutes * 60 * 1000 + beside - 1),
    ];
    let late = prop_oneof![3 => Just(0), 1 => 0..=OVERLAP.as_secs()];
    let moment = (ago, late).prop_map(|(ago, late)| {
        let at = NOW.before(Duration::from_millis(ago));
        (at, Duration::from_secs(late))
    });
    proptest::collection::vec(moment, 0..700)
}

fn feed() -> impl Strategy<Value = Fake> {
    let page = prop_oneof![50..400_usize, Just(usize::MAX)];
    let order = prop_oneof![
        Just(Order::Newest),
        Just(Order::Oldest),
        Just(Order::Shuffled)
    ];
    let all = (moments(), page, any::<bool>(), order, any::<bool>());
    all.prop_map(|(moments, page, newest, order, excludes_bounds)| Fake {
        events: (0..).zip(moments).map(event).collect(),
        page,
        newest,
        order,
        excludes_bounds,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The first poll is an hour before the end, so that some happens before it, and some after.
    #[test]
    fn each_event_is_handed_on_once_however_the_feed_acts(feed in feed(), every in 1..25_u32) {
        let mut reader = Reader::default();
        let mut now = NOW.before(60 * MINUTE);
        while now < NOW.after(OVERLAP) {
            reader.poll(&feed, now);
            now = now.after(MINUTE * every);
        }
        reader.catch_up(&feed, now);
        prop_assert!(reader.malformed.is_empty());
        prop_assert_eq!(reader.keys(), feed.keys());
    }
}

fn minutes_ago(minutes: u32) -> UnixMillis {
    NOW.before(MINUTE * minutes)
}

#[test]
fn one_at_the_end_of_what_is_asked_for_again_is_handed_on_once() {
    let edge = NOW.before(OVERLAP);
    let beside = Duration::from_millis(1);
    let feed = Fake::of([edge.before(beside), edge, edge.after(beside), NOW]);
    let mut reader = Reader::default();
    for poll in 0..3 {
        reader.poll(&feed, NOW.after(MINUTE * poll * 15));
    }
    assert_eq!(reader.keys(), feed.keys());
}

#[test]
fn a_quiet_feed_is_one_request_a_poll() {
    let feed = Fake::of((0..40).map(minutes_ago));
    let mut reader = Reader::default();
    for poll in 0..10 {
        assert!(reader.poll(&feed, NOW.after(MINUTE * poll)));
        assert_eq!(reader.requests, 1);
    }
    assert_eq!(reader.keys(), feed.keys());
}

#[test]
fn a_feed_that_never_was_read_is_read_as_far_back_as_that_is_of_use() {
    let oldest = NOW.before(LOOKBACK);
    let feed = Fake::of([oldest.before(Duration::from_millis(2)), oldest, NOW]);
    let mut reader = Reader::default();
    assert!(reader.poll(&feed, NOW));
    let times: Vec<_> = reader.taken.iter().map(|activity| activity.at).collect();
    assert_eq!(times, [oldest, NOW]);
}

#[test]
fn more_than_a_poll_may_ask_for_is_read_by_those_that_follow() {
    let mut feed = Fake::of((0..4_000).map(|number| minutes_ago(number * 10)));
    feed.page = 50;
    let mut reader = Reader::default();
    assert!(!reader.poll(&feed, NOW));
    assert_eq!(reader.requests, MOST_WINDOWS);
    let half = reader.taken.len();
    reader.catch_up(&feed, NOW);
    assert!(half > 0 && half < reader.taken.len());
    assert_eq!(reader.keys(), feed.keys());
    assert!(reader.taken.iter().map(|activity| activity.at).is_sorted());
}

#[test]
fn an_answer_that_stays_cut_is_taken_and_said() {
    // More at once than a page has, again and again within what overlaps.
    let bursts = (1..10).flat_map(|minutes| [minutes_ago(minutes); 80]);
    let mut feed = Fake::of(bursts);
    feed.page = 60;
    let mut reader = Reader::default();
    reader.catch_up(&feed, NOW);
    assert_eq!(reader.keys().len(), 9 * 60);
    assert!(reader.is_partial);
    assert!(reader.malformed[CUT] > 0, "{:?}", reader.malformed);
}

#[test]
fn an_answer_that_says_it_is_not_whole_is_halved_where_it_is_long() {
    let page = |told| ActivityPage {
        told,
        partial: true,
        ..ActivityPage::default()
    };
    let mut largest = Largest(1_000);
    assert!(largest.may_cut(&page(51)));
    assert!(!largest.may_cut(&page(49)));
    let mut reading = Reading::new(None, NOW);
    reading.take(page(49), &mut largest);
    assert!(reading.hand_over(NOW).is_some_and(|read| read.partial));
}

#[test]
fn an_answer_may_be_cut_where_none_was_longer_or_its_length_is_round() {
    let mut largest = Largest::default();
    let mut told = |told| {
        largest.may_cut(&ActivityPage {
            told,
            ..ActivityPage::default()
        })
    };
    assert!(!told(49) && told(60) && told(60));
    assert!(!told(59));
    assert!(told(777) && !told(776) && !told(101));
    assert!(told(100) && told(250) && told(500) && !told(50));
}

#[test]
fn one_without_a_date_is_handed_on_once() {
    let mut feed = Fake::of([minutes_ago(1)]);
    feed.events[0].0.is_dated = false;
    let mut reader = Reader::default();
    for poll in 0..50 {
        // It is dated by when it is told.
        feed.events[0].0.at = NOW.after(MINUTE * poll);
        reader.poll(&feed, NOW.after(MINUTE * poll));
    }
    assert_eq!(reader.keys(), feed.keys());
}

#[test]
fn a_clock_that_was_ahead_loses_nothing() {
    let feed = Fake::of([minutes_ago(3), NOW.after(MINUTE)]);
    let mut reader = Reader::default();
    reader.poll(&feed, NOW.after(MINUTE * 600));
    let mut late = feed.clone();
    late.events
        .push(event((9, (NOW.after(MINUTE * 2), Duration::ZERO))));
    reader.poll(&late, NOW.after(MINUTE * 3));
    assert_eq!(reader.keys(), late.keys());
}

#[test]
fn what_was_read_in_part_is_no_step_back() {
    let before = FeedPosition {
        read_until: NOW,
        ..FeedPosition::default()
    };
    let mut reading = Reading::new(Some(before), NOW);
    assert!(reading.next().is_none(), "no poll has begun");
    assert!(reading.halve());
    reading.take(ActivityPage::default(), &mut Largest::default());
    let read = reading.hand_over(NOW).expect("half was read");
    assert_eq!(read.position.read_until, NOW);
    assert!(Reading::new(None, NOW).hand_over(NOW).is_none());
}
