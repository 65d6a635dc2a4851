//! `POST /api/event/getSharedClipGroupsV2`: the pages of saved clips that an organisation has
//! shared. The answer is whole; there is no paging.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::ExpirationTime;
use super::clips::Clips;
use super::expiry::LAST_EPOCH_SECOND;
use super::field::{Field, Fill, Malformed, each_field, next_field};
use super::stream::{ListReader, Sink};
use crate::share::{
    Expiry, ExpiryReading, Id, Listing, Media, Protection, Share, ShareKind, UnixMillis,
};

/// The path of the operation below `/api/`.
pub(super) const PATH: &str = "event/getSharedClipGroupsV2";
const LIST: &str = "sharedClipGroups";
/// The fields that are read.
const FIELDS: [&str; 6] = [
    "uuid",
    "orgUuid",
    "createdAtMillis",
    "expirationTimeSecs",
    "isSecured",
    "sharedClips",
];

/// What to ask for. Whether Rhombus counts the bounds in is not stated.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Only pages created after this moment, in epoch milliseconds; none: all.
    pub created_after_ms: Option<i64>,
    /// Only pages created before this moment, in epoch milliseconds; none: all.
    pub created_before_ms: Option<i64>,
}

/// Reads an answer as it arrives.
pub type ClipGroupsReader = ListReader<Records>;

/// A reader of an answer that began to arrive at `now`; a single value in it may have
/// `max_value_bytes`.
pub fn reader(
    expiration_time: ExpirationTime,
    now: UnixMillis,
    max_value_bytes: usize,
) -> ClipGroupsReader {
    let records = Records {
        expiration_time,
        now,
        seen: Listing::default(),
        kept_bytes: 0,
    };
    ListReader::new(LIST, max_value_bytes, records)
}

/// What was read so far.
pub struct Records {
    expiration_time: ExpirationTime,
    now: UnixMillis,
    seen: Listing,
    kept_bytes: u64,
}

/// What is read of a shared page; fields that are not needed are passed over.
#[derive(Debug)]
pub struct Record {
    uuid: Field<Id>,
    org_uuid: Field<Id>,
    created_at_millis: Field<i64>,
    expiration_time_secs: Field<i64>,
    is_secured: Field<bool>,
    clips: Clips,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            uuid: Ok(None),
            org_uuid: Ok(None),
            created_at_millis: Ok(None),
            expiration_time_secs: Ok(None),
            is_secured: Ok(None),
            clips: Clips::default(),
        }
    }
}

/// Reads an object as a record; anything else is an error.
struct ReadRecord<const CAREFUL: bool>;

impl<'de, const CAREFUL: bool> Visitor<'de> for ReadRecord<CAREFUL> {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a shared page")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Record, A::Error> {
        let mut record = Record::default();
        each_field::<_, 6, CAREFUL>(object, FIELDS, |name, object| {
            match name {
                "uuid" => record.uuid = next_field::<_, _, CAREFUL>(object)?,
                "orgUuid" => record.org_uuid = next_field::<_, _, CAREFUL>(object)?,
                "createdAtMillis" => {
                    record.created_at_millis = next_field::<_, _, CAREFUL>(object)?
                }
                "expirationTimeSecs" => {
                    record.expiration_time_secs = next_field::<_, _, CAREFUL>(object)?;
                }
                "isSecured" => record.is_secured = next_field::<_, _, CAREFUL>(object)?,
                _ => {
                    let clips = Fill::<_, CAREFUL>(&mut record.clips);
                    let verdict = object.next_value_seed(clips)?;
                    record.clips.judge(name, verdict);
                }
            }
            Ok(())
        })?;
        Ok(record)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ReadRecord::<false>)
    }
}

impl Sink for Records {
    type Element = Record;

