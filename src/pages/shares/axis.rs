//! When the footage of a page was taken: a drawing with a lane for each camera. It is stretched to the width
//! of the page, so that all its texts stand beside it.

use std::time::Duration;

use crate::pages::words;
use crate::share::{Clip, UnixMillis};

/// So wide is a lane, in units of the drawing.
const WIDTH: u32 = 1000;
/// So narrow is a clip at least, so that it can be seen.
const MIN_WIDTH: u32 = 3;
/// So many lanes are drawn.
const MAX_LANES: usize = 16;
/// So many moments are written below.
const TICKS: u32 = 4;

/// The drawing.
pub(super) struct Axis {
    /// From when to when, in words.
    pub(super) caption: String,
    pub(super) lanes: Vec<Lane>,
    /// How many cameras have no lane.
    pub(super) more: usize,
    pub(super) ticks: Vec<String>,
}

/// The footage of one camera.
pub(super) struct Lane {
    pub(super) name: String,
    /// How much it is, in words.
    pub(super) amount: String,
    pub(super) marks: Vec<Mark>,
}

/// Footage without a gap that could be seen.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) x: u32,
    pub(super) width: u32,
}

impl Axis {
    /// None where of no clip it is known when it was taken. `name` says what the camera of a place is called.
    pub(super) fn new(clips: &[Clip], name: impl Fn(Option<u16>) -> String) -> Option<Self> {
        let scale = Scale::of(clips)?;
        let mut cameras: Vec<_> = clips.iter().map(|clip| clip.camera()).collect();
        cameras.sort_unstable();
        cameras.dedup();
        let more = cameras.len().saturating_sub(MAX_LANES);
        cameras.truncate(MAX_LANES);
        let lane = |camera: Option<u16>| {
            let of_it = clips.iter().filter(|clip| clip.camera() == camera);
            Lane::new(name(camera), of_it, scale)
        };
        Some(Self {
            caption: scale.caption(),
            lanes: cameras.into_iter().map(lane).collect(),
            more,
            ticks: (0..=TICKS).map(|tick| scale.tick(tick)).collect(),
        })
    }
}

impl Lane {
    fn new<'a>(name: String, clips: impl Iterator<Item = &'a Clip>, scale: Scale) -> Self {
        let (mut marks, mut count, mut length) = (Vec::new(), 0, Duration::ZERO);
        for clip in clips {
            count += 1;
            length += Duration::from_secs(clip.duration_secs().into());
            marks.extend(scale.mark(clip));
        }
        Self {
            name,
            amount: format!("{}, {}", words::counted(count, "clip"), words::span(length)),
            marks: joined(marks),
        }
    }
}

/// What overlaps is one.
fn joined(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_unstable_by_key(|mark| mark.x);
    let mut joined: Vec<Mark> = Vec::new();
    for mark in marks {
        match joined.last_mut() {
            Some(last) if mark.x <= last.x + last.width => {
                last.width = last.width.max(mark.x + mark.width - last.x);
            }
            _ => joined.push(mark),
        }
    }
    joined
}

/// From when to when the drawing goes.
#[derive(Clone, Copy)]
struct Scale {
    start: UnixMillis,
    span: Duration,
}

impl Scale {
    fn of(clips: &[Clip]) -> Option<Self> {
        let starts = clips.iter().filter_map(|clip| clip.start());
        let start = starts.clone().min()?;
        let ends = clips.iter().filter_map(|clip| clip.end());
        let end = ends.chain(starts).max()?;
        // A single moment is a second wide.
        let span = end.since(start).max(Duration::from_secs(1));
        Some(Self { start, span })
    }

    fn mark(self, clip: &Clip) -> Option<Mark> {
        let start = clip.start()?;
        let (from, to) = (self.x(start), self.x(clip.end().unwrap_or(start)));
        let width = to.saturating_sub(from).max(MIN_WIDTH);
        Some(Mark {
            x: from.min(WIDTH - width),
            width,
        })
    }

    fn x(self, moment: UnixMillis) -> u32 {
        let part = moment.since(self.start).as_millis() * u128::from(WIDTH);
        let x = part / self.span.as_millis().max(1);
        u32::try_from(x).unwrap_or(WIDTH).min(WIDTH)
    }

    fn tick(self, tick: u32) -> String {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let moment = self.start.after(self.span * tick / TICKS);
        match self.span {
            span if span > 3 * DAY => moment.day(),
            span if span > DAY / 24 => words::minute(&moment.rfc3339()),
            _ => words::time_of_day(moment),
        }
    }

    fn caption(self) -> String {
        let (start, end) = (self.start, self.start.after(self.span));
        let text = |moment: UnixMillis| moment.whole_second().rfc3339();
        format!("Footage from {} to {}", text(start), text(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(start: i64, secs: u32, camera: u16) -> Clip {
        let start = UnixMillis::from_secs(1_700_000_000 + start);
        let end = start.after(Duration::from_secs(secs.into()));
        Clip::new(Some(start), Some(end), secs).of_camera(Some(camera))
    }

    fn axis(clips: &[Clip]) -> Option<Axis> {
        Axis::new(clips, |camera| format!("{camera:?}"))
    }

    #[test]
    fn a_clip_is_where_and_as_long_as_it_was() {
        let axis = axis(&[clip(0, 250, 1), clip(500, 500, 0), clip(100, 300, 1)]).unwrap();
        let marks: Vec<_> = axis.lanes.iter().map(|lane| &*lane.marks).collect();
        let half = Mark { x: 500, width: 500 };
        assert_eq!(marks, [&[half][..], &[Mark { x: 0, width: 400 }]]);
        assert_eq!(axis.lanes[1].amount, "2 clips, 9 min");
        assert_eq!(axis.ticks.len(), 5);
        let expected = "Footage from 2023-11-14T22:13:20Z to 2023-11-14T22:30:00Z";
        assert_eq!(axis.caption, expected);
    }

    #[test]
    fn nothing_leaves_the_drawing_and_nothing_vanishes() {
        let odd = Clip::new(clip(0, 0, 0).start(), None, 0).of_camera(Some(0));
        let far = clip(900_000_000, 1, 0);
        let axis = axis(&[odd, far, Clip::default()]).unwrap();
        let marks = axis.lanes.iter().flat_map(|lane| &lane.marks);
        let marks: Vec<_> = marks.collect();
        assert_eq!(marks.len(), 2);
        assert!(
            marks
                .iter()
                .all(|it| it.width >= MIN_WIDTH && it.x + it.width <= WIDTH)
        );
    }

    #[test]
    fn what_has_no_moment_is_not_drawn() {
        assert!(axis(&[Clip::default()]).is_none() && axis(&[]).is_none());
        let many: Vec<_> = (0..20).map(|camera| clip(0, 1, camera)).collect();
        let axis = axis(&many).unwrap();
        assert_eq!((axis.lanes.len(), axis.more), (MAX_LANES, 4));
    }
}
