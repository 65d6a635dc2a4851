//! The exceptions: what they match, from which rules, why, who answers for them, until when.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_saphyr::Spanned;

use super::file::{ExceptionFile, MatchFile, Texts};
use super::rules::{expression, kind, pattern};
use super::until::Until;
use super::{Names, value_of, words};
use crate::config::credentials::Reader;
use crate::config::file::Text;
use crate::config::problem::nearest;
use crate::policy::{Exception, Match, Policies, Rule};
use crate::share::UnixMillis;

/// By what exceptions are checked.
#[derive(Clone, Copy)]
pub(super) struct Checks<'a> {
    pub(super) rules: &'a [Rule],
    pub(super) now: UnixMillis,
    pub(super) max_days: u32,
}

/// Every exception of a list; what is wrong goes to the report. `path` is what the list is called.
pub(super) fn read(
    reader: &mut Reader<'_>,
    names: &mut Names,
    checks: Checks<'_>,
    path: &str,
    list: Option<&Spanned<Vec<Spanned<ExceptionFile>>>>,
) -> Vec<Exception> {
    let items = list.into_iter().flat_map(|list| list.value.iter());
    let exceptions = items.enumerate().filter_map(|(index, item)| {
        let path = format!("{path}[{index}]");
        reader.exception(names, checks, &path, item)
    });
    exceptions.collect()
}

impl Reader<'_> {
    fn exception(
        &mut self,
        names: &mut Names,
        checks: Checks<'_>,
        path: &str,
        item: &Spanned<ExceptionFile>,
    ) -> Option<Exception> {
        let file = &item.value;
        let name = super::own_name(self, names, path, item, file.name.as_ref());
        let matches = self.matches(path, item, file.r#match.as_ref());
        let policies = self.policies(path, item, checks.rules, file.policies.as_ref());
        let what = "say why it may stay, with the ticket where there is one";
        let reason = self.needed(path, item, ("reason", file.reason.as_ref()), what, words);
        let what = "say who answers for it";
        let owner = self.needed(path, item, ("owner", file.owner.as_ref()), what, words);
        let what = "give its last day, such as 2027-01-31";
        let until = self.needed(path, item, ("until", file.until.as_ref()), what, |text| {
            Until::read(text, checks.now, checks.max_days)
        });
        let exception = Exception {
            name: name?.into(),
            matches: matches?,
            policies: policies?,
            reason: reason?,
            owner: owner?,
            until: until?.moment(),
        };
        if !exception.is_in_force(checks.now) {
            let place = self.source.place(item, path);
            let name = &exception.name;
            self.report.warn(format_args!(
                "{place}: the exception {name} has ended and covers nothing: delete it, or give it another end"
            ));
        }
        Some(exception)
    }

    /// A value that has to be there.
    fn needed<T>(
        &mut self,
        path: &str,
        item: &Spanned<ExceptionFile>,
        (name, text): (&str, Option<&Text>),
        what: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let key = format!("{path}.{name}");
        if text.is_none() {
            let place = self.source.place(item, &key);
            self.report
                .problem(place, format_args!("it is missing: {what}"));
        }
        self.value(&key, text, read).flatten()
    }

    fn matches(
        &mut self,
        path: &str,
        item: &Spanned<ExceptionFile>,
        file: Option<&Spanned<MatchFile>>,
    ) -> Option<Match> {
        let key = format!("{path}.match");
        let Some(file) = file else {
            let place = self.source.place(item, &key);
            self.report.problem(
                place,
                "it is missing: say which shares, such as { share: 3f9a0c51d2e7 }",
            );
            return None;
        };
        let before = self.report.problems();
        let matches = self.match_of(&key, &file.value);
        if matches.is_empty() && self.report.problems() == before {
            let place = self.source.place(file, &key);
            self.report.problem(
                place,
                "it matches everything: say which shares, or `org: .*` if all are meant",
            );
        }
        (self.report.problems() == before).then_some(matches)
    }

    fn match_of(&mut self, key: &str, file: &MatchFile) -> Match {
        let mut it = Match::default();
        let key = |name: &str| format!("{key}.{name}");
        let mut set =
            |name, text: Option<&Text>, into: &mut dyn FnMut(&str) -> Result<(), String>| {
                value_of(self, &key(name), text, into);
            };
        set("share", file.share.as_ref(), &mut |text| {
            it.share = Some(
                text.trim()
                    .parse()
                    .map_err(|error: crate::share::NotARef| error.to_string())?,
            );
            Ok(())
        });
        set("kind", file.kind.as_ref(), &mut |text| {
            it.kind = Some(kind(text)?);
            Ok(())
        });
        set("expression", file.expression.as_ref(), &mut |text| {
            it.expression = Some(expression(text)?);
            Ok(())
        });
        for (name, text, place) in [
            ("org", &file.org, &mut it.org),
            ("title", &file.title, &mut it.title),
            ("camera", &file.camera, &mut it.camera),
            ("location", &file.location, &mut it.location),
            ("created_by", &file.created_by, &mut it.created_by),
        ] {
            set(name, text.as_ref(), &mut |text| {
                *place = Some(pattern(text)?);
                Ok(())
            });
        }
        it
    }

    /// The rules that it is from; each exists.
    fn policies(
        &mut self,
        path: &str,
        item: &Spanned<ExceptionFile>,
        rules: &[Rule],
        list: Option<&Texts>,
    ) -> Option<Policies> {
        let key = format!("{path}.policies");
        let Some(list) = list.filter(|list| !list.value.is_empty()) else {
            let place = self.source.place(item, &key);
            self.report.problem(
                place,
                "it is missing: name the rules that the shares may break, or [\"*\"] for all",
            );
            return None;
        };
        if list.value.len() == 1 && list.value[0].value.trim() == "*" {
            return Some(Policies::All);
        }
        let mut known: BTreeMap<&str, Arc<str>> = BTreeMap::new();
        known.extend(rules.iter().map(|rule| (&*rule.name, rule.name.clone())));
        let texts = list.value.iter().enumerate();
        let names = texts.map(|(index, text)| {
            let key = format!("{key}[{index}]");
            let read = |text: &str| {
                let name = known.get(text.trim()).cloned();
                name.ok_or_else(|| unknown_rule(text.trim(), known.keys().copied()))
            };
            self.value(&key, Some(text), read).flatten()
        });
        let names: Vec<_> = names.collect();
        names
            .into_iter()
            .collect::<Option<_>>()
            .map(Policies::Named)
    }
}

pub(super) fn unknown_rule<'a>(text: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    if text == "*" {
        return "expected `*` alone, or the names of rules".to_owned();
    }
    let all: Vec<_> = known.clone().collect();
    let hint = nearest(text, known).map(|name| format!("; is {name} meant?"));
    format!(
        "expected the name of a rule: {}{}",
        all.join(", "),
        hint.unwrap_or_default()
    )
}
