//! Configurations: each file of `tests/config` and of the fuzzer's seeds, what a command shows of one, and each
//! block of the documentation that is one.

use std::fs;
use std::path::{Path, PathBuf};

use rhombus_share_exporter::config::{self, Environment, Flags};
use rhombus_share_exporter::share::UnixMillis;
use serde_json::Value;

/// 2026-11-29T12:00:00Z.
const NOW: UnixMillis = UnixMillis::from_secs(1_795_953_600);

/// A configuration, and what becomes of it.
pub(crate) struct Case {
    /// The file, with the line of a block in it.
    pub(crate) name: String,
    /// What an editor sees; none where it is no YAML.
    pub(crate) value: Option<Value>,
    /// Why the parser refuses it.
    pub(crate) refusal: Option<String>,
}

impl Case {
    fn file(path: &Path) -> Self {
        let flags = Flags {
            file: Some(path.to_owned()),
            ..Flags::default()
        };
        let text = fs::read(path).unwrap();
        let text = String::from_utf8(text).ok();
        let loaded = config::load(&flags, &environment(&[]), NOW);
        Self {
            name: path.display().to_string(),
            value: text.and_then(|text| value(&text)),
            refusal: loaded.err().map(|error| error.to_string()),
        }
    }

    fn text(name: String, text: &str) -> Self {
        Self {
            name,
            value: value(text),
            refusal: refusal(text),
        }
    }
}

/// Why the parser refuses this text, which may leave the organisation to the environment.
pub(crate) fn refusal(text: &str) -> Option<String> {
    let environment = environment(&[("RHOMBUS_API_KEY", "key-of-the-environment")]);
    let parsed = config::parse_str("f.yml", text, &environment, NOW);
    parsed.err().map(|error| error.to_string())
}

/// Why the parser refuses this text as the file of exceptions.
pub(crate) fn refusal_of_exceptions(text: &str) -> Option<String> {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("exceptions.yml"), text).unwrap();
    let file = directory.path().join("f.yml");
    fs::write(&file, "policy: {exceptions_file: exceptions.yml}").unwrap();
    let flags = Flags {
        file: Some(file),
        ..Flags::default()
    };
    let environment = environment(&[("RHOMBUS_API_KEY", "key-of-the-environment")]);
    let loaded = config::load(&flags, &environment, NOW);
    loaded.err().map(|error| error.to_string())
}

fn environment(more: &[(&'static str, &str)]) -> Environment {
    let keys = [
        ("ACME_API_KEY", "s3cretKEY0123456789abc"),
        ("ACME_EUROPE_API_KEY", "s3cretKEY0123456789abc-europe"),
        ("EMPTY_API_KEY", ""),
        ("BROKEN_API_KEY", "s3cretKEY\ns3cretKEY"),
    ];
    keys.iter().chain(more).copied().collect()
}

/// The text as YAML 1.2 has it, by the library that the parser reads with: `yes` and `1_000` are texts, `0x10`
/// is a number.
pub(crate) fn value(text: &str) -> Option<Value> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).ok()
}

/// The good and the bad files.
pub(crate) fn files() -> Vec<Case> {
    let good = below("tests/config/good");
    let bad = below("tests/config/bad");
    assert!(good.len() > 10 && bad.len() > 100, "files are lost");
    good.iter()
        .chain(&bad)
        .map(|path| Case::file(path))
        .collect()
}

/// Everything else.
pub(crate) fn texts() -> Vec<Case> {
    let seeds = below("fuzz/corpus/config");
    let mut cases: Vec<_> = seeds.iter().map(|path| read(path, |text| text)).collect();
    cases.push(read(Path::new("docs/config.example.yml"), |text| text));
    let snapshot = "src/config/snapshots/rhombus_share_exporter__config__describe__tests__it_reads_as_a_file_would_with_keys_redacted.snap";
    cases.push(read(Path::new(snapshot), shown));
    let blocks = ["docs", "."].map(|directory| pages(Path::new(directory)));
    let blocks: Vec<_> = blocks
        .iter()
        .flatten()
        .flat_map(|page| blocks_of(page))
        .collect();
    assert!(blocks.len() > 5, "the blocks are lost");
    cases.extend(blocks);
    cases
}

fn read(path: &Path, part: fn(String) -> String) -> Case {
    let text = fs::read(path).unwrap();
    let text = part(String::from_utf8_lossy(&text).into_owned());
    Case::text(path.display().to_string(), &text)
}

/// What a snapshot has below its head, with a key where none is shown.
fn shown(snapshot: String) -> String {
    let (_, shown) = snapshot.rsplit_once("---\n").unwrap();
    shown.replace("[REDACTED]", "k")
}

/// The configurations in a page.
fn blocks_of(page: &Path) -> Vec<Case> {
    let text = fs::read_to_string(page).unwrap();
    let mut cases = Vec::new();
    let mut at = 0;
    while let Some(begin) = text[at..].find("```yaml\n") {
        let begin = at + begin + "```yaml\n".len();
        let end = begin + text[begin..].find("```").unwrap();
        let line = text[..begin].lines().count() + 1;
        let case = Case::text(format!("{}:{line}", page.display()), &text[begin..end]);
        cases.extend(is_configuration(case.value.as_ref()).then_some(case));
        at = end + 3;
    }
    cases
}

/// Whether one of our sections is in it. Prometheus's files have others.
fn is_configuration(value: Option<&Value>) -> bool {
    let sections = [
        "organizations",
        "partners",
        "collect",
        "policy",
        "web",
        "audit",
    ];
    let keys = value.and_then(Value::as_object);
    keys.is_some_and(|keys| sections.iter().any(|section| keys.contains_key(*section)))
}

fn below(directory: &str) -> Vec<PathBuf> {
    with_ending(Path::new(directory), "yml")
}

fn pages(directory: &Path) -> Vec<PathBuf> {
    with_ending(directory, "md")
}

fn with_ending(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = directory.read_dir().unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == ending));
    paths.sort();
    paths
}
