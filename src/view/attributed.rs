//! Who made the link of a row and who looked at it, as the audit feed has told. Where the feed was not read, nobody
//! can say so: that is not the same as nobody having looked.

use std::collections::BTreeMap;
use std::fmt;

use super::Row;
use crate::share::{Act, Attribution, Private, Reason, Viewer};

/// Of a link of which the feed has told nothing.
static NOTHING: Attribution = Attribution {
    made: None,
    removed: None,
    views: BTreeMap::new(),
    last_view: None,
    sent: 0,
};

/// Why nothing is known from the audit feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedUnread {
    /// It is not asked for: there is no storage for what it tells, or it is switched off.
    NotAsked,
    /// It was not asked for yet.
    NotYet,
    /// It is being read, from 30 days back on.
    Behind,
    /// It could not be read.
    Failing(Reason),
}

impl fmt::Display for FeedUnread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not known: the audit feed ")?;
        match self {
            Self::NotAsked => f.write_str("is not read"),
            Self::NotYet => f.write_str("was not read yet"),
            Self::Behind => f.write_str("is not read to its end yet"),
            Self::Failing(reason) => write!(f, "is not read ({})", reason.label()),
        }
    }
}

impl<'a> Row<'a> {
    /// What the audit feed has told of it: since 30 days before it was first read.
    ///
    /// # Errors
    /// Why that is not known.
    pub fn attributed(&self) -> Result<&'a Attribution, FeedUnread> {
        let known = &self.look.attributions;
        let known = self.reference.and_then(|it| known.get(&it));
        if let Some(known) = known {
            return Ok(known);
        }
        let feed = self.look.feed.as_ref().ok_or(FeedUnread::NotAsked)?;
        if feed.is_caught_up() {
            return Ok(&NOTHING);
        }
        if feed.read_until.is_some() {
            return Err(FeedUnread::Behind);
        }
        let failure = feed.polls.last().and_then(|poll| poll.failure.as_ref());
        Err(failure.map_or(FeedUnread::NotYet, |it| FeedUnread::Failing(it.reason)))
    }

    /// Who made it, where the feed has told that.
    pub fn made_by(&self) -> Option<&'a Act> {
        self.attributed().ok()?.made.as_ref()
    }
}

/// Who it was: the name with the sort of principal, as Rhombus calls it. What people wrote is in it as it is: whoever
/// shows it escapes it.
pub fn who(act: &Act) -> String {
    match act.name.as_ref().map(Private::reveal) {
        Some(name) => format!("{name} ({})", act.principal),
        None => act.principal.to_string(),
    }
}

/// How often a link was looked at, by the viewer: `3 (anonymous 2, sso 1)`.
pub fn views(known: &Attribution) -> String {
    let of = |viewer: Viewer| Some((viewer.label(), known.views.get(viewer.label())?));
    let by_viewer = Viewer::ALL.into_iter().filter_map(of);
    let by_viewer: Vec<_> = by_viewer
        .map(|(viewer, count)| format!("{viewer} {count}"))
        .collect();
    match known.all_views() {
        0 => "none".to_owned(),
        all => format!("{all} ({})", by_viewer.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::UnixMillis;

    #[test]
    fn who_and_how_often_in_a_few_words() {
        let mut act = Act {
            at: UnixMillis(0),
            principal: "USER".into(),
            name: Some("Ann Other".into()),
        };
        assert_eq!(who(&act), "Ann Other (USER)");
        act.name = None;
        assert_eq!(who(&act), "USER");
        let mut known = NOTHING.clone();
        assert_eq!(views(&known), "none");
        known.views = [("sso", 1), ("anonymous", 2)].into();
        assert_eq!(views(&known), "3 (anonymous 2, sso 1)");
    }

    #[test]
    fn why_it_is_not_known_is_said() {
        let texts = [
            FeedUnread::NotAsked,
            FeedUnread::NotYet,
            FeedUnread::Failing(Reason::Forbidden),
        ];
        assert_eq!(
            texts.map(|it| it.to_string()),
            [
                "not known: the audit feed is not read",
                "not known: the audit feed was not read yet",
                "not known: the audit feed is not read (forbidden)",
            ]
        );
    }
}
