//! The other ways out, which no share shows: who may enter, keys of the API, where clips are sent.

use super::event::{Event, Target};
use super::life::each;
use super::look::Look;
use super::{By, mixed};
use crate::world::base::Base;
use crate::world::demo::Demo;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// How long Rhombus's support may enter unless someone says otherwise.
const SUPPORT: i64 = 72 * HOUR;

/// What happens again and again, one after another.
const ROUND: [(&str, By); 6] = [
    ("UPDATE_INTEGRATION_GOOGLE_V2", By::User(0)),
    ("API_TOKEN_REQUEST", By::Partner),
    ("UPDATE_INTEGRATION_WEBHOOK", By::Token),
    ("API_TOKEN_REVOKE", By::User(1)),
    ("UPDATE_INTEGRATION_BOX", By::Support),
    ("UPDATE_INTEGRATION_DICE", By::User(2)),
];

/// What else happens in a generated world, whose support and partners come and go.
const ACCESS: [(&str, By); 4] = [
    ("SUPPORT_ACCESS_GRANT", By::User(0)),
    ("SUPPORT_ACCESS_REVOKE", By::User(1)),
    ("SUPPORT_PARTNER_ADD", By::User(0)),
    ("SUPPORT_PARTNER_REMOVE", By::User(0)),
];

impl Base {
    /// What of this is wanted.
    pub(super) fn doors<'a>(self, look: Look<'a>) -> Box<dyn Iterator<Item = Event> + 'a> {
        match self {
            Self::Empty => Box::new(std::iter::empty()),
            Self::Demo(demo) => {
                let seed = demo.place as u64;
                let again = again(&ROUND, (demo.start.0, 10), seed, look);
                Box::new(again.chain(granted(demo)).filter(move |it| look.wants(it)))
            }
            Self::Generated(world) => {
                // From two years ago on, about every third day.
                let first = world.start.0.saturating_sub(2 * 365 * DAY);
                let all = [&ROUND[..], &ACCESS].concat();
                let again = again(&all, (first, 4 * 24 * 60 - 90), world.seed, look);
                Box::new(again.filter(move |it| look.wants(it)))
            }
        }
    }
}

/// What happens again and again: the rows of a table, from a moment on one in so many minutes.
fn again<'a>(
    table: &[(&'static str, By)],
    (first, minutes): (i64, i64),
    seed: u64,
    look: Look<'a>,
) -> impl Iterator<Item = Event> + 'a {
    let table = table.to_vec();
    let visits = each(minutes, (first, seed), i64::MAX);
    let times = look.ordered(visits.within(look.from, look.to));
    let event = move |(number, at): (i64, i64)| {
        let number = number.unsigned_abs();
        let row = usize::try_from(number).unwrap_or_default() % table.len();
        let (action, by) = table[row];
        event(at, action, by, mixed([first.unsigned_abs(), seed, number]))
    };
    times
        .map(event)
        .filter(move |it| look.wants(it))
        .take(look.most)
}

/// Who was let in before the demo began: once, and those who still are.
fn granted(demo: Demo) -> impl Iterator<Item = Event> {
    let start = demo.start.0;
    let [support, partner] = demo.access();
    let all = [
        Some((start - 20 * DAY, "SUPPORT_ACCESS_GRANT", By::User(0))),
        Some((start - 19 * DAY, "SUPPORT_ACCESS_REVOKE", By::User(1))),
        support.map(|until| (until - SUPPORT, "SUPPORT_ACCESS_GRANT", By::User(0))),
        partner.map(|_| (start - 60 * DAY, "SUPPORT_PARTNER_ADD", By::User(0))),
    ];
    let seed = move |number| mixed([start.unsigned_abs(), 100 + demo.place as u64, number]);
    (0..).zip(all).filter_map(move |(number, row)| {
        let (at, action, by) = row?;
        Some(event(at, action, by, seed(number)))
    })
}

fn event(at: i64, action: &'static str, by: By, seed: u64) -> Event {
    let is_of_key = action.starts_with("API_TOKEN");
    let key = || Target {
        uuid: crate::world::Uuid(u128::from(seed) << 32)
            .to_string()
            .into(),
        name: format!("Key {}", seed % 100).into(),
    };
    Event {
        at,
        action,
        by,
        target: is_of_key.then(key),
        failure: false,
        seed,
    }
}
