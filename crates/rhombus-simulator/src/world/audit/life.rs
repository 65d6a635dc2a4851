//! What happens to one share: it is made, maybe its link is sent, it is looked at, it is taken down.

use std::sync::Arc;

use serde_json::Value;

use super::action::SENT;
use super::event::{Event, Target};
use super::look::Look;
use super::visits::Visits;
use super::{By, mixed};
use crate::world::{List, Uuid};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;

/// A share, from first to last.
pub(super) struct Life {
    pub(super) list: List,
    pub(super) uuid: Uuid,
    pub(super) name: Arc<str>,
    /// Epoch milliseconds.
    pub(super) created: i64,
    /// Whether it was made with a password.
    pub(super) locked: bool,
    /// When someone takes it down, if ever.
    pub(super) removed: Option<i64>,
    /// When someone has its page open, whether it can be seen then or not.
    pub(super) visits: Visits,
    /// From when on nothing of it is known: it was taken down in another way.
    pub(super) gone: i64,
}

/// What a share asks of those who look at it.
#[derive(Clone, Copy)]
pub(super) struct Asks {
    password: bool,
    sign_in: bool,
    /// Until when it can be seen: epoch seconds.
    end: Option<i64>,
}

impl Asks {
    /// What this share of a list does.
    pub(super) fn of(list: List, share: &Value) -> Self {
        Self {
            password: share[list.fields().protected] == true,
            sign_in: share["ssoProtected"] == true,
            end: list.end(|name| share[name].as_i64()),
        }
    }

    /// The same, unless it has ended by then.
    pub(super) fn still(self, at: i64) -> Option<Self> {
        self.end.is_none_or(|end| at / 1000 < end).then_some(self)
    }
}

/// What each share has of its own.
pub(super) fn seed(uuid: Uuid) -> u64 {
    mixed([(uuid.0 >> 64) as u64, uuid.0 as u64, 0])
}

/// When the link of a share is sent on, if ever: within ten minutes.
pub(super) fn sent(created: i64, seed: u64) -> Option<i64> {
    let delay = i64::try_from(seed % 595).unwrap_or_default();
    seed.is_multiple_of(3)
        .then_some(created + 5 * SECOND + delay * SECOND)
}

impl Life {
    /// What of it is wanted, from the end that is told; at most one view in a period, and as many as can
    /// be told. What it asks at a moment at which it can be seen is told by `asks`.
    pub(super) fn events(self, look: &Look<'_>, asks: impl Fn(i64) -> Option<Asks>) -> Vec<Event> {
        let deeds = self.deeds().into_iter().flatten();
        let mut events: Vec<_> = deeds.filter(|event| self.is_known(event, look)).collect();
        events.extend(self.views(look, asks));
        events.sort_by_key(|event| event.at);
        if !look.oldest {
            events.reverse();
        }
        events
    }

    fn is_known(&self, event: &Event, look: &Look<'_>) -> bool {
        event.at < self.gone && look.wants(event)
    }

    /// What its maker does. Each person who takes one down is the one who made it.
    fn deeds(&self) -> [Option<Event>; 3] {
        let seed = seed(self.uuid);
        let event = |part, at, action| Event {
            at,
            action,
            by: By::maker(seed),
            target: Some(self.target()),
            failure: false,
            seed: mixed([seed, 1, part]),
        };
        let create = self.list.creation(self.locked);
        let sent = sent(self.created, seed).filter(|at| self.removed.is_none_or(|end| *at < end));
        let delete = self.removed.zip(self.list.deletion());
        [
            create.map(|action| event(1, self.created, action)),
            sent.map(|at| event(2, at, SENT)),
            delete.map(|(at, action)| event(3, at, action)),
        ]
    }

    fn target(&self) -> Target {
        Target {
            uuid: self.uuid.to_string().into(),
            name: Arc::clone(&self.name),
        }
    }

    fn views(&self, look: &Look<'_>, asks: impl Fn(i64) -> Option<Asks>) -> Vec<Event> {
        let Some([action, _]) = self.list.viewing().filter(|it| look.wanted.wants(it[0])) else {
            return Vec::new();
        };
        let (seed, target) = (seed(self.uuid), self.target());
        let to = [self.removed, Some(self.gone)].into_iter().flatten();
        let to = to.map(|end| end - 1).fold(look.to, i64::min);
        let visits = look.ordered(self.visits.within(look.from, to));
        let view = |(number, at): (i64, i64)| {
            let asks = asks(at)?;
            let seed = mixed([seed, 2, number.unsigned_abs()]);
            let event = Event {
                at,
                action,
                by: By::viewer(self.list, asks.sign_in, seed),
                target: Some(target.clone()),
                // A fifth of those who are asked for a password don't know it.
                failure: asks.password && number % 5 == 4,
                seed,
            };
            let is_told = !event.failure || look.unstated.audit_wrong_passwords;
            (is_told && look.wants(&event)).then_some(event)
        };
        visits.filter_map(view).take(look.most).collect()
    }
}

/// How often a share is looked at.
pub(super) fn each(minutes: i64, (first, seed): (i64, u64), most: i64) -> Visits {
    Visits {
        first,
        period: minutes * MINUTE,
        most,
        seed,
    }
}
