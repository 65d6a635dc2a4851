//! Which partners: those of the file. Who their clients are, Rhombus says.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_saphyr::Spanned;

use super::credentials::{Element, Reader};
use super::file::{PartnerFile, Text};
use super::organizations::{NameLines, Placed};
use super::value::{self, quoted};
use super::{Partner, Patterns};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a refresh may be: 1 s, for those who try it out, to 1 d, since a new client is not watched
/// before.
pub(super) const REFRESH: RangeInclusive<Duration> = SECOND..=DAY;
/// A partner that says nothing else looks for new clients once an hour.
pub(super) const DEFAULT_REFRESH: Duration = HOUR;
/// Below 0.01 no retry finds its turn; 10,000 is more than one exporter can ask.
pub(super) const PACE: RangeInclusive<f64> = 0.01..=10_000.0;

/// The partners of the file, sorted by name; what is wrong goes to the report.
pub(super) fn from_file(
    reader: &mut Reader<'_>,
    names: &mut NameLines,
    list: &Spanned<Vec<Spanned<PartnerFile>>>,
) -> Vec<Placed<Partner>> {
    if list.value.is_empty() {
        reader.report.problem(
            reader.source.place(list, "partners"),
            "the list is empty: add a partner, or delete the line",
        );
    }
    let mut partners: Vec<_> = list
        .value
        .iter()
        .enumerate()
        .filter_map(|(index, item)| reader.partner(names, &format!("partners[{index}]"), item))
        .collect();
    partners.sort_by(|a, b| a.entry.name.cmp(&b.entry.name));
    partners
}

impl Reader<'_> {
    /// One element. Each part is checked, also where another is wrong.
    fn partner(
        &mut self,
        names: &mut NameLines,
        path: &str,
        item: &Spanned<PartnerFile>,
    ) -> Option<Placed<Partner>> {
        let file = &item.value;
        let unnamed = self.source.place(item, &format!("{path}.name"));
        let name = self.name(names, unnamed, path, file.name.as_ref());
        let endpoint = self.endpoint(path, file.endpoint.as_ref());
        let element = Element {
            place: &self.source.place(item, path),
            path,
            file: file.credential(),
        };
        let credential = self.credential(element, endpoint.as_ref());
        let key = |name| format!("{path}.{name}");
        let refresh = file.refresh.as_ref();
        let refresh = self.value(&key("refresh"), refresh, |text| {
            value::duration(text, &REFRESH)
        });
        let include = self.patterns(&key("include"), file.include.as_ref());
        let exclude = self.patterns(&key("exclude"), file.exclude.as_ref());
        let pace = file.requests_per_second.as_ref();
        let pace = self.value(&key("requests_per_second"), pace, |text| {
            value::number(text, &PACE)
        });
        let (credential, key) = credential?;
        let entry = Partner {
            name: name?,
            credential,
            endpoint: endpoint?,
            refresh: refresh?.unwrap_or(DEFAULT_REFRESH),
            include: include?,
            exclude: exclude?,
            requests_per_second: pace?,
        };
        Some(Placed { entry, key })
    }

    /// A value, where one is written; outer none where it is wrong.
    pub(super) fn value<T>(
        &mut self,
        key: &str,
        text: Option<&Text>,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        let Some(text) = text else { return Some(None) };
        let place = self.source.place(text, key);
        read(&text.value)
            .inspect_err(|expected| {
                let shown = quoted(&text.value);
                self.report
                    .problem(place, format_args!("{shown}: {expected}"));
            })
            .ok()
            .map(Some)
    }

    pub(super) fn patterns(
        &mut self,
        key: &str,
        list: Option<&Spanned<Vec<Text>>>,
    ) -> Option<Patterns> {
        let mut patterns = Patterns::default();
        let Some(list) = list else {
            return Some(patterns);
        };
        let before = self.report.problems();
        if list.value.is_empty() {
            let place = self.source.place(list, key);
            let text = "the list is empty: add a pattern, or delete the line";
            self.report.problem(place, text);
        }
        for (index, text) in list.value.iter().enumerate() {
            if let Err(expected) = patterns.add(&text.value) {
                let place = self.source.place(text, &format!("{key}[{index}]"));
                let shown = quoted(&text.value);
                self.report
                    .problem(place, format_args!("{shown}: {expected}"));
            }
        }
        (self.report.problems() == before).then_some(patterns)
    }
}
