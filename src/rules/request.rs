//! What is asked of the rules, word by word, as flags have it. Whether there is such an alert is not known here.

use std::fmt;
use std::str::FromStr;

use crate::policy::Severity;
use crate::telemetry::needs_escape;

/// The job that the rule file names.
pub(super) const SHIPPED_JOB: &str = "rhombus-share-exporter";

/// Words that YAML takes for something else than text.
const NOT_TEXT: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// An alert, and which of its rules where there are two: `RhombusDataStale/critical`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    pub(super) alert: String,
    pub(super) severity: Option<Severity>,
}

/// A threshold and what it is set to: `RhombusShareExpiresSoon.within=48h`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub(super) which: Which,
    pub(super) name: String,
    pub(super) value: String,
}

/// An alert and how severe it is to be: `RhombusShareExpiresSoon=warning`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeverityOf {
    pub(super) which: Which,
    pub(super) severity: Severity,
}

/// A label for every alert: `team=security`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    name: String,
    value: String,
}

/// The name of the scrape job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job(String);

/// A severity, as it is written.
pub(super) struct SeverityWord(pub(super) Severity);

impl FromStr for SeverityWord {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Severity::ALL.into_iter().find(|it| it.label() == text);
        found
            .map(Self)
            .ok_or("expected the severity critical, warning or info")
    }
}

impl FromStr for Which {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (alert, severity) = match text.split_once('/') {
            Some((alert, severity)) => (alert, Some(severity.parse::<SeverityWord>()?.0)),
            None => (text, None),
        };
        let is_name = !alert.is_empty() && alert.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let alert = alert.to_owned();
        is_name
            .then_some(Self { alert, severity })
            .ok_or("expected an alert, such as RhombusDemoData or RhombusDataStale/critical")
    }
}

impl FromStr for Setting {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str =
            "expected ALERT.THRESHOLD=VALUE, such as RhombusShareExpiresSoon.within=48h";
        let (place, value) = text.split_once('=').ok_or(EXPECTED)?;
        let (which, name) = place.split_once('.').ok_or(EXPECTED)?;
        if name.is_empty() || value.is_empty() {
            return Err(EXPECTED);
        }
        Ok(Self {
            which: which.parse()?,
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

impl FromStr for SeverityOf {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (which, severity) = text
            .split_once('=')
            .ok_or("expected ALERT=SEVERITY, such as RhombusShareExpiresSoon=warning")?;
        Ok(Self {
            which: which.parse()?,
            severity: severity.parse::<SeverityWord>()?.0,
        })
    }
}

impl Label {
    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its value, as YAML has it.
    pub(super) fn as_yaml(&self) -> String {
        let is_plain = self.value.starts_with(|c: char| c.is_ascii_alphabetic())
            && self
                .value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
            && !NOT_TEXT.contains(&&*self.value.to_ascii_lowercase());
        match is_plain {
            true => self.value.clone(),
            // What JSON quotes, YAML reads.
            false => serde_json::Value::from(&*self.value).to_string(),
        }
    }
}

impl FromStr for Label {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text
            .split_once('=')
            .ok_or("expected NAME=VALUE, such as team=security")?;
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.starts_with("__");
        if !is_name {
            return Err(
                "expected the name of a label: letters, digits and _, no digit and no __ first",
            );
        }
        // Prometheus would take the braces for a template.
        if value.is_empty() || value.contains("{{") || value.chars().any(needs_escape) {
            return Err("expected a value that is not empty, without {{ and control characters");
        }
        let (name, value) = (name.to_owned(), value.to_owned());
        Ok(Self { name, value })
    }
}

impl Job {
    /// How expressions select it.
    pub(super) fn selector(name: &str) -> String {
        format!("job=\"{name}\"")
    }

    /// The name.
    pub(super) fn name(&self) -> &str {
        &self.0
    }
}

impl FromStr for Job {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_bad = |c| matches!(c, '"' | '\\') || needs_escape(c);
        let is_name = !text.is_empty() && !text.contains(is_bad);
        is_name
            .then(|| Self(text.to_owned()))
            .ok_or("expected the job_name of the scrape configuration, without \" and \\")
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.alert)?;
        match self.severity {
            Some(severity) => write!(f, "/{}", severity.label()),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}={}", self.which, self.name, self.value)
    }
}

impl fmt::Display for SeverityOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.which, self.severity.label())
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T: FromStr<Err = &'static str> + fmt::Display>(text: &str) -> String {
        match text.parse::<T>() {
            Ok(parsed) => parsed.to_string(),
            Err(error) => format!("refused: {error}"),
        }
    }

    #[test]
    fn what_is_read_is_shown_as_it_was_written() {
        for text in ["A.within=48h", "A/critical.for=5m", "A.share=0.5"] {
            assert_eq!(shown::<Setting>(text), text);
        }
        assert_eq!(shown::<SeverityOf>("A/info=critical"), "A/info=critical");
        assert_eq!(shown::<Which>("A/warning"), "A/warning");
        assert_eq!(shown::<Label>("team=a=b c"), "team=a=b c");
        assert_eq!(shown::<Job>("a b/c"), "a b/c");
    }

    #[test]
    fn what_is_no_such_word_is_refused() {
        for text in [
            "A",
            "A=5",
            "A.x",
            "A.=5",
            "A.x=",
            ".x=5",
            "A/page.x=5",
            "A B.x=5",
        ] {
            assert!(shown::<Setting>(text).starts_with("refused"), "{text}");
        }
        for text in ["A", "A=page", "A=", "=info", "A/x=info"] {
            assert!(shown::<SeverityOf>(text).starts_with("refused"), "{text}");
        }
        for text in [
            "a",
            "1a=b",
            "__a=b",
            "a-b=c",
            "=b",
            "a=",
            "a={{ x }}",
            "a=b\nc",
        ] {
            assert!(shown::<Label>(text).starts_with("refused"), "{text}");
        }
        for text in ["", "a\"b", "a\\b", "a\nb"] {
            assert!(shown::<Job>(text).starts_with("refused"), "{text}");
        }
    }

    #[test]
    fn a_value_that_yaml_would_misread_is_quoted() {
        for (value, expected) in [
            ("security", "security"),
            ("on-call_2", "on-call_2"),
            ("on", "\"on\""),
            ("No", "\"No\""),
            ("5", "\"5\""),
            ("a: b", "\"a: b\""),
            ("#a", "\"#a\""),
            ("a\"b\\c", "\"a\\\"b\\\\c\""),
            ("Sécurité", "\"Sécurité\""),
        ] {
            let label: Label = format!("team={value}").parse().unwrap();
            assert_eq!(label.as_yaml(), expected);
            let read: String = serde_saphyr::from_str(&label.as_yaml()).unwrap();
            assert_eq!(read, value);
        }
    }
}
