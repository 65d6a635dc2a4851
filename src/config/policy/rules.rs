//! The rules: those that are built in, as the file changes them, and its own.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_saphyr::Spanned;

use super::file::{RuleFile, Texts};
use super::value_of;
use crate::config::credentials::Reader;
use crate::config::file::Text;
use crate::config::value;
use crate::policy::{Conditions, Expression, Rule, Severity, built_in};
use crate::share::{Patterns, Protection, ShareKind};

/// A duration in a rule: what is shorter than a second no look could tell, and two centuries are beyond
/// all that Rhombus can state.
pub(super) const DURATION: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_secs(200 * 366 * 24 * 60 * 60);
/// How many cameras a share may be said to show.
pub(super) const CAMERAS: std::ops::RangeInclusive<u32> = 0..=1_000_000;
/// How often a share may be said to have been looked at.
pub(super) const VIEWS: std::ops::RangeInclusive<u32> = 0..=1_000_000_000;

/// Every rule, in the order in which they are shown; what is wrong goes to the report.
pub(super) fn read(
    reader: &mut Reader<'_>,
    list: Option<&Spanned<Vec<Spanned<RuleFile>>>>,
) -> Vec<Rule> {
    let mut rules = built_in::rules();
    let mut lines = BTreeMap::new();
    let items = list.into_iter().flat_map(|list| list.value.iter());
    for (index, item) in items.enumerate() {
        let path = format!("policy.rules[{index}]");
        let Some(name) = super::own_name(reader, &mut lines, &path, item, item.value.name.as_ref())
        else {
            continue;
        };
        let known = rules.iter().position(|rule| *rule.name == *name);
        let mut rule = match known {
            Some(place) => rules[place].clone(),
            None => new(&name),
        };
        reader.rule(&path, item, &mut rule);
        match known {
            Some(place) => rules[place] = rule,
            None => rules.push(rule),
        }
    }
    rules
}

fn new(name: &str) -> Rule {
    Rule {
        name: name.into(),
        severity: Severity::Warning,
        description: String::new(),
        is_on: true,
        conditions: Conditions::default(),
        expression: None,
    }
}

