//! `POST /api/camera/getMinimalCameraLocationMap`: what each camera is called, and where it is. There is
//! no paging. The answer is an object by camera, which may be named by a facet: that is not stated.

use serde::Deserialize;

use super::ApiKey;
use super::field::Lenient;
use super::list::{ListReader, Sink};
use super::optional::shown;
use crate::share::{CameraName, CameraNames, Id};

/// The path of the operation below `/api/`.
pub(super) const PATH: &str = "camera/getMinimalCameraLocationMap";
/// The name of the object in the answer.
const MAP: &str = "cameraLocationMap";

/// What is said of a camera.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct CameraLocation {
    camera_name: Lenient<String>,
    location_name: Lenient<String>,
    location_uuid: Lenient<String>,
}

/// Reads an answer as it arrives.
pub type CameraNamesReader = ListReader<Names>;

/// A reader of an answer to who asks by `key`; a single value in it may have `max_value_bytes`.
pub fn reader(max_value_bytes: usize, key: ApiKey) -> CameraNamesReader {
    let names = Names {
        key,
        camera: None,
        names: CameraNames::default(),
        kept_bytes: 0,
    };
    ListReader::by_name(MAP, max_value_bytes, names)
}

/// What was said so far.
#[derive(Debug)]
pub struct Names {
    /// What no name may repeat.
    key: ApiKey,
    /// The camera of the next element.
    camera: Option<Id>,
    names: CameraNames,
    kept_bytes: u64,
}

impl Names {
    /// What was said: to be believed only from an answer that came to its end.
    pub fn into_names(self) -> CameraNames {
        self.names
    }

    /// A text that people wrote, as far as it is kept; empty where it is none, or can't be read.
    fn said(&self, text: Lenient<String>) -> Box<str> {
        let text = shown(text.0.ok().flatten(), &self.key);
        text.unwrap_or_default().into()
    }
}

impl Sink for Names {
    type Record = CameraLocation;

    /// An empty text names no camera.
    fn name(&mut self, name: Option<String>) {
        let camera = name.map(|name| Id::parse_camera(&name));
        self.camera = camera.filter(|camera| *camera != Id::Text("".into()));
    }

    /// What can't be read is not said.
    fn take(&mut self, record: Lenient<CameraLocation>) {
        let (Some(camera), Some(said)) = (self.camera.take(), record.0.ok().flatten()) else {
            return;
        };
        let location = self.said(said.location_uuid);
        let name = CameraName {
            camera: self.said(said.camera_name),
            location: self.said(said.location_name),
            location_uuid: (!location.is_empty()).then(|| Id::parse(&location)),
        };
        if name != CameraName::default() {
            self.kept_bytes += camera.bytes() + name.bytes();
            self.names.add(camera, name);
        }
    }

