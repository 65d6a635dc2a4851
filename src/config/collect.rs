//! The section `collect`: for each setting the flag, else the file, else the default; then what the
//! values must be to each other. The environment variable of a flag has become the flag before
//! this.

use std::collections::BTreeMap;
use std::time::Duration;

use super::file::{CollectFile, Source};
use super::problem::Report;
use super::settings::{SETTINGS, Setting};
use super::value::{quoted, show_duration};
use super::{Collect, CollectFlags};
use crate::inventory::View;

impl Collect {
    /// The longest that one operation may take, with its retries: the larger of the interval and twice
    /// the timeout. A poll is one, but that of video walls, which is one more for each wall.
    pub fn deadline(&self) -> Duration {
        self.interval.max(self.timeout * 2)
    }

    /// The smallest sound `max_staleness`: a picture is as old as this when the poll that follows
    /// it takes all its time. Anything less would withdraw what is merely slow.
    fn min_staleness(&self) -> Duration {
        self.interval + self.deadline()
    }
}

impl From<&Collect> for View {
    fn from(collect: &Collect) -> Self {
        Self {
            interval: collect.interval,
            max_staleness: collect.max_staleness,
            expiring_within: collect.expiring_within.clone(),
            lookback: collect.lookback,
            kinds: collect.sources.clone(),
            shard: collect.shard,
            console: collect.console_url.clone(),
            keep_titles: collect.keep_titles,
        }
    }
}

/// The section as it will run. What is wrong goes to the report, and the default stands in.
pub(super) fn resolve(
    source: Source<'_>,
    file: &CollectFile,
    flags: &CollectFlags,
    report: &mut Report,
) -> Collect {
    let before = report.problems();
    let mut reader = Reader {
        collect: Collect::default(),
        places: BTreeMap::new(),
        report,
    };
    for setting in SETTINGS {
        if let Some(written) = file.0.get(setting.key) {
            let key = format!("collect.{}", setting.key);
            let texts = written.value.iter().enumerate().map(|(index, text)| {
                let element = format!("{key}[{index}]");
                let key = if setting.is_list() { &element } else { &key };
                (source.place(text, key), &text.value)
            });
            reader.set(setting, source.place(written, &key), texts);
        }
    }
    for setting in SETTINGS {
        if let Some(texts) = flags.0.get(setting.key) {
            let place = format!("--{}", setting.flag());
            let texts = texts.iter().map(|text| (place.clone(), text));
            reader.set(setting, place.clone(), texts);
        }
    }
    if reader.report.problems() == before {
        let place = reader.places.get("max_staleness").map(String::as_str);
        let place = place.unwrap_or("collect.max_staleness (the default)");
        check_staleness(&reader.collect, place, reader.report);
        check_pace(&reader.collect, reader.report);
    }
    reader.collect
}

struct Reader<'a> {
    collect: Collect,
    /// Where each setting stands that is not left at its default.
    places: BTreeMap<&'static str, String>,
    report: &'a mut Report,
}

impl Reader<'_> {
    /// Sets a value to what is written at this place, each text with its own. What is none goes to
    /// the report, and the value stays what it was.
    fn set<'t>(
        &mut self,
        setting: &Setting,
        place: String,
        texts: impl Iterator<Item = (String, &'t String)>,
    ) {
        setting.clear(&mut self.collect);
        let before = self.report.problems();
        let mut is_any_good = false;
        for (place, text) in texts {
            match setting.take(text, &mut self.collect) {
                Ok(()) => is_any_good = true,
                Err(expected) => {
                    let text = quoted(text);
                    let text = format_args!("{text}: {expected}");
                    self.report.problem(place, text);
                }
            }
        }
        // A list in which nothing is good would be reported a second time, as empty.
        if is_any_good || self.report.problems() == before {
            for problem in setting.finish(&mut self.collect) {
                self.report.problem(&place, problem);
            }
        }
        self.places.insert(setting.key, place);
    }
}

/// A pace below one request a list and an interval would leave polls no request to send. The audit feed takes
/// one too.
fn check_pace(collect: &Collect, report: &mut Report) {
    let lists = collect.sources.len();
    let (least, feed) = match collect.audit_feed {
        true => (lists + 1, " and the audit feed"),
        false => (lists, ""),
    };
    let least = least as f64;
    let interval = collect.interval.as_secs_f64();
    if collect.requests_per_second * interval < least {
        report.problem(
            "collect.requests_per_second",
            format_args!(
                "{} leaves less than one request for each of {lists} lists{feed} in an interval of {}: \
                 expected at least {}, or a longer interval",
                collect.requests_per_second,
                show_duration(collect.interval),
                least / interval,
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
                show_duration(collect.deadline()),
            ),
        );
    }
}