impl Reader<'_> {
    /// Takes in what is written of a rule. Each part is checked, also where another is wrong.
    fn rule(&mut self, path: &str, item: &Spanned<RuleFile>, rule: &mut Rule) {
        let file = &item.value;
        let before = self.report.problems();
        let is_own = rule.conditions == Conditions::default() && rule.expression.is_none();
        let key = |name: &str| format!("{path}.{name}");
        let mut set =
            |name, text: Option<&Text>, into: &mut dyn FnMut(&str) -> Result<(), String>| {
                value_of(self, &key(name), text, into);
            };
        set("severity", file.severity.as_ref(), &mut |text| {
            rule.severity = severity(text)?;
            Ok(())
        });
        set("description", file.description.as_ref(), &mut |text| {
            rule.description = super::words(text)?;
            Ok(())
        });
        set("enabled", file.enabled.as_ref(), &mut |text| {
            rule.is_on = value::switch(text)?;
            Ok(())
        });
        set("expression", file.expression.as_ref(), &mut |text| {
            rule.expression = Some(expression(text)?);
            Ok(())
        });
        let it = &mut rule.conditions;
        for (name, text, place) in [
            ("never_expires", &file.never_expires, &mut it.never_expires),
            ("past_footage", &file.past_footage, &mut it.past_footage),
            ("sound", &file.sound, &mut it.sound),
        ] {
            set(name, text.as_ref(), &mut |text| {
                *place = Some(value::switch(text)?);
                Ok(())
            });
        }
        for (name, text, place) in [
            (
                "open_longer_than",
                &file.open_longer_than,
                &mut it.open_longer_than,
            ),
            (
                "lifetime_longer_than",
                &file.lifetime_longer_than,
                &mut it.lifetime_longer_than,
            ),
            (
                "ends_later_than",
                &file.ends_later_than,
                &mut it.ends_later_than,
            ),
            (
                "expired_longer_than",
                &file.expired_longer_than,
                &mut it.expired_longer_than,
            ),
        ] {
            set(name, text.as_ref(), &mut |text| {
                *place = Some(value::duration(text, &DURATION)?);
                Ok(())
            });
        }
        for (name, text, may_be, place) in [
            (
                "more_cameras_than",
                &file.more_cameras_than,
                CAMERAS,
                &mut it.more_cameras_than,
            ),
            (
                "views_more_than",
                &file.views_more_than,
                VIEWS,
                &mut it.views_more_than,
            ),
        ] {
            set(name, text.as_ref(), &mut |text| {
                *place = Some(value::count(text, &may_be)?);
                Ok(())
            });
        }
        self.lists(path, file, it);
        if is_own && self.report.problems() == before {
            self.check_own(path, item, rule);
        }
    }

    fn lists(&mut self, path: &str, file: &RuleFile, it: &mut Conditions) {
        let key = |name: &str| format!("{path}.{name}");
        if let Some(kinds) = self.each(&key("kinds"), file.kinds.as_ref(), kind) {
            it.kinds = Some(kinds);
        }
        if let Some(all) = self.each(&key("protection"), file.protection.as_ref(), protection) {
            it.protection = Some(all);
        }
        for (name, texts, place) in [
            ("cameras", &file.cameras, &mut it.cameras),
            ("locations", &file.locations, &mut it.locations),
            ("stream_types", &file.stream_types, &mut it.stream_types),
            ("organizations", &file.organizations, &mut it.organizations),
            ("created_by", &file.created_by, &mut it.created_by),
        ] {
            let patterns = self.patterns(&key(name), texts.as_ref());
            if let Some(patterns) = patterns.filter(|patterns| !patterns.is_empty()) {
                *place = Some(patterns);
            }
        }
    }

    /// Each value of a list; none where none is written, or one is wrong.
    fn each<T>(
        &mut self,
        key: &str,
        list: Option<&Texts>,
        read: fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let list = list?;
        if list.value.is_empty() {
            let place = self.source.place(list, key);
            self.report
                .problem(place, "the list is empty: add a value, or delete the line");
        }
        let texts = list.value.iter().enumerate();
        let values = texts.map(|(index, text)| {
            let key = format!("{key}[{index}]");
            self.value(&key, Some(text), read).flatten()
        });
        let values: Vec<_> = values.collect();
        values.into_iter().collect()
    }

    /// A rule of one's own says something of a share: one that says nothing is broken by each.
    fn check_own(&mut self, path: &str, item: &Spanned<RuleFile>, rule: &Rule) {
        let place = self.source.place(item, path);
        if rule.conditions == Conditions::default() && rule.expression.is_none() {
            self.report.problem(
                place,
                "it says nothing of a share, so that each would break it: add a field such as \
                 `protection: [none]`, or the name of a built-in rule",
            );
        }
    }
}

/// `critical`, `warning` or `info`.
fn severity(text: &str) -> Result<Severity, String> {
    let known = Severity::ALL.into_iter();
    let mut known = known.filter(|severity| severity.label() == text.trim());
    known
        .next()
        .ok_or_else(|| "expected critical, warning or info".to_owned())
}

/// A kind of share, by the value of its label.
pub(super) fn kind(text: &str) -> Result<ShareKind, String> {
    let mut kinds = ShareKind::ALL.into_iter();
    let kind = kinds.find(|kind| kind.label() == text.trim());
    kind.ok_or_else(|| {
        let known = ShareKind::ALL.map(ShareKind::label).join(", ");
        format!("expected one of {known}")
    })
}

pub(super) fn protection(text: &str) -> Result<Protection, String> {
    let mut protections = Protection::ALL.into_iter();
    let protection = protections.find(|protection| protection.label() == text.trim());
    protection.ok_or_else(|| {
        let known = Protection::ALL.map(Protection::label).join(", ");
        format!("expected one of {known}")
    })
}

/// An expression; what is wrong with one says where in it.
pub(super) fn expression(text: &str) -> Result<Expression, String> {
    Expression::compile(text).map_err(|error| error.to_string())
}

/// One pattern.
pub(super) fn pattern(text: &str) -> Result<Patterns, String> {
    let mut patterns = Patterns::default();
    patterns.add(text)?;
    Ok(patterns)
}
