//! What must hold for any bytes from outside. Run by `cargo fuzz run answer` on a nightly toolchain,
//! and by `tests/fuzz.rs` over the corpus and its neighbourhood on a stable one.

#![allow(dead_code, reason = "each fuzz target uses one of these")]

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rhombus_share_exporter::audit::{Evidence, OutsideCheckpoint, SignedNote, VerifierKey, verify};
use rhombus_share_exporter::config::{self, Environment, PolicySection};
use rhombus_share_exporter::inventory::Inventory;
use rhombus_share_exporter::policy::{EvaluationError, Expression, Subject};
use rhombus_share_exporter::rhombus::list::{ListReader, Sink};
use rhombus_share_exporter::rhombus::partner_clients::Clients;
use rhombus_share_exporter::rhombus::shares::clip_groups::ClipGroup;
use rhombus_share_exporter::rhombus::shares::live_streams::LiveStream;
use rhombus_share_exporter::rhombus::shares::timelapses::TimelapseGroup;
use rhombus_share_exporter::rhombus::shares::video_walls::{VideoWall, walls_reader};
use rhombus_share_exporter::rhombus::shares::{Options, Record, Shares, reader};
use rhombus_share_exporter::rhombus::{
    ApiKey, ExpirationTime, activities, camera_names, cameras, organization, partner_clients,
    permissions,
};
use rhombus_share_exporter::share::{
    ACTIVITY_FIELDS, AttributedShares, CLIENT_FIELDS, CameraNames, Expiry, ExpiryReading, Id,
    Listing, Media, Moment, Permissions, Protection, Share, ShareKind, StreamCounts, Traits,
    UnixMillis, Unread,
};
use rhombus_share_exporter::view::{Cursor, Query};

/// An answer of `getSharedClipGroupsV2`.
pub(crate) fn answer(data: &[u8]) {
    shares::<ClipGroup>(data);
}

/// An answer of `getSharedTimelapseGroups`.
pub(crate) fn timelapses(data: &[u8]) {
    shares::<TimelapseGroup>(data);
}

/// An answer of `findAllSharedLiveVideoStreams`.
pub(crate) fn live_streams(data: &[u8]) {
    shares::<LiveStream>(data);
}

/// An answer of `findSharedVideoWalls`.
pub(crate) fn video_walls(data: &[u8]) {
    shares::<VideoWall>(data);
}

/// An answer of `getVideoWalls`: however it is cut, it says the same, and is JSON.
pub(crate) fn walls(data: &[u8]) {
    let reader = || walls_reader(1 << 20);
    let (whole, cut) = (read(reader(), [data]), read(reader(), pieces(data)));
    assert_eq!(whole, cut);
    if whole.is_some() {
        serde_json::from_slice::<serde::de::IgnoredAny>(data).expect("an answer is JSON");
    }
}

/// An answer of `getMinimalCameraStateList`: however it is cut, it says the same, and is JSON.
pub(crate) fn cameras(data: &[u8]) {
    let reader = || cameras::reader(1 << 20);
    let (whole, cut) = (read(reader(), [data]), read(reader(), pieces(data)));
    assert_eq!(whole, cut);
    if let Some(cameras) = whole {
        serde_json::from_slice::<serde::de::IgnoredAny>(data).expect("an answer is JSON");
        // Where nothing is listed, all that is counted is missing.
        let counts = cameras.into_counts();
        assert_eq!(counts.unlisted(&[]) == 0, counts == StreamCounts::default());
    }
}