    fn take(&mut self, record: Record) {
        self.learn_org_uuid(record.org_uuid);
        let created = record.created_at_millis.and_then(created);
        let created = self.known("createdAtMillis", created);
        // Both of Rhombus's example reports take null and absent for "no password".
        let protection = match self.known("isSecured", record.is_secured) {
            Some(true) => Protection::Password,
            Some(false) | None => Protection::None,
        };
        let expiry = record
            .expiration_time_secs
            .and_then(|value| self.expiration_time.read(value, created, self.now));
        let (expiry, expiry_reading) = expiry.unwrap_or_else(|Malformed| {
            self.count("expirationTimeSecs", 1);
            (Expiry::Never, ExpiryReading::Never)
        });
        let share = Share {
            id: self.id(record.uuid),
            kind: ShareKind::ClipGroup,
            protection,
            created,
            expiry,
            expiry_reading,
            media: self.media(record.clips),
        };
        self.kept_bytes += share.bytes();
        self.seen.shares.push(share);
    }

    /// What can't be read even with care is an open page for ever: the reading that hides nothing.
    fn take_odd(&mut self, element: &RawValue) {
        let record = serde_json::Deserializer::from_str(element.get())
            .deserialize_map(ReadRecord::<true>)
            .unwrap_or_else(|_| {
                self.count("record", 1);
                Record::default()
            });
        self.take(record);
    }

    fn kept_bytes(&self) -> u64 {
        self.kept_bytes
    }
}

impl Records {
    /// What was read: to be believed only from an answer that was whole.
    pub fn into_seen(self) -> Listing {
        self.seen
    }

    fn id(&mut self, uuid: Field<Id>) -> Option<Id> {
        let id = uuid.ok().flatten();
        if id.is_none() {
            self.count("uuid", 1);
        }
        id
    }

    /// All records are of one organisation; one that says another is not understood.
    fn learn_org_uuid(&mut self, uuid: Field<Id>) {
        match (uuid, &self.seen.org_uuid) {
            (Ok(None), _) => {}
            (Ok(Some(uuid)), Some(known)) if uuid == *known => {}
            // It becomes a label value, so that only a documented one will do.
            (Ok(Some(uuid @ Id::Uuid(_))), None) => self.seen.org_uuid = Some(uuid),
            _ => self.count("orgUuid", 1),
        }
    }

    fn media(&mut self, clips: Clips) -> Media {
        for (field, count) in clips.malformed {
            self.count(field, count);
        }
        let mut cameras = clips.cameras;
        cameras.sort_unstable();
        cameras.dedup();
        Media {
            clips: clips.count,
            duration_secs: clips.duration_secs,
            cameras: cameras.into_boxed_slice(),
        }
    }

    /// The value of a field, after counting it if it could not be understood.
    fn known<T>(&mut self, name: &'static str, value: Field<T>) -> Option<T> {
        value.unwrap_or_else(|Malformed| {
            self.count(name, 1);
            None
        })
    }

    fn count(&mut self, field: &'static str, count: u64) {
        debug_assert!(ShareKind::ClipGroup.fields().contains(&field));
        *self.seen.malformed.entry(field).or_default() += count;
    }
}

