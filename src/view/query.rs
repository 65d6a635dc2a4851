//! Which links are asked for, and how they are shown, as an address or flags say it. One table has what may
//! be asked: the name, what its value may be, and where it goes. A new filter begins as a row of it.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use url::form_urlencoded;

use super::Cursor;
use super::filter::{Ends, Filter, State};
use super::order::{Order, SortBy};
use crate::share::{Protection, ShareKind, UnixMillis, span};

/// So many values may be given of one filter.
const MAX_VALUES: usize = 100;
/// So long may a value be, in bytes.
const MAX_VALUE: usize = 500;
/// So many characters of what was asked are repeated.
const MAX_REPEATED: usize = 64;
/// Further than any page is.
const MAX_PAGE: usize = 1_000_000;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Which links.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// Which page of them, from 1; none: nobody has said.
    pub page: Option<usize>,
    /// How many are on it; none: nobody has said.
    pub limit: Option<usize>,
    /// After which row, in the order of the API.
    pub cursor: Option<Cursor>,
}

/// What can't be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadQuery {
    /// What it was called.
    pub name: String,
    /// What it was to be.
    pub value: String,
    /// What may be written there.
    pub expected: String,
}

/// What was written may be anything: it is escaped.
impl fmt::Display for BadQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value) = (beginning(&self.name), beginning(&self.value));
        write!(f, "{name:?}: {value:?}: {}", self.expected)
    }
}

/// As much of it as tells which one it is.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(MAX_REPEATED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl std::error::Error for BadQuery {}

/// A filter.
pub struct Parameter {
    /// What it is called in an address. As a flag it has hyphens.
    pub name: &'static str,
    /// What the help calls its value.
    pub value: &'static str,
    /// Which links it lets through, as a sentence without its end.
    pub meaning: &'static str,
    /// Whether it may be given several times: one of the values must hold.
    pub repeats: bool,
    take: fn(&mut Filter, &str) -> Result<(), String>,
    show: fn(&Filter) -> Vec<String>,
}

/// All filters, in the order in which they are shown.
pub static PARAMETERS: [Parameter; 15] = [
    Parameter {
        name: "org",
        value: "NAME",
        meaning: "of this organisation",
        repeats: true,
        take: |filter, text| {
            filter.orgs.push(text.to_owned());
            Ok(())
        },
        show: |filter| filter.orgs.clone(),
    },
    Parameter {
        name: "kind",
        value: "KIND",
        meaning: "shared in this way: clip_group, live_stream, timelapse_group or video_wall",
        repeats: true,
        take: |filter, text| {
            let known = ShareKind::ALL.map(|kind| (kind.label(), kind));
            filter.kinds.push(one_of(text, &known)?);
            Ok(())
        },
        show: |filter| labels(&filter.kinds, |kind| kind.label()),
    },
    Parameter {
        name: "protection",
        value: "PROTECTION",
        meaning: "protected by this: none, password or sso",
        repeats: true,
        take: |filter, text| {
            let known = Protection::ALL.map(|it| (it.label(), it));
            filter.protections.push(one_of(text, &known)?);
            Ok(())
        },
        show: |filter| labels(&filter.protections, |it| it.label()),
    },
    Parameter {
        name: "state",
        value: "STATE",
        meaning: "that work (active), or have ended and are still listed (expired)",
        repeats: false,
        take: |filter, text| {
            let known = State::ALL.map(|state| (state.label(), state));
            set(&mut filter.state, one_of(text, &known)?)
        },
        show: |filter| labels(filter.state.as_slice(), |state| state.label()),
    },
    Parameter {
        name: "rule",
        value: "NAME",
        meaning: "that break this rule of the policy; * is any",
        repeats: true,
        take: |filter, text| {
            filter.rules.push(text.to_owned());
            Ok(())
        },
        show: |filter| filter.rules.clone(),
    },
    Parameter {
        name: "exception",
        value: "NAME",
        meaning: "that this exception covers",
        repeats: true,
        take: |filter, text| {
            filter.exceptions.push(text.to_owned());
            Ok(())
        },
        show: |filter| filter.exceptions.clone(),
    },
    Parameter {
        name: "excepted",
        value: "BOOL",
        meaning: "that break a rule which an exception covers (yes), or which none covers (no)",
        repeats: false,
        take: |filter, text| {
            set(
                &mut filter.excepted,
                one_of(text, &[("yes", true), ("no", false)])?,
            )
        },
        show: |filter| {
            labels(
                filter.excepted.as_slice(),
                |it| if *it { "yes" } else { "no" },
            )
        },
    },
    Parameter {
        name: "ends",
        value: "WHEN",
        meaning: "that never end (never), or that work and end within this time, such as 7d",
        repeats: false,
        take: |filter, text| {
            let ends = match text {
                "never" => Ends::Never,
                text => Ends::Within(span_of(text).map_err(|it| format!("{it}, or never"))?),
            };
            set(&mut filter.ends, ends)
        },
        show: |filter| {
            let ends = filter.ends.iter();
            ends.map(|ends| match ends {
                Ends::Never => "never".to_owned(),
                Ends::Within(time) => span::show(*time),
            })
            .collect()
        },
    },
    Parameter {
        name: "older_than",
        value: "DURATION",
        meaning: "made longer ago than this",
        repeats: false,
        take: |filter, text| set(&mut filter.older_than, span_of(text)?),
        show: |filter| spans(filter.older_than),
    },
    Parameter {
        name: "newer_than",
        value: "DURATION",
        meaning: "made within this time",
        repeats: false,
        take: |filter, text| set(&mut filter.newer_than, span_of(text)?),
        show: |filter| spans(filter.newer_than),
    },
    Parameter {
        name: "created_after",
        value: "TIME",
        meaning: "made after this moment or the beginning of this day, by UTC",
        repeats: false,
        take: |filter, text| set(&mut filter.created_after, moment(text)?),
        show: |filter| moments(filter.created_after),
    },
    Parameter {
        name: "created_before",
        value: "TIME",
        meaning: "made before this moment or the beginning of this day, by UTC",
        repeats: false,
        take: |filter, text| set(&mut filter.created_before, moment(text)?),
        show: |filter| moments(filter.created_before),
    },
    Parameter {
        name: "camera",
        value: "TEXT",
        meaning: "that show a camera with this in its name or its location's, or of this uuid",
        repeats: false,
        take: |filter, text| set(&mut filter.camera, text.to_owned()),
        show: |filter| filter.camera.clone().into_iter().collect(),
    },
    Parameter {
        name: "text",
        value: "TEXT",
        meaning: "with this in the title",
        repeats: false,
        take: |filter, text| set(&mut filter.text, text.to_owned()),
        show: |filter| filter.text.clone().into_iter().collect(),
    },
    Parameter {
        name: "ref",
        value: "REF",
        meaning: "of this ref, as metrics, alerts and pages have it",
        repeats: true,
        take: |filter, text| {
            let reference = text.parse().map_err(|it| format!("{it}"))?;
            filter.refs.push(reference);
            Ok(())
        },
        show: |filter| filter.refs.iter().map(ToString::to_string).collect(),
    },
];

