//! The section `audit`: where the key of the audit trail is, where else its seals go, and how long its lines are
//! kept. The trail itself is in `--storage.path`.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_saphyr::Spanned;

use super::credentials::Reader;
use super::describe::text;
use super::file::Text;
use super::schema::{self, section};
use super::value::{self, show_duration};
use crate::audit::Expected;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A day, so that what is dropped has been sealed; a hundred years.
const RETENTION: RangeInclusive<Duration> = DAY..=DAY.saturating_mul(36_525);
const VIEWS: RangeInclusive<u32> = 1..=1_000_000;

section! {
    /// As it is written.
    AuditFile {
        /// The file of the key that seals the trail, Ed25519 in PEM. It is made where it is missing. Without this,
        /// audit.key in the storage path.
        key_file: Text = schema::path();
        /// A file that gets each seal, on another disk or machine.
        anchor_file: Text = schema::path();
        /// How long what lines say is kept. Their hashes are kept for ever.
        retention: Text = schema::duration(&RETENTION).default(show_duration(AuditSection::default().retention));
        /// Whether titles of links stand in the log beside the events.
        log_titles: Text = schema::switch().default(AuditSection::default().log_titles);
        /// Who makes links: regular expressions over all of a name, a uuid or a sort of principal. A link by
        /// anybody else is a finding.
        expected_principals: Spanned<Vec<Text>> = schema::list(schema::pattern());
        /// From which countries links are looked at, as Rhombus writes them. A view from elsewhere is a finding.
        expected_countries: Spanned<Vec<Text>> = schema::list(schema::any_text("expected a country as Rhombus writes it, such as NL"));
        /// How often an hour one link is looked at, at most. More is a finding.
        max_views_an_hour: Text = schema::count(&VIEWS);
    }
}

/// How the audit trail is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditSection {
    /// The file of the key that seals; none: `audit.key` in the storage path.
    pub key_file: Option<PathBuf>,
    /// A file that gets each seal.
    pub anchor_file: Option<PathBuf>,
    /// How long what lines say is kept. Their hashes are kept for ever.
    pub retention: Duration,
    /// Whether titles stand in the log beside the events.
    pub log_titles: bool,
    /// What is expected of those who make links and look at them.
    pub expected: Expected,
}

impl Default for AuditSection {
    fn default() -> Self {
        Self {
            key_file: None,
            anchor_file: None,
            retention: 400 * DAY,
            log_titles: false,
            expected: Expected::default(),
        }
    }
}

/// The section as it will run. What is wrong goes to the report, and the default stands in.
pub(super) fn resolve(reader: &mut Reader<'_>, file: &AuditFile) -> AuditSection {
    let default = AuditSection::default();
    let mut path = |key, text: Option<&Text>| {
        let source = reader.source;
        reader.value(key, text, |path| Ok(source.resolve(value::path(path)?)))
    };
    let key_file = path("audit.key_file", file.key_file.as_ref());
    let anchor_file = path("audit.anchor_file", file.anchor_file.as_ref());
    let retention = reader.value("audit.retention", file.retention.as_ref(), |text| {
        value::duration(text, &RETENTION)
    });
    let titles = file.log_titles.as_ref();
    let log_titles = reader.value("audit.log_titles", titles, value::switch);
    let expected = expected(reader, file);
    AuditSection {
        key_file: key_file.flatten(),
        anchor_file: anchor_file.flatten(),
        retention: retention.flatten().unwrap_or(default.retention),
        log_titles: log_titles.flatten().unwrap_or(default.log_titles),
        expected,
    }
}

fn expected(reader: &mut Reader<'_>, file: &AuditFile) -> Expected {
    let principals = file.expected_principals.as_ref();
    let principals = reader.patterns("audit.expected_principals", principals);
    let views = file.max_views_an_hour.as_ref();
    let views = reader.value("audit.max_views_an_hour", views, |text| {
        value::count(text, &VIEWS)
    });
    Expected {
        principals: principals.unwrap_or_default(),
        countries: countries(reader, file.expected_countries.as_ref()),
        views_an_hour: views.flatten(),
    }
}

fn countries(reader: &mut Reader<'_>, list: Option<&Spanned<Vec<Text>>>) -> BTreeSet<String> {
    let mut countries = BTreeSet::new();
    let Some(list) = list else { return countries };
    let key = "audit.expected_countries";
    if list.value.is_empty() {
        let place = reader.source.place(list, key);
        let text = "the list is empty: add a country, or delete the line";
        reader.report.problem(place, text);
    }
    for (index, country) in list.value.iter().enumerate() {
        let key = format!("{key}[{index}]");
        let country = reader.value(&key, Some(country), |country| match country.trim() {
            "" => Err("expected a country as Rhombus writes it, such as NL".to_owned()),
            country => Ok(country.to_owned()),
        });
        countries.extend(country.flatten());
    }
    countries
}

/// The section as a file for the same would have it.
pub(super) fn describe(section: &AuditSection) -> String {
    let mut yaml = "audit:\n".to_owned();
    let path = |path: &Path| text(&path.display().to_string());
    let files = [
        ("key_file", &section.key_file),
        ("anchor_file", &section.anchor_file),
    ];
    for (key, file) in files {
        if let Some(file) = file {
            yaml.push_str(&format!("  {key}: {}\n", path(file)));
        }
    }
    let retention = show_duration(section.retention);
    let log_titles = section.log_titles;
    yaml.push_str(&format!(
        "  retention: {retention}\n  log_titles: {log_titles}\n"
    ));
    let Expected {
        principals,
        countries,
        views_an_hour,
    } = &section.expected;
    let principals: Vec<_> = principals.texts().map(text).collect();
    let countries: Vec<_> = countries.iter().map(|it| text(it)).collect();
    let lists = [
        ("expected_principals", principals),
        ("expected_countries", countries),
    ];
    for (key, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
        yaml.push_str(&format!("  {key}: [{}]\n", list.join(", ")));
    }
    if let Some(views) = views_an_hour {
        yaml.push_str(&format!("  max_views_an_hour: {views}\n"));
    }
    yaml
}
