//! The settings of the section `collect`: one row each. A row gives the key of the file, the flag
//! with its help, the line of `check-config`, the default, what the value may be, and the field of
//! [`Collect`]. The environment variable has the name of the flag. A new setting is a row here, what
//! it does, and its rows in `docs/configuration.md` and `docs/config.example.yml`, which tests ask for.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::schema::{self, Key, Shape};
use super::value::{self, quoted, show_bytes, show_duration};
use super::{Shard, Window};
use crate::rhombus::ExpirationTime;
use crate::share::{ConsoleUrl, ShareKind};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const THIRTY_DAYS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Longer than the life of any link that a person would plan.
const TEN_YEARS: Duration = Duration::from_secs(3653 * 24 * 60 * 60);

/// The most windows: each is a series for every organisation, kind and protection.
const MAX_WINDOWS: usize = 16;

/// What an interval may be: 1 s, since the organisation's budget of requests is shared, to 1 d,
/// since what is asked less often is not watched.
pub const INTERVAL: RangeInclusive<Duration> = SECOND..=DAY;
/// What the limit of a request may be: 1 s, since Rhombus needs a moment, to 1 h.
pub const TIMEOUT: RangeInclusive<Duration> = SECOND..=HOUR;

/// Makes the struct, its default and the table from rows of `key: type = default, kind(bounds);`, under
/// the meaning as the help has it.
macro_rules! settings {
    ($(
        $(#[doc = $meaning:literal])+
        $key:ident: $type:ty = $default:expr, $field:ident($($range:expr)?);
    )+) => {
        /// How to ask Rhombus.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Collect {
            $($(#[doc = $meaning])+ pub $key: $type,)+
        }

        impl Default for Collect {
            fn default() -> Self {
                Self { $($key: $default,)+ }
            }
        }

        /// The keys of the file.
        pub(super) const KEYS: &[&str] = &[$(stringify!($key)),+];

        /// All settings, in the order in which they are shown.
        pub(super) static SETTINGS: &[Setting] = &[$(
            Setting {
                key: stringify!($key),
                meaning: concat!($($meaning),+),
                field: Field::$field(|collect| &mut collect.$key $(, $range)?),
            },
        )+];
    };
}

settings! {
    /// The lists of shares to watch
    sources: Vec<ShareKind> = ShareKind::ALL.into(), Sources();

    /// Time between two polls of a list
    interval: Duration = MINUTE, Duration(INTERVAL);

    /// The limit of one request, from the connection to the last byte
    timeout: Duration = MINUTE / 2, Duration(TIMEOUT);

    // A picture of more than 30 d says nothing of today. What it must be to the interval and the
    // timeout is checked once all three are known.
    /// The age at which the last good data is withdrawn from the metrics
    max_staleness: Duration = MINUTE * 10, Duration(SECOND..=THIRTY_DAYS);

    // Within less than 1 min a page would never be seen.
    /// Ask only for clip pages created within this time, and see no older; 0s: all
    lookback: Option<Duration> = None, Lookback(MINUTE..=TEN_YEARS);

    /// The windows of rhombus_shares_expiring
    expiring_within: Vec<Window> =
        [("24h", DAY), ("7d", 7 * DAY)].map(window).into(),
        Windows(SECOND..=TEN_YEARS);

    /// How expiry times are read: auto, epoch or ttl
    expiration_time: ExpirationTime = ExpirationTime::Auto, ExpirationTime();

    /// Whether to keep the titles of links, for pages and policies: true or false
    keep_titles: bool = true, Switch();

    /// Whether to read the audit feed, which says who made links and who viewed them: true or false
    audit_feed: bool = true, Switch();

    /// Where Rhombus's console is, for links to its pages; auto: by the endpoint
    console_url: ConsoleUrl = ConsoleUrl::default(), Console();

    // Below 1 KiB not even an error fits.
    /// The largest answer that is read, after decompression
    max_response_bytes: u64 = 256 << 20, Size(1 << 10..=1 << 40);

    // Below 0.01 no retry finds its turn; 100 is far above what Rhombus grants.
    /// The pace of requests to one organisation; 8 may go at once
    requests_per_second: f64 = 1.0, Number(0.01..=100.0);

    /// Watch only this part of the organisations: INDEX/COUNT, the index from 0
    shard: Shard = Shard::WHOLE, Shard();
}

fn window((label, duration): (&str, Duration)) -> Window {
    let label = label.to_owned();
    Window { label, duration }
}

/// A row of the table.
pub(super) struct Setting {
    /// The key in the file.
    pub(super) key: &'static str,
    meaning: &'static str,
    field: Field,
}

/// Where a value is kept, and what it may be.
enum Field {
    Duration(Place<Duration>, RangeInclusive<Duration>),
    /// A duration, or `0s` for none.
    Lookback(Place<Option<Duration>>, RangeInclusive<Duration>),
    /// A list of durations.
    Windows(Place<Vec<Window>>, RangeInclusive<Duration>),
    /// A list of lists of shares.
    Sources(Place<Vec<ShareKind>>),
    ExpirationTime(Place<ExpirationTime>),
    Switch(Place<bool>),
    Console(Place<ConsoleUrl>),
    Size(Place<u64>, RangeInclusive<u64>),
    Number(Place<f64>, RangeInclusive<f64>),
    Shard(Place<Shard>),
}

type Place<T> = fn(&mut Collect) -> &mut T;

impl Field {
    /// What its value may be, as [`Setting::take`] has it.
    fn shape(&self) -> Shape {
        match self {
            Self::Duration(_, range) => schema::duration(range),
            Self::Lookback(_, range) => schema::lookback(range),
            Self::Windows(_, range) => {
                let window = schema::window(range, value::WINDOW_MAX_BYTES);
                schema::list(window)
                    .with("maxItems", MAX_WINDOWS)
                    .with("uniqueItems", true)
            }
            Self::Sources(_) => {
                let lists = schema::one_of(ShareKind::ALL.map(ShareKind::list));
                schema::list(lists).with("uniqueItems", true)
            }
            Self::ExpirationTime(_) => schema::one_of(value::expiration_times()),
            Self::Switch(_) => schema::switch(),
            Self::Console(_) => schema::one_of_or(
                &["auto"],
                &schema::console(),
                "expected auto or a URL such as https://console.rhombussystems.com",
            ),
            Self::Size(_, range) => schema::bytes(range),
            Self::Number(_, range) => schema::number(range),
            Self::Shard(_) => schema::plain_text(
                &schema::shard(Shard::MOST),
                "expected INDEX/COUNT, such as 0/4",
            ),
        }
    }
}

impl Setting {
    /// The flag, without its hyphens.
    pub(super) fn flag(&self) -> String {
        format!("collect.{}", self.key.replace('_', "-"))
    }

    /// What it means, and what it is when nobody says, as the help has it.
    pub(super) fn help(&self) -> String {
        let default = self.show(&Collect::default()).join(",");
        let meaning = self.meaning.trim();
        match self.is_list() {
            true => format!("{meaning}, separated by commas [default: {default}]"),
            false => format!("{meaning} [default: {default}]"),
        }
    }

    /// What an editor is told of it.
    pub(super) fn schema(&self) -> Key {
        Key {
            field: self.key,
            meaning: self.meaning,
            shape: self.field.shape().default(self.default()),
        }
    }

    /// What it is when nobody says, as one would write it in the file.
    fn default(&self) -> serde_json::Value {
        let shown = self.show(&Collect::default());
        let one = shown.join(",");
        match self.field {
            _ if self.is_list() => shown.into(),
            Field::Switch(..) => (one == "true").into(),
            Field::Number(place, _) => (*place(&mut Collect::default())).into(),
            _ => one.into(),
        }
    }

    /// What the help calls its value.
    pub(super) fn value_name(&self) -> &'static str {
        match self.field {
            Field::Duration(..) | Field::Lookback(..) => "DURATION",
            Field::Windows(..) => "DURATIONS",
            Field::Sources(..) => "LISTS",
            Field::ExpirationTime(..) => "READING",
            Field::Switch(..) => "BOOL",
            Field::Console(..) => "URL",
            Field::Size(..) => "SIZE",
            Field::Number(..) => "NUMBER",
            Field::Shard(..) => "SHARD",
        }
    }

    /// Whether it takes any number of values.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.field, Field::Windows(..) | Field::Sources(..))
    }

    /// The value, or those of a list, as one would write them.
    pub(super) fn show(&self, of: &Collect) -> Vec<String> {
        let of = &mut of.clone();
        let one = match &self.field {
            Field::Duration(place, _) => show_duration(*place(of)),
            Field::Lookback(place, _) => show_duration(place(of).unwrap_or_default()),
            Field::Windows(place, _) => {
                return place(of).iter().map(|it| it.label.clone()).collect();
            }
            Field::Sources(place) => {
                return place(of)
                    .iter()
                    .map(|kind| kind.list().to_owned())
                    .collect();
            }
            Field::ExpirationTime(place) => value::show_expiration_time(*place(of)).to_owned(),
            Field::Switch(place) => place(of).to_string(),
            Field::Console(place) => value::show_console(place(of)),
            Field::Size(place, _) => show_bytes(*place(of)),
            Field::Number(place, _) => place(of).to_string(),
            Field::Shard(place) => place(of).to_string(),
        };
        vec![one]
    }

    /// Empties a list, so that the values of one place replace those of another.
    pub(super) fn clear(&self, to: &mut Collect) {
        match &self.field {
            Field::Windows(place, _) => place(to).clear(),
            Field::Sources(place) => place(to).clear(),
            _ => {}
        }
    }

    /// Sets the value, or adds it to a list; else says what was expected.
    pub(super) fn take(&self, text: &str, to: &mut Collect) -> Result<(), String> {
        match &self.field {
            Field::Duration(place, range) => *place(to) = value::duration(text, range)?,
            Field::Lookback(place, range) => *place(to) = value::lookback(text, range)?,
            Field::Windows(place, range) => place(to).push(value::window(text, range)?),
            Field::Sources(place) => place(to).push(value::source(text)?),
            Field::ExpirationTime(place) => *place(to) = value::expiration_time(text)?,
            Field::Switch(place) => *place(to) = value::switch(text)?,
            Field::Console(place) => *place(to) = value::console(text)?,
            Field::Size(place, range) => *place(to) = value::bytes(text, range)?,
            Field::Number(place, range) => *place(to) = value::number(text, range)?,
            Field::Shard(place) => *place(to) = Shard::parse(text)?,
        }
        Ok(())
    }

    /// Puts a list in order, once all its values are there. What they must not be to each other
    /// comes back.
    pub(super) fn finish(&self, to: &mut Collect) -> Vec<String> {
        match &self.field {
            Field::Windows(place, _) => arrange(place(to)),
            Field::Sources(place) => arrange_sources(place(to)),
            _ => Vec::new(),
        }
    }
}

