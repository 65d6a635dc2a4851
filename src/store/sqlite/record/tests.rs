use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::*;
use crate::share::samples::share_of;

fn texts() -> impl Strategy<Value = Box<str>> {
    let odd = [
        "",
        "\0",
        "=",
        "==",
        "AAAAAAAAAAAAAAAAAAAAAA",
        "=AAAAAAAAAAAAAAAAAAAAAA",
        "\"\\\u{202e}\u{10ffff}",
    ];
    let odd = proptest::sample::select(odd.to_vec()).prop_map(Into::into);
    prop_oneof![odd, any::<String>().prop_map(Into::into)]
}

fn ids() -> impl Strategy<Value = Id> {
    prop_oneof![
        any::<[u8; 16]>().prop_map(Id::Uuid),
        texts().prop_map(Id::Text)
    ]
}

fn millis() -> impl Strategy<Value = UnixMillis> {
    let edge = proptest::sample::select(vec![i64::MIN, -1, 0, i64::MAX]);
    prop_oneof![edge, any::<i64>()].prop_map(UnixMillis)
}

fn one_of<T: Clone + std::fmt::Debug + 'static>(of: &[T]) -> impl Strategy<Value = T> + use<T> {
    proptest::sample::select(of.to_vec())
}

prop_compose! {
    fn media()(
        clips in prop_oneof![Just(u32::MAX), any::<u32>()],
        duration_secs in prop_oneof![Just(u64::MAX), any::<u64>()],
        cameras in vec(ids(), 0..4),
    ) -> Media {
        Media { clips, duration_secs, cameras: cameras.into(), footage: Box::default() }
    }
}

prop_compose! {
    fn traits()(
        [past_footage, sound, talk, scheduled, monitored] in any::<[bool; 5]>(),
        maker in one_of(&[Maker::Unknown, Maker::Person, Maker::Service]),
    ) -> Traits {
        Traits { past_footage, sound, talk, scheduled, monitored, maker }
    }
}

fn unread() -> impl Strategy<Value = Unread> {
    let all = any::<[bool; 6]>();
    all.prop_map(
        |[record, protection, end, cameras, stream_type, title]| Unread {
            record,
            protection,
            end,
            cameras,
            stream_type,
            title,
        },
    )
}

prop_compose! {
    fn shares()(
        (id, title, stream_type) in (of(ids()), of(texts()), of(texts())),
        kind in one_of(&ShareKind::ALL),
        protection in one_of(&Protection::ALL),
        created in of(millis()),
        expiry in prop_oneof![Just(Expiry::Never), millis().prop_map(Expiry::At)],
        expiry_reading in one_of(&ExpiryReading::ALL),
        media in media(),
        traits in traits(),
        unread in unread(),
    ) -> Share {
        Share {
            id, kind, title: title.map(Into::into), address: None, parent: None, protection, created, expiry, expiry_reading, media, traits, stream_type, unread,
        }
    }
}

prop_compose! {
    fn violations()(
        rule in texts(),
        share in prop_oneof![any::<u32>().prop_map(ShareKey::Nameless), ids().prop_map(ShareKey::Id)],
        since in millis(),
        exception in of(texts()),
        has_series in any::<bool>(),
    ) -> Violation {
        Violation {
            rule: rule.into(), share, since, exception: exception.map(Into::into), has_series,
        }
    }
}

/// What is read of what was written.
fn round<T: Record>(records: &[T]) -> Vec<T> {
    let mut bytes = Vec::new();
    T::write(records, &mut bytes).unwrap();
    T::read(&bytes).unwrap()
}

proptest! {
    #[test]
    fn every_share_is_read_as_it_was_written(shares in vec(shares(), 0..4)) {
        prop_assert_eq!(round(&shares), shares);
    }

    #[test]
    fn every_violation_is_read_as_it_was_written(violations in vec(violations(), 0..4)) {
        prop_assert_eq!(round(&violations), violations);
    }
}

/// What is on disks today, which must be read for ever.
const SHARE: &str = r#"[{"id":"AAAAAAAAAAAAAAAAAAAAAA","kind":"clip_group","title":"Lobby","protection":"none","created":500000,"ends":{"at":9},"ends_read_as":"epoch","media":{"clips":2,"seconds":60,"cameras":["=odd"]},"traits":{"past_footage":true,"sound":false,"scheduled":false,"maker":"person"},"stream_type":"USER","unread":{"record":false,"protection":false,"end":false,"cameras":false,"stream_type":false,"title":true}},{"kind":"live_stream","protection":"sso","ends":"never","ends_read_as":"never","media":{"clips":0,"seconds":0,"cameras":[]}}]"#;
const VIOLATION: &str = r#"[{"rule":"unsecured","share":{"id":"=x"},"since":-5,"exception":"lobby","has_series":true},{"rule":"","share":{"nameless":3},"since":0,"has_series":false}]"#;

#[test]
fn what_is_on_the_disk_keeps_its_form() {
    let mut full = share_of(
        "AAAAAAAAAAAAAAAAAAAAAA",
        Expiry::At(UnixMillis(9)),
        &["odd"],
    );
    full.title = Some("Lobby".into());
    full.stream_type = Some("USER".into());
    full.traits = Traits {
        past_footage: true,
        maker: Maker::Person,
        ..Traits::default()
    };
    full.unread.title = true;
    let bare = Share {
        id: None,
        kind: ShareKind::LiveStream,
        title: None,
        address: None,
        parent: None,
        protection: Protection::Sso,
        created: None,
        expiry: Expiry::Never,
        expiry_reading: ExpiryReading::Never,
        media: Media::default(),
        traits: Traits::default(),
        stream_type: None,
        unread: Unread::default(),
    };
    let mut bytes = Vec::new();
    Share::write(&[full.clone(), bare.clone()], &mut bytes).unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), SHARE);
    assert_eq!(Share::read(SHARE.as_bytes()).unwrap(), [full, bare]);

    let violations = Violation::read(VIOLATION.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    Violation::write(&violations, &mut bytes).unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), VIOLATION);
}

#[test]
fn what_is_not_of_that_form_is_not_guessed() {
    for (from, to) in [
        ("clip_group", "clip_page"),
        ("\"AAAAAAAAAAAAAAAAAAAAAA\"", "\"AAAA\""),
        ("\"seconds\":60", "\"seconds\":-60"),
        ("\"clips\":2,", ""),
        ("\"sound\"", "\"smell\""),
        ("\"protection\":\"none\",", ""),
        ("}]", "}"),
    ] {
        let bent = SHARE.replacen(from, to, 1);
        assert_ne!(bent, SHARE);
        assert!(Share::read(bent.as_bytes()).is_err(), "{to}");
    }
    assert!(
        Share::read(
            SHARE
                .replacen("\"kind\"", "\"new\":1,\"kind\"", 1)
                .as_bytes()
        )
        .is_err()
    );
}
