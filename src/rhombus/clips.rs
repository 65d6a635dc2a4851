//! The clips of a shared page: most of an answer's bytes, so they are read in one pass, straight
//! into what is kept of them.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::field::{self, Object, Raw, integer};
use crate::share::{Id, Malformed};

/// What is kept of `sharedClips`.
#[derive(Debug, Default)]
pub struct Clips {
    /// How many there are, understood or not.
    pub(super) count: u32,
    /// Their durations added up.
    pub(super) duration_secs: u64,
    /// The cameras that they show, as they came.
    pub(super) cameras: Vec<Id>,
    /// What could not be understood.
    pub(super) malformed: Malformed,
}

/// A clip, as documented.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Clip<'a> {
    #[serde(borrow, default)]
    duration_sec: Raw<'a>,
    #[serde(default)]
    device_uuid_map: Option<Devices>,
}

/// The keys of `deviceUuidMap`.
enum Devices {
    Cameras(Vec<Id>),
    Malformed,
}

impl Clips {
    /// Reads a list that [`Deserialize`] could not: each clip for itself.
    pub(super) fn from_odd(clips: &RawValue) -> Self {
        let mut read = Self::default();
        match serde_json::from_str::<Vec<&RawValue>>(clips.get()) {
            Ok(clips) => clips.into_iter().for_each(|clip| {
                read.add(serde_json::from_str(clip.get()).ok());
            }),
            Err(_) => read.malformed("sharedClips"),
        }
        read
    }

    /// Adds a clip; none for what is no clip.
    fn add(&mut self, clip: Option<Object<Clip<'_>>>) {
        self.count = self.count.saturating_add(1);
        let Some(Object(clip)) = clip else {
            return self.malformed("sharedClips");
        };
        match duration(clip.duration_sec) {
            Ok(secs) => self.duration_secs = self.duration_secs.saturating_add(secs),
            Err(field::Malformed) => self.malformed("durationSec"),
        }
        match clip.device_uuid_map {
            Some(Devices::Cameras(cameras)) => self.cameras.extend(cameras),
            Some(Devices::Malformed) => self.malformed("deviceUuidMap"),
            None => {}
        }
    }

    fn malformed(&mut self, field: &'static str) {
        *self.malformed.entry(field).or_default() += 1;
    }
}

/// Null and absent are 0 seconds; less than that is none.
fn duration(secs: Raw<'_>) -> Result<u64, field::Malformed> {
    u64::try_from(integer(secs)?.unwrap_or(0)).map_err(|_| field::Malformed)
}

impl<'de> Deserialize<'de> for Clips {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Clips;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of clips")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Clips, A::Error> {
                let mut clips = Clips::default();
                while let Some(clip) = list.next_element()? {
                    clips.add(Some(clip));
                }
                Ok(clips)
            }
        }

        deserializer.deserialize_seq(List)
    }
}

impl<'de> Deserialize<'de> for Devices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = Devices;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of devices")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Devices, A::Error> {
                let mut cameras = Vec::new();
                while let Some((Camera(id), IgnoredAny)) = map.next_entry()? {
                    cameras.push(id);
                }
                Ok(Devices::Cameras(cameras))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Devices, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Devices::Malformed)
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Devices, E> {
                Ok(Devices::Malformed)
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Devices, E> {
                Ok(Devices::Malformed)
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<Devices, E> {
                Ok(Devices::Malformed)
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Devices, E> {
                Ok(Devices::Malformed)
            }

            fn visit_str<E: Error>(self, _: &str) -> Result<Devices, E> {
                Ok(Devices::Malformed)
            }
        }

        deserializer.deserialize_any(Keys)
    }
}

/// The camera of a device, read without a copy of its text.
struct Camera(Id);

impl<'de> Deserialize<'de> for Camera {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Camera;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a device uuid")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Camera, E> {
                Ok(Camera(Id::parse_camera(text)))
            }
        }

        deserializer.deserialize_str(Text)
    }
}
