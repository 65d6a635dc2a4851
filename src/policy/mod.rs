//! What is a violation: rules and exceptions, judged by one function for metrics, pages, commands and
//! tests alike. Pure: what is known comes in as an argument, and so does now. Another field of a rule
//! begins in `conditions`, another of an exception in `exception`; how they are written in
//! `config/policy`.

mod assess;
pub mod built_in;
mod conditions;
mod exception;
mod expression;
mod rule;
mod series;
mod severity;
mod subject;

use std::collections::HashMap;
use std::sync::Arc;

pub use assess::{Assessment, Ended, Seen};
pub use conditions::{Conditions, Looked};
pub use exception::{Exception, Match, Policies};
pub use expression::{EvaluationError, Expression, ExpressionError};
pub use rule::{Judged, Rule, Verdict};
pub use series::SeriesLimit;
pub use severity::Severity;
pub use subject::Subject;

use crate::share::{Ref, UnixMillis};

/// The rules and exceptions by which all shares are judged.
#[derive(Clone, Debug)]
pub struct Policy {
    rules: Vec<Rule>,
    exceptions: Vec<Exception>,
    /// The exceptions that mean one share, by its ref.
    of_one: HashMap<Ref, Vec<usize>>,
    /// All others.
    of_several: Vec<usize>,
    /// Each exception's place, by its name: a first day may leave one for each link.
    by_name: HashMap<Arc<str>, usize>,
    needs_camera_names: bool,
    needs_attributions: bool,
    /// How many violations have a series of their own.
    pub series_limit: SeriesLimit,
}

impl Default for Policy {
    /// The rules that are built in, and no exception.
    fn default() -> Self {
        Self::new(built_in::rules(), Vec::new(), SeriesLimit::default())
    }
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        (&self.rules, &self.exceptions, self.series_limit)
            == (&other.rules, &other.exceptions, other.series_limit)
    }
}

impl Policy {
    /// A policy of these. The names of each are unique.
    pub fn new(rules: Vec<Rule>, exceptions: Vec<Exception>, series_limit: SeriesLimit) -> Self {
        let mut of_one: HashMap<Ref, Vec<usize>> = HashMap::new();
        let mut of_several = Vec::new();
        for (index, exception) in exceptions.iter().enumerate() {
            match exception.matches.share {
                Some(share) => of_one.entry(share).or_default().push(index),
                None => of_several.push(index),
            }
        }
        let places = exceptions.iter().enumerate();
        let by_name = places.map(|(place, it)| (it.name.clone(), place)).collect();
        let needs_camera_names = rules.iter().any(Rule::needs_camera_names)
            || exceptions.iter().any(Exception::needs_camera_names);
        let needs_attributions = rules.iter().any(Rule::needs_attributions)
            || exceptions.iter().any(Exception::needs_attributions);
        Self {
            rules,
            exceptions,
            of_one,
            of_several,
            by_name,
            needs_camera_names,
            needs_attributions,
            series_limit,
        }
    }

    /// Every rule, in the order in which they are shown; those that are switched off too.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of this name.
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| &*rule.name == name)
    }

    /// Every exception, in the order in which they are written.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// The exception of this name.
    pub fn exception(&self, name: &str) -> Option<&Exception> {
        self.by_name.get(name).map(|place| &self.exceptions[*place])
    }

    /// The same rules with these exceptions.
    #[must_use]
    pub fn with_exceptions(&self, exceptions: Vec<Exception>) -> Self {
        Self::new(self.rules.clone(), exceptions, self.series_limit)
    }

    /// Whether some rule or exception asks what cameras are called or where they are.
    pub const fn needs_camera_names(&self) -> bool {
        self.needs_camera_names
    }

    /// Whether some rule or exception asks who made links, or how often they were looked at.
    pub const fn needs_attributions(&self) -> bool {
        self.needs_attributions
    }

    /// The rules and exceptions that go by who made links, or by how often they were looked at.
    pub fn goes_by_attributions(&self) -> Vec<String> {
        self.going_by(Rule::needs_attributions, Exception::needs_attributions)
    }

    /// The rules and exceptions that go by what people called shares.
    pub fn goes_by_titles(&self) -> Vec<String> {
        let asks = |expression: &Option<Expression>| {
            let text = expression.as_ref().map(Expression::text);
            text.is_some_and(|text| text.contains("share.title"))
        };
        self.going_by(
            |rule| rule.is_on && asks(&rule.expression),
            |it| it.matches.title.is_some() || asks(&it.matches.expression),
        )
    }

    /// Those of which this is so, each as what it is and its name.
    fn going_by(
        &self,
        of_rule: impl Fn(&Rule) -> bool,
        of_exception: impl Fn(&Exception) -> bool,
    ) -> Vec<String> {
        let rules = self.rules.iter().filter(|rule| of_rule(rule));
        let exceptions = self.exceptions.iter().filter(|it| of_exception(it));
        let rules = rules.map(|rule| format!("the rule {}", rule.name));
        rules
            .chain(exceptions.map(|it| format!("the exception {}", it.name)))
            .collect()
    }

    /// What each rule that may be broken in the share's organisation says of it, and what covers it.
    pub fn judge(&self, subject: Subject<'_>, now: UnixMillis) -> Vec<Judged<'_>> {
        let rules = self.rules.iter();
        let rules = rules.filter(|rule| rule.applies_to(subject.org));
        let judged = rules.map(|rule| {
            let verdict = rule.judge(subject, now);
            let exception = verdict
                .is_violation()
                .then(|| self.covered_by(rule, subject, now))
                .flatten();
            Judged {
                rule,
                verdict,
                exception,
            }
        });
        judged.collect()
    }

    /// The first exception in force that covers a share which breaks this rule, as it is written.
    pub fn covered_by(
        &self,
        rule: &Rule,
        subject: Subject<'_>,
        now: UnixMillis,
    ) -> Option<&Exception> {
        let of_one = match &subject.share.id {
            Some(id) if !self.of_one.is_empty() => self.of_one.get(&Ref::of(id)),
            _ => None,
        };
        let of_one = of_one.into_iter().flatten();
        let mut candidates = of_one
            .chain(&self.of_several)
            .map(|index| &self.exceptions[*index]);
        candidates.find(|it| it.is_in_force(now) && it.is_from(rule) && it.matches(subject, now))
    }
}

/// An exception's name as violations keep it.
fn name_of(exception: &Exception) -> Arc<str> {
    exception.name.clone()
}

#[cfg(test)]
mod tests;
