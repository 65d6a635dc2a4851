//! `POST /api/event/getSharedClipGroupsV2`: the pages of saved clips that an organisation has
//! shared. The answer is whole; there is no paging.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Footage, PAGE, Reading, Record, Terms, distinct};
use crate::rhombus::field::{Camera, Each, Keys, Lenient, Title};
use crate::share::{Clip, Id, MalformedCounts, Media, Share, ShareKind};

/// What to ask for. Whether Rhombus counts the bounds in is not stated.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Only pages created after this moment, in epoch milliseconds; none: all.
    pub created_after_ms: Option<i64>,
    /// Only pages created before this moment, in epoch milliseconds; none: all.
    pub created_before_ms: Option<i64>,
}

/// A shared page.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClipGroup {
    uuid: Lenient<Id>,
    org_uuid: Lenient<Id>,
    title: Lenient<Title>,
    created_at_millis: Lenient<i64>,
    expiration_time_secs: Lenient<i64>,
    is_secured: Lenient<bool>,
    shared_clips: Lenient<Each<ClipRecord, Clips>>,
}

/// A clip on it. Clips are most of an answer's bytes, so that little of them is kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ClipRecord {
    start_time: Lenient<i64>,
    duration_sec: Lenient<i64>,
    device_uuid_map: Lenient<Keys<Camera>>,
}

impl Record for ClipGroup {
    const KIND: ShareKind = ShareKind::ClipGroup;
    const PATH: &'static str = "event/getSharedClipGroupsV2";
    const LIST: &'static str = "sharedClipGroups";

    fn share(self, reading: &mut Reading) -> Share {
        let terms = Terms {
            uuid: self.uuid,
            title: self.title,
            org_uuid: self.org_uuid,
            created: self.created_at_millis,
            expiration: self.expiration_time_secs,
            password: self.is_secured,
        };
        let are_unread = self.shared_clips.0.is_err();
        let clips = reading.known("sharedClips", self.shared_clips);
        let Clips { media, malformed } = clips.map(|clips| clips.0).unwrap_or_default();
        let mut share = reading.share(Self::KIND, &PAGE, terms);
        share.unread.cameras = are_unread || malformed.keys().any(|field| !OF_TIME.contains(field));
        reading.add(malformed);
        Share { media, ..share }
    }
}

/// What says of a clip when it is, and not what it shows.
const OF_TIME: [&str; 2] = ["durationSec", "startTime"];

/// What is kept of the clips of a page.
#[derive(Debug, Default)]
struct Clips {
    media: Media,
    malformed: MalformedCounts,
}

impl FromIterator<Lenient<ClipRecord>> for Clips {
    fn from_iter<I: IntoIterator<Item = Lenient<ClipRecord>>>(list: I) -> Self {
        let (mut clips, mut cameras, mut footage) =
            (Self::default(), Vec::new(), Footage::default());
        for clip in list {
            let (clip, shown) = clips.add(clip);
            footage.clips.push((clip, shown.first().cloned()));
            cameras.extend(shown);
        }
        clips.media.cameras = distinct(cameras);
        clips.media.footage = footage.among(&clips.media.cameras);
        clips
    }
}

