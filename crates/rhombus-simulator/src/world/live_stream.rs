//! A shared live stream, as `camera/findAllSharedLiveVideoStreams` lists it.

use fastrand::Rng;
use serde_json::Value;

use super::demo::{Demo, Page};
use super::generated::{Generated, Part, title, uuid};
use super::{Uuid, object, set};

/// What differs from stream to stream, but for its password and its end.
struct LiveStream<'a> {
    uuid: Uuid,
    org: Uuid,
    name: &'a str,
    /// Epoch milliseconds.
    created: i64,
    device: String,
    sso: bool,
    vod: bool,
    stream_type: &'static str,
    /// Whether it can be seen at some hours only.
    schedule: Option<Uuid>,
    sound: Option<Sound>,
}

/// What its viewers hear.
#[derive(Clone, Copy)]
struct Sound {
    gateway: Uuid,
    /// Whether they can answer.
    talks: bool,
}

impl LiveStream<'_> {
    fn record(self) -> Value {
        let url = format!(
            "https://console.rhombussystems.com/share/live/{}",
            self.uuid
        );
        let manifest = format!("https://media.example.com/{}/file.m3u8", self.uuid);
        object([
            ("uuid", self.uuid.into()),
            ("orgUuid", self.org.into()),
            ("name", self.name.into()),
            ("timestampMs", self.created.into()),
            ("cameraUuid", self.device.as_str().into()),
            ("deviceUuid", self.device.into()),
            ("ssoProtected", self.sso.into()),
            ("vodEnabled", self.vod.into()),
            ("streamType", self.stream_type.into()),
            (
                "sharedWithMonitoringService",
                is_of_monitoring(self.stream_type).into(),
            ),
            (
                "scheduleUuid",
                self.schedule.map_or(Value::Null, Value::from),
            ),
            ("invertSchedule", false.into()),
            ("unscheduledMessage", Value::Null),
            (
                "audioGatewayUuid",
                self.sound.map_or(Value::Null, |sound| sound.gateway.into()),
            ),
            (
                "audioPushToTalkEnabled",
                self.sound.is_some_and(|sound| sound.talks).into(),
            ),
            ("hideOverlay", false.into()),
            ("deviceHwVar", "CAMERA_R200".into()),
            ("audioDeviceHwVar", Value::Null),
            ("sharedLiveVideoStreamUrl", url.into()),
            ("sharedLiveM3U8StreamUrl", manifest.into()),
        ])
    }
}

const STREAM_TYPES: [&str; 7] = [
    "USER",
    "ALARM_MONITORING",
    "DICE",
    "LUMEO",
    "INFORMACAST",
    "RAPIDSOS",
    "UNKNOWN",
];

/// Whether a service that watches or alarms gets a stream of this type.
fn is_of_monitoring(stream_type: &str) -> bool {
    matches!(stream_type, "ALARM_MONITORING" | "DICE")
}

/// Three quarters are people's own, a tenth asks for a sign-in, a third has past footage too, a sixth has
/// sound, and half of these let the viewer talk; a twelfth is a doorbell's.
pub(super) fn generated(world: Generated, index: usize, org: Uuid) -> Value {
    let rng = &mut world.rng(Part::LiveStream, index);
    let maybe = |rng: &mut Rng, one_in: u8| (rng.u8(..one_in) == 0).then(|| uuid(rng));
    let stream_uuid = uuid(rng);
    let created = world.created(rng);
    let name = title(rng);
    let expiration = world.expiration(rng);
    let protected = Generated::protected(rng);
    let others = rng.u8(..4) == 0;
    let mut record = LiveStream {
        uuid: stream_uuid,
        org,
        name: &name,
        created,
        device: world.camera(rng),
        sso: rng.u8(..10) == 0,
        vod: rng.u8(..3) == 0,
        stream_type: STREAM_TYPES[if others { rng.usize(1..7) } else { 0 }],
        schedule: maybe(rng, 5),
        sound: maybe(rng, 6).map(|gateway| Sound {
            gateway,
            talks: gateway.0.is_multiple_of(2),
        }),
    }
    .record();
    if rng.u8(..12) == 0 {
        record["cameraUuid"] = Value::Null;
        record["deviceUuid"] = world.doorbell(rng).into();
    }
    set(&mut record, "expirationTime", expiration);
    set(&mut record, "passwordProtected", protected);
    record
}

/// Of the scene's one camera.
pub(super) fn demo(world: Demo, page: &Page<'_>) -> Value {
    let camera = page.scene.cameras.first().copied().unwrap_or_default();
    LiveStream {
        uuid: page.uuid,
        org: page.org,
        name: page.scene.title,
        created: page.created,
        device: world.camera(camera),
        sso: false,
        vod: camera.is_multiple_of(2),
        stream_type: "USER",
        schedule: None,
        sound: None,
    }
    .record()
}

/// Makes a stream one of this type.
pub(super) fn make_of(stream: &mut Value, stream_type: &str) {
    stream["streamType"] = stream_type.into();
    stream["sharedWithMonitoringService"] = is_of_monitoring(stream_type).into();
}

/// Gives a stream the sound of this gateway; its viewers can answer if it `talks`.
pub(super) fn make_heard(stream: &mut Value, gateway: Uuid, talks: bool) {
    stream["audioGatewayUuid"] = gateway.into();
    stream["audioPushToTalkEnabled"] = talks.into();
}

/// Shows a stream at the hours of this schedule only.
pub(super) fn make_scheduled(stream: &mut Value, schedule: Uuid) {
    stream["scheduleUuid"] = schedule.into();
    stream["unscheduledMessage"] = "The camera is off at this hour.".into();
}