/// What may be asked beside filters.
const OTHERS: [&str; 4] = ["sort", "page", "limit", "cursor"];

impl Parameter {
    /// Adds a value to what is asked.
    ///
    /// # Errors
    /// What was expected.
    pub fn add(&self, filter: &mut Filter, text: &str) -> Result<(), BadQuery> {
        let bad = |expected: String| BadQuery {
            name: self.name.to_owned(),
            value: text.to_owned(),
            expected,
        };
        let given = (self.show)(filter).len();
        if given >= if self.repeats { MAX_VALUES } else { 1 } {
            let most = if self.repeats { MAX_VALUES } else { 1 };
            return Err(bad(format!("expected at most {most} of it")));
        }
        if text.len() > MAX_VALUE {
            return Err(bad(format!("expected at most {MAX_VALUE} bytes")));
        }
        (self.take)(filter, text).map_err(bad)
    }
}

impl Query {
    /// How many rows are on a page if nobody says.
    pub const DEFAULT_LIMIT: usize = 100;
    /// How many may be.
    pub const MAX_LIMIT: usize = 1000;

    /// Reads the part of an address after `?`. An empty value of a known name asks for nothing, as that of a
    /// form's field that was left empty.
    ///
    /// # Errors
    /// The first thing that can't be asked.
    pub fn parse(text: &str) -> Result<Self, BadQuery> {
        let mut query = Self::default();
        let mut seen = Vec::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let parameter = PARAMETERS.iter().find(|it| it.name == name);
            if value.is_empty() && (parameter.is_some() || OTHERS.contains(&&*name)) {
                continue;
            }
            if let Some(parameter) = parameter {
                parameter.add(&mut query.filter, &value)?;
                continue;
            }
            let bad = |expected| BadQuery {
                name: name.clone().into_owned(),
                value: value.clone().into_owned(),
                expected,
            };
            if seen.contains(&name) {
                return Err(bad("expected at most 1 of it".to_owned()));
            }
            query.take(&name, &value).map_err(bad)?;
            seen.push(name);
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "sort" => self.order = Order::read(value)?,
            "page" => self.page = Some(number(value, MAX_PAGE)?),
            "limit" => self.limit = Some(number(value, Self::MAX_LIMIT)?),
            "cursor" => self.cursor = Some(Cursor::read(value)?),
            _ => {
                let known = PARAMETERS.iter().map(|it| it.name).chain(OTHERS);
                let known: Vec<_> = known.collect();
                return Err(format!("expected one of {}", known.join(", ")));
            }
        }
        Ok(())
    }

    /// The same as the part of an address after `?`; what is as it is anyhow is left out.
    pub fn text(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        for parameter in &PARAMETERS {
            for value in (parameter.show)(&self.filter) {
                text.append_pair(parameter.name, &value);
            }
        }
        if self.order != Order::default() {
            text.append_pair("sort", &self.order.text());
        }
        for (name, number) in [("page", self.page), ("limit", self.limit)] {
            if let Some(number) = number {
                text.append_pair(name, &number.to_string());
            }
        }
        if let Some(cursor) = &self.cursor {
            text.append_pair("cursor", &cursor.text());
        }
        text.finish()
    }

    /// How many rows are on a page.
    pub fn rows_a_page(&self) -> usize {
        self.limit.unwrap_or(Self::DEFAULT_LIMIT)
    }

    /// Which page that is of so many rows, and how many pages there are.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn page_of(&self, found: usize) -> Result<(usize, usize), BadQuery> {
        let (page, last) = (
            self.page.unwrap_or(1),
            found.div_ceil(self.rows_a_page()).max(1),
        );
        match page <= last {
            true => Ok((page, last)),
            false => Err(BadQuery {
                name: "page".to_owned(),
                value: page.to_string(),
                expected: format!("expected at most {last}: there are no more pages"),
            }),
        }
    }

    /// The rows on that page.
    pub fn rows_of_page(&self, page: usize) -> Range<usize> {
        let rows = self.rows_a_page();
        (page - 1) * rows..page * rows
    }

    /// Of each filter that asks something, its name and what it asks.
    pub fn asked(&self) -> impl Iterator<Item = (&'static str, Vec<String>)> {
        let asked = PARAMETERS.iter();
        let asked = asked.map(|it| (it.name, (it.show)(&self.filter)));
        asked.filter(|(_, values)| !values.is_empty())
    }
}

