//! The flags of `rules`. What each word may be is for the rules to say.

use clap::{Args, ValueEnum};

use crate::rules::{Job, Label, Setting, SeverityOf, Which};

/// After the flags of `rules`.
const RULES_HELP: &str = "\
Examples:
  rhombus-share-exporter rules --list
      Which alerts there are, and the numbers in them that one may change.
  rhombus-share-exporter rules > rhombus-shares.rules.yml
      The rule file as it is shipped.
  rhombus-share-exporter rules --set RhombusShareExpiresSoon.within=48h
      Fires two days before a link ends, and says so.
  rhombus-share-exporter rules --set RhombusShareOpen.for=5m
      Whoever makes a link has five minutes to set a password.
  rhombus-share-exporter rules --severity RhombusShareExpiresSoon=warning --without RhombusDemoData
      A ticket instead of context; and one alert less.
  rhombus-share-exporter rules --set RhombusDataStale/critical.for=15m
      One of the two rules of that name; RhombusDataStale.for is both.
  rhombus-share-exporter rules --label team=security --job my-job
      A label to route by; and the job_name that your scrape configuration has.
  rhombus-share-exporter rules --output=prometheusrule | kubectl apply -n monitoring -f -
      For the Prometheus operator. Where it selects rules by a label, add that with kubectl label.

Changed rules begin with the command that made them: run it again after an upgrade. Texts that state
a number state the new one.

Exit status: 0, or 2 when something is asked for that can't be; nothing is printed then.";

/// The flags of `rules`.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(after_help = RULES_HELP)]
pub struct RulesArgs {
    /// Another number in an alert, or for how long it waits; may be given more than once
    #[arg(long = "set", value_name = "ALERT.THRESHOLD=VALUE")]
    pub settings: Vec<Setting>,
    /// How severe an alert is: critical, warning or info; may be given more than once
    #[arg(long = "severity", value_name = "ALERT=SEVERITY")]
    pub severities: Vec<SeverityOf>,
    /// Leave an alert out; may be given more than once
    #[arg(long, value_name = "ALERT")]
    pub without: Vec<Which>,
    /// Add a label to every alert; may be given more than once
    #[arg(long = "label", value_name = "NAME=VALUE")]
    pub labels: Vec<Label>,
    /// The job_name that the scrape configuration has; without it, rhombus-share-exporter
    #[arg(long, value_name = "NAME")]
    pub job: Option<Job>,
    /// How it is written: rules, which Prometheus loads, or prometheusrule, for its operator
    #[arg(
        long,
        value_name = "FORM",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub output: RulesOutput,
    /// Print no rules: list the alerts with their severity, for and thresholds
    #[arg(long, conflicts_with_all = ["settings", "severities", "without", "labels", "job", "output"])]
    pub list: bool,
}

/// How `rules` are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RulesOutput {
    /// A file that Prometheus loads.
    #[default]
    Rules,
    /// A manifest for the Prometheus operator.
    #[value(name = "prometheusrule")]
    PrometheusRule,
}
