//! `POST /api/camera/findAllSharedLiveVideoStreams`: the live streams that an organisation has shared.
//! The answer is whole; there is no paging.

use serde::Deserialize;

use super::{Reading, Record, STREAM, Terms, distinct};
use crate::rhombus::field::{Address, Device, Lenient, Title};
use crate::share::{Id, Maker, Protection, Share, ShareKind, Traits};

/// A shared stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LiveStream {
    uuid: Lenient<Id>,
    org_uuid: Lenient<Id>,
    name: Lenient<Title>,
    camera_uuid: Lenient<Device>,
    device_uuid: Lenient<Device>,
    timestamp_ms: Lenient<i64>,
    expiration_time: Lenient<i64>,
    password_protected: Lenient<bool>,
    sso_protected: Lenient<bool>,
    vod_enabled: Lenient<bool>,
    audio_gateway_uuid: Lenient<Id>,
    audio_push_to_talk_enabled: Lenient<bool>,
    shared_with_monitoring_service: Lenient<bool>,
    shared_live_video_stream_url: Lenient<Address>,
    schedule_uuid: Lenient<Id>,
    stream_type: Lenient<Title>,
}

/// Who made a stream of this type. `USER` is a person's; the others that are documented are services'. Rhombus
/// may not know (`UNKNOWN`), or the type be newer than this.
fn maker(stream_type: &str) -> Maker {
    match stream_type {
        "USER" => Maker::Person,
        "ALARM_MONITORING" | "DICE" | "LUMEO" | "INFORMACAST" | "RAPIDSOS" => Maker::Service,
        _ => Maker::Unknown,
    }
}

impl Record for LiveStream {
    const KIND: ShareKind = ShareKind::LiveStream;
    const PATH: &'static str = "camera/findAllSharedLiveVideoStreams";
    const LIST: &'static str = "sharedLiveVideoStreams";