impl Clips {
    /// Adds a clip, understood or not, and gives what is kept of it with the cameras that it shows. Null and
    /// absent are 0 seconds; less than that is malformed.
    fn add(&mut self, clip: Lenient<ClipRecord>) -> (Clip, Vec<Id>) {
        let (media, malformed) = (&mut self.media, &mut self.malformed);
        let clip = clip.known("sharedClips", malformed).unwrap_or_default();
        let secs = clip.duration_sec.and_then(|secs| u64::try_from(secs).ok());
        let secs = secs.known("durationSec", malformed).unwrap_or(0);
        media.clips = media.clips.saturating_add(1);
        media.duration_secs = media.duration_secs.saturating_add(secs);
        let start = Reading::moment(clip.start_time).known("startTime", malformed);
        let cameras = clip.device_uuid_map.known("deviceUuidMap", malformed);
        let cameras = cameras.map_or_else(Vec::new, |Keys(devices)| devices);
        let end = start.map(|start| start.after(Duration::from_secs(secs)));
        let kept = Clip::new(start, end, u32::try_from(secs).unwrap_or(u32::MAX));
        (kept, cameras.into_iter().map(|Camera(id)| id).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rhombus::list::Sink;
    use crate::rhombus::shares::Options;
    use crate::rhombus::shares::reader;
    use crate::rhombus::shares::samples::{
        CREATED, NOW, UUID, answer, answer_with, malformed_by, one, options,
    };
    use crate::share::{Expiry, ExpiryReading, Private, Protection, Traits, UnixMillis, Unread};

    #[test]
    fn a_documented_record_is_read_whole() {
        let (share, malformed) = one::<ClipGroup>(&format!(
            r#"{{"uuid":"{UUID}","orgUuid":"{UUID}","title":"\u0000","createdAtMillis":{CREATED},
            "expirationTimeSecs":86400,"isSecured":true,"newField":{{}},"sharedClips":[
              {{"uuid":"x","startTime":{CREATED},"durationSec":30,"deviceUuidMap":{{"{UUID}.v0":{{"region":"us"}}}}}},
              {{"startTime":0,"durationSec":null,"deviceUuidMap":{{"other":{{}},"{UUID}.v1":null}}}},
              {{}}]}}"#
        ));
        assert_eq!(
            share,
            Share {
                id: Some(Id::parse(UUID)),
                kind: ShareKind::ClipGroup,
                title: Some("\0".into()),
                address: None,
                parent: None,
                protection: Protection::Password,
                created: Some(UnixMillis(CREATED)),
                expiry: Expiry::At(UnixMillis(CREATED + 86_400_000)),
                expiry_reading: ExpiryReading::Ttl,
                media: Media {
                    clips: 3,
                    duration_secs: 30,
                    cameras: [Id::parse(UUID), Id::parse("other")].into(),
                    footage: [
                        Clip::new(
                            Some(UnixMillis(CREATED)),
                            Some(UnixMillis(CREATED + 30_000)),
                            30,
                        )
                        .of_camera(Some(0)),
                        Clip::default().of_camera(Some(1)),
                        Clip::default(),
                    ]
                    .into(),
                },
                traits: Traits::default(),
                stream_type: None,
                unread: Unread::default(),
            }
        );
        assert_eq!(malformed, MalformedCounts::new());
    }