    fn kept_bytes(&self) -> u64 {
        self.kept_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rhombus::envelope::{Completeness, NoAnswer};

    const A: &str = "AAAAAAAAAAAAAAAAAAAAAQ";
    const B: &str = "AAAAAAAAAAAAAAAAAAAAAg";
    const HALL: &str = "AAAAAAAAAAAAAAAAAAAAAw";

    fn reader() -> CameraNamesReader {
        super::reader(1 << 20, ApiKey::new("s3cret-key").unwrap())
    }

    type Read = (CameraNames, Result<Completeness, NoAnswer>);

    /// What an answer says, and whether it is one.
    fn answer(body: &str) -> Read {
        let mut reader = reader();
        reader.push(body.as_bytes()).expect("it is an object");
        let (names, envelope) = reader.finish().expect("it is whole");
        (names.into_names(), envelope.judge())
    }

    fn read(members: &str) -> CameraNames {
        let (names, judged) = answer(&format!(
            r#"{{"cameraLocationMap":{{{members}}},"error":false}}"#
        ));
        assert_eq!(judged, Ok(Completeness::Whole), "{members}");
        names
    }

    fn named(cameras: &[(&str, [&str; 3])]) -> CameraNames {
        let name = |(uuid, [camera, location, location_uuid]): &(&str, [&str; 3])| {
            let location_uuid = (!location_uuid.is_empty()).then(|| Id::parse(location_uuid));
            let name = CameraName {
                camera: (*camera).into(),
                location: (*location).into(),
                location_uuid,
            };
            (Id::parse(uuid), name)
        };
        cameras.iter().map(name).collect()
    }

    #[test]
    fn a_camera_has_a_name_and_a_place() {
        let members = format!(
            r#""{A}":{{"cameraName":"Lobby east","locationName":"Head office",
                "locationUuid":"{HALL}","x":[{{}}]}},
               "{B}":{{"cameraName":"Loading dock"}}"#
        );
        let expected = [
            (A, ["Lobby east", "Head office", HALL]),
            (B, ["Loading dock", "", ""]),
        ];
        assert_eq!(read(&members), named(&expected));
    }

    #[test]
    fn a_facet_is_its_camera_and_what_it_lacks_another_may_say() {
        let members = format!(
            r#""{A}.v0":{{"cameraName":"Lobby","locationName":null}},
               "{B}":{{"cameraName":"Dock"}},
               "{A}.v1":{{"cameraName":"Lobby, other lens","locationName":"Head office"}},
               "{A}":{{"cameraName":"","locationUuid":"{HALL}"}},
               "old-camera.v0":{{"cameraName":"Till"}}"#
        );
        let expected = [
            (A, ["Lobby", "Head office", HALL]),
            (B, ["Dock", "", ""]),
            ("old-camera", ["Till", "", ""]),
        ];
        assert_eq!(read(&members), named(&expected));
    }

    #[test]
    fn what_can_not_be_read_is_not_said_and_costs_nothing_beside_it() {
        for odd in [
            "7",
            "null",
            r#""""#,
            r#""\ud800""#,
            "1e999",
            "[]",
            r#"{"a":1}"#,
            r#""my s3cret-key!""#,
        ] {
            let members = format!(
                r#""{A}":{{"cameraName":{odd},"locationName":"Mill","locationUuid":{odd}}},
                   "{B}":{odd}"#
            );
            assert_eq!(read(&members), named(&[(A, ["", "Mill", ""])]), "{odd}");
        }
        for nothing in [
            "",
            &format!(r#""{A}":{{}}"#),
            r#""":{"cameraName":"x"}"#,
            r#""\ud800":{"cameraName":"x"}"#,
        ] {
            assert!(read(nothing).is_empty(), "{nothing}");
        }
        // What is a facet of nothing is a camera by itself.
        assert_eq!(read(r#"".v0":{"cameraName":"x"}"#).len(), 1);
        // Nor is it said of the camera before.
        let members = format!(r#""{A}":{{}},"\ud800":{{"cameraName":"x"}}"#);
        assert!(read(&members).is_empty());
    }

    #[test]
    fn a_name_is_cut_as_a_title_is_and_what_it_holds_of_the_key_is_cut_too() {
        let beginning = format!("{}s3cret-key", "x".repeat(195));
        let members = format!(
            r#""{A}":{{"cameraName":"{}","locationName":"{beginning}"}}"#,
            "é".repeat(201)
        );
        let expected = "é".repeat(200);
        assert_eq!(read(&members), named(&[(A, [&expected, "", ""])]));
    }

    #[test]
    fn an_answer_may_say_nothing_and_must_not_say_that_it_failed() {
        for (body, expected) in [
            (r#"{"cameraLocationMap":null}"#, Ok(Completeness::Whole)),
            (r#"{"error":false}"#, Ok(Completeness::Whole)),
            ("{}", Err(NoAnswer::NoList)),
            (
                r#"{"cameraLocationMap":{},"error":true}"#,
                Err(NoAnswer::Failed("error")),
            ),
            (
                r#"{"cameraLocationMap":{"x":{"cameraName":"x"}},"warningMsg":"x"}"#,
                Ok(Completeness::Partial),
            ),
        ] {
            assert_eq!(answer(body).1, expected, "{body}");
        }
        assert!(reader().push(br#"{"cameraLocationMap":[]}"#).is_err());
    }

    #[test]
    fn what_is_kept_is_counted() {
        let mut reader = reader();
        reader.push(br#"{"cameraLocationMap":{"#).expect("JSON");
        for number in 0..10 {
            let member = format!(r#""{number}":{{"locationName":"{}"}},"#, "x".repeat(150));
            reader.push(member.as_bytes()).expect("JSON");
        }
        let least = size_of::<(Id, CameraName)>() as u64 + 150;
        assert!(reader.sink().kept_bytes() >= 10 * least);
    }
}
