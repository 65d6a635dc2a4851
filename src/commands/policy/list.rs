//! `policy list`: which rules and exceptions there are, and where they apply.

use std::fmt::Write as _;

use crate::cli::PolicyListArgs;
use crate::clock::Clock;
use crate::commands::output;
use crate::commands::table::Table;
use crate::config::{self, PolicySection, Until};
use crate::policy::{Exception, Policies, Rule};
use crate::share::UnixMillis;

pub(super) fn run(args: &PolicyListArgs) -> anyhow::Result<()> {
    let now = Clock::system().now();
    let (section, warnings) = config::load_policy(&args.config, now)?;
    output::warn(&warnings);
    output::print(render(&section, now))
}

fn render(section: &PolicySection, now: UnixMillis) -> String {
    let policy = &section.policy;
    let mut rules = Table::new([
        ("RULE", 24),
        ("SEVERITY", 8),
        ("IS", 3),
        ("WHERE", 20),
        ("ASKS", 0),
    ]);
    policy.rules().iter().for_each(|it| rules.add(rule(it)));
    let mut text = rules.render();
    if policy.exceptions().is_empty() {
        text.push_str("\nNo exceptions.\n");
        return text;
    }
    let mut exceptions = Table::new([
        ("EXCEPTION", 24),
        ("RULES", 20),
        ("UNTIL", 20),
        ("IS", 8),
        ("MATCHES", 0),
    ]);
    policy
        .exceptions()
        .iter()
        .for_each(|it| exceptions.add(exception(it, now)));
    let _ = write!(text, "\n{}\n", exceptions.render());
    let mut why = Table::new([("EXCEPTION", 24), ("OWNER", 24), ("REASON", 0)]);
    for it in policy.exceptions() {
        why.add([it.name.to_string(), it.owner.clone(), it.reason.clone()]);
    }
    text + &why.render()
}

fn rule(rule: &Rule) -> [String; 5] {
    let organizations = rule.conditions.organizations.as_ref();
    let organizations = organizations.map(|it| it.texts().collect::<Vec<_>>().join(", "));
    [
        rule.name.to_string(),
        rule.severity.label().to_owned(),
        if rule.is_on { "on" } else { "off" }.to_owned(),
        organizations.unwrap_or_else(|| "all".to_owned()),
        asks(rule),
    ]
}

/// What a rule asks, but where.
fn asks(rule: &Rule) -> String {
    let fields = config::rule_fields(rule).into_iter();
    let fields = fields.filter(|(key, _)| *key != "organizations");
    let fields = fields.map(|(key, asked)| format!("{key}: {asked}"));
    let expression = rule
        .expression
        .iter()
        .map(|it| format!("expression: {}", it.text()));
    fields.chain(expression).collect::<Vec<_>>().join("; ")
}

fn exception(exception: &Exception, now: UnixMillis) -> [String; 5] {
    let rules = match &exception.policies {
        Policies::All => "*".to_owned(),
        Policies::Named(names) => names.join(", "),
    };
    let is_in_force = exception.is_in_force(now);
    [
        exception.name.to_string(),
        rules,
        Until::at(exception.until).to_string(),
        if is_in_force { "in force" } else { "ended" }.to_owned(),
        config::describe_match(&exception.matches),
    ]
}