/// Sorts the lists; says why they can't stand beside each other.
fn arrange_sources(kinds: &mut [ShareKind]) -> Vec<String> {
    if kinds.is_empty() {
        let expected = "no list: expected at least one, since nothing would be watched";
        return vec![expected.to_owned()];
    }
    kinds.sort_unstable();
    let twice = kinds.windows(2).filter(|pair| pair[0] == pair[1]);
    twice
        .map(|pair| format!("`{}` is there twice: delete one", pair[0].list()))
        .collect()
}

/// Sorts the windows; says why they can't stand beside each other.
fn arrange(windows: &mut [Window]) -> Vec<String> {
    let mut problems = Vec::new();
    windows.sort_by_key(|window| window.duration);
    let count = windows.len();
    if !(1..=MAX_WINDOWS).contains(&count) {
        problems.push(format!(
            "{count} windows: expected from 1 to {MAX_WINDOWS}, since each is a series for every \
             organisation, kind and protection"
        ));
    }
    for pair in windows.windows(2) {
        let [a, b] = pair else { continue };
        if a.duration == b.duration {
            let (a, b) = (quoted(&a.label), quoted(&b.label));
            problems.push(format!("{a} and {b} are the same time: delete one"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the setting takes this text.
    fn takes(key: &str, text: &str) -> bool {
        let setting = SETTINGS.iter().find(|setting| setting.key == key).unwrap();
        setting.take(text, &mut Collect::default()).is_ok()
    }

    #[test]
    fn the_bounds_themselves_are_inside() {
        for (key, inside, outside) in [
            ("interval", ["1s", "1d"], ["999ms", "25h"]),
            ("timeout", ["1s", "1h"], ["0s", "61m"]),
            ("max_staleness", ["1s", "30d"], ["0s", "31d"]),
            ("lookback", ["1m", "3653d"], ["59s", "3654d"]),
            (
                "sources",
                ["clip_groups", "video_walls"],
                ["", "clip_group"],
            ),
            ("expiring_within", ["1s", "3653d"], ["0s", "11y"]),
            (
                "max_response_bytes",
                ["1KiB", "1024GiB"],
                ["1023", "1025GiB"],
            ),
            ("requests_per_second", ["0.01", "100"], ["0.009", "100.1"]),
            ("shard", ["0/1", "999/1000"], ["1/1", "0/1001"]),
        ] {
            assert!(inside.iter().all(|text| takes(key, text)), "{key}");
            assert!(!outside.iter().any(|text| takes(key, text)), "{key}");
        }
        assert!(takes("lookback", "0s"));
    }

    #[test]
    fn a_rate_is_a_number_that_a_pace_can_be_made_of() {
        for bad in ["0", "-1", "NaN", "inf", "1e-300", "", "one"] {
            assert!(!takes("requests_per_second", bad), "{bad}");
        }
        assert!(takes("requests_per_second", "1e1"));
    }
}
