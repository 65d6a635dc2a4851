//! Which violations have opened and closed since the trail last told of them. Pure.

use std::cmp::Ordering;
use std::sync::Arc;

use super::compare::Change;
use super::event::Event;
use super::picture::{Picture, Presence, State};
use crate::policy::{Policy, Rule};
use crate::share::{Ref, Violation};

/// A violation that has opened or closed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RuleChange {
    /// What has happened, and to which share; none where it can't be told from others.
    pub(super) change: Option<Change>,
    /// The same, where there is no share.
    pub(super) event: Event,
    /// The rule.
    pub(super) policy: Arc<str>,
    /// How severe it is, where it is still there.
    pub(super) severity: Option<&'static str>,
    /// The exception that covers it.
    pub(super) exception: Option<Arc<str>>,
}

/// What has become of the violations of a list, both sorted by rule, then share. The `pictures` are brought up
/// to date.
pub(super) fn compare(
    before: &[Violation],
    now: &[Violation],
    (policy, org): (&Policy, &str),
    pictures: &mut Vec<Picture>,
) -> Vec<RuleChange> {
    let mut changes = Vec::new();
    let (mut before, mut now) = (before.iter().peekable(), now.iter().peekable());
    loop {
        let order = match (before.peek(), now.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => (&old.rule, &old.share).cmp(&(&new.rule, &new.share)),
        };
        let old = before.next_if(|_| order.is_le());
        let new = now.next_if(|_| order.is_ge());
        let (violation, is_open) = match (old, new) {
            (Some(_), Some(_)) | (None, None) => continue,
            (Some(old), None) => (old, false),
            (None, Some(new)) => (new, true),
        };
        let rule = policy.rule(&violation.rule);
        let rule = rule.filter(|rule| rule.applies_to(org));
        changes.push(rule_change(violation, is_open, rule, pictures));
    }
}

fn rule_change(
    violation: &Violation,
    is_open: bool,
    rule: Option<&Rule>,
    pictures: &mut Vec<Picture>,
) -> RuleChange {
    let reference = violation.share.reference();
    let place = reference.map(|reference| place_of(reference, pictures));
    let is_watched = |place: usize| pictures[place].presence != Presence::Unwatched;
    let event = match () {
        () if is_open => Event::ViolationOpened,
        // Nobody looks any more, which mends nothing.
        () if rule.is_none() || !place.is_none_or(is_watched) => Event::Unwatched,
        () => Event::ViolationClosed,
    };
    let change = place.map(|place| {
        let picture = &mut pictures[place];
        picture.number = picture.number.saturating_add(1);
        Change {
            event,
            after: *picture,
            was: None,
            shown: None,
        }
    });
    RuleChange {
        change,
        event,
        policy: violation.rule.clone(),
        severity: rule.map(|rule| rule.severity.label()),
        exception: violation.exception.clone(),
    }
}

/// The place of a share among these, which may be a new one: a look that was not whole has shown it.
fn place_of(reference: Ref, pictures: &mut Vec<Picture>) -> usize {
    let found = pictures.binary_search_by_key(&reference, |it| it.reference);
    found.unwrap_or_else(|place| {
        let unseen = Picture {
            reference,
            number: 0,
            presence: Presence::Unseen,
            has_ended: false,
            state: State::UNKNOWN,
        };
        pictures.insert(place, unseen);
        place
    })
}
