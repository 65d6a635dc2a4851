//! The section `policy` as a file for the same would have it, with where each rule applies.

use std::fmt::Write as _;

use super::{PolicySection, Until};
use crate::config::describe::text;
use crate::config::value::show_duration;
use crate::policy::{Conditions, Exception, Match, Policies, Policy, Rule};
use crate::share::Patterns;

/// The section. `orgs` are the names of the organisations that are configured.
pub(in crate::config) fn describe(section: &PolicySection, orgs: &[&str]) -> String {
    let mut yaml = "policy:\n".to_owned();
    let Policy { series_limit, .. } = &*section.policy;
    let mut line = |key: &str, value: String| push(&mut yaml, 2, key, &value);
    line("max_exception_days", section.max_exception_days.to_string());
    line(
        "violation_series_limit",
        series_limit.organization.to_string(),
    );
    if let Some(path) = &section.exceptions_file {
        line("exceptions_file", text(&path.display().to_string()));
    }
    yaml.push_str("  rules:\n");
    for it in section.policy.rules() {
        rule(it, orgs, &mut yaml);
    }
    let own = &section.policy.exceptions()[..section.own];
    if !own.is_empty() {
        yaml.push_str("  exceptions:\n");
        own.iter().for_each(|it| yaml.push_str(&exception(it, 4)));
    }
    yaml
}

fn push(yaml: &mut String, indent: usize, key: &str, value: &str) {
    writeln!(yaml, "{:indent$}{key}: {value}", "").expect("a string takes all that is written");
}

fn rule(rule: &Rule, orgs: &[&str], yaml: &mut String) {
    push(yaml, 4, "- name", &text(&rule.name));
    let mut line = |key: &'static str, value: String| push(yaml, 6, key, &value);
    line("severity", rule.severity.label().to_owned());
    if !rule.description.is_empty() {
        line("description", text(&rule.description));
    }
    if !rule.is_on {
        line("enabled", "false".to_owned());
    }
    conditions(&rule.conditions, &mut line);
    if let Some(expression) = &rule.expression {
        line("expression", text(expression.text()));
    }
    if rule.is_on && rule.conditions.organizations.is_some() {
        let here: Vec<_> = orgs
            .iter()
            .filter(|org| rule.applies_to(org))
            .copied()
            .collect();
        let here = if here.is_empty() {
            "none that is configured".to_owned()
        } else {
            here.join(", ")
        };
        push(yaml, 6, "# applies to", &here);
    }
}

fn conditions(it: &Conditions, line: &mut impl FnMut(&'static str, String)) {
    if let Some(kinds) = &it.kinds {
        line("kinds", list(kinds.iter().map(|kind| kind.label())));
    }
    if let Some(protection) = &it.protection {
        line("protection", list(protection.iter().map(|it| it.label())));
    }
    for (key, flag) in [
        ("never_expires", it.never_expires),
        ("past_footage", it.past_footage),
        ("sound", it.sound),
    ] {
        flag.into_iter()
            .for_each(|flag| line(key, flag.to_string()));
    }
    for (key, duration) in [
        ("open_longer_than", it.open_longer_than),
        ("lifetime_longer_than", it.lifetime_longer_than),
        ("ends_later_than", it.ends_later_than),
        ("expired_longer_than", it.expired_longer_than),
    ] {
        let duration = duration.map(show_duration);
        duration
            .into_iter()
            .for_each(|duration| line(key, duration));
    }
    for (key, most) in [
        ("more_cameras_than", it.more_cameras_than),
        ("views_more_than", it.views_more_than),
    ] {
        most.into_iter()
            .for_each(|most| line(key, most.to_string()));
    }
    for (key, patterns) in [
        ("cameras", &it.cameras),
        ("locations", &it.locations),
        ("stream_types", &it.stream_types),
        ("organizations", &it.organizations),
        ("created_by", &it.created_by),
    ] {
        if let Some(patterns) = patterns {
            line(key, list(patterns.texts()));
        }
    }
}

/// What each field of a rule asks, by its key.
pub fn fields(rule: &Rule) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    conditions(&rule.conditions, &mut |key, value| {
        fields.push((key, value))
    });
    fields
}

/// An exception as an element of a list that is indented so far.
pub fn exception(exception: &Exception, indent: usize) -> String {
    let mut yaml = String::new();
    push(&mut yaml, indent, "- name", &text(&exception.name));
    let mut line = |key: &str, value: String| push(&mut yaml, indent + 2, key, &value);
    line("match", matches(&exception.matches));
    line(
        "policies",
        match &exception.policies {
            Policies::All => "[\"*\"]".to_owned(),
            Policies::Named(names) => list(names.iter().map(|name| &**name)),
        },
    );
    line("reason", text(&exception.reason));
    line("owner", text(&exception.owner));
    line("until", text(&Until::at(exception.until).to_string()));
    yaml
}

/// What an exception matches, as a mapping on one line.
pub fn matches(it: &Match) -> String {
    let pattern = |patterns: &Option<Patterns>| {
        let patterns = patterns.as_ref()?;
        patterns.texts().next().map(text)
    };
    let fields = [
        ("share", it.share.map(|share| text(&share.to_string()))),
        ("org", pattern(&it.org)),
        ("kind", it.kind.map(|kind| kind.label().to_owned())),
        ("title", pattern(&it.title)),
        ("camera", pattern(&it.camera)),
        ("location", pattern(&it.location)),
        ("created_by", pattern(&it.created_by)),
        (
            "expression",
            it.expression.as_ref().map(|it| text(it.text())),
        ),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(key, value)| Some(format!("{key}: {}", value?)));
    format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<_> = texts.map(text).collect();
    format!("[{}]", texts.join(", "))
}
