//! A rule: what must not be, and how bad it is.

use std::sync::Arc;
use std::time::Duration;

use super::conditions::Looked;
use super::{Conditions, Exception, Expression, Severity, Subject};
use crate::share::{Share, UnixMillis};

/// What must not be.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The value of the label `policy`.
    pub name: Arc<str>,
    /// How bad it is.
    pub severity: Severity,
    /// What it is for, in a person's words; empty where nobody said.
    pub description: String,
    /// Whether shares are judged by it.
    pub is_on: bool,
    /// What must all be so.
    pub conditions: Conditions,
    /// What must be so too.
    pub expression: Option<Expression>,
}

/// When the age of a share will change what an expression says is not known: it is asked again after this.
pub(super) const EXPRESSION_HOLDS: Duration = Duration::from_secs(60);

/// What a rule says of a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not broken.
    Kept,
    /// It is broken.
    Broken,
    /// Its expression could not be evaluated, which counts as broken.
    Failed,
}

/// What a rule says of a share, and what covers it.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// What it says.
    pub verdict: Verdict,
    /// The exception that covers the share where it breaks the rule.
    pub exception: Option<&'a Exception>,
}

impl Judged<'_> {
    /// Whether the rule is broken and nothing covers that.
    pub const fn is_open(&self) -> bool {
        self.verdict.is_violation() && self.exception.is_none()
    }
}

impl Verdict {
    /// Whether it is a violation.
    pub const fn is_violation(self) -> bool {
        matches!(self, Self::Broken | Self::Failed)
    }
}

impl Rule {
    /// What it says of a share at `now`.
    pub fn judge(&self, subject: Subject<'_>, now: UnixMillis) -> Verdict {
        if !self.conditions.hold(subject, now) {
            return Verdict::Kept;
        }
        match self.expression.as_ref().map(|it| it.holds(subject, now)) {
            None | Some(Ok(true)) => Verdict::Broken,
            Some(Ok(false)) => Verdict::Kept,
            Some(Err(_)) => Verdict::Failed,
        }
    }

    /// What each of its fields says of a share, for a person.
    pub fn look(&self, subject: Subject<'_>, now: UnixMillis) -> Vec<Looked> {
        self.conditions.each(subject, now)
    }

    /// Whether such a share is judged by it at all at `now`.
    pub fn judges(&self, share: &Share, now: UnixMillis) -> bool {
        self.is_on && self.conditions.judges(share, now)
    }

    /// Whether it may be broken in the organisation of this name.
    pub fn applies_to(&self, org: &str) -> bool {
        self.is_on && self.conditions.apply_to(org)
    }

    /// The moments at which time alone may change what it says of a share.
    pub(super) fn moments(
        &self,
        share: &Share,
        now: UnixMillis,
    ) -> impl Iterator<Item = UnixMillis> + use<> {
        let depends = self.expression.as_ref().map(Expression::depends_on_time);
        let soon = (depends == Some(true)).then(|| now.after(EXPRESSION_HOLDS));
        self.conditions.moments(share).chain(soon)
    }

    /// Whether it asks what cameras are called or where they are.
    pub(super) fn needs_camera_names(&self) -> bool {
        self.is_on && (self.conditions.needs_camera_names() || self.expression.is_some())
    }

    /// Whether it asks what the audit feed tells.
    pub(super) fn needs_attributions(&self) -> bool {
        let expression = self.expression.as_ref();
        let in_expression = expression.is_some_and(Expression::needs_attributions);
        self.is_on && (self.conditions.needs_attributions() || in_expression)
    }
}