/// An answer of `getMinimalCameraLocationMap`: however it is cut, it says the same, and is JSON; and the
/// key of who asks is in no name.
pub(crate) fn camera_names(data: &[u8]) {
    let key = ApiKey::new("s3cret-key").expect("it is one");
    let reader = || camera_names::reader(1 << 20, key.clone());
    let names = |read: Option<camera_names::Names>| read.map(camera_names::Names::into_names);
    let whole = names(read(reader(), [data]));
    assert_eq!(whole, names(read(reader(), pieces(data))));
    if let Some(names) = whole {
        serde_json::from_slice::<serde::de::IgnoredAny>(data).expect("an answer is JSON");
        for (_, name) in names.iter() {
            let texts = [&name.camera, &name.location];
            assert!(texts.iter().all(|text| !text.contains("s3cret-key")));
            assert!(texts.iter().all(|text| text.chars().count() <= 200));
        }
    }
}

/// An answer of `getAuditFeed`: however it is cut, it says the same, and is JSON; no event in it is lost, and
/// the key of who asks is in no text.
pub(crate) fn activities(data: &[u8]) {
    let key = ApiKey::new("s3cret-key").expect("it is one");
    let reader = || activities::reader(1 << 20, key.clone(), NOW);
    let page = |read: Option<activities::Activities>| read.map(activities::Activities::into_page);
    let whole = page(read(reader(), [data]));
    assert_eq!(whole, page(read(reader(), pieces(data))));
    let Some(page) = whole else { return };
    serde_json::from_slice::<serde::de::IgnoredAny>(data).expect("an answer is JSON");
    let odd = page.malformed.get("record").copied().unwrap_or_default();
    assert_eq!(page.told, page.activities.len() as u64 + odd);
    let is_known = |field: &&str| ACTIVITY_FIELDS.contains(field);
    assert!(page.malformed.keys().all(is_known));
    for activity in &page.activities {
        assert!(activity.is_dated || activity.at == NOW);
        let texts = [&activity.target_name, &activity.principal.name];
        let texts = texts.into_iter().flatten().map(|text| text.reveal());
        for text in texts.chain([&*activity.action]) {
            assert!(text.len() <= 200 && !text.contains("s3cret-key"));
        }
    }
}

/// An answer of `getClientsV2`: however it is cut, it says the same, and is JSON; each client once, by a
/// documented uuid.
pub(crate) fn partner_clients(data: &[u8]) {
    let reader = || partner_clients::reader(1 << 20);
    let list = |clients: Option<Clients>| clients.and_then(|clients| clients.into_list().ok());
    let (whole, cut) = (
        list(read(reader(), [data])),
        list(read(reader(), pieces(data))),
    );
    assert_eq!(whole, cut);
    let Some(list) = whole else { return };
    serde_json::from_slice::<serde::de::IgnoredAny>(data).expect("an answer is JSON");
    let uuids: BTreeSet<_> = list.clients.iter().map(|client| &client.uuid).collect();
    assert_eq!(uuids.len(), list.clients.len());
    assert!(uuids.iter().all(|uuid| matches!(uuid, Id::Uuid(_))));
    assert!(
        list.malformed
            .keys()
            .all(|field| CLIENT_FIELDS.contains(field))
    );
}

/// An answer of `getPermissionsForCurrentUser`: it is JSON, and says something.
pub(crate) fn permissions(data: &[u8]) {
    if let Ok(said) = permissions::read(data) {
        serde_json::from_slice::<serde::de::IgnoredAny>(data).expect("an answer is JSON");
        assert_ne!(said, Permissions::default());
    }
}

/// An answer of `getOrgV2`: it is JSON; a uuid in it is a documented one, and a date is possible.
pub(crate) fn organization(data: &[u8]) {
    if let Ok(said) = organization::read(data) {
        serde_json::from_slice::<serde::de::IgnoredAny>(data).expect("an answer is JSON");
        assert!(
            said.identity
                .uuid
                .is_none_or(|id| matches!(id, Id::Uuid(_)))
        );
        let access = [said.access.support, said.access.partner];
        for until in access.into_iter().flatten() {
            assert!(until >= Expiry::At(UnixMillis::from_secs(1_262_304_000)));
        }
    }
}

