//! The section `collect`: for each key the flag, else the file, else the default; then what the
//! values must be to each other. The environment variable of a flag has become the flag before
//! this. A new key has its bounds in `limits`.

use std::time::Duration;

use serde_saphyr::Spanned;

use super::file::{CollectFile, Source, Text};
use super::problem::Report;
use super::value::{self, quoted, show_duration};
use super::{Collect, CollectFlags, Window, limits};
use crate::inventory::View;
use crate::rhombus::ExpirationTime;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

impl Collect {
    /// The longest that one poll may take, with its retries: the larger of the interval and twice
    /// the timeout.
    pub fn poll_deadline(&self) -> Duration {
        self.interval.max(self.timeout * 2)
    }

    /// The smallest sound `max_staleness`: a picture is as old as this when the poll that follows
    /// it takes all its time. Anything less would withdraw what is merely slow.
    fn min_staleness(&self) -> Duration {
        self.interval + self.poll_deadline()
    }
}

impl From<&Collect> for View {
    fn from(collect: &Collect) -> Self {
        Self {
            interval: collect.interval,
            max_staleness: collect.max_staleness,
            expiring_within: collect.expiring_within.clone(),
            lookback: collect.lookback,
        }
    }
}

impl Default for Collect {
    fn default() -> Self {
        let window = |label: &str, hours| Window {
            label: label.to_owned(),
            duration: HOUR * hours,
        };
        Self {
            interval: MINUTE,
            timeout: MINUTE / 2,
            max_staleness: MINUTE * 10,
            lookback: None,
            expiring_within: vec![
                window("1h", 1),
                window("24h", 24),
                window("72h", 72),
                window("7d", 7 * 24),
                window("30d", 30 * 24),
            ],
            expiration_time: ExpirationTime::Auto,
            max_response_bytes: 256 << 20,
            requests_per_second: 1.0,
        }
    }
}

/// The section as it will run. What is wrong goes to the report, and the default stands in.
pub(super) fn resolve(
    source: Source<'_>,
    file: CollectFile,
    flags: &CollectFlags,
    report: &mut Report,
) -> Collect {
    let staleness_place = match (&flags.max_staleness, &file.max_staleness) {
        (Some(_), _) => "--collect.max-staleness".to_owned(),
        (None, Some(text)) => source.place(text, "collect.max_staleness"),
        (None, None) => "collect.max_staleness (the default)".to_owned(),
    };
    let mut collect = Collect::default();
    let before = report.problems();
    let mut reader = Reader { source, report };
    reader.file(file, &mut collect);
    apply(flags, &mut collect);
    if let Some(windows) = &flags.expiring_within {
        collect.expiring_within = reader.windows("--collect.expiring-within", windows.clone());
    }
    if report.problems() == before {
        check_staleness(&collect, &staleness_place, report);
        check_pace(&collect, report);
    }
    collect
}

/// The flags that need no more checks than their parser made.
fn apply(flags: &CollectFlags, collect: &mut Collect) {
    fn set<T: Copy>(flag: Option<T>, value: &mut T) {
        *value = flag.unwrap_or(*value);
    }
    set(flags.interval, &mut collect.interval);
    set(flags.timeout, &mut collect.timeout);
    set(flags.max_staleness, &mut collect.max_staleness);
    set(flags.expiration_time, &mut collect.expiration_time);
    set(flags.max_response_bytes, &mut collect.max_response_bytes);
    set(flags.requests_per_second, &mut collect.requests_per_second);
    set(flags.lookback.map(non_zero), &mut collect.lookback);
}

/// A lookback of 0 is written for "every page there is".
fn non_zero(lookback: Duration) -> Option<Duration> {
    Some(lookback).filter(|lookback| !lookback.is_zero())
}

/// A pace below one request an interval would leave polls no request to send.
fn check_pace(collect: &Collect, report: &mut Report) {
    if collect.requests_per_second * collect.interval.as_secs_f64() < 1.0 {
        report.problem(
            "collect.requests_per_second",
            format_args!(
                "{} leaves less than one request for an interval of {}: expected at least {}, or \
                 a longer interval",
                collect.requests_per_second,
                show_duration(collect.interval),
                1.0 / collect.interval.as_secs_f64(),
            ),
        );
    }
}

