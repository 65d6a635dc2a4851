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
        reader.check_staleness();
        reader.check_pace();
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

    /// Where one of these stands that is not left at its default: the first of them, or none.
    fn place_of(&self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| self.places.get(key).cloned())
    }

    /// One slow poll must withdraw nothing. Where `max_staleness` is left at its default, what it does not go with is
    /// what somebody wrote, and is named.
    fn check_staleness(&mut self) {
        let collect = &self.collect;
        let least = collect.min_staleness();
        if collect.max_staleness >= least {
            return;
        }
        let (most, least) = (show_duration(collect.max_staleness), show_duration(least));
        let (interval, deadline) = (collect.interval, collect.deadline());
        let (place, text) = match self.place_of(&["max_staleness"]) {
            Some(place) => {
                let (interval, deadline) = (show_duration(interval), show_duration(deadline));
                let text = format!(
                    "`{most}` is too short: expected at least {least}, the interval ({interval}) and the longest poll \
                     ({deadline}, the larger of interval and twice timeout) together, so that one slow poll \
                     withdraws nothing"
                );
                (place, text)
            }
            None => {
                let (keys, value) = match deadline > interval {
                    true => (["timeout", "interval"], collect.timeout),
                    false => (["interval", "timeout"], interval),
                };
                let value = show_duration(value);
                let text = format!(
                    "`{value}` needs a collect.max_staleness of at least {least}; its default is {most}: set it"
                );
                (self.place_of(&keys).unwrap_or_default(), text)
            }
        };
        self.report.problem(place, text);
    }

    /// A pace below one request a list and an interval would leave polls no request to send. The audit feed takes
    /// one too.
    fn check_pace(&mut self) {
        let collect = &self.collect;
        let lists = collect.sources.len();
        let (least, feed) = match collect.audit_feed {
            true => (lists + 1, " and the audit feed"),
            false => (lists, ""),
        };
        let (pace, interval) = (collect.requests_per_second, collect.interval);
        let least = least as f64;
        if pace * interval.as_secs_f64() >= least {
            return;
        }
        let least = least / interval.as_secs_f64();
        let interval = show_duration(interval);
        let (place, text) = match self.place_of(&["requests_per_second"]) {
            Some(place) => {
                let text = format!(
                    "{pace} leaves less than one request for each of {lists} lists{feed} in an interval of {interval}: \
                     expected at least {least}, or a longer interval"
                );
                (place, text)
            }
            None => {
                let text = format!(
                    "`{interval}` needs a collect.requests_per_second of at least {least}, one request for each of \
                     {lists} lists{feed}; its default is {pace}: set it"
                );
                (self.place_of(&["interval"]).unwrap_or_default(), text)
            }
        };
        self.report.problem(place, text);
    }
}