fn options() -> Options {
    Options {
        expiration_time: ExpirationTime::Auto,
        keep_titles: true,
        key: ApiKey::new("an-api-key").expect("a key"),
    }
}

/// A list of shares: however it is cut, it says the same; what is taken for a whole answer is JSON; and
/// no share in it is lost.
fn shares<R: Record>(data: &[u8]) {
    let reader = || reader::<R>(options(), NOW, 1 << 20);
    let whole = read(reader(), [data]).map(Shares::into_listing);
    let cut = read(reader(), pieces(data)).map(Shares::into_listing);
    assert_eq!(
        whole.is_some(),
        cut.is_some(),
        "the cuts decide whether it is an answer: {:?}",
        String::from_utf8_lossy(data)
    );
    let (Some(whole), Some(cut)) = (whole, cut) else {
        return;
    };
    assert_eq!(whole.shares, cut.shares);
    assert_eq!(whole.malformed, cut.malformed);
    serde_json::from_slice::<serde::de::IgnoredAny>(data).expect("an answer is JSON");
    adds_up(whole);
}

/// The first byte decides how the bytes are cut, so that the cuts are explored too.
fn pieces(data: &[u8]) -> std::slice::Chunks<'_, u8> {
    let size = data.first().map_or(1, |byte| usize::from(*byte) + 1);
    data.chunks(size)
}

/// When the answers of the corpus came.
const NOW: UnixMillis = UnixMillis::from_secs(1_700_000_000);

fn adds_up(answer: Listing) {
    let inventory = Inventory::new(answer, Moment::default());
    let counted = Protection::ALL.map(|protection| {
        let seen = inventory.timeline(protection).at(NOW);
        seen.active + seen.expired
    });
    assert_eq!(counted.iter().sum::<u64>(), inventory.shares().len() as u64);
}

/// What is read of an answer that can be used.
fn read<'a, S: Sink>(
    mut reader: ListReader<S>,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Option<S> {
    for piece in pieces {
        reader.push(piece).ok()?;
    }
    let (answer, envelope) = reader.finish().ok()?;
    envelope.judge().ok()?;
    Some(answer)
}

/// A configuration file: an error or a configuration, never a panic, and never a secret shown.
pub(crate) fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match config::parse_str(
        "fuzz.yml",
        text,
        &Environment::default(),
        UnixMillis::default(),
    ) {
        Ok(loaded) => drop(config::describe(&loaded.config)),
        Err(error) => drop(error.to_string()),
    }
}

/// A file of recorded shares: what is wrong with it, or shares that can be judged.
pub(crate) fn policy_tests(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let section = PolicySection::default();
    match section.parse_tests("fuzz.yml", text, UnixMillis::default()) {
        Ok(file) => {
            for test in &file.tests {
                let judged = section.policy.judge(test.subject(), file.now);
                assert_eq!(judged.len(), section.policy.rules().len());
            }
        }
        Err(error) => assert!(error.to_string().starts_with("fuzz.yml"), "{error}"),
    }
}

/// An expression over a share: an error that says where, or one that holds of any share, or doesn't, or fails.
pub(crate) fn policy_expression(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let expression = match Expression::compile(text) {
        Ok(expression) => expression,
        Err(error) => {
            let columns = 1..=text.chars().count() + 1;
            assert!(columns.contains(&error.column), "{text:?}: {error}");
            return;
        }
    };
    for end in [Expiry::Never, Expiry::At(UnixMillis(i64::MIN))] {
        for now in [i64::MIN, 0, i64::MAX].map(UnixMillis) {
            let holds = |share: &Share| {
                let cameras = &CameraNames::default();
                let org = "\u{202e}";
                expression.holds(
                    Subject {
                        org,
                        share,
                        cameras,
                        attributions: Some(&AttributedShares::new()),
                    },
                    now,
                )
            };
            let mut share = odd_share(end);
            let result = holds(&share);
            assert_ne!(result, Err(EvaluationError::Unread));
            assert_eq!(result, holds(&share));
            share.unread.end = true;
            assert_eq!(holds(&share), Err(EvaluationError::Unread));
        }
    }
}