    #[test]
    fn a_key_may_be_escaped_or_unknown_and_must_be_json() {
        for key in [
            r"is\u0053ecured",
            r"\ud800",
            "\u{7f}",
            r"\u0007",
            "titre de l’été",
        ] {
            let (share, malformed) =
                one::<ClipGroup>(&format!(r#"{{"uuid":"{UUID}","{key}":true}}"#));
            let is_secured = key.starts_with("is");
            assert_eq!(
                share.protection == Protection::Password,
                is_secured,
                "{key}"
            );
            assert_eq!(malformed, MalformedCounts::new(), "{key}");
        }
        for key in ["is\u{7}ecured", "\u{0}", "a\\u0062\n"] {
            let document = format!(r#"{{"sharedClipGroups":[{{"{key}":true}}]}}"#);
            let mut reader = reader::<ClipGroup>(options(), NOW, 1 << 20);
            let read = reader
                .push(document.as_bytes())
                .and_then(|()| reader.finish());
            assert!(read.is_err(), "{key:?}");
        }
    }

    #[test]
    fn a_title_is_kept_only_where_that_is_wanted_and_never_with_the_key_in_it() {
        for (title, keep_titles, expected) in [
            ("Front door", true, Some("Front door")),
            ("Front door", false, None),
            ("x s3cret-key y", true, None),
            ("s3cret\u{ad}-key", true, None),
            ("", true, None),
        ] {
            let options = Options {
                keep_titles,
                ..options()
            };
            let record = format!(r#"{{"uuid":"{UUID}","title":"{title}"}}"#);
            let listing = answer_with::<ClipGroup>(options, &record);
            let kept = listing.shares[0].title.as_ref().map(Private::reveal);
            assert_eq!(kept, expected, "{title}");
            assert!(!listing.shares[0].unread.any() && listing.malformed.is_empty());
        }
    }

    #[test]
    fn null_and_absent_are_open_for_ever_and_not_malformed() {
        for fields in [
            String::new(),
            r#","isSecured":null,"expirationTimeSecs":null,"createdAtMillis":null,"sharedClips":null"#
                .into(),
        ] {
            let (share, malformed) = one::<ClipGroup>(&format!(r#"{{"uuid":"{UUID}"{fields}}}"#));
            assert_eq!((share.protection, share.expiry), (Protection::None, Expiry::Never));
            assert_eq!(malformed, MalformedCounts::new());
        }
    }

    #[test]
    fn a_wrong_type_is_that_fields_failure_and_hides_nothing() {
        malformed_by::<ClipGroup>(&[
            ("uuid", "7"),
            ("uuid", r#""""#),
            ("uuid", r#""\ud800""#),
            ("orgUuid", "[]"),
            ("title", "7"),
            ("orgUuid", r#""not a uuid""#),
            ("createdAtMillis", "\"now\""),
            ("createdAtMillis", "-1"),
            ("createdAtMillis", "1e999"),
            ("expirationTimeSecs", "9223372036854775808"),
            ("expirationTimeSecs", "-86400"),
            ("expirationTimeSecs", "86400"),
            ("expirationTimeSecs", "253402300800"),
            ("isSecured", "\"yes\""),
            ("isSecured", "1"),
            ("sharedClips", "{}"),
            ("sharedClips", "1e999"),
        ]);
    }

    #[test]
    fn a_wrong_type_in_a_clip_is_counted_and_the_clip_still_counts() {
        let clips = |clips: &str| {
            one::<ClipGroup>(&format!(r#"{{"uuid":"{UUID}","sharedClips":[{clips}]}}"#))
        };
        let (share, malformed) = clips(
            r#"{"durationSec":-5},{"durationSec":"x"},{"durationSec":10,"deviceUuidMap":["a"]},
               {"durationSec":1e400},{"deviceUuidMap":-7},{"deviceUuidMap":null}"#,
        );
        assert_eq!((share.media.clips, share.media.duration_secs), (6, 10));
        assert_eq!(
            malformed,
            MalformedCounts::from([("deviceUuidMap", 2), ("durationSec", 3)])
        );
        // What no Rust type holds costs that field, and none beside it.
        let (share, malformed) = clips(
            r#"{"durationSec":10},{"durationSec":20,"deviceUuidMap":{"\ud800":1}},
               {"deviceUuidMap":1e999},{"durationSec":30}"#,
        );
        assert_eq!((share.media.clips, share.media.duration_secs), (4, 60));
        assert_eq!(malformed, MalformedCounts::from([("deviceUuidMap", 2)]));
        let (share, malformed) = clips(r#"{"durationSec":10},7"#);
        assert_eq!((share.media.clips, share.media.duration_secs), (2, 10));
        assert_eq!(malformed, MalformedCounts::from([("sharedClips", 1)]));
    }

    #[test]
    fn records_of_another_organisation_are_counted() {
        let other = "AAAAAAAAAAAAAAAAAAAAAg";
        let record = |org: &str| format!(r#"{{"uuid":"{UUID}","orgUuid":{org}}}"#);
        let records = [
            record("null"),
            record(&format!("\"{UUID}\"")),
            record(&format!("\"{UUID}\"")),
            record(&format!("\"{UUID}\"")),
            record(&format!("\"{other}\"")),
        ];
        let seen = answer::<ClipGroup>(&records.join(","));
        assert_eq!(seen.org_uuid, Some(Id::parse(UUID)));
        assert_eq!(seen.malformed, MalformedCounts::from([("orgUuid", 1)]));
    }

    #[test]
    fn an_element_that_is_no_record_counts_as_an_open_share() {
        for element in ["null", "5", "\"x\"", "[]", "[true]"] {
            let (share, malformed) = one::<ClipGroup>(element);
            assert_eq!(
                (share.protection, share.expiry),
                (Protection::None, Expiry::Never)
            );
            assert_eq!(
                malformed,
                MalformedCounts::from([("record", 1), ("uuid", 1)]),
                "{element}"
            );
            assert_eq!(share.unread, Unread::RECORD, "{element}");
        }
    }

    #[test]
    fn what_is_kept_is_counted_however_small_the_records_are() {
        let mut reader = reader::<ClipGroup>(options(), NOW, 1 << 20);
        let records = "5,".repeat(1000);
        reader
            .push(format!(r#"{{"sharedClipGroups":[{records}"#).as_bytes())
            .unwrap();
        assert!(reader.sink().kept_bytes() >= 1000 * size_of::<Share>() as u64);
        let ids = r#"{"uuid":"a-text-that-is-no-uuid-and-takes-room"},"#;
        let before = reader.sink().kept_bytes();
        reader.push(ids.as_bytes()).unwrap();
        assert!(reader.sink().kept_bytes() > before + size_of::<Share>() as u64);
    }
}
