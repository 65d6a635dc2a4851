//! `rules`: the alert rules with a person's own thresholds, or what these may be.

use std::fmt::Display;

use super::output;
use super::table::Table;
use crate::build_info;
use crate::cli::{RulesArgs, RulesOutput};
use crate::rules::{self, Changes, Listed};

pub(super) fn run(args: &RulesArgs) -> anyhow::Result<()> {
    if args.list {
        return output::print(list(&rules::listing()?));
    }
    let text = rules::changed(&changes(args))?;
    let text = match args.output {
        RulesOutput::Rules => text,
        RulesOutput::PrometheusRule => rules::manifest(&text),
    };
    output::print(made_by(&flags(args)) + &text)
}

fn changes(args: &RulesArgs) -> Changes {
    Changes {
        settings: args.settings.clone(),
        severities: args.severities.clone(),
        without: args.without.clone(),
        labels: args.labels.clone(),
        job: args.job.clone(),
    }
}

/// The flags that make it other than it is shipped, each with its value, for a shell.
fn flags(args: &RulesArgs) -> Vec<String> {
    let mut flags = Vec::new();
    let mut add = |flag: &str, value: &dyn Display| {
        flags.push(format!("--{flag} {}", quoted(&value.to_string())));
    };
    args.settings.iter().for_each(|it| add("set", it));
    args.severities.iter().for_each(|it| add("severity", it));
    args.without.iter().for_each(|it| add("without", it));
    args.labels.iter().for_each(|it| add("label", it));
    args.job.iter().for_each(|it| add("job", it));
    if args.output == RulesOutput::PrometheusRule {
        add("output", &"prometheusrule");
    }
    flags
}

/// How to make it again; nothing where it is as it is shipped.
fn made_by(flags: &[String]) -> String {
    if flags.is_empty() {
        return String::new();
    }
    let lines = flags.iter().map(|flag| format!(" \\\n#     {flag}"));
    format!(
        "# Made by rhombus-share-exporter {}. After an upgrade, make it again:\n\
         #\n\
         #   rhombus-share-exporter rules{}\n\
         #\n",
        build_info::VERSION,
        lines.collect::<String>()
    )
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./=:,@%+".contains(&byte);
    match word.bytes().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

fn list(alerts: &[Listed]) -> String {
    let mut table = Table::new([
        ("ALERT", 32),
        ("SEVERITY", 8),
        ("FOR", 4),
        ("THRESHOLD", 10),
        ("DEFAULT", 7),
        ("MEANS", 0),
    ]);
    for alert in alerts {
        let severity = alert.severity.map_or("policy's", |it| it.label());
        let mut own = [&*alert.alert, severity, &*alert.r#for];
        let none = std::iter::once(["", "", ""]).filter(|_| alert.thresholds.is_empty());
        let thresholds = alert.thresholds.iter();
        let thresholds = thresholds.map(|it| [&*it.name, &*it.default, &*it.help]);
        for threshold in thresholds.chain(none) {
            let [name, severity, wait] = std::mem::take(&mut own).map(str::to_owned);
            let [threshold, default, help] = threshold.map(str::to_owned);
            table.add([name, severity, wait, threshold, default, help]);
        }
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_a_shell_would_misread_it() {
        assert_eq!(quoted("A/critical.for=5m"), "A/critical.for=5m");
        assert_eq!(quoted("team=on call"), "'team=on call'");
        assert_eq!(quoted("x=it's $HOME"), r"'x=it'\''s $HOME'");
    }
}
