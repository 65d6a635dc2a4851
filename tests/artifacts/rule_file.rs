//! The rule file as data: its groups, its alerts, and the metrics that it records. Nothing is judged
//! here; a key of the format that this project doesn't use is refused.

use serde::Deserialize;

use crate::contract::{Contract, Metric, contract};
use crate::dashboards::{read, root};
use crate::promql;

/// The rule file, below the repository.
pub(crate) const FILE: &str = "alerts/rhombus-shares.rules.yml";

/// A rule file, as far as this project uses the format.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    /// Its groups.
    pub(crate) groups: Vec<Group>,
}

/// A group of rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    /// Its name.
    pub(crate) name: String,
    /// How often it is evaluated, where that is not for Prometheus to say.
    #[serde(default)]
    #[expect(dead_code, reason = "a key of the format that is read and not judged")]
    interval: Option<String>,
    /// Its rules.
    pub(crate) rules: Vec<Rule>,
}

/// A recording rule or an alert.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Rule {
    /// A recording rule.
    Record(Record),
    /// An alert.
    Alert(Alert),
}

/// A recording rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// The name of what it records.
    pub(crate) record: String,
    /// What it records.
    pub(crate) expr: String,
}

/// An alert.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alert {
    /// Its name.
    pub(crate) alert: String,
    /// When it fires.
    pub(crate) expr: String,
    /// For how long first.
    pub(crate) r#for: String,
    /// The labels that it adds.
    #[serde(default)]
    labels: AlertLabels,
    /// What a person reads.
    pub(crate) annotations: Annotations,
}

/// The labels that an alert adds.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AlertLabels {
    severity: Option<String>,
}

impl Alert {
    /// Whom it concerns; none where the series say, as the policy has it.
    pub(crate) fn severity(&self) -> Option<&str> {
        self.labels.severity.as_deref()
    }
}

/// What a person reads.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Annotations {
    /// One sentence, always the same.
    pub(crate) summary: String,
    /// The object, the value, the consequence.
    pub(crate) description: String,
    /// What to do.
    pub(crate) runbook_url: String,
}

/// The rule file's text.
pub(crate) fn text() -> String {
    read(&root().join(FILE))
}

/// The rules in the text.
pub(crate) fn rules(text: &str) -> RuleFile {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{FILE}: {error}"))
}

/// The alerts in the text.
pub(crate) fn alerts(text: &str) -> Vec<Alert> {
    let rules = rules(text).groups.into_iter().flat_map(|group| group.rules);
    rules
        .filter_map(|rule| match rule {
            Rule::Alert(alert) => Some(alert),
            Rule::Record(_) => None,
        })
        .collect()
}

/// The metrics of the contract, and those that the rules record.
pub(crate) fn with_recorded(text: &str) -> Contract {
    let mut metrics = contract();
    for group in rules(text).groups {
        for rule in group.rules {
            let Rule::Record(rule) = rule else { continue };
            let expr = promql::parse(&rule.expr).expect("promtool has parsed it");
            // What follows an `or` stands in for the first: a memory, which is the rule itself.
            let labels = promql::labels(promql::first(&expr), &metrics).unwrap_or_default();
            let labels = labels.into_iter().collect();
            let kind = "gauge".to_owned();
            metrics.insert(rule.record, Metric { kind, labels });
        }
    }
    metrics
}
