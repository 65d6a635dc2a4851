//! New exceptions in the file of exceptions: what is written there stays, with its comments.

use std::sync::Arc;

use super::{PolicySection, Until, describe_exception};
use crate::config::problem::{ConfigError, Report};
use crate::policy::{Exception, Policies};
use crate::share::UnixMillis;

impl PolicySection {
    /// What the file of exceptions says; none where it has not been read.
    pub fn exceptions_text(&self) -> Option<&str> {
        self.file_text.as_deref()
    }

    /// What the file of exceptions is to say so that it says these too. It has been read as it will be.
    ///
    /// # Errors
    /// When it is written so that nothing can be added at its end.
    pub fn with_added(&self, more: &[Exception], now: UnixMillis) -> Result<String, ConfigError> {
        let text = appended(self.exceptions_text().unwrap_or_default(), more);
        let mut report = Report::default();
        let mut section = self.clone();
        let path = self.exceptions_file.as_ref();
        let name = path.map_or_else(String::new, |path| path.display().to_string());
        section.take_text(&name, text.clone(), now, &mut report);
        let expected = [self.policy.exceptions(), more].concat();
        if report.problems() > 0 || section.policy.exceptions() != expected {
            let mut report = Report::default();
            report.problem(
                name,
                "nothing can be added at its end: write it as a list of lines that begin with `- ` under \
                 `exceptions:`, as the last of the file",
            );
            return Err(report.into_error());
        }
        Ok(text)
    }

    /// The end of a new exception, as `--until` has it.
    ///
    /// # Errors
    /// When it is none, is further ahead than is allowed, or has passed.
    pub fn read_until(&self, text: &str, now: UnixMillis) -> Result<UnixMillis, ConfigError> {
        let until = Until::read(text, now, self.max_exception_days).and_then(|until| {
            let is_ahead = until.moment() > now;
            is_ahead
                .then_some(until.moment())
                .ok_or_else(|| "expected a day that is not over yet".to_owned())
        });
        flag("--until", until)
    }

    /// The rules of a new exception, as `--policies` has them.
    ///
    /// # Errors
    /// When one is no rule.
    pub fn read_policies(&self, names: &[String]) -> Result<Policies, ConfigError> {
        if names == ["*"] {
            return Ok(Policies::All);
        }
        let rule = |name: &String| {
            let rule = self.policy.rule(name).map(|rule| rule.name.clone());
            let known = self.policy.rules().iter().map(|rule| &*rule.name);
            rule.ok_or_else(|| super::exceptions::unknown_rule(name, known))
        };
        let names: Result<Vec<Arc<str>>, String> = names.iter().map(rule).collect();
        flag("--policies", names.map(Policies::Named))
    }
}

/// The value of a flag, or what is wrong with it.
fn flag<T>(flag: &str, value: Result<T, String>) -> Result<T, ConfigError> {
    value.map_err(|expected| {
        let mut report = Report::default();
        report.problem(flag, expected);
        report.into_error()
    })
}

/// The text with these at its end.
fn appended(text: &str, more: &[Exception]) -> String {
    let has_list = text.lines().any(|line| line.trim_start().starts_with("- "));
    let first = text
        .lines()
        .find(|line| line.trim_start().starts_with("- "))
        .unwrap_or("  - ");
    let indent = first.len() - first.trim_start().len();
    let mut text = match has_list {
        true => text.to_owned(),
        // An empty list is written out, which a list of lines can't follow.
        false => text
            .lines()
            .filter(|line| !is_empty_list(line))
            .map(|line| format!("{line}\n"))
            .collect(),
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if !has_list {
        text.push_str("exceptions:\n");
    }
    more.iter()
        .for_each(|it| text.push_str(&describe_exception(it, indent)));
    text
}

fn is_empty_list(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default();
    matches!(
        line.replace(' ', "").trim(),
        "exceptions:" | "exceptions:[]"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Match;

    const NOW: UnixMillis = UnixMillis::from_secs(1_795_953_600);

    fn exception(name: &str) -> Exception {
        Exception {
            name: name.into(),
            matches: Match {
                share: Some("3f9a0c51d2e7".parse().unwrap()),
                ..Match::default()
            },
            policies: Policies::Named(vec!["unsecured".into()]),
            reason: "Haulier's \"view\": CHG-1042 # dock".to_owned(),
            owner: "dock@example.com".to_owned(),
            until: UnixMillis::from_secs(1_798_761_600),
        }
    }

    fn section(text: &str) -> PolicySection {
        let mut section = PolicySection {
            exceptions_file: Some("exceptions.yml".into()),
            ..PolicySection::default()
        };
        let mut report = Report::default();
        section.take_text("exceptions.yml", text.to_owned(), NOW, &mut report);
        report.finish_with(section).unwrap().0
    }

    const LIST: &str = "# Ours.\nexceptions:\n- name: old # stays\n  match: { org: a }\n  \
        policies: [\"*\"]\n  reason: r\n  owner: o\n  until: 2026-12-24";

    #[test]
    fn what_is_there_stays_and_what_is_new_is_read_back() {
        for text in [
            "",
            "# None yet.\n",
            "exceptions: []\n",
            "exceptions:\n  # None yet.\n",
            "exceptions: [ ] # none\n# so far",
        ] {
            let new = section(text)
                .with_added(&[exception("a"), exception("b")], NOW)
                .unwrap();
            let names: Vec<_> = section(&new).policy.exceptions().to_vec();
            assert_eq!(names, [exception("a"), exception("b")], "{text}");
        }
        let new = section(LIST).with_added(&[exception("a")], NOW).unwrap();
        assert!(
            new.starts_with(&format!("{LIST}\n- name: a\n  match: ")),
            "{new}"
        );
        assert_eq!(section(&new).policy.exceptions().len(), 2);
    }

    #[test]
    fn a_file_that_cannot_be_added_to_is_left_alone() {
        let flow = "exceptions: [{ name: old, match: { org: a }, policies: ['*'], reason: r, owner: o, until: 2026-12-24 }]\n";
        for (text, name) in [(flow, "a"), (LIST, "old")] {
            let error = section(text)
                .with_added(&[exception(name)], NOW)
                .unwrap_err();
            assert!(
                error.to_string().contains("nothing can be added"),
                "{error}"
            );
        }
    }

    #[test]
    fn an_end_that_has_passed_or_a_rule_that_is_none_is_refused() {
        let section = PolicySection::default();
        let until = |text| section.read_until(text, NOW).map_err(|it| it.to_string());
        assert_eq!(
            until("2026-11-29"),
            Ok(UnixMillis::from_secs(1_795_996_800))
        );
        assert_eq!(
            until("2026-11-28").unwrap_err(),
            "--until: expected a day that is not over yet"
        );
        assert!(
            until("2028-01-01")
                .unwrap_err()
                .contains("max_exception_days is 90")
        );
        let policies = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            section.read_policies(&names).map_err(|it| it.to_string())
        };
        assert_eq!(policies(&["*"]), Ok(Policies::All));
        assert_eq!(
            policies(&["no-expiry"]),
            Ok(Policies::Named(vec!["no-expiry".into()]))
        );
        let error = policies(&["unsecured", "no-expire"]).unwrap_err();
        assert!(error.contains("is no-expiry meant?"), "{error}");
        assert!(
            policies(&["*", "unsecured"])
                .unwrap_err()
                .contains("`*` alone")
        );
    }
}
