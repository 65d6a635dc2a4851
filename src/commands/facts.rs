//! A share in words, for a person at a terminal: what commands say of one the same. What people wrote is
//! escaped here, and the address of a link is not among it.

use std::time::Duration;

use super::output::escaped;
use super::table::Table;
use crate::policy::Subject;
use crate::share::{Expiry, Id, Private, Share, UnixMillis};

/// The share, a line each fact: what each is called, and the fact.
pub(super) fn facts(subject: Subject<'_>, now: UnixMillis) -> Vec<(&'static str, String)> {
    let share = subject.share;
    let reference = share.reference().map(|it| it.to_string());
    let title = share.title.as_ref().map_or("", Private::reveal);
    let mut facts = vec![
        ("ref", reference.unwrap_or_default()),
        ("organisation", escaped(subject.org)),
        ("kind", share.kind.label().to_owned()),
        ("title", escaped(title)),
        ("protection", protection(share)),
        ("created", created(share, now)),
        ("ends", ends(share, now)),
        ("cameras", cameras(subject)),
        ("past footage", yes_or_no(share.traits.past_footage)),
        ("sound", yes_or_no(share.traits.sound)),
        ("stream type", stream_type(share)),
    ];
    if share.unread.any() {
        let text = "something of it could not be understood, and counts as broken";
        facts.push(("not read", text.to_owned()));
    }
    facts
}

/// Facts side by side with what they are called.
pub(super) fn table(facts: Vec<(&'static str, String)>) -> String {
    let mut table = Table::new([("SHARE", 14), ("", 0)]);
    for (name, fact) in facts {
        table.add([name.to_owned(), fact]);
    }
    table.render()
}

/// What stands between the link and the footage.
pub(super) fn protection(share: &Share) -> String {
    match share.unread.protection {
        true => "not read".to_owned(),
        false => share.protection.label().to_owned(),
    }
}

/// Who streams, as Rhombus has it.
pub(super) fn stream_type(share: &Share) -> String {
    match share.unread.stream_type {
        true => "not read".to_owned(),
        false => escaped(share.stream_type.as_deref().unwrap_or("not said")),
    }
}

/// Who made it: the name, and what sort of principal that is.
pub(super) fn maker(subject: Subject<'_>) -> String {
    let Some(made) = subject.made() else {
        return "not known".to_owned();
    };
    let name = made.name.as_ref().map_or("no known name", Private::reveal);
    format!("{} ({})", escaped(name), escaped(&made.principal))
}

/// How often it was looked at.
pub(super) fn views(subject: Subject<'_>) -> String {
    let views = subject.views().map(|views| views.to_string());
    views.unwrap_or_else(|| "not known".to_owned())
}

/// Each camera with its location.
pub(super) fn cameras(subject: Subject<'_>) -> String {
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

pub(super) fn one_camera(subject: Subject<'_>, camera: &Id) -> String {
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

/// When it was made.
pub(super) fn created(share: &Share, now: UnixMillis) -> String {
    match share.created {
        None => "not said".to_owned(),
        Some(created) if now < created => {
            format!("{}, in {}", moment(created), span(created.since(now)))
        }
        Some(created) => format!("{}, {} ago", moment(created), span(now.since(created))),
    }
}

/// When it ends.
pub(super) fn ends(share: &Share, now: UnixMillis) -> String {
    match share.expiry {
        _ if share.unread.end => "not read, so never".to_owned(),
        Expiry::Never => "never".to_owned(),
        Expiry::At(end) if now < end => format!("{}, in {}", moment(end), span(end.since(now))),
        Expiry::At(end) => format!("{}, {} ago", moment(end), span(now.since(end))),
    }
}

/// A moment to the second.
pub(super) fn moment(moment: UnixMillis) -> String {
    moment.whole_second().rfc3339()
}

/// A duration in its two largest units.
pub(super) fn span(duration: Duration) -> String {
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

/// In a word.
pub(super) fn yes_or_no(is: bool) -> String {
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

    #[test]
    fn a_creation_that_lies_ahead_is_not_past() {
        let now = UnixMillis::from_secs(86_400);
        let made = |secs| Share {
            created: Some(UnixMillis::from_secs(secs)),
            ..crate::share::samples::share(Expiry::Never)
        };
        assert_eq!(created(&made(86_390), now), "1970-01-01T23:59:50Z, 10s ago");
        assert_eq!(created(&made(90_000), now), "1970-01-02T01:00:00Z, in 1h");
    }
}
