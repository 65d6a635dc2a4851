//! The object `share`: what an expression can ask of a share. A new field begins as a row of [`FIELDS`],
//! and as one of the table in `docs/policies.md`.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use cel::common::types::{CelBool, CelDuration, CelInt, CelList, CelString, CelTimestamp};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use chrono::{DateTime, TimeDelta};

use super::constants::Constant;
use super::types::Type;
use crate::policy::Subject;
use crate::share::{Act, Expiry, Id, Private, UnixMillis};

/// The moments that CEL has, in milliseconds since the epoch: the years 1 to 9999. The last second of them
/// stands for "never", as for all that is later.
pub(super) const TIMES: RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_000;

/// The longest duration that CEL has, which is 292 years; a longer one is taken for it. Its arithmetic fails
/// or panics beyond.
pub(super) const LONGEST: TimeDelta = TimeDelta::nanoseconds(i64::MAX);

/// A field of `share`.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) of: Type,
    value: for<'b> fn(&'b View<'_>) -> CowVal<'b, 'b>,
}

macro_rules! field {
    ($name:ident, $of:ident, $value:expr) => {
        Field {
            name: stringify!($name),
            of: Type::$of,
            value: $value,
        }
    };
}

/// All fields, in the order of their names.
pub(super) static FIELDS: [Field; 18] = [
    field!(age, DURATION, |view| span(view.now, view.created(), true)),
    field!(cameras, STRINGS, |view| CowVal::Borrowed(view.cameras())),
    field!(clips, INT, |view| {
        CowVal::owned(CelInt::from(i64::from(view.subject.share.media.clips)))
    }),
    field!(created, TIMESTAMP, |view| time(view.created())),
    field!(created_by, STRING, |view| {
        text(view.subject.made().map_or("", name_or_sort))
    }),
    field!(duration, DURATION, |view| {
        let secs = i64::try_from(view.subject.share.media.duration_secs).unwrap_or(i64::MAX);
        span(UnixMillis::from_secs(secs), UnixMillis(0), true)
    }),
    field!(ends, TIMESTAMP, |view| time(view.ends())),
    field!(kind, STRING, |view| text(view.subject.share.kind.label())),
    field!(lifetime, DURATION, |view| {
        span(view.ends(), view.created(), false)
    }),
    field!(locations, STRINGS, |view| {
        CowVal::Borrowed(view.locations())
    }),
    field!(never_expires, BOOL, |view| {
        truth(view.subject.share.expiry == Expiry::Never)
    }),
    field!(org, STRING, |view| text(view.subject.org)),
    field!(past_footage, BOOL, |view| {
        truth(view.subject.share.traits.past_footage)
    }),
    field!(protection, STRING, |view| {
        text(view.subject.share.protection.label())
    }),
    field!(sound, BOOL, |view| truth(view.subject.share.traits.sound)),
    field!(stream_type, STRING, |view| {
        let stream_type = view.subject.share.stream_type.as_deref();
        text(stream_type.unwrap_or_default())
    }),
    field!(title, STRING, |view| {
        text(
            view.subject
                .share
                .title
                .as_ref()
                .map_or("", Private::reveal),
        )
    }),
    field!(views, INT, |view| {
        let views = view.subject.views().unwrap_or_default();
        CowVal::owned(CelInt::from(i64::try_from(views).unwrap_or(i64::MAX)))
    }),
];

/// A share at one moment, with the constants of the expression that looks at it.
pub(super) struct View<'a> {
    subject: Subject<'a>,
    now: UnixMillis,
    constants: &'a [Constant],
    cameras: OnceLock<CelList<'a>>,
    locations: OnceLock<CelList<'a>>,
}

impl<'a> View<'a> {
    pub(super) const fn new(
        subject: Subject<'a>,
        now: UnixMillis,
        constants: &'a [Constant],
    ) -> Self {
        Self {
            subject,
            now,
            constants,
            cameras: OnceLock::new(),
            locations: OnceLock::new(),
        }
    }

    /// The epoch where Rhombus doesn't say: so old that no rule on the age overlooks it.
    fn created(&self) -> UnixMillis {
        self.subject.share.created.unwrap_or(UnixMillis(0))
    }

    const fn ends(&self) -> UnixMillis {
        match self.subject.share.expiry {
            Expiry::At(end) => end,
            Expiry::Never => UnixMillis(i64::MAX),
        }
    }

    fn cameras(&self) -> &CelList<'a> {
        self.cameras.get_or_init(|| list(self.camera_names()))
    }

    fn camera_names(&self) -> impl Iterator<Item = CelString<'a>> {
        let names = self.subject.cameras;
        self.subject.share.media.cameras.iter().map(|camera| {
            match names.get(camera).map(|name| &*name.camera) {
                None | Some("") => id(camera),
                Some(name) => name.into(),
            }
        })
    }

    fn locations(&self) -> &CelList<'a> {
        let names = || self.location_names().collect::<BTreeSet<_>>();
        self.locations.get_or_init(|| list(names().into_iter()))
    }

    fn location_names(&self) -> impl Iterator<Item = CelString<'a>> {
        let cameras = self.subject.share.media.cameras.iter();
        let known = cameras.filter_map(|camera| self.subject.cameras.get(camera));
        known.filter_map(|camera| match &*camera.location {
            "" => camera.location_uuid.as_ref().map(id),
            name => Some(name.into()),
        })
    }
}

/// The name in the compiled expression of the field at this place of [`FIELDS`].
pub(super) fn field_variable(place: usize) -> String {
    format!("#{place}")
}

/// The name in the compiled expression of the constant at this place of its constants.
pub(super) fn constant_variable(place: usize) -> String {
    format!("${place}")
}

impl VariableResolver for View<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(place) = variable.strip_prefix('#') {
            return Some((FIELDS.get(place.parse::<usize>().ok()?)?.value)(self));
        }
        let place: usize = variable.strip_prefix('$')?.parse().ok()?;
        Some(CowVal::Borrowed(&**self.constants.get(place)?))
    }
}

fn list<'a>(texts: impl Iterator<Item = CelString<'a>>) -> CelList<'a> {
    let boxed = texts.map(|text| Box::new(text) as Box<dyn Val + 'a>);
    CelList::from(boxed.collect::<Vec<_>>())
}

fn id<'a>(id: &'a Id) -> CelString<'a> {
    match id {
        Id::Text(text) => (&**text).into(),
        Id::Uuid(_) => id.to_string().into(),
    }
}

fn text(text: &str) -> CowVal<'_, '_> {
    CowVal::owned(CelString::from(text))
}

fn name_or_sort(act: &Act) -> &str {
    act.name.as_ref().map_or(&act.principal, Private::reveal)
}

fn truth<'b>(truth: bool) -> CowVal<'b, 'b> {
    CowVal::owned(CelBool::from(truth))
}

fn time<'b>(time: UnixMillis) -> CowVal<'b, 'b> {
    let millis = time.0.clamp(*TIMES.start(), *TIMES.end());
    let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    CowVal::owned(CelTimestamp::from(time.fixed_offset()))
}

/// The time from `start` to `end`; where it is `forward`, at least 0.
fn span<'b>(end: UnixMillis, start: UnixMillis, forward: bool) -> CowVal<'b, 'b> {
    let least = if forward { TimeDelta::zero() } else { -LONGEST };
    let millis = end.0.saturating_sub(start.0);
    let span = TimeDelta::try_milliseconds(millis).unwrap_or(-LONGEST);
    CowVal::owned(CelDuration::from(span.clamp(least, LONGEST)))
}
