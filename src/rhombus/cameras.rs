//! `POST /api/camera/getMinimalCameraStateList`: how many streams of each camera Rhombus counts as
//! shared, to be held against those that it lists. There is no paging; of some 40 fields a camera three
//! are read, and only cameras with a shared stream are kept.

use serde::Deserialize;

use super::field::{Camera, Lenient};
use super::list::{ListReader, Sink};
use crate::share::StreamCounts;

/// The path of the operation below `/api/`.
pub(super) const PATH: &str = "camera/getMinimalCameraStateList";
/// The name of the list in the answer.
const LIST: &str = "cameraStates";

/// A camera.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CameraState {
    uuid: Lenient<Camera>,
    live_stream_shared: Lenient<bool>,
    live_streams_shared_count: Lenient<i64>,
}

/// Reads an answer as it arrives.
pub type CamerasReader = ListReader<Cameras>;

/// A reader of an answer; a single value in it may have `max_value_bytes`.
pub fn reader(max_value_bytes: usize) -> CamerasReader {
    ListReader::new(LIST, max_value_bytes, Cameras::default())
}

/// What was counted so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cameras {
    counts: StreamCounts,
    kept_bytes: u64,
}

impl Cameras {
    /// What was counted: to be believed only from an answer that was whole.
    pub fn into_counts(self) -> StreamCounts {
        self.counts
    }
}

impl Sink for Cameras {
    type Record = CameraState;

    /// What is no record may be a camera with a shared stream.
    fn take(&mut self, record: Lenient<CameraState>) {
        let (camera, count) = match record.0.ok().flatten() {
            Some(state) => {
                let count = state.count();
                let camera = state.uuid.and_then(Camera::named);
                (camera.0.ok().flatten(), count)
            }
            None => (None, 1),
        };
        if count > 0 {
            self.kept_bytes += camera.as_ref().map_or(0, |id| id.bytes() + ENTRY);
            self.counts.add(camera, count);
        }
    }

    fn kept_bytes(&self) -> u64 {
        self.kept_bytes
    }
}

/// What a camera takes beside its id, about, in bytes.
const ENTRY: u64 = 16;

impl CameraState {
    /// Null and absent are 0 unless a stream is said to be shared; a count that can't be one is at
    /// least 1.
    fn count(&self) -> u64 {
        let counted = match self.live_streams_shared_count.0 {
            Ok(count) => u64::try_from(count.unwrap_or(0)).unwrap_or(1),
            Err(_) => 1,
        };
        let is_shared = matches!(self.live_stream_shared.0, Ok(Some(true)) | Err(_));
        counted.max(is_shared.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::Id;

    const A: &str = "AAAAAAAAAAAAAAAAAAAAAQ";
    const B: &str = "AAAAAAAAAAAAAAAAAAAAAg";

    fn counted(records: &str) -> StreamCounts {
        let mut reader = reader(1 << 20);
        let body = format!(r#"{{"cameraStates":[{records}],"error":false}}"#);
        reader.push(body.as_bytes()).expect("it is a list");
        reader.finish().expect("it is whole").0.into_counts()
    }

    /// Each camera with what is counted of it.
    fn counts(cameras: &[(Option<&str>, u64)]) -> StreamCounts {
        let mut counts = StreamCounts::default();
        for (camera, count) in cameras {
            counts.add(camera.map(Id::parse), *count);
        }
        counts
    }

    #[test]
    fn a_camera_counts_its_shared_streams_and_those_without_are_not_kept() {
        let records = format!(
            r#"{{"uuid":"{A}.v0","name":"Door","liveStreamShared":true,"liveStreamsSharedCount":2,
                 "facetNameMap":{{"v0":"x"}}}},
               {{"uuid":"{B}","liveStreamShared":false,"liveStreamsSharedCount":0}},
               {{"uuid":"{B}","liveStreamShared":null,"liveStreamsSharedCount":null}},
               {{"uuid":"{B}"}}"#
        );
        assert_eq!(counted(&records), counts(&[(Some(A), 2)]));
        assert_eq!(counted(""), StreamCounts::default());
    }

    #[test]
    fn what_can_not_be_read_hides_no_stream() {
        for (fields, expected) in [
            (r#""liveStreamShared":true"#, 1),
            (
                r#""liveStreamShared":true,"liveStreamsSharedCount":null"#,
                1,
            ),
            (r#""liveStreamShared":true,"liveStreamsSharedCount":0"#, 1),
            (r#""liveStreamShared":false,"liveStreamsSharedCount":3"#, 3),
            (r#""liveStreamShared":"yes""#, 1),
            (r#""liveStreamsSharedCount":-1"#, 1),
            (r#""liveStreamsSharedCount":"2""#, 1),
            (r#""liveStreamsSharedCount":1e999"#, 1),
            (r#""liveStreamsSharedCount":2.0"#, 2),
        ] {
            let seen = counted(&format!(r#"{{"uuid":"{A}",{fields}}}"#));
            assert_eq!(seen, counts(&[(Some(A), expected)]), "{fields}");
        }
        let unnamed = counted(
            r#"{"liveStreamShared":true},{"uuid":"","liveStreamsSharedCount":2},
               {"uuid":7,"liveStreamsSharedCount":1},null,5,[]"#,
        );
        assert_eq!(unnamed, counts(&[(None, 7)]));
    }

    #[test]
    fn what_is_kept_is_counted() {
        let mut reader = reader(1 << 20);
        let records = format!(r#"{{"uuid":"{A}","liveStreamShared":true}},"#).repeat(10);
        reader
            .push(format!(r#"{{"cameraStates":[{records}"#).as_bytes())
            .expect("it is a list");
        assert!(reader.sink().kept_bytes() >= 10 * (size_of::<Id>() as u64));
    }
}
