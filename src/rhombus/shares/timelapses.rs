//! `POST /api/video/getSharedTimelapseGroups`: the pages of timelapses that an organisation has shared.
//! The answer is whole; there is no paging.

use serde::Deserialize;

use super::{Footage, PAGE, Reading, Record, Terms, distinct};
use crate::rhombus::field::{Camera, Each, Lenient, Title};
use crate::share::{Clip, Id, MalformedCounts, Media, Share, ShareKind, UnixMillis};

/// A shared page.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TimelapseGroup {
    uuid: Lenient<Id>,
    org_uuid: Lenient<Id>,
    title: Lenient<Title>,
    created_at_millis: Lenient<i64>,
    expiration_time_secs: Lenient<i64>,
    is_secured: Lenient<bool>,
    shared_timelapses: Lenient<Each<Timelapse, Timelapses>>,
}

/// A timelapse on it. The units of its duration and of its moments are not stated; seconds are likely, and
/// either seconds or milliseconds: those of any footage are told apart by their size.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Timelapse {
    clip_duration: Lenient<i64>,
    video_start_time: Lenient<i64>,
    video_stop_time: Lenient<i64>,
    sources: Lenient<Each<SourceRecord, Devices>>,
}

/// What it was made of.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SourceRecord {
    device_uuid: Lenient<Camera>,
}

impl Record for TimelapseGroup {
    const KIND: ShareKind = ShareKind::TimelapseGroup;
    const PATH: &'static str = "video/getSharedTimelapseGroups";
    const LIST: &'static str = "sharedTimelapses";

    fn share(self, reading: &mut Reading) -> Share {
        let terms = Terms {
            uuid: self.uuid,
            title: self.title,
            org_uuid: self.org_uuid,
            created: self.created_at_millis,
            expiration: self.expiration_time_secs,
            password: self.is_secured,
        };
        let are_unread = self.shared_timelapses.0.is_err();
        let list = reading.known("sharedTimelapses", self.shared_timelapses);
        let list = list.map(|list| list.0).unwrap_or_default();
        let Timelapses {
            mut media,
            devices,
            footage,
        } = list;
        media.cameras = distinct(devices.cameras);
        media.footage = footage.among(&media.cameras);
        let mut share = reading.share(Self::KIND, &PAGE, terms);
        let mut malformed = devices.malformed.keys();
        share.unread.cameras = are_unread || malformed.any(|field| !OF_TIME.contains(field));
        reading.add(devices.malformed);
        Share { media, ..share }
    }
}

/// What says of a timelapse when it is, and not what it shows.
const OF_TIME: [&str; 3] = ["clipDuration", "videoStartTime", "videoStopTime"];

/// From here on a moment is one in milliseconds: in seconds it would be the year 5138, in milliseconds below
/// it 1973.
const FIRST_MILLIS: i64 = 100_000_000_000;

/// What is kept of the timelapses of a page.
#[derive(Debug, Default)]
struct Timelapses {
    media: Media,
    devices: Devices,
    footage: Footage,
}

/// A moment in seconds or milliseconds.
fn moment(value: Lenient<i64>) -> Lenient<UnixMillis> {
    Reading::moment(value.and_then(|value| match value < FIRST_MILLIS {
        true => value.checked_mul(1000),
        false => Some(value),
    }))
}

impl FromIterator<Lenient<Timelapse>> for Timelapses {
    fn from_iter<I: IntoIterator<Item = Lenient<Timelapse>>>(list: I) -> Self {
        list.into_iter().fold(Self::default(), Self::with)
    }
}

impl Timelapses {
    /// Null and absent are 0 seconds; less than that is malformed.
    fn with(mut self, timelapse: Lenient<Timelapse>) -> Self {
        let Devices { cameras, malformed } = &mut self.devices;
        let timelapse = timelapse.known("sharedTimelapses", malformed);
        let timelapse = timelapse.unwrap_or_default();
        let secs = timelapse.clip_duration;
        let secs = secs.and_then(|secs| u64::try_from(secs).ok());
        let secs = secs.known("clipDuration", malformed).unwrap_or(0);
        self.media.clips = self.media.clips.saturating_add(1);
        self.media.duration_secs = self.media.duration_secs.saturating_add(secs);
        let start = moment(timelapse.video_start_time).known("videoStartTime", malformed);
        let end = moment(timelapse.video_stop_time).known("videoStopTime", malformed);
        let mut first = None;
        if let Some(sources) = timelapse.sources.known("sources", malformed) {
            first = sources.0.cameras.first().cloned();
            cameras.extend(sources.0.cameras);
            for (field, count) in sources.0.malformed {
                *malformed.entry(field).or_default() += count;
            }
        }
        let end = end.filter(|end| start.is_none_or(|start| start <= *end));
        let clip = Clip::new(start, end, u32::try_from(secs).unwrap_or(u32::MAX));
        self.footage.clips.push((clip, first));
        self
    }
}

