//! `policy explain`: what a share is, what each rule sees in it, and which exception covers it.

use std::fmt::Write as _;
use std::time::Duration;

use super::table::Table;
use crate::cli::PolicyExplainArgs;
use crate::clock::Clock;
use crate::commands::look::{Found, Seen, look};
use crate::commands::output::{self, escaped};
use crate::config::{self, Environment, Until};
use crate::policy::{Judged, Policy, Rule, Subject, Verdict};
use crate::share::{Expiry, Id, Private, Ref, Share, UnixMillis};

pub(super) async fn run(args: &PolicyExplainArgs, env: &Environment) -> anyhow::Result<()> {
    let loaded = config::load(&args.config, env, Clock::system().now())?;
    super::warn(&loaded.warnings);
    let policy = &loaded.config.policy.policy;
    let seen = look(&loaded.config, env, Some(args.share)).await?;
    let Some(Found {
        organization,
        share,
    }) = &seen.found
    else {
        return Err(super::not_found(&seen, args.share));
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
    };
    let now = look.now.time;
    let mut text = what_it_is(subject, now);
    let judged = policy.judge(subject, now);
    for rule in policy.rules() {
        let judged = judged.iter().find(|it| it.rule.name == rule.name);
        text.push('\n');
        text.push_str(&of_rule(rule, judged, subject, now));
    }
    text
}

/// The share, a line each fact.
fn what_it_is(subject: Subject<'_>, now: UnixMillis) -> String {
    let share = subject.share;
    let title = share.title.as_ref().map_or("", Private::reveal);
    let reference = share.id.as_ref().map(|id| Ref::of(id).to_string());
    let mut table = Table::new([("SHARE", 14), ("", 0)]);
    let mut fact = |name: &str, value: String| table.add([name.to_owned(), value]);
    fact("ref", reference.unwrap_or_default());
    fact("organisation", escaped(subject.org));
    fact("kind", share.kind.label().to_owned());
    fact("title", escaped(title));
    fact("protection", value(subject, "protection", now));
    fact("created", created(share, now));
    fact("ends", ends(share, now));
    fact("cameras", cameras(subject));
    fact("past footage", yes_or_no(share.traits.past_footage));
    fact("sound", yes_or_no(share.traits.sound));
    fact("stream type", value(subject, "stream_types", now));
    if share.unread.any() {
        fact(
            "not read",
            "something of it could not be understood, and counts as broken".to_owned(),
        );
    }
    table.render()
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
        protection,
        media,
        traits,
        stream_type,
        unread,
        ..
    } = subject.share;
    let not_read = || "not read".to_owned();
    match field {
        "kinds" => kind.label().to_owned(),
        "protection" if unread.protection => not_read(),
        "protection" => protection.label().to_owned(),
        "never_expires" if unread.end => not_read(),
        "never_expires" => (subject.share.expiry == Expiry::Never).to_string(),
        "past_footage" => traits.past_footage.to_string(),
        "sound" => traits.sound.to_string(),
        "open_longer_than" => {
            let protection = value(subject, "protection", now);
            format!("{protection}, made {}", created(subject.share, now))
        }
        "lifetime_longer_than" => lifetime(subject.share),
        "ends_later_than" | "expired_longer_than" => ends(subject.share, now),
        "more_cameras_than" if unread.cameras => not_read(),
        "more_cameras_than" => media.cameras.len().to_string(),
        "stream_types" if unread.stream_type => not_read(),
        "stream_types" => escaped(stream_type.as_deref().unwrap_or("not said")),
        "organizations" => escaped(subject.org),
        _ if media.cameras.is_empty() => "not said, so it may be any".to_owned(),
        _ => cameras(subject),
    }
}

/// Each camera with its location.
fn cameras(subject: Subject<'_>) -> String {
    let cameras = subject.share.media.cameras.iter();
    let mut shown: Vec<_> = cameras.map(|camera| one_camera(subject, camera)).collect();
    if subject.share.unread.cameras {
        shown.push("some that could not be read".to_owned());
    }
    if shown.is_empty() {
        return "not said".to_owned();
    }
    shown.join(", ")
}

fn one_camera(subject: Subject<'_>, camera: &Id) -> String {
    let Some(name) = subject.cameras.get(camera) else {
        return format!("{} (its name is not known)", escaped(&camera.to_string()));
    };
    let called = match &*name.camera {
        "" => camera.to_string(),
        called => called.to_owned(),
    };
    let uuid = name.location_uuid.as_ref().map(Id::to_string);
    let location = match &*name.location {
        "" => uuid.unwrap_or_else(|| "no known location".to_owned()),
        location => location.to_owned(),
    };
    format!("{} at {}", escaped(&called), escaped(&location))
}

fn created(share: &Share, now: UnixMillis) -> String {
    match share.created {
        None => "not said".to_owned(),
        Some(created) => format!("{}, {} ago", moment(created), span(now.since(created))),
    }
}

fn ends(share: &Share, now: UnixMillis) -> String {
    match share.expiry {
        _ if share.unread.end => "not read, so never".to_owned(),
        Expiry::Never => "never".to_owned(),
        Expiry::At(end) if now < end => format!("{}, in {}", moment(end), span(end.since(now))),
        Expiry::At(end) => format!("{}, {} ago", moment(end), span(now.since(end))),
    }
}

fn lifetime(share: &Share) -> String {
    match (share.created, share.expiry) {
        (_, Expiry::Never) => "for ever".to_owned(),
        (None, _) => "not known".to_owned(),
        (Some(created), Expiry::At(end)) => span(end.since(created)),
    }
}

fn moment(moment: UnixMillis) -> String {
    moment.whole_second().rfc3339()
}

/// A duration in its two largest units.
fn span(duration: Duration) -> String {
    let secs = duration.as_secs();
    let parts = [
        (secs / 86_400, "d"),
        (secs / 3_600 % 24, "h"),
        (secs / 60 % 60, "m"),
        (secs % 60, "s"),
    ];
    let parts = parts.iter().skip_while(|(number, _)| *number == 0).take(2);
    let parts = parts.filter(|(number, _)| *number > 0);
    let text: Vec<_> = parts
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text.join(" ")
    }
}

fn yes_or_no(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_told_in_its_two_largest_units() {
        for (secs, text) in [
            (0, "0s"),
            (59, "59s"),
            (3_600, "1h"),
            (3_661, "1h 1m"),
            (90_061, "1d 1h"),
            (387 * 86_400 + 59, "387d"),
        ] {
            assert_eq!(span(Duration::from_secs(secs)), text);
        }
    }
}