/// A creation between 1970 and the year 9999.
fn created(millis: Option<i64>) -> Field<UnixMillis> {
    match millis {
        Some(millis) if !(0..=LAST_EPOCH_SECOND * 1000).contains(&millis) => Err(Malformed),
        millis => Ok(millis.map(UnixMillis)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::MalformedCounts;

    const UUID: &str = "AAAAAAAAAAAAAAAAAAAAAQ";
    const CREATED: i64 = 1_700_000_000_000;
    const NOW: UnixMillis = UnixMillis(CREATED + 60_000);

    fn answer(records: &str) -> Listing {
        let mut reader = reader(ExpirationTime::Auto, NOW, 1 << 20);
        reader
            .push(format!(r#"{{"sharedClipGroups":[{records}]}}"#).as_bytes())
            .unwrap();
        reader.finish().unwrap().0.into_seen()
    }

    fn one(record: &str) -> (Share, MalformedCounts) {
        let mut answer = answer(record);
        assert_eq!(answer.shares.len(), 1);
        (answer.shares.remove(0), answer.malformed)
    }

    #[test]
    fn a_documented_record_is_read_whole() {
        let (share, malformed) = one(&format!(
            r#"{{"uuid":"{UUID}","orgUuid":"{UUID}","title":"\u0000","createdAtMillis":{CREATED},
            "expirationTimeSecs":86400,"isSecured":true,"newField":{{}},"sharedClips":[
              {{"uuid":"x","durationSec":30,"deviceUuidMap":{{"{UUID}.v0":{{"region":"us"}}}}}},
              {{"durationSec":null,"deviceUuidMap":{{"{UUID}.v1":null,"other":{{}}}}}},
              {{}}]}}"#
        ));
        assert_eq!(
            share,
            Share {
                id: Some(Id::parse(UUID)),
                kind: ShareKind::ClipGroup,
                protection: Protection::Password,
                created: Some(UnixMillis(CREATED)),
                expiry: Expiry::At(UnixMillis(CREATED + 86_400_000)),
                expiry_reading: ExpiryReading::Ttl,
                media: Media {
                    clips: 3,
                    duration_secs: 30,
                    cameras: [Id::parse(UUID), Id::parse("other")].into(),
                },
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
            let (share, malformed) = one(&format!(r#"{{"uuid":"{UUID}","{key}":true}}"#));
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
            let mut reader = reader(ExpirationTime::Auto, NOW, 1 << 20);
            let read = reader
                .push(document.as_bytes())
                .and_then(|()| reader.finish());
            assert!(read.is_err(), "{key:?}");
        }
    }

    #[test]
    fn null_and_absent_are_open_for_ever_and_not_malformed() {
        for fields in [
            String::new(),
            r#","isSecured":null,"expirationTimeSecs":null,"createdAtMillis":null,"sharedClips":null"#
                .into(),
        ] {
            let (share, malformed) = one(&format!(r#"{{"uuid":"{UUID}"{fields}}}"#));
            assert_eq!((share.protection, share.expiry), (Protection::None, Expiry::Never));
            assert_eq!(malformed, MalformedCounts::new());
        }
    }

    #[test]
    fn a_wrong_type_is_that_fields_failure_and_hides_nothing() {
        for (field, value) in [
            ("uuid", "7"),
            ("uuid", r#""""#),
            ("uuid", r#""\ud800""#),
            ("orgUuid", "[]"),
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
        ] {
            // A later key of the same name would make the record another: leave the default out.
            let uuid = if field == "uuid" {
                String::new()
            } else {
                format!(r#","uuid":"{UUID}""#)
            };
            let (share, malformed) = one(&format!(r#"{{"{field}":{value}{uuid}}}"#));
            assert_eq!(
                malformed,
                MalformedCounts::from([(field, 1)]),
                "{field}: {value}"
            );
            assert_eq!(
                (share.protection, share.expiry),
                (Protection::None, Expiry::Never)
            );
        }
    }

    #[test]
    fn a_wrong_type_in_a_clip_is_counted_and_the_clip_still_counts() {
        let clips = |clips: &str| one(&format!(r#"{{"uuid":"{UUID}","sharedClips":[{clips}]}}"#));
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
            record(&format!("\"{other}\"")),
        ];
        let seen = answer(&records.join(","));
        assert_eq!(seen.org_uuid, Some(Id::parse(UUID)));
        assert_eq!(seen.malformed, MalformedCounts::from([("orgUuid", 1)]));
    }

    #[test]
    fn an_element_that_is_no_record_counts_as_an_open_share() {
        for element in ["null", "5", "\"x\"", "[]", "[true]"] {
            let (share, malformed) = one(element);
            assert_eq!(
                (share.protection, share.expiry),
                (Protection::None, Expiry::Never)
            );
            assert_eq!(
                malformed,
                MalformedCounts::from([("record", 1), ("uuid", 1)]),
                "{element}"
            );
        }
    }

    #[test]
    fn what_is_kept_is_counted_however_small_the_records_are() {
        let mut reader = reader(ExpirationTime::Auto, NOW, 1 << 20);
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