    fn share(self, reading: &mut Reading) -> Share {
        let terms = Terms {
            uuid: self.uuid,
            title: self.name,
            org_uuid: self.org_uuid,
            created: self.timestamp_ms,
            expiration: self.expiration_time,
            password: self.password_protected,
        };
        let mut share = reading.share(Self::KIND, &STREAM, terms);
        let one_unread = self.camera_uuid.0.is_err() || self.device_uuid.0.is_err();
        // Each counts, if both are malformed; both are one camera as a rule, and either may be missing.
        let camera = reading.known("cameraUuid", self.camera_uuid.and_then(Device::named));
        let device = reading.known("deviceUuid", self.device_uuid.and_then(Device::named));
        let shown = camera.or(device).map(|device| {
            share.parent = Some(device.written);
            device.camera
        });
        share.media.cameras = distinct(shown.into_iter().collect());
        share.unread.cameras = one_unread && share.media.cameras.is_empty();
        share.unread.protection |= self.sso_protected.0.is_err();
        if reading.known("ssoProtected", self.sso_protected) == Some(true) {
            share.protection = Protection::Sso;
        }
        let sound = self.audio_gateway_uuid.and_then(|_| Some(true));
        share.unread.stream_type = self.stream_type.0.is_err();
        let stream_type = reading.known("streamType", self.stream_type);
        let stream_type = stream_type.and_then(Title::said);
        let stream_type = stream_type.and_then(|it| reading.options.kept(it));
        share.stream_type = stream_type.map(|it| it.reveal().into());
        let address = self.shared_live_video_stream_url;
        share.address = reading.address("sharedLiveVideoStreamUrl", address);
        let talk = self.audio_push_to_talk_enabled;
        let monitored = self.shared_with_monitoring_service;
        share.traits = Traits {
            past_footage: reading.may_be("vodEnabled", self.vod_enabled),
            sound: reading.may_be("audioGatewayUuid", sound),
            talk: reading.may_be("audioPushToTalkEnabled", talk),
            monitored: reading.may_be("sharedWithMonitoringService", monitored),
            scheduled: reading.known("scheduleUuid", self.schedule_uuid).is_some(),
            maker: share.stream_type.as_deref().map_or(Maker::Unknown, maker),
        };
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rhombus::shares::samples::{CREATED, UUID, malformed_by, one};
    use crate::share::{Expiry, ExpiryReading, MalformedCounts, Media, UnixMillis, Unread};

    #[test]
    fn a_documented_record_is_read_whole() {
        let (share, malformed) = one::<LiveStream>(&format!(
            r#"{{"uuid":"{UUID}","orgUuid":"{UUID}","name":"Unnamed","cameraUuid":"{UUID}.v0",
            "deviceUuid":"{UUID}.v0","timestampMs":{CREATED},"expirationTime":1800000000,
            "passwordProtected":true,"ssoProtected":null,"vodEnabled":true,"streamType":"USER",
            "scheduleUuid":null,"audioGatewayUuid":"{UUID}","audioPushToTalkEnabled":true,
            "sharedLiveVideoStreamUrl":"https://example.com/x"}}"#
        ));
        assert_eq!(malformed, MalformedCounts::new());
        assert_eq!(
            share,
            Share {
                id: Some(Id::parse(UUID)),
                kind: ShareKind::LiveStream,
                title: Some("Unnamed".into()),
                address: Some("https://example.com/x".into()),
                parent: Some(Id::parse(&format!("{UUID}.v0"))),
                protection: Protection::Password,
                created: Some(UnixMillis(CREATED)),
                expiry: Expiry::At(UnixMillis::from_secs(1_800_000_000)),
                expiry_reading: ExpiryReading::Epoch,
                media: Media {
                    cameras: [Id::parse(UUID)].into(),
                    ..Media::default()
                },
                traits: Traits {
                    past_footage: true,
                    sound: true,
                    talk: true,
                    monitored: false,
                    scheduled: false,
                    maker: Maker::Person,
                },
                stream_type: Some("USER".into()),
                unread: Unread::default(),
            }
        );
    }

    #[test]
    fn sso_counts_before_a_password_and_only_where_it_is_said() {
        for (fields, expected) in [
            ("", Protection::None),
            (r#","ssoProtected":false"#, Protection::None),
            (r#","ssoProtected":true"#, Protection::Sso),
            (
                r#","ssoProtected":true,"passwordProtected":true"#,
                Protection::Sso,
            ),
            (
                r#","ssoProtected":null,"passwordProtected":true"#,
                Protection::Password,
            ),
            (
                r#","ssoProtected":"true","passwordProtected":true"#,
                Protection::Password,
            ),
        ] {
            let (share, _) = one::<LiveStream>(&format!(r#"{{"uuid":"{UUID}"{fields}}}"#));
            assert_eq!(share.protection, expected, "{fields}");
        }
    }

    #[test]
    fn what_is_not_understood_of_a_stream_hides_nothing() {
        for (fields, past_footage, sound, maker) in [
            ("", false, false, Maker::Unknown),
            (
                r#","vodEnabled":7,"audioGatewayUuid":true"#,
                true,
                true,
                Maker::Unknown,
            ),
            (
                r#","streamType":"ALARM_MONITORING""#,
                false,
                false,
                Maker::Service,
            ),
            (
                r#","streamType":"NEWER","vodEnabled":false"#,
                false,
                false,
                Maker::Unknown,
            ),
            (r#","streamType":["USER"]"#, false, false, Maker::Unknown),
        ] {
            let (share, _) = one::<LiveStream>(&format!(r#"{{"uuid":"{UUID}"{fields}}}"#));
            let expected = Traits {
                past_footage,
                sound,
                maker,
                ..Traits::default()
            };
            assert_eq!(share.traits, expected, "{fields}");
        }
    }

    #[test]
    fn either_name_of_the_camera_may_be_missing() {
        for (fields, cameras) in [
            ("", 0),
            (r#","cameraUuid":null,"deviceUuid":"a.v1""#, 1),
            (r#","cameraUuid":"a.v0""#, 1),
            (r#","cameraUuid":"","deviceUuid":"a""#, 1),
            (r#","cameraUuid":"a","deviceUuid":7"#, 1),
        ] {
            let (share, _) = one::<LiveStream>(&format!(r#"{{"uuid":"{UUID}"{fields}}}"#));
            assert_eq!(share.media.cameras.len(), cameras, "{fields}");
            assert!(share.media.cameras.iter().all(|id| *id == Id::parse("a")));
        }
    }

    #[test]
    fn a_wrong_type_is_that_fields_failure_and_hides_nothing() {
        malformed_by::<LiveStream>(&[
            ("uuid", "7"),
            ("orgUuid", "[]"),
            ("cameraUuid", "1e999"),
            ("cameraUuid", r#""""#),
            ("deviceUuid", "{}"),
            ("timestampMs", "-1"),
            ("expirationTime", r#""never""#),
            ("expirationTime", "86400"),
            ("passwordProtected", "1"),
            ("ssoProtected", r#""\ud800""#),
            ("vodEnabled", "1"),
            ("audioGatewayUuid", "1"),
            ("scheduleUuid", "{}"),
            ("streamType", "7"),
            ("audioPushToTalkEnabled", "{}"),
            ("sharedWithMonitoringService", r#""yes""#),
            ("sharedLiveVideoStreamUrl", r#""javascript:alert(1)""#),
        ]);
    }
}
