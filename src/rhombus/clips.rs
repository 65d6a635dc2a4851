//! The clips of a shared page: most of an answer's bytes, so they are read straight into what is
//! kept of them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::field::{Field, Fill, Malformed, Slot, Understood, each_field, next_field};
use crate::share::{Id, MalformedCounts};

/// What is kept of `sharedClips`.
#[derive(Debug, Default)]
pub(super) struct Clips {
    /// How many there are, understood or not.
    pub(super) count: u32,
    /// Their durations added up.
    pub(super) duration_secs: u64,
    /// The cameras that they show, as they came.
    pub(super) cameras: Vec<Id>,
    /// What could not be understood.
    pub(super) malformed: MalformedCounts,
}

impl Slot for Clips {
    fn list<'de, A: SeqAccess<'de>, const CAREFUL: bool>(
        &mut self,
        mut list: A,
    ) -> Result<Understood, A::Error> {
        while let Some(verdict) = list.next_element_seed(Fill::<_, CAREFUL>(&mut Clip(self)))? {
            self.count = self.count.saturating_add(1);
            self.judge("sharedClips", verdict);
        }
        Ok(Ok(()))
    }
}

impl Clips {
    pub(super) fn judge(&mut self, field: &'static str, verdict: Understood) {
        if let Err(Malformed) = verdict {
            *self.malformed.entry(field).or_default() += 1;
        }
    }

    /// Null and absent are 0 seconds; less than that is malformed.
    fn add_duration(&mut self, secs: Field<i64>) -> Understood {
        let secs = u64::try_from(secs?.unwrap_or(0)).map_err(|_| Malformed)?;
        self.duration_secs = self.duration_secs.saturating_add(secs);
        Ok(())
    }
}

/// The next clip, which is added to these.
struct Clip<'a>(&'a mut Clips);

impl Slot for Clip<'_> {
    fn object<'de, A: MapAccess<'de>, const CAREFUL: bool>(
        &mut self,
        clip: A,
    ) -> Result<Understood, A::Error> {
        let clips = &mut *self.0;
        each_field::<_, 2, CAREFUL>(clip, ["durationSec", "deviceUuidMap"], |name, clip| {
            let verdict = match name {
                "durationSec" => {
                    let secs = next_field::<_, _, CAREFUL>(clip)?;
                    clips.add_duration(secs)
                }
                _ => clip.next_value_seed(Fill::<_, CAREFUL>(&mut Devices(&mut clips.cameras)))?,
            };
            clips.judge(name, verdict);
            Ok(())
        })
        .map(Ok)
    }
}

/// `deviceUuidMap`, whose keys are devices; their cameras are added to these.
struct Devices<'a>(&'a mut Vec<Id>);

impl Slot for Devices<'_> {
    fn object<'de, A: MapAccess<'de>, const CAREFUL: bool>(
        &mut self,
        mut devices: A,
    ) -> Result<Understood, A::Error> {
        while let Some((Camera(id), IgnoredAny)) = devices.next_entry()? {
            self.0.push(id);
        }
        Ok(Ok(()))
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
