//! What the feed answers: what is wanted of all that happened, as much of it as one answer has, in its
//! order.

use std::cmp::Reverse;
use std::sync::Arc;

use fastrand::Rng;
use serde_json::Value;

use super::action::SHARES;
use super::event::{Event, Teller};
use super::life::{Asks, Life, each, seed};
use super::look::{Look, Wanted};
use super::time;
use crate::clock::UnixMillis;
use crate::world::base::Base;
use crate::world::demo::{Demo, Span};
use crate::world::put::Put;
use crate::world::unstated::AuditOrder;
use crate::world::{List, Record, Records, World};

/// Something that is told.
enum Told {
    Own(Event),
    Put(Arc<Put>),
}

impl Told {
    /// One whose time can't be read is the newest, so that it is told.
    fn at(&self) -> i64 {
        match self {
            Self::Own(event) => event.at,
            Self::Put(put) => at(put).unwrap_or(i64::MAX),
        }
    }
}

impl World {
    /// What is wanted of all that is known `now`. Later edits don't show in it.
    pub(crate) fn audit_feed(&self, now: UnixMillis, wanted: &Wanted) -> Records {
        let look = Look::new(wanted, self.unstated, now);
        // Of each share there are as many more as may have been taken away.
        let more = Look {
            most: look.most.saturating_add(self.notes.edits.records.len()),
            ..look
        };
        let own = self.events(more).map(Told::Own);
        let mut page = page(own.chain(self.put_events(look).map(Told::Put)), &look);
        match self.unstated.audit_order {
            AuditOrder::Newest => page.sort_by_key(|told| Reverse(told.at())),
            AuditOrder::Oldest => page.sort_by_key(Told::at),
            AuditOrder::Shuffled => Rng::with_seed(page.len() as u64).shuffle(&mut page),
        }
        let teller = self.teller();
        Box::new(page.into_iter().map(move |told| match told {
            Told::Own(event) => Record::Made(event.record(teller)),
            Told::Put(put) => Record::Put(put),
        }))
    }

    /// How many events there are.
    pub(crate) fn count_events(&self, now: UnixMillis) -> usize {
        let wanted = Wanted::default();
        let look = self.look_at_all(&wanted, now);
        self.events(look).count() + self.put_events(look).count()
    }

    /// Whether there is an event with this uuid.
    pub(super) fn has_event(&self, uuid: &str, now: UnixMillis) -> bool {
        if let Some(edited) = self.notes.edits.records.get(uuid) {
            return edited.is_some();
        }
        let wanted = Wanted::default();
        let look = self.look_at_all(&wanted, now);
        self.events(look)
            .any(|event| event.uuid().to_string() == uuid)
    }

