//! An exception: why a share may stay as it is, and until when. It covers only what it surely means: what
//! is not known of a share does not match.

use std::sync::Arc;

use super::conditions::{is_camera, is_location};
use super::{Expression, Rule, Subject};
use crate::share::{Patterns, Private, Ref, ShareKind, UnixMillis};

/// Why some shares may stay as they are, and until when.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// The value of the label `exception`.
    pub name: Arc<str>,
    /// Which shares.
    pub matches: Match,
    /// Which rules they may break.
    pub policies: Policies,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// From when on it covers nothing.
    pub until: UnixMillis,
}

/// What of a share must all be so. What is none is not asked; at least one is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Match {
    /// Its ref.
    pub share: Option<Ref>,
    /// The organisation's name is one of these.
    pub org: Option<Patterns>,
    /// Its kind.
    pub kind: Option<ShareKind>,
    /// Its title is one of these.
    pub title: Option<Patterns>,
    /// Each camera that it shows has a name or uuid that is one of these.
    pub camera: Option<Patterns>,
    /// Each camera that it shows is at a location whose name or uuid is one of these.
    pub location: Option<Patterns>,
    /// The name or the sort of who made it is one of these.
    pub created_by: Option<Patterns>,
    /// This holds of it.
    pub expression: Option<Expression>,
}

/// Which rules an exception is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policies {
    /// Each: `*`.
    All,
    /// Those of these names.
    Named(Vec<Arc<str>>),
}

impl Exception {
    /// Whether it still covers anything at `now`.
    pub fn is_in_force(&self, now: UnixMillis) -> bool {
        now < self.until
    }

    /// Whether it is from this rule.
    pub fn is_from(&self, rule: &Rule) -> bool {
        match &self.policies {
            Policies::All => true,
            Policies::Named(names) => names.contains(&rule.name),
        }
    }

    /// Whether it asks what cameras are called or where they are.
    pub(super) const fn needs_camera_names(&self) -> bool {
        let Match {
            camera,
            location,
            expression,
            ..
        } = &self.matches;
        camera.is_some() || location.is_some() || expression.is_some()
    }

    /// Whether it asks what the audit feed tells.
    pub(super) fn needs_attributions(&self) -> bool {
        let expression = self.matches.expression.as_ref();
        self.matches.created_by.is_some() || expression.is_some_and(Expression::needs_attributions)
    }

    /// Whether it means this share.
    pub fn matches(&self, subject: Subject<'_>, now: UnixMillis) -> bool {
        self.matches.holds(subject, now)
    }
}

impl Match {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn holds(&self, subject: Subject<'_>, now: UnixMillis) -> bool {
        let share = subject.share;
        let is_it = |asked: Ref| share.id.as_ref().is_some_and(|id| Ref::of(id) == asked);
        let title = share.title.as_ref().map(Private::reveal);
        let holds = |expression: &Expression| expression.holds(subject, now) == Ok(true);
        !share.unread.record
            && self.kind.is_none_or(|kind| kind == share.kind)
            && self.share.is_none_or(is_it)
            && asks(self.org.as_ref(), |it| it.any_is(subject.org))
            && asks(self.title.as_ref(), |it| {
                title.is_some_and(|title| it.any_is(title))
            })
            && asks(self.camera.as_ref(), |it| {
                subject.all_cameras(|id, name| is_camera(it, id, name))
            })
            && asks(self.location.as_ref(), |it| {
                subject.all_cameras(|_, name| is_location(it, name))
            })
            && asks(self.created_by.as_ref(), |it| subject.is_made_by(it))
            && asks(self.expression.as_ref(), holds)
    }
}

/// Whether it holds, where it is asked.
fn asks<T>(asked: Option<&T>, holds: impl FnOnce(&T) -> bool) -> bool {
    asked.is_none_or(holds)
}
