//! Which rules and thresholds a request means, by the names in the rule file and in the table.

use super::alert::AlertRule;
use super::error::RulesError;
use super::file::RuleFile;
use super::request::{Setting, Which};
use super::table::{Table, Threshold};

/// The rules that are meant, by their place among the alerts: one, or both of one name.
///
/// # Errors
/// When there is none.
pub(super) fn rules(file: &RuleFile, which: &Which) -> Result<Vec<usize>, RulesError> {
    let named: Vec<_> = named(file, &which.alert);
    if named.is_empty() {
        return Err(unknown(file, &which.alert));
    }
    let is_meant = |rule: &AlertRule| which.severity.is_none() || which.severity == rule.severity();
    let meant = named.iter().filter(|(_, rule)| is_meant(rule));
    let meant: Vec<_> = meant.map(|(index, _)| *index).collect();
    if meant.is_empty() {
        return Err(RulesError::UnknownSeverity {
            which: which.to_string(),
            alert: which.alert.clone(),
            severity: severities(&named),
        });
    }
    Ok(meant)
}

/// The one rule that is meant.
///
/// # Errors
/// When there is none, or two.
pub(super) fn rule(file: &RuleFile, which: &Which, what: &str) -> Result<usize, RulesError> {
    match rules(file, which)?[..] {
        [index] => Ok(index),
        _ => Err(ambiguous(file, which, what, "")),
    }
}

/// The one rule that has this threshold, and the threshold; what is asked is not its `for`.
///
/// # Errors
/// When there is none, or two.
pub(super) fn threshold<'a>(
    file: &RuleFile,
    table: &'a Table,
    setting: &Setting,
) -> Result<(usize, &'a Threshold), RulesError> {
    let meant = rules(file, &setting.which)?;
    let own = meant
        .iter()
        .flat_map(|index| thresholds(file, table, *index));
    let own: Vec<_> = own.collect();
    let mut found = own.iter().filter(|(_, it)| it.name == setting.name);
    match (found.next(), found.next()) {
        (Some(found), None) => Ok(*found),
        (None, _) => Err(RulesError::UnknownThreshold {
            which: setting.which.to_string(),
            name: setting.name.clone(),
            has: names(&own),
        }),
        _ => {
            let name = format!(".{}", setting.name);
            Err(ambiguous(file, &setting.which, &setting.to_string(), &name))
        }
    }
}

/// What the rule is called in a message: with its severity, where two have the name.
pub(super) fn shown(file: &RuleFile, rule: &AlertRule) -> String {
    rule.shown(named(file, rule.name()).len() > 1)
}

fn named<'a>(file: &'a RuleFile, alert: &str) -> Vec<(usize, &'a AlertRule)> {
    let all = file.alerts().enumerate();
    all.filter(|(_, rule)| rule.name() == alert).collect()
}

/// The thresholds of the rule at this place.
fn thresholds<'a>(file: &RuleFile, table: &'a Table, index: usize) -> Vec<(usize, &'a Threshold)> {
    let Some(rule) = file.alerts().nth(index) else {
        return Vec::new();
    };
    let own = table.thresholds.iter();
    let own = own.filter(|it| it.is_of(rule.name(), rule.severity()));
    own.map(|it| (index, it)).collect()
}

fn names(thresholds: &[(usize, &Threshold)]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (_, threshold) in thresholds {
        // Two rules of one name may have the same.
        if !names.contains(&&*threshold.name) {
            names.push(&threshold.name);
        }
    }
    names.push("for");
    match names[..] {
        [] | [_] => "only for".to_owned(),
        [ref first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn unknown(file: &RuleFile, name: &str) -> RulesError {
    let core = |name: &str| name.to_ascii_lowercase().replace("rhombus", "");
    let distance = |known: &&str| strsim::damerau_levenshtein(&core(known), &core(name));
    let nearest = file.alerts().map(AlertRule::name).min_by_key(distance);
    RulesError::UnknownAlert {
        name: name.to_owned(),
        nearest: nearest.unwrap_or_default().to_owned(),
    }
}

fn ambiguous(file: &RuleFile, which: &Which, what: &str, suffix: &str) -> RulesError {
    let mut each = named(file, &which.alert).into_iter();
    let mut next = || {
        let rule = each.next().map(|(_, rule)| rule.shown(true));
        format!("{}{suffix}", rule.unwrap_or_default())
    };
    RulesError::Ambiguous {
        what: what.to_owned(),
        alert: which.alert.clone(),
        each: [next(), next()],
    }
}

fn severities(named: &[(usize, &AlertRule)]) -> String {
    let each = named.iter().map(|(_, rule)| match rule.severity() {
        Some(severity) => severity.label(),
        None => "as severe as the policy says",
    });
    each.collect::<Vec<_>>().join(" or ")
}