fn check_staleness(collect: &Collect, place: &str, report: &mut Report) {
    if collect.max_staleness < collect.min_staleness() {
        report.problem(
            place,
            format_args!(
                "`{}` is too short: expected at least {}, the interval ({}) and the longest poll \
                 ({}, the larger of interval and twice timeout) together, so that one slow poll \
                 withdraws nothing",
                show_duration(collect.max_staleness),
                show_duration(collect.min_staleness()),
                show_duration(collect.interval),
                show_duration(collect.poll_deadline()),
            ),
        );
    }
}

/// Reads the values of the file; what is none goes to the report and leaves the default.
struct Reader<'a> {
    source: Source<'a>,
    report: &'a mut Report,
}

impl Reader<'_> {
    fn file(&mut self, file: CollectFile, to: &mut Collect) {
        use limits as l;
        self.key("interval", file.interval, l::interval, &mut to.interval);
        self.key("timeout", file.timeout, l::timeout, &mut to.timeout);
        let (key, parse) = ("max_staleness", l::max_staleness);
        self.key(key, file.max_staleness, parse, &mut to.max_staleness);
        let lookback = |text: &str| l::lookback(text).map(non_zero);
        self.key("lookback", file.lookback, lookback, &mut to.lookback);
        if let Some(list) = file.expiring_within {
            to.expiring_within = self.window_list(list);
        }
        let (key, parse) = ("expiration_time", value::expiration_time);
        self.key(key, file.expiration_time, parse, &mut to.expiration_time);
        let (key, parse) = ("max_response_bytes", l::max_response_bytes);
        self.key(
            key,
            file.max_response_bytes,
            parse,
            &mut to.max_response_bytes,
        );
        let (key, parse) = ("requests_per_second", l::requests_per_second);
        self.key(
            key,
            file.requests_per_second,
            parse,
            &mut to.requests_per_second,
        );
    }

    fn key<T>(
        &mut self,
        key: &str,
        text: Option<Text>,
        parse: impl Fn(&str) -> Result<T, String>,
        to: &mut T,
    ) {
        let Some(text) = text else { return };
        match parse(&text.value) {
            Ok(value) => *to = value,
            Err(expected) => {
                let place = self.source.place(&text, &format!("collect.{key}"));
                let text = quoted(&text.value);
                self.report
                    .problem(place, format_args!("{text}: {expected}"));
            }
        }
    }

    fn window_list(&mut self, list: Spanned<Vec<Text>>) -> Vec<Window> {
        let mut windows = Vec::new();
        for (index, text) in list.value.iter().enumerate() {
            let mut window = None;
            let key = format!("expiring_within[{index}]");
            let parse = |text: &str| limits::window(text).map(Some);
            self.key(&key, Some(text.clone()), parse, &mut window);
            windows.extend(window);
        }
        // What was no window is reported; an empty list would be a second report of the same.
        if windows.is_empty() && !list.value.is_empty() {
            return windows;
        }
        let place = self.source.place(&list, "collect.expiring_within");
        self.windows(&place, windows)
    }

    /// The windows, ascending, when they can stand beside each other.
    fn windows(&mut self, place: &str, mut windows: Vec<Window>) -> Vec<Window> {
        windows.sort_by_key(|window| window.duration);
        let count = windows.len();
        if !(1..=limits::MAX_WINDOWS).contains(&count) {
            let most = limits::MAX_WINDOWS;
            self.report.problem(
                place,
                format_args!(
                    "{count} windows: expected from 1 to {most}, since each is a series for every \
                     organisation, kind and protection"
                ),
            );
        }
        for pair in windows.windows(2) {
            let [a, b] = pair else { continue };
            if a.duration == b.duration {
                let (a, b) = (quoted(&a.label), quoted(&b.label));
                self.report.problem(
                    place,
                    format_args!("{a} and {b} are the same time: delete one"),
                );
            }
        }
        windows
    }
}
