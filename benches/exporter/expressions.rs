//! What it takes to judge one share by an expression, beside the same as a closure.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rhombus_share_exporter::policy::{Expression, Subject};
use rhombus_share_exporter::share::{
    CameraNames, Expiry, ExpiryReading, Id, Media, Private, Protection, Share, ShareKind, Traits,
    UnixMillis, Unread,
};

use crate::fleets::NOW;

const TIMES: u32 = 200_000;

type Closure = fn(&Share) -> bool;

const CASES: [(&str, Closure); 5] = [
    ("share.never_expires", |share| share.expiry == Expiry::Never),
    ("share.protection == 'none'", |share| {
        share.protection == Protection::None
    }),
    (
        "share.protection == 'none' && share.age > duration('30d') && !share.title.startsWith('public')",
        |share| {
            let age = NOW.time.since(share.created.unwrap_or(UnixMillis(0)));
            let title = share.title.as_ref().map_or("", Private::reveal);
            share.protection == Protection::None
                && age > Duration::from_secs(30 * 86_400)
                && !title.starts_with("public")
        },
    ),
    ("share.title.matches('^Lobby')", |share| {
        let title = share.title.as_ref().map(Private::reveal);
        title.is_some_and(|title| title.starts_with("Lobby"))
    }),
    ("share.cameras.exists(c, c == 'camera 7')", |share| {
        share.media.cameras.contains(&Id::parse("camera 7"))
    }),
];

/// Prints a row for each expression.
pub(crate) fn measure() {
    println!("\n| expression | an evaluation | as a closure | to compile |");
    println!("|---|---|---|---|");
    let share = share();
    let cameras = CameraNames::default();
    let subject = Subject {
        org: "Oak School",
        share: &share,
        cameras: &cameras,
        attributions: None,
    };
    for (text, closure) in CASES {
        let started = Instant::now();
        let expression = Expression::compile(text).expect("an expression");
        let compiled = started.elapsed();
        assert_eq!(expression.holds(subject, NOW.time), Ok(closure(&share)));
        let evaluated = each(|| expression.holds(black_box(subject), NOW.time).is_ok());
        let native = each(|| closure(black_box(&share)));
        println!("| `{text}` | {evaluated:.1?} | {native:.1?} | {compiled:.1?} |");
    }
}

/// How long `work` takes, on average over many times.
fn each(work: impl Fn() -> bool) -> Duration {
    let started = Instant::now();
    for _ in 0..TIMES {
        black_box(work());
    }
    started.elapsed() / TIMES
}

/// An open page of eight cameras, which all of the conditions look at as a whole.
fn share() -> Share {
    Share {
        id: Some(Id::parse("AAAAAAAAAAAAAAAAAAAAAA")),
        kind: ShareKind::ClipGroup,
        title: Some("Lobby".into()),
        address: None,
        parent: None,
        protection: Protection::None,
        created: Some(UnixMillis(0)),
        expiry: Expiry::Never,
        expiry_reading: ExpiryReading::Never,
        media: Media {
            clips: 8,
            duration_secs: 60,
            cameras: (0..8)
                .map(|number| Id::parse(&format!("camera {number}")))
                .collect(),
            ..Media::default()
        },
        traits: Traits::default(),
        stream_type: None,
        unread: Unread::default(),
    }
}
