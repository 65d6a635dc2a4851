//! The table of the numbers that one may change, as `alerts/thresholds.yml` has it: which there are, what each
//! may be, and where it is in its rule.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::RulesError;
use super::file::RuleFile;
use super::{RULES, THRESHOLDS};
use crate::policy::Severity;

/// The whole table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// The numbers that one may change, in the order of the rule file.
    pub(super) thresholds: Vec<Threshold>,
    /// For how long the expressions of other rules hold.
    pub(super) holds: BTreeMap<String, String>,
    /// The labels that alerts have already.
    pub(super) reserved_labels: Vec<String>,
}

/// One number that one may change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Threshold {
    /// The name of its rule.
    pub(super) alert: String,
    /// The severity of its rule, where two have that name.
    pub(super) severity: Option<String>,
    /// What it is called.
    pub(super) name: String,
    /// What its value is.
    pub(super) kind: Kind,
    /// What the rule file has.
    pub(super) default: String,
    /// The least that it may be.
    pub(super) min: Option<String>,
    /// The most that it may be.
    pub(super) max: Option<String>,
    /// Whether its rule's expression holds for so long and no longer.
    #[serde(default)]
    pub(super) holds: bool,
    /// What it means.
    pub(super) help: String,
    /// Where it is.
    pub(super) places: Vec<Place>,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A length of time.
    Duration,
    /// A number that is not negative.
    Number,
}

/// Where a number is in its rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// In which part of the rule.
    pub(super) r#in: Part,
    /// What stands there.
    pub(super) find: String,
    /// What it becomes, with the value for `%s`.
    pub(super) put: String,
    /// How the value is written.
    pub(super) r#as: Form,
}

/// A part of a rule that may have a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Part {
    /// When it fires.
    Expr,
    /// One sentence.
    Summary,
    /// The whole text.
    Description,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    /// A duration in seconds.
    Seconds,
    /// A duration as it was given.
    Duration,
    /// A duration in words.
    Words,
    /// A number as it was given.
    Number,
}

impl Threshold {
    /// Whether it is in the rule of this name and severity.
    pub(super) fn is_of(&self, alert: &str, severity: Option<Severity>) -> bool {
        let own = self.severity.as_deref();
        self.alert == alert && (own.is_none() || own == severity.map(Severity::label))
    }
}

/// The table that this program carries.
///
/// # Errors
/// When that can't be read, which a test rules out.
pub(super) fn table() -> Result<Table, RulesError> {
    serde_saphyr::from_str(THRESHOLDS).map_err(|error| RulesError::Shipped(error.to_string()))
}

/// An alert, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub alert: String,
    /// Its severity; none where that is for the policy to say.
    pub severity: Option<Severity>,
    /// For how long its expression must hold before it fires.
    pub r#for: String,
    /// Its thresholds.
    pub thresholds: Vec<ListedThreshold>,
}

/// A threshold, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedThreshold {
    /// What it is called.
    pub name: String,
    /// What the rule file has.
    pub default: String,
    /// What it means.
    pub help: String,
}

/// Every alert with its thresholds, in the order of the rule file.
///
/// # Errors
/// When a file that this program carries can't be read, which a test rules out.
pub fn listing() -> Result<Vec<Listed>, RulesError> {
    let table = table()?;
    let file = RuleFile::parse(RULES);
    let listed = file.alerts().map(|rule| {
        let own = table.thresholds.iter();
        let own = own.filter(|it| it.is_of(rule.name(), rule.severity()));
        Listed {
            alert: rule.name().to_owned(),
            severity: rule.severity(),
            r#for: rule.r#for().to_owned(),
            thresholds: own.map(ListedThreshold::from).collect(),
        }
    });
    Ok(listed.collect())
}

impl From<&Threshold> for ListedThreshold {
    fn from(threshold: &Threshold) -> Self {
        Self {
            name: threshold.name.clone(),
            default: threshold.default.clone(),
            help: threshold.help.clone(),
        }
    }
}
