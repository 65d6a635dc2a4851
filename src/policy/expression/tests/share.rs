//! What an expression sees of a share.

use super::*;

#[test]
fn every_field_says_what_the_share_is() {
    holds(
        &lobby(),
        &[
            "share.org == 'Oak School'",
            "share.kind == 'live_stream'",
            "share.protection == 'sso'",
            "share.title == 'Lobby'",
            "share.stream_type == 'USER'",
            "share.created == timestamp('2026-12-16T08:00:00Z')",
            "share.ends == timestamp('2027-01-16T08:00:00Z')",
            "!share.never_expires",
            "share.age == duration('30d')",
            "share.lifetime == duration('31d')",
            "share.clips == 2",
            "share.duration == duration('1m')",
            "share.cameras == ['one', 'two']",
            "share.locations == []",
            "share.past_footage",
            "!share.sound",
        ],
    );
}

#[test]
fn what_is_not_stated_hides_nothing() {
    let mut bare = shares::share(Expiry::Never);
    bare.created = None;
    holds(
        &bare,
        &[
            "share.title == '' && share.stream_type == ''",
            "share.created == timestamp('1970-01-01T00:00:00Z')",
            "share.age > duration('20000d')",
            "share.ends == timestamp('9999-12-31T23:59:59Z') && share.never_expires",
            "share.lifetime > duration('100000d')",
            "share.cameras.size() == 0",
        ],
    );
}

#[test]
fn cameras_and_locations_have_their_names_or_their_uuids() {
    let name = |camera: &str, location: &str, uuid: Option<&str>| CameraName {
        camera: camera.into(),
        location: location.into(),
        location_uuid: uuid.map(Id::parse),
    };
    let cameras = CameraNames::from_iter([
        (Id::parse("one"), name("Door", "Main", None)),
        (Id::parse("two"), name("", "Main", Some("uuid of Main"))),
        (
            Id::parse("AAAAAAAAAAAAAAAAAAAAAA"),
            name("Gate", "", Some("uuid of Yard")),
        ),
    ]);
    let ids = [
        "one",
        "two",
        "AAAAAAAAAAAAAAAAAAAAAA",
        "_____________________w",
    ];
    let share = share_of("id", Expiry::Never, &ids);
    for text in [
        "share.cameras == ['Door', 'two', 'Gate', '_____________________w']",
        "share.locations == ['Main', 'uuid of Yard']",
    ] {
        assert_eq!(on_named(&share, &cameras, text), Ok(true), "{text}");
    }
}

#[test]
fn what_the_audit_feed_tells_is_asked_only_where_it_was_read() {
    let share = lobby();
    let of = |attributions: Option<&AttributedShares>, text: &str| {
        let subject = Subject {
            org: "Oak School",
            share: &share,
            cameras: &CameraNames::default(),
            attributions,
        };
        compiled(text).holds(subject, NOW)
    };
    let told = |name: Option<&str>| -> AttributedShares {
        let made = Act {
            at: NOW,
            principal: "API_TOKEN".into(),
            name: name.map(Into::into),
        };
        let known = Attribution {
            made: Some(made),
            views: [("anonymous", 2), ("sso", 3)].into(),
            ..Attribution::default()
        };
        [(share.reference().unwrap(), known)].into()
    };
    for (told, text) in [
        (told(Some("Ann Other")), "share.created_by == 'Ann Other'"),
        (told(None), "share.created_by == 'API_TOKEN'"),
        (told(None), "share.views == 5"),
        (AttributedShares::new(), "share.created_by == ''"),
        (AttributedShares::new(), "share.views == 0"),
    ] {
        assert_eq!(of(Some(&told), text), Ok(true), "{text}");
        assert!(compiled(text).needs_attributions());
        assert_eq!(of(None, text), Err(EvaluationError::NoFeed));
    }
    assert!(!compiled("share.title == 'share.views'").needs_attributions());
    assert_eq!(of(None, "share.title == 'Lobby'"), Ok(true));
}

#[test]
fn no_moment_from_outside_is_too_far() {
    let far = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX].map(UnixMillis);
    let texts = [
        "share.age >= duration('0s') && share.age.getSeconds() >= 0",
        "share.lifetime + duration('0s') == share.lifetime",
        "share.ends <= timestamp('9999-12-31T23:59:59Z')",
        "share.created >= timestamp('0001-01-01T00:00:00Z')",
        "share.created.getHours('-23:59') >= 0 && share.ends.getHours('+23:59') >= 0",
        "share.duration >= duration('0s') && share.clips >= 0",
    ];
    let texts = texts.map(compiled);
    let mut share = shares::share(Expiry::Never);
    (share.media.clips, share.media.duration_secs) = (u32::MAX, u64::MAX);
    let cameras = CameraNames::default();
    for (created, end, now) in triples(&far) {
        (share.created, share.expiry) = (Some(created), Expiry::At(end));
        for text in &texts {
            let subject = Subject {
                org: "",
                share: &share,
                cameras: &cameras,
                attributions: None,
            };
            assert_eq!(
                text.holds(subject, now),
                Ok(true),
                "{text:?} {created:?} {end:?} {now:?}"
            );
        }
    }
}

fn triples(of: &[UnixMillis]) -> impl Iterator<Item = (UnixMillis, UnixMillis, UnixMillis)> {
    let pairs = of
        .iter()
        .flat_map(|one| of.iter().map(move |two| (*one, *two)));
    pairs.flat_map(|(one, two)| of.iter().map(move |three| (one, two, *three)))
}
