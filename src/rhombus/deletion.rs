//! Taking a share down: the one file with operations that change something at Rhombus. Each kind has an
//! operation of its own, and a live stream and a video wall's share go only beside the uuid of what they show.
//!
//! A request is sent again only where Rhombus can have done nothing of it. An answer that says it is done is
//! no proof either: whoever takes a share down asks for the list again.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::IgnoredAny;
use tokio::time::Instant;

use super::call::{Decode, Operation};
use super::client::json;
use super::envelope::{Completeness, NoAnswer};
use super::field::Lenient;
use super::list::{ListReader, Sink};
use super::{Client, Credential, Error};
use crate::share::{Id, Ref, ShareKind};

/// The largest single value in an answer that is held, in bytes: messages of two sentences.
const MAX_VALUE_BYTES: usize = 64 << 10;
/// No member of the answer is a list.
const NO_LIST: &str = "";

/// Which share to take down, by the uuids that Rhombus gave.
#[derive(Clone, PartialEq, Eq)]
pub enum Deletion {
    /// `event/deleteSharedClipGroupV2`.
    ClipGroup {
        /// The page's.
        uuid: Id,
    },
    /// `video/deleteSharedTimelapseGroup`.
    TimelapseGroup {
        /// The page's.
        uuid: Id,
    },
    /// `camera/deleteSharedLiveVideoStream`. There is no operation for doorbells.
    LiveStream {
        /// The stream's.
        uuid: Id,
        /// The camera's as the stream names it, with a facet or without.
        camera: Id,
    },
    /// `camera/deleteSharedVideoWall`, which leaves the wall itself.
    VideoWall {
        /// The share's.
        uuid: Id,
        /// The wall's.
        wall: Id,
    },
}

/// How a deletion is asked for.
struct Request<'a> {
    path: &'static str,
    /// Which field names what the share is of, and what it is of.
    parent: Option<(&'static str, &'a Id)>,
    /// Whether the documented answer has no member at all, not even `error`.
    is_answer_bare: bool,
}

impl Deletion {
    /// The uuid of the share.
    pub fn uuid(&self) -> &Id {
        match self {
            Self::ClipGroup { uuid }
            | Self::TimelapseGroup { uuid }
            | Self::LiveStream { uuid, .. }
            | Self::VideoWall { uuid, .. } => uuid,
        }
    }

    /// The kind of the share.
    pub fn kind(&self) -> ShareKind {
        match self {
            Self::ClipGroup { .. } => ShareKind::ClipGroup,
            Self::TimelapseGroup { .. } => ShareKind::TimelapseGroup,
            Self::LiveStream { .. } => ShareKind::LiveStream,
            Self::VideoWall { .. } => ShareKind::VideoWall,
        }
    }

    fn request(&self) -> Request<'_> {
        let (path, parent) = match self {
            Self::ClipGroup { .. } => ("event/deleteSharedClipGroupV2", None),
            Self::TimelapseGroup { .. } => ("video/deleteSharedTimelapseGroup", None),
            Self::LiveStream { camera, .. } => (
                "camera/deleteSharedLiveVideoStream",
                Some(("cameraUuid", camera)),
            ),
            Self::VideoWall { wall, .. } => (
                "camera/deleteSharedVideoWall",
                Some(("videoWallUuid", wall)),
            ),
        };
        Request {
            path,
            parent,
            is_answer_bare: matches!(self, Self::LiveStream { .. }),
        }
    }

    fn body(&self) -> String {
        let fields = [("uuid", self.uuid())].into_iter();
        let fields = fields.chain(self.request().parent);
        let fields: BTreeMap<_, _> = fields.map(|(name, id)| (name, id.to_string())).collect();
        json(&fields)
    }
}

/// By the share's ref: who knows the uuid of an open share can watch.
impl fmt::Debug for Deletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reference = Ref::of(self.uuid());
        write!(f, "Deletion({} {reference})", self.kind().label())
    }
}

impl Client {
    /// Takes a share down, until `deadline`. The observer is told nothing of it.
    ///
    /// # Errors
    /// When Rhombus did not say that it is done. It may be done all the same, and what says that it is done
    /// may be wrong: the list tells.
    pub async fn delete(
        &self,
        deletion: &Deletion,
        credential: &Credential,
        deadline: Instant,
    ) -> Result<(), Error> {
        let request = deletion.request();
        let operation = Operation {
            source: None,
            path: request.path,
            body: deletion.body(),
            credential,
            deadline,
        };
        let reader = |_| Reader::new(request.is_answer_bare);
        let may_retry = Error::is_before_any_change;
        let answer = self.caller.call_with_retries(&operation, may_retry, reader);
        answer.await
    }
}

/// Reads whether it is done.
struct Reader {
    members: ListReader<NoRecords>,
    may_be_bare: bool,
}

impl Reader {
    fn new(may_be_bare: bool) -> Self {
        Self {
            members: ListReader::new(NO_LIST, MAX_VALUE_BYTES, NoRecords),
            may_be_bare,
        }
    }
}

impl Decode for Reader {
    type Output = ();

    fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        Ok(self.members.push(bytes)?)
    }

    fn kept_bytes(&self) -> u64 {
        0
    }

    /// It is done where the answer is judged as the one of an empty list would be: nothing speaks against it.
    fn finish(self) -> Result<(), Error> {
        let (_, mut envelope) = self.members.finish()?;
        let said_nothing = || Error::Decode("it does not say that the share is taken down".into());
        if envelope.has_list {
            return Err(said_nothing());
        }
        envelope.has_list = self.may_be_bare;
        match envelope.judge() {
            Ok(Completeness::Whole) => Ok(()),
            Ok(Completeness::Partial) | Err(NoAnswer::NoList) => Err(said_nothing()),
            Err(NoAnswer::Failed(by)) => Err(Error::Api { by }),
            Err(NoAnswer::Partial(by)) => Err(Error::Warned { by }),
        }
    }
}

/// There are none.
struct NoRecords;

impl Sink for NoRecords {
    type Record = IgnoredAny;

    fn take(&mut self, _: Lenient<IgnoredAny>) {}

    fn kept_bytes(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "AAAAAAAAAAAAAAAAAAAAAQ";
    const OTHER: &str = "AAAAAAAAAAAAAAAAAAAAAg";

    fn id() -> Id {
        Id::parse(UUID)
    }

    #[test]
    fn each_kind_has_an_operation_and_names_what_it_is_of() {
        let camera = Id::parse(&format!("{OTHER}.v0"));
        let wall = Id::parse(OTHER);
        for (deletion, kind, path, beside) in [
            (
                Deletion::ClipGroup { uuid: id() },
                ShareKind::ClipGroup,
                "event/deleteSharedClipGroupV2",
                String::new(),
            ),
            (
                Deletion::TimelapseGroup { uuid: id() },
                ShareKind::TimelapseGroup,
                "video/deleteSharedTimelapseGroup",
                String::new(),
            ),
            (
                Deletion::LiveStream { uuid: id(), camera },
                ShareKind::LiveStream,
                "camera/deleteSharedLiveVideoStream",
                format!(r#""cameraUuid":"{OTHER}.v0","#),
            ),
            (
                Deletion::VideoWall { uuid: id(), wall },
                ShareKind::VideoWall,
                "camera/deleteSharedVideoWall",
                format!(r#","videoWallUuid":"{OTHER}""#),
            ),
        ] {
            assert_eq!(deletion.kind(), kind);
            assert_eq!(deletion.request().path, path);
            let uuid = format!(r#""uuid":"{UUID}""#);
            let body = match beside.starts_with(',') {
                true => format!("{{{uuid}{beside}}}"),
                false => format!("{{{beside}{uuid}}}"),
            };
            assert_eq!(deletion.body(), body);
            let shown = format!("{deletion:?}");
            assert!(!shown.contains(UUID) && shown.contains(&Ref::of(&id()).to_string()));
        }
    }

    fn judged(body: &str, may_be_bare: bool) -> Result<(), Error> {
        let mut reader = Reader::new(may_be_bare);
        for byte in body.as_bytes() {
            reader.push(&[*byte])?;
        }
        reader.finish()
    }

    #[test]
    fn it_is_done_where_the_answer_says_no_error_or_is_documented_to_be_bare() {
        for body in [
            r#"{"error":false,"errorMsg":null,"warningMsg":null}"#,
            r#"{"error":false}"#,
            r#"{"warningMsg":"","x":1e999}"#,
        ] {
            assert_eq!(judged(body, false), Ok(()), "{body}");
            assert_eq!(judged(body, true), Ok(()), "{body}");
        }
        for body in ["{}", r#"{"requestId":"7"}"#] {
            let said_nothing = judged(body, false);
            assert!(matches!(said_nothing, Err(Error::Decode(_))), "{body}");
            assert_eq!(judged(body, true), Ok(()), "{body}");
        }
    }

    #[test]
    fn it_is_not_done_where_anything_speaks_against_it() {
        let api = |by| Some(Error::Api { by });
        let warned = |by| Some(Error::Warned { by });
        for (body, expected) in [
            (r#"{"error":true,"errorMsg":"x"}"#, api("errorMsg")),
            (r#"{"error":false,"errorMsg":"x"}"#, api("errorMsg")),
            (r#"{"error":true,"error":false}"#, api("error")),
            (r#"{"\u0065rror":true}"#, api("error")),
            (r#"{"message":"denied"}"#, api("message")),
            (r#"{"error":false,"warningMsg":"x"}"#, warned("warningMsg")),
            ("", None),
            ("[]", None),
            ("null", None),
            ("<html>", None),
            (r#"{"error":false"#, None),
            (r#"{"error":false}}"#, None),
            (r#"{"":null}"#, None),
            (r#"{"":[1],"error":false}"#, None),
        ] {
            for may_be_bare in [false, true] {
                let error = judged(body, may_be_bare).unwrap_err();
                match &expected {
                    Some(expected) => assert_eq!(error, *expected, "{body}"),
                    None => assert!(matches!(error, Error::Decode(_)), "{body}: {error}"),
                }
            }
        }
        let long = format!(r#"{{"warningMsg":"{}""#, "x".repeat(MAX_VALUE_BYTES));
        assert!(matches!(
            judged(&long, true),
            Err(Error::ValueTooLarge { .. })
        ));
    }
}
