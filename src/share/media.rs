//! What a share shows: which footage, of which cameras.

use std::num::{NonZeroI64, NonZeroU16};

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

/// One clip of a page, or one timelapse: 24 bytes, since there are some hundred thousand of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clip {
    /// In milliseconds since 1970; 0 says nothing.
    start: Option<NonZeroI64>,
    end: Option<NonZeroI64>,
    duration_secs: u32,
    /// The place of the camera, counted from 1.
    camera: Option<NonZeroU16>,
}

impl Clip {
    /// A clip of these moments that plays so many seconds, of which no camera is known. A moment of 0 is none.
    pub fn new(start: Option<UnixMillis>, end: Option<UnixMillis>, duration_secs: u32) -> Self {
        let moment = |it: Option<UnixMillis>| it.and_then(|it| NonZeroI64::new(it.0));
        Self {
            start: moment(start),
            end: moment(end),
            duration_secs,
            camera: None,
        }
    }

    /// The same, showing the camera at this place among the page's. The place 65,535 is none.
    #[must_use]
    pub fn of_camera(self, place: Option<u16>) -> Self {
        let from_one = place.and_then(|place| place.checked_add(1));
        Self {
            camera: from_one.and_then(NonZeroU16::new),
            ..self
        }
    }

    /// When its footage begins; none where Rhombus doesn't say.
    pub fn start(self) -> Option<UnixMillis> {
        self.start.map(|start| UnixMillis(start.get()))
    }

    /// When its footage ends: of a timelapse not its duration later.
    pub fn end(self) -> Option<UnixMillis> {
        self.end.map(|end| UnixMillis(end.get()))
    }

    /// How long it plays, in seconds.
    pub const fn duration_secs(self) -> u32 {
        self.duration_secs
    }

    /// The place among the page's cameras of the first one that it shows; none where it names none.
    pub fn camera(self) -> Option<u16> {
        self.camera.map(|from_one| from_one.get() - 1)
    }
}

impl Media {
    /// How much memory what it points to takes, about, in bytes.
    pub(super) fn heap_bytes(&self) -> u64 {
        let cameras = self.cameras.iter().map(Id::bytes);
        cameras.sum::<u64>() + size_of_val(&*self.footage) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_says_what_was_put_into_it_and_takes_24_bytes() {
        let (start, end) = (Some(UnixMillis(1)), Some(UnixMillis(2_500)));
        for (start, end) in [(start, end), (None, end), (start, None), (None, None)] {
            for camera in [None, Some(0), Some(u16::MAX - 1)] {
                let clip = Clip::new(start, end, 7).of_camera(camera);
                assert_eq!((clip.start(), clip.end()), (start, end));
                assert_eq!((clip.duration_secs(), clip.camera()), (7, camera));
            }
        }
        let nothing = Clip::new(Some(UnixMillis(0)), Some(UnixMillis(0)), 0);
        assert_eq!(nothing.of_camera(Some(u16::MAX)), Clip::default());
        assert_eq!(size_of::<Clip>(), 24);
    }
}