/// The part of an address after `?`: what can't be asked is told with what can; what can is written so that
/// it is read as the same.
pub(crate) fn query(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Query::parse(&text) {
        Ok(query) => {
            let written = query.text();
            assert_eq!(Query::parse(&written), Ok(query), "{text:?}: {written:?}");
        }
        Err(bad) => assert!(bad.expected.starts_with("expected "), "{text:?}: {bad}"),
    }
}

/// A cursor, as it stands in an address or as what is in it: one that is read is written so that it is read as
/// the same.
pub(crate) fn cursor(data: &[u8]) {
    let encoded = BASE64_URL_SAFE_NO_PAD.encode(data);
    for text in [&*String::from_utf8_lossy(data), &*encoded] {
        if let Ok(cursor) = Cursor::read(text) {
            assert_eq!(Cursor::read(&cursor.text()), Ok(cursor), "{text:?}");
        }
    }
}

/// What someone has kept of the trail, as signed notes or copied from Prometheus: checkpoints, or an error that says
/// where. A note that is read is written as it was, and no note is taken to be signed by a key that has signed none.
pub(crate) fn checkpoints(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match OutsideCheckpoint::read_all(&text, None) {
        Ok(read) => assert!(!read.is_empty() && read.iter().all(|it| it.size > 0)),
        Err(error) => assert!(error.to_string().contains("expected "), "{error}"),
    }
    let key: VerifierKey = PUBLISHED_KEY.parse().expect("it is one");
    for note in SignedNote::parse_all(&text).unwrap_or_default() {
        assert_eq!(
            SignedNote::parse(&note.to_string())
                .as_ref()
                .map(ToString::to_string),
            Ok(note.to_string())
        );
        assert!(note.verified(&key).is_err());
    }
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text.trim());
    }
}

/// An exported trail: whatever it holds, what is counted adds up; and what is right without a key and without a
/// checkpoint has lines and seals.
pub(crate) fn export(data: &[u8]) {
    let key = PUBLISHED_KEY.parse().expect("it is one");
    let signed = Evidence {
        key: Some(key),
        checkpoints: Vec::new(),
    };
    for evidence in [Evidence::default(), signed] {
        let report = verify(data, &evidence).expect("it is in memory");
        assert!(report.dropped <= report.lines && report.proved_to == 0);
        assert!(report.signed_to.unwrap_or(0) <= report.lines);
        assert!(!report.is_right() || (report.seals > 0 && evidence.key.is_none()));
        let last = report.to_string();
        assert!(last.ends_with('\n') && last.lines().count() == 5, "{last}");
        let cut = verify(&data[..data.len().saturating_sub(1)], &evidence);
        assert!(
            !cut.expect("it is in memory").is_right(),
            "without its last byte"
        );
    }
}

/// A key that has signed nothing of what is in the corpus (`golang.org/x/mod/sumdb/note`, `note_test.go`).
const PUBLISHED_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

/// A share whose numbers are as large as they can be.
fn odd_share(expiry: Expiry) -> Share {
    Share {
        id: None,
        kind: ShareKind::ClipGroup,
        title: Some("\0é\u{10ffff}".into()),
        address: None,
        parent: None,
        protection: Protection::None,
        created: Some(UnixMillis(i64::MAX)),
        expiry,
        expiry_reading: ExpiryReading::Epoch,
        media: Media {
            clips: u32::MAX,
            duration_secs: u64::MAX,
            cameras: [Id::parse(""), Id::parse("AAAAAAAAAAAAAAAAAAAAAA")].into(),
            ..Media::default()
        },
        traits: Traits::default(),
        stream_type: None,
        unread: Unread::default(),
    }
}