    fn look_at_all<'a>(&self, wanted: &'a Wanted, now: UnixMillis) -> Look<'a> {
        Look {
            most: usize::MAX,
            ..Look::new(wanted, self.unstated, now)
        }
    }

    /// Whether the key may read the feed. Which permission that takes is not stated: that for reports, as
    /// its name says.
    pub(crate) fn may_read_reports(&self) -> bool {
        let permissions = self.permissions();
        let functions = permissions.get("functionalityList");
        let functions = functions.and_then(Value::as_array).into_iter().flatten();
        let is_super_admin = permissions.get("superAdmin") == Some(&Value::Bool(true));
        is_super_admin
            || functions
                .into_iter()
                .any(|it| it == "REPORT_ADMINISTRATION")
    }

    fn teller(&self) -> Teller {
        Teller {
            org: self.profile.uuid,
            base: self.base,
            unstated: self.unstated,
        }
    }

    /// Those that were put. What can't be read of one is as it is wanted.
    fn put_events<'a>(&self, look: Look<'a>) -> impl Iterator<Item = Arc<Put>> + use<'a> {
        let is_wanted = move |put: &Arc<Put>| {
            let action = put.field("action").and_then(Value::as_str);
            let target = put.field("targetUuid").and_then(Value::as_str);
            action.is_none_or(|action| look.wanted.wants(action))
                && at(put).is_none_or(|at| look.wanted.covers(at, look.unstated))
                && (look.wanted.target.is_none() || target == look.wanted.target.as_deref())
        };
        self.notes.edits.put().into_iter().filter(is_wanted)
    }

    /// Those of the world and those that were noted, but for those that were taken away or replaced.
    fn events<'a>(&'a self, look: Look<'a>) -> impl Iterator<Item = Event> + 'a {
        let base = match self.notes.edits.is_cleared {
            true => Base::Empty,
            false => self.base,
        };
        let shares = SHARES
            .into_iter()
            .flat_map(move |list| self.of_shares(base, list, look));
        let noted = self.notes.noted.iter().filter(move |it| look.wants(it));
        let all = shares.chain(base.doors(look)).chain(noted.cloned());
        let edited = &self.notes.edits.records;
        all.filter(|it| edited.is_empty() || !edited.contains_key(&it.uuid().to_string()))
    }

    fn of_shares<'a>(
        &'a self,
        base: Base,
        list: List,
        look: Look<'a>,
    ) -> Box<dyn Iterator<Item = Event> + 'a> {
        match base {
            Base::Empty => Box::new(std::iter::empty()),
            Base::Generated(world) => {
                Box::new(world.events(list, look, move |uuid| self.notes.gone(list, uuid)))
            }
            Base::Demo(demo) => Box::new(self.of_demo(demo, list, look)),
        }
    }

    fn of_demo<'a>(
        &'a self,
        demo: Demo,
        list: List,
        look: Look<'a>,
    ) -> impl Iterator<Item = Event> + 'a {
        let scenes = demo.spans(list, (look.from, look.to));
        scenes.flat_map(move |spans| {
            let spans = look.ordered(spans);
            let events = move |span: Span| {
                if !look.concerns(&span.uuid.to_string()) {
                    return Vec::new();
                }
                let (uuid, number) = (span.uuid, span.number);
                let life = life(list, &span, self.notes.gone(list, uuid));
                life.events(&look, |at| {
                    let page = demo.page_at(list, number, at)?;
                    let is_it = page["uuid"].as_str() == Some(&*uuid.to_string());
                    is_it.then(|| Asks::of(list, &page).still(at)).flatten()
                })
            };
            spans.flat_map(events).take(look.most)
        })
    }
}

/// A page that comes and goes is looked at once a minute, one that changes or an open stream every few
/// minutes, other pages a few times a day.
fn life(list: List, span: &Span, gone: i64) -> Life {
    let minutes = match (list, span.locked) {
        _ if span.removed.is_some() => 1,
        _ if span.moves => 7,
        (List::LiveStreams, false) => 4,
        (_, false) => 3 * 60,
        (_, true) => 8 * 60,
    };
    Life {
        list,
        uuid: span.uuid,
        name: span.title.into(),
        created: span.created,
        locked: span.locked,
        removed: span.removed,
        visits: each(minutes, (span.created, seed(span.uuid)), i64::MAX),
        gone,
    }
}

fn at(put: &Put) -> Option<i64> {
    time::read(put.field("timestamp")?.as_str()?)
}

/// As many as one answer has, without ever holding many more.
fn page(all: impl Iterator<Item = Told>, look: &Look<'_>) -> Vec<Told> {
    let mut page = Vec::new();
    let cut = |page: &mut Vec<Told>| {
        match look.oldest {
            true => page.sort_by_key(Told::at),
            false => page.sort_by_key(|told| Reverse(told.at())),
        }
        page.truncate(look.most);
    };
    for told in all {
        page.push(told);
        if page.len() >= look.most.saturating_mul(2).saturating_add(1024) {
            cut(&mut page);
        }
    }
    cut(&mut page);
    page
}
