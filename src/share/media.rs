//! What a share shows: which footage, of which cameras.

use super::{Id, UnixMillis};

/// What a share shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// How many clips.
    pub clips: u32,
    /// Their durations added up, in seconds.
    pub duration_secs: u64,
    /// The cameras that they show, each once, sorted: facets of one camera are one.
    pub cameras: Box<[Id]>,
    /// The clips themselves, of a page that has some, in the order of the answer. Empty where only their
    /// number is known.
    pub footage: Box<[Clip]>,
}

/// One clip of a page, or one timelapse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clip {
    /// When its footage begins; none where Rhombus doesn't say.
    pub start: Option<UnixMillis>,
    /// When its footage ends: of a timelapse not its duration later.
    pub end: Option<UnixMillis>,
    /// How long it plays, in seconds.
    pub duration_secs: u32,
    /// The place among the page's cameras of the first one that it shows; none where it names none.
    pub camera: Option<u16>,
}

impl Media {
    /// How much memory what it points to takes, about, in bytes.
    pub(super) fn heap_bytes(&self) -> u64 {
        let cameras = self.cameras.iter().map(Id::bytes);
        cameras.sum::<u64>() + size_of_val(&*self.footage) as u64
    }
}
