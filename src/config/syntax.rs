//! YAML into structs, and what goes wrong on the way into one line for its author. The library's
//! own messages quote the text around an error, and with it the key two lines up; so only what is
//! known to be harmless is taken from them: the line, the path, names that look like names.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment, Track};
use serde_saphyr::{Budget, Error};

/// What a deserializer of ours says of a key that is written without a value.
pub(super) const NO_VALUE: &str = "no value";

/// Why a text is not the expected YAML.
pub(super) struct Fault {
    /// Where, from 1; 0 when it isn't known.
    pub(super) line: u64,
    /// The path of the key, e.g. `organizations[0].name`; empty at the top.
    pub(super) key: String,
    /// What it is, what was expected, what to do.
    pub(super) text: String,
}

/// What a file has room for. A message says so too.
const MAX_ORGANIZATIONS: usize = 100_000;

/// Reads one YAML document.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    parse_within(budget(MAX_ORGANIZATIONS), text)
}

/// What a file of so many organisations may cost to read. All limits of the library that grow with
/// them are here; the others are far above what a file of the largest size can reach.
fn budget(organizations: usize) -> Option<Budget> {
    serde_saphyr::budget! {
        // An organisation is a mapping and at most five pairs, a merge among them.
        max_nodes: 12 * organizations,
        max_events: 20 * organizations,
        // Each may take its endpoint, or all but its name and its key, from one anchor. What that
        // expands to has a limit of its own.
        max_aliases: 2 * organizations,
        max_merge_keys: organizations,
        enforce_alias_anchor_ratio: false,
    }
}

fn parse_within<T: DeserializeOwned>(budget: Option<Budget>, text: &str) -> Result<T, Fault> {
    let options = serde_saphyr::options! {
        budget: budget,
        with_snippet: false,
        strict_booleans: true,
        reject_unsupported_tags: true,
    };
    let mut track = Track::new();
    let result =
        serde_saphyr::with_deserializer_from_str_with_options(text, options, |deserializer| {
            T::deserialize(serde_path_to_error::Deserializer::new(
                deserializer,
                &mut track,
            ))
        });
    result.map_err(|error| Fault {
        line: error.location().map_or(0, |location| location.line()),
        key: key(&track.path()),
        text: describe(&error),
    })
}

/// The path as people write it. `value` is a part of the wrapper that holds the line.
fn key(path: &Path) -> String {
    let mut key = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => key.push_str(&format!("[{index}]")),
            Segment::Map { key: name } if name != "value" && is_name(name) => {
                if !key.is_empty() {
                    key.push('.');
                }
                key.push_str(name);
            }
            _ => {}
        }
    }
    key
}

/// What the error says, without a word of the file's values.
fn describe(error: &Error) -> String {
    match error {
        Error::AliasError { error, .. } => describe(error),
        Error::SerdeUnknownField {
            field, expected, ..
        } => format!(
            "unknown key{}: expected one of {}; correct its spelling or delete it",
            shown(field),
            expected.join(", ")
        ),
        Error::DuplicateMappingKey { key, .. } => format!(
            "the key{} is there twice: delete one",
            shown(key.as_deref().unwrap_or_default())
        ),
        Error::NullIntoString { .. } => nothing(),
        Error::Message { msg, .. } if msg == NO_VALUE => nothing(),
        Error::Unexpected { expected, .. } => format!("expected {}", kind(expected)),
        Error::SerdeInvalidType { expected, .. } => format!("expected {}", kind(expected)),
        Error::MultipleDocuments { .. } => {
            "a second document begins (`---`): expected one; delete the rest".to_owned()
        }
        Error::Budget { .. } => {
            "too many values, aliases or levels: make it simpler; 100,000 organisations fit"
                .to_owned()
        }
        // The scanner's own words: fixed texts, at most with the one character that it stopped at.
        Error::ExternalMessage { msg, .. } => format!("not valid YAML: {msg}"),
        _ => "it can't be read: check indentation and quotes; a value that begins with `&`, `*` \
              or `!` needs quotes"
            .to_owned(),
    }
}

fn nothing() -> String {
    "it has no value: give it one, or delete the line".to_owned()
}

/// The words of the library for what it expected, in ours.
fn kind(expected: &str) -> &'static str {
    if expected.contains("string") || expected.contains("scalar") {
        "a single value"
    } else if expected.contains("seq") {
        "a list (lines that begin with `- `)"
    } else {
        "a mapping (lines of `key: value`)"
    }
}

/// A key's name in backticks; nothing when it does not look like one, since it may be a secret
/// that slipped to where a name belongs.
fn shown(name: &str) -> String {
    if is_name(name) {
        format!(" `{name}`")
    } else {
        String::new()
    }
}

fn is_name(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::super::file::File;
    use super::super::load::FILE_MAX_BYTES;
    use super::*;

    /// So many organisations, each as large as one can be.
    fn file_of(count: usize) -> String {
        let mut text = String::from("organizations:\n- &first { name: first, endpoint: &eu eu }\n");
        for i in 1..count {
            let (merge, endpoint) = match i % 2 {
                0 => ("<<: *first, ", ""),
                _ => ("", ", endpoint: *eu"),
            };
            text +=
                &format!("- {{ {merge}name: n{i}, api_key: k{i}, org_uuid: u{i}{endpoint} }}\n");
        }
        text
    }

    /// A budget of a thousandth, since a hundred thousand take seconds without optimisation.
    #[test]
    fn as_many_organisations_fit_as_a_budget_is_for() {
        let count = MAX_ORGANIZATIONS / 1000;
        let file: File = parse_within(budget(count), &file_of(count))
            .unwrap_or_else(|fault| panic!("{}", fault.text));
        assert_eq!(file.organizations.map(|list| list.value.len()), Some(count));
        let fault = parse_within::<File>(budget(count), &file_of(3 * count));
        let text = fault.err().expect("three times as many do not").text;
        assert!(text.starts_with("too many values"), "{text}");
        assert!(text.ends_with("100,000 organisations fit"), "{text}");
    }

    #[test]
    fn no_other_limit_is_reached_by_the_largest_file() {
        let budget = budget(MAX_ORGANIZATIONS).expect("there is one");
        assert!(budget.max_total_scalar_bytes > FILE_MAX_BYTES);
        assert!(budget.max_nodes > Budget::default().max_nodes);
        // A merge of one that has a name and an endpoint: these, and the ends of the mapping.
        let replayed = serde_saphyr::Options::default().alias_limits;
        assert!(replayed.max_total_replayed_events > 6 * MAX_ORGANIZATIONS);
    }
}