/// The cameras of a list, and what of it could not be understood.
#[derive(Debug, Default)]
struct Devices {
    cameras: Vec<Id>,
    malformed: MalformedCounts,
}

impl FromIterator<Lenient<SourceRecord>> for Devices {
    fn from_iter<I: IntoIterator<Item = Lenient<SourceRecord>>>(list: I) -> Self {
        let mut devices = Self::default();
        for footage in list {
            let footage = footage.known("sources", &mut devices.malformed);
            let camera = footage
                .unwrap_or_default()
                .device_uuid
                .and_then(Camera::named);
            let camera = camera.known("deviceUuid", &mut devices.malformed);
            devices.cameras.extend(camera);
        }
        devices
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rhombus::shares::samples::{CREATED, UUID, malformed_by, one};
    use crate::share::{Expiry, ExpiryReading, Protection, Traits, Unread};

    #[test]
    fn a_documented_record_is_read_whole() {
        let (share, malformed) = one::<TimelapseGroup>(&format!(
            r#"{{"uuid":"{UUID}","orgUuid":"{UUID}","title":"x","createdAtMillis":{CREATED},
            "expirationTimeSecs":1800000000,"isSecured":true,"sharedTimelapses":[
              {{"uuid":"x","clipDuration":30,"clipFormat":"MPEG","videoStartTime":1700000000,
                "videoStopTime":1700003600000,
                "sources":[{{"deviceUuid":"{UUID}.v0"}},{{"deviceUuid":"other"}},{{}}]}},
              {{"clipDuration":null,"sources":[{{"deviceUuid":"{UUID}"}}]}},null]}}"#
        ));
        assert_eq!(malformed, MalformedCounts::new());
        assert_eq!(
            share,
            Share {
                id: Some(Id::parse(UUID)),
                kind: ShareKind::TimelapseGroup,
                title: Some("x".into()),
                address: None,
                parent: None,
                protection: Protection::Password,
                created: Some(UnixMillis(CREATED)),
                expiry: Expiry::At(UnixMillis::from_secs(1_800_000_000)),
                expiry_reading: ExpiryReading::Epoch,
                media: Media {
                    clips: 3,
                    duration_secs: 30,
                    cameras: [Id::parse(UUID), Id::parse("other")].into(),
                    footage: [
                        Clip::new(
                            Some(UnixMillis(1_700_000_000_000)),
                            Some(UnixMillis(1_700_003_600_000)),
                            30,
                        )
                        .of_camera(Some(0)),
                        Clip::default().of_camera(Some(0)),
                        Clip::default(),
                    ]
                    .into(),
                },
                traits: Traits::default(),
                stream_type: None,
                unread: Unread::default(),
            }
        );
    }

    #[test]
    fn a_wrong_type_is_that_fields_failure_and_hides_nothing() {
        malformed_by::<TimelapseGroup>(&[
            ("uuid", r#""""#),
            ("orgUuid", r#""not a uuid""#),
            ("createdAtMillis", "1e999"),
            ("expirationTimeSecs", "-1"),
            ("isSecured", r#""yes""#),
            ("sharedTimelapses", "{}"),
            ("sharedTimelapses", "[7]"),
        ]);
    }

    #[test]
    fn a_wrong_type_in_a_timelapse_costs_that_field_alone() {
        let (share, malformed) = one::<TimelapseGroup>(&format!(
            r#"{{"uuid":"{UUID}","sharedTimelapses":[{{"clipDuration":-1}},{{"clipDuration":10,
            "sources":7}},{{"clipDuration":1e999,"sources":[1,{{"deviceUuid":"\ud800"}},
            {{"deviceUuid":""}},{{"deviceUuid":"a"}}]}},true]}}"#
        ));
        assert_eq!((share.media.clips, share.media.duration_secs), (4, 10));
        assert_eq!(share.media.cameras, [Id::parse("a")].into());
        let expected = [
            ("clipDuration", 2),
            ("deviceUuid", 2),
            ("sharedTimelapses", 1),
            ("sources", 2),
        ];
        assert_eq!(malformed, MalformedCounts::from(expected));
    }
}
