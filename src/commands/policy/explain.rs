//! `policy explain`: what a share is, what each rule sees in it, and which exception covers it.

use std::fmt::Write as _;

use anyhow::bail;

use crate::cli::PolicyExplainArgs;
use crate::clock::Clock;
use crate::commands::facts::{self, cameras, created, ends, span};
use crate::commands::look::{Found, Seen, look};
use crate::commands::output::{self, escaped};
use crate::config::{self, Environment, Until};
use crate::policy::{Judged, Policy, Rule, Subject, Verdict};
use crate::share::{Expiry, Share, UnixMillis};

pub(super) async fn run(args: &PolicyExplainArgs, env: &Environment) -> anyhow::Result<()> {
    let loaded = config::load(&args.config, env, Clock::system().now())?;
    output::warn(&loaded.warnings);
    let policy = &loaded.config.policy.policy;
    let seen = look(&loaded.config, env, Some(args.share)).await?;
    let Some(Found {
        organization,
        share,
    }) = &seen.found
    else {
        bail!(seen.not_found(args.share));
    };
    output::print(explain(policy, &seen, *organization, share))
}

fn explain(policy: &Policy, seen: &Seen, organization: usize, share: &Share) -> String {
    let look = &seen.snapshot.organizations[organization];
    let names = look.organization.camera_names();
    let subject = Subject {
        org: look.name(),
        share,
        cameras: &names,
        attributions: look.known_attributions(),
    };
    let now = look.now.time;
    let mut text = facts::table(facts::facts(subject, now));
    let judged = policy.judge(subject, now);
    for rule in policy.rules() {
        let judged = judged.iter().find(|it| it.rule.name == rule.name);
        text.push('\n');
        text.push_str(&of_rule(rule, judged, subject, now));
    }
    text
}

/// A rule: the verdict, what it looked at, and what covers it.
fn of_rule(
    rule: &Rule,
    judged: Option<&Judged<'_>>,
    subject: Subject<'_>,
    now: UnixMillis,
) -> String {
    let word = match judged.map(|it| it.verdict) {
        _ if !rule.is_on => "is off",
        None => "does not apply in this organisation",
        Some(_) if !rule.judges(subject.share, now) => "does not apply: the link has ended",
        Some(Verdict::Kept) => "is kept",
        Some(Verdict::Broken) => "is BROKEN",
        Some(Verdict::Failed) => "is BROKEN: its expression failed",
    };
    let mut text = format!("{} ({}) {word}\n", rule.name, rule.severity.label());
    let asked = config::rule_fields(rule);
    for looked in rule.look(subject, now) {
        let holds = if looked.holds {
            "holds"
        } else {
            "does not hold"
        };
        let is_it = |(field, _): &&(&str, String)| *field == looked.field;
        let asked = asked.iter().find(is_it).map_or("", |(_, asked)| asked);
        let value = value(subject, looked.field, now);
        let _ = writeln!(text, "  {}: {asked}: {holds}; it is {value}", looked.field);
    }
    if let Some(expression) = &rule.expression {
        let result = match expression.holds(subject, now) {
            Ok(result) => result.to_string(),
            Err(error) => format!("failed: {}", escaped(&error.to_string())),
        };
        let _ = writeln!(text, "  expression: {}: {result}", expression.text());
    }
    if let Some(exception) = judged.and_then(|it| it.exception) {
        let until = Until::at(exception.until);
        let (name, reason) = (&exception.name, &exception.reason);
        let owner = &exception.owner;
        let _ = writeln!(
            text,
            "  excepted by {name} until {until}: {reason} ({owner})"
        );
    }
    text
}

/// What a field of a rule sees in a share.
fn value(subject: Subject<'_>, field: &str, now: UnixMillis) -> String {
    let Share {
        kind,
        media,
        traits,
        unread,
        ..
    } = subject.share;
    let not_read = || "not read".to_owned();
    match field {
        "kinds" => kind.label().to_owned(),
        "protection" => facts::protection(subject.share),
        "never_expires" if unread.end => not_read(),
        "never_expires" => (subject.share.expiry == Expiry::Never).to_string(),
        "past_footage" => traits.past_footage.to_string(),
        "sound" => traits.sound.to_string(),
        "open_longer_than" => {
            let protection = facts::protection(subject.share);
            format!("{protection}, made {}", created(subject.share, now))
        }
        "lifetime_longer_than" => lifetime(subject.share),
        "ends_later_than" | "expired_longer_than" => ends(subject.share, now),
        "more_cameras_than" if unread.cameras => not_read(),
        "more_cameras_than" => media.cameras.len().to_string(),
        "stream_types" => facts::stream_type(subject.share),
        "organizations" => escaped(subject.org),
        "created_by" => facts::maker(subject),
        "views_more_than" => facts::views(subject),
        _ if media.cameras.is_empty() => "not said, so it may be any".to_owned(),
        _ => cameras(subject),
    }
}

fn lifetime(share: &Share) -> String {
    match (share.created, share.expiry) {
        (_, Expiry::Never) => "for ever".to_owned(),
        (None, _) => "not known".to_owned(),
        (Some(created), Expiry::At(end)) => span(end.since(created)),
    }
}
