//! From when to when each page of a scene is there, and what it is at any moment of that.

use serde_json::Value;

use super::{Act, Demo, Repeat, Scene, Uuid};
use crate::world::List;

/// One page of a scene, from first to last.
pub(in crate::world) struct Span {
    /// The number of the scene.
    pub(in crate::world) number: u8,
    pub(in crate::world) uuid: Uuid,
    pub(in crate::world) title: &'static str,
    /// Epoch milliseconds.
    pub(in crate::world) created: i64,
    /// Whether it was made with a password.
    pub(in crate::world) locked: bool,
    pub(in crate::world) removed: Option<i64>,
    /// Whether something of it changes while one watches.
    pub(in crate::world) moves: bool,
}

/// The pages of one scene, the first ones first.
pub(in crate::world) type Spans = Box<dyn DoubleEndedIterator<Item = Span>>;

impl Demo {
    /// Of each scene of a list, the pages that may have been there between two moments.
    pub(in crate::world) fn spans(
        self,
        list: List,
        (from, to): (i64, i64),
    ) -> impl Iterator<Item = Spans> {
        let scenes = (1_u8..).zip(self.place.scenes(list));
        scenes.map(move |(number, scene)| -> Spans {
            let round = |at: i64, period| at.saturating_sub(self.start.0).div_euclid(1000 * period);
            let rounds = match scene.repeat {
                // One begins where the one before it may still be there.
                Repeat::New(period) => {
                    (round(from, period) - 1).max(0)..round(to, period).saturating_add(1)
                }
                Repeat::Once | Repeat::Same(_) => 0..1,
            };
            Box::new(rounds.filter_map(move |round| self.span(list, (number, scene), round)))
        })
    }

    /// The page of a scene's round, if it has any.
    fn span(self, list: List, (number, scene): (u8, &'static Scene), round: i64) -> Option<Span> {
        let period = match scene.repeat {
            Repeat::New(period) => period,
            Repeat::Once | Repeat::Same(_) => 0,
        };
        let at = |seconds: i64| self.start.0 + 1000 * (round * period + seconds);
        let mut acts = scene.acts.iter();
        let (created, locked) = acts.find_map(|(seconds, act)| match act {
            Act::Share { locked } => Some((at(*seconds), *locked)),
            _ => None,
        })?;
        let removed = acts.find(|(_, act)| matches!(act, Act::Remove));
        Some(Span {
            number,
            uuid: self.uuid([list.sorts()[0] as u8, number, 0], round.unsigned_abs()),
            title: scene.title,
            created,
            locked,
            removed: removed.map(|(seconds, _)| at(*seconds)),
            moves: !matches!(scene.repeat, Repeat::Once),
        })
    }

    /// The page of the scene with this number at a moment, if there is one.
    pub(in crate::world) fn page_at(self, list: List, number: u8, at: i64) -> Option<Value> {
        let scene = self.place.scenes(list).get(usize::from(number) - 1)?;
        let elapsed = at.saturating_sub(self.start.0).div_euclid(1000);
        self.record(list, (number, scene), elapsed, self.org())
    }
}
