//! Rows as CSV, for a spreadsheet: RFC 4180, one line a link under a line of names.

use super::json::Reader;
use super::row::Row;
use crate::share::{Attribution, Expiry, Id, Private, UnixMillis};
use crate::telemetry::needs_escape;

/// The names of the columns.
const COLUMNS: [&str; 26] = [
    "ref",
    "org",
    "kind",
    "protection",
    "state",
    "title",
    "created",
    "ends",
    "clips",
    "duration_seconds",
    "cameras",
    "past_footage",
    "sound",
    "talk",
    "scheduled",
    "stream_type",
    "violations",
    "exceptions",
    "seen",
    "current",
    "url",
    "created_by",
    "created_by_principal",
    "views",
    "last_view",
    "sent",
];

/// These rows with their header, for this reader.
pub fn csv(rows: &[Row<'_>], reader: Reader<'_>) -> Vec<u8> {
    write(rows, reader).expect("memory takes whatever is written")
}

fn write(rows: &[Row<'_>], reader: Reader<'_>) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for row in rows {
        writer.write_record(record(row, reader))?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

fn record(row: &Row<'_>, reader: Reader<'_>) -> [String; COLUMNS.len()] {
    let share = row.share;
    let (media, traits) = (&share.media, share.traits);
    let of_clips = |number: u64| match share.kind.has_clips() {
        true => number.to_string(),
        false => String::new(),
    };
    let violations = row.violations();
    let rules: Vec<_> = violations.iter().map(|it| it.rule).collect();
    let exceptions: Vec<_> = violations.iter().filter_map(|it| it.exception).collect();
    let cameras: Vec<_> = media
        .cameras
        .iter()
        .map(|camera| camera_name(row, camera))
        .collect();
    let address = reader.sees_addresses.then(|| row.address()).flatten();
    let told = row.attributed().ok();
    let made = row.made_by();
    let name = made.and_then(|act| act.name.as_ref());
    let number = |number: Option<u64>| number.map(|it| it.to_string()).unwrap_or_default();
    [
        row.reference.map(|it| it.to_string()).unwrap_or_default(),
        cell(row.org()),
        share.kind.label().to_owned(),
        share.protection.label().to_owned(),
        row.state().label().to_owned(),
        cell(share.title.as_ref().map_or("", Private::reveal)),
        share.created.map(UnixMillis::rfc3339).unwrap_or_default(),
        match share.expiry {
            Expiry::At(end) => end.rfc3339(),
            Expiry::Never => "never".to_owned(),
        },
        of_clips(media.clips.into()),
        of_clips(media.duration_secs),
        cell(&cameras.join("; ")),
        traits.past_footage.to_string(),
        traits.sound.to_string(),
        traits.talk.to_string(),
        traits.scheduled.to_string(),
        cell(share.stream_type.as_deref().unwrap_or_default()),
        cell(&rules.join("; ")),
        cell(&exceptions.join("; ")),
        row.seen().rfc3339(),
        row.is_current().to_string(),
        address.map_or_else(String::new, |address| address.reveal().to_owned()),
        cell(name.map_or("", Private::reveal)),
        cell(made.map_or("", |act| &act.principal)),
        number(told.map(Attribution::all_views)),
        told.and_then(|told| told.last_view)
            .map(UnixMillis::rfc3339)
            .unwrap_or_default(),
        number(told.map(|told| told.sent)),
    ]
}

/// What a camera is called and where it is, or its uuid.
fn camera_name(row: &Row<'_>, camera: &Id) -> String {
    let name = row.camera_names().get(camera);
    let Some(name) = name.filter(|name| !name.camera.is_empty()) else {
        return camera.to_string();
    };
    match &*name.location {
        "" => name.camera.to_string(),
        location => format!("{} ({location})", name.camera),
    }
}

/// What people wrote, so that no spreadsheet takes it for a formula: it is marked as a text. Some spreadsheets
/// end a cell where others don't, so that a part of it may become one.
pub(crate) fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    if text.starts_with(['\t', '\r', '\n']) {
        cell.push('\'');
    }
    for part in text.split_inclusive([';', '\t', '\r', '\n']) {
        if is_formula(part) {
            cell.push('\'');
        }
        cell.push_str(part);
    }
    cell
}

/// Whether what can be seen of it begins as a formula does, of whatever width the sign is.
fn is_formula(text: &str) -> bool {
    let visible = text.trim_start_matches(|c: char| c.is_whitespace() || needs_escape(c));
    visible.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}