impl Order {
    /// Reads what [`Self::text`] writes.
    ///
    /// # Errors
    /// What was expected.
    pub fn read(text: &str) -> Result<Self, String> {
        let known = SortBy::ALL.map(|by| (by.label(), by));
        let by = one_of(text.strip_prefix('-').unwrap_or(text), &known);
        let by = by.map_err(|it| format!("{it}; a `-` in front reverses it"))?;
        Ok(Self {
            by,
            is_reversed: text.starts_with('-'),
        })
    }

    /// As it stands in an address.
    pub fn text(self) -> String {
        let sign = if self.is_reversed { "-" } else { "" };
        format!("{sign}{}", self.by.label())
    }
}

fn set<T>(place: &mut Option<T>, value: T) -> Result<(), String> {
    *place = Some(value);
    Ok(())
}

fn one_of<T: Copy>(text: &str, known: &[(&'static str, T)]) -> Result<T, String> {
    let found = known.iter().find(|(label, _)| *label == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let labels: Vec<_> = known.iter().map(|(label, _)| *label).collect();
        format!("expected one of {}", labels.join(", "))
    })
}

fn labels<T>(values: &[T], label: impl Fn(&T) -> &'static str) -> Vec<String> {
    values.iter().map(|it| label(it).to_owned()).collect()
}

/// Longer than anything has been there.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

fn span_of(text: &str) -> Result<Duration, String> {
    let span = span::read(text)?;
    match span <= LONGEST {
        true => Ok(span),
        false => Err("expected at most 100 years".to_owned()),
    }
}

fn spans(span: Option<Duration>) -> Vec<String> {
    span.map(span::show).into_iter().collect()
}

/// A moment, or the beginning of a day by UTC.
///
/// # Errors
/// What was expected.
pub(crate) fn moment(text: &str) -> Result<UnixMillis, String> {
    let day = UnixMillis::parse_day(text);
    // In an address a `+` that nobody has escaped is a space: it may be that of a zone.
    let with_plus = || text.trim().replace(' ', "+");
    day.or_else(|| UnixMillis::parse_rfc3339(text))
        .or_else(|| UnixMillis::parse_rfc3339(&with_plus()))
        .ok_or_else(|| {
            "expected a day such as 2027-01-31, or a moment such as 2027-01-31T12:00:00Z".to_owned()
        })
}

fn moments(moment: Option<UnixMillis>) -> Vec<String> {
    moment.map(UnixMillis::rfc3339).into_iter().collect()
}

fn number(text: &str, most: usize) -> Result<usize, String> {
    let number = usize::from_str(text).ok();
    let number = number.filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("expected a whole number from 1 to {most}"))
}
