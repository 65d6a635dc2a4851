//! Configuration files, good and bad. Each `tests/config/bad/*.yml` is one mistake, and the `.err`
//! beside it is the whole message, to the letter. A new check brings its case.
#![expect(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rhombus_share_exporter::config::{
    self, Collect, Environment, Flags, KeySource, Loaded, PolicySection,
};
use rhombus_share_exporter::share::UnixMillis;

/// The key in all these files; it may be in no message.
const SECRET: &str = "s3cretKEY0123456789abc";

/// 2026-11-29T12:00:00Z.
const NOW: UnixMillis = UnixMillis::from_secs(1_795_953_600);

fn environment() -> Environment {
    [
        ("ACME_API_KEY", SECRET.to_owned()),
        ("ACME_EUROPE_API_KEY", format!("{SECRET}-europe")),
        ("EMPTY_API_KEY", String::new()),
        ("BROKEN_API_KEY", format!("{SECRET}\n{SECRET}")),
    ]
    .into_iter()
    .collect()
}

fn load(path: &Path) -> Result<Loaded, config::ConfigError> {
    let flags = Flags {
        file: Some(path.to_owned()),
        ..Flags::default()
    };
    config::load(&flags, &environment(), NOW)
}

/// The YAML files of a directory of `tests/config`, in order; never none.
fn files(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new("tests/config").join(directory);
    let mut files: Vec<_> = directory
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .collect();
    files.sort();
    assert!(
        files.len() > 5,
        "{} has lost its cases",
        directory.display()
    );
    files
}

#[test]
fn each_bad_file_has_its_exact_message() {
    let mut wrong = String::new();
    for path in files("bad") {
        let message = match load(&path) {
            Ok(_) => "(it was accepted)".to_owned(),
            Err(error) => error.to_string(),
        };
        assert!(!message.contains("s3cret"), "{}: {message}", path.display());
        let expected = std::fs::read_to_string(path.with_extension("err")).unwrap_or_default();
        if expected.trim_end() != message {
            let path = path.display();
            wrong += &format!("=== {path}\n--- expected\n{expected}--- is\n{message}\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn each_message_belongs_to_a_bad_file() {
    for entry in Path::new("tests/config/bad").read_dir().unwrap() {
        let path = entry.unwrap().path();
        assert!(
            path.with_extension("yml").exists(),
            "{} is alone",
            path.display()
        );
    }
}

#[test]
fn each_good_file_loads() {
    for path in files("good") {
        let loaded = load(&path);
        assert!(
            loaded.is_ok(),
            "{}: {}",
            path.display(),
            loaded.unwrap_err()
        );
    }
}

#[test]
fn what_would_run_is_a_file_for_the_same_policy() {
    let path = "tests/config/good/policy.yml";
    let text = std::fs::read_to_string(path).unwrap();
    let parse = |text: &str| {
        let loaded = config::parse_str(path, text, &environment(), NOW).unwrap();
        (loaded.config, loaded.warnings)
    };
    let (first, warnings) = parse(&text);
    assert!(
        warnings[0].contains("the exception ended has ended"),
        "{warnings:?}"
    );
    let shown = config::describe(&first).replace("[REDACTED]", "k");
    assert_eq!(
        parse(&shown).0.policy.policy,
        first.policy.policy,
        "{shown}"
    );
    // The file of exceptions is read when all is loaded.
    let loaded = load(Path::new(path)).unwrap();
    let names = loaded.config.policy.policy.exceptions().iter();
    let names: Vec<_> = names.map(|it| it.name.to_string()).collect();
    assert_eq!(names, ["lobby", "ended", "by-ref"]);
}

#[test]
fn the_documented_example_is_sound_and_shows_the_defaults() {
    let path = "docs/config.example.yml";
    let text = std::fs::read_to_string(path).unwrap();
    let config = config::parse_str(path, &text, &environment(), NOW)
        .unwrap()
        .config;
    assert_eq!(config.collect, Collect::default());
    assert_eq!(config.policy, PolicySection::default());
    let names: Vec<_> = config
        .organizations
        .iter()
        .map(|o| o.name.as_str())
        .collect();
    assert_eq!(names, ["acme", "acme-europe"]);
    assert_eq!(
        config.organizations[0].credential.key,
        KeySource::File("/run/secrets/acme".into())
    );
    for key in ["api_key:", "api_key_file:", "api_key_env:", "endpoint:"] {
        assert!(text.contains(key), "{key} is not shown");
    }
}

/// One that has all that a message could repeat by mistake.
fn secret_file() -> String {
    format!(
        "organizations:\n  - name: acme\n    api_key: {SECRET}\n    endpoint: us\n  - name: zoo\n    \
         api_key: \"{SECRET}-zoo\"\n  - {{ name: flow, api_key: '{SECRET}-flow' }}\ncollect:\n  interval: \
         1m\n  expiring_within: [1h, 24h]\n"
    )
}

proptest! {
    /// Whatever breaks the file around a key, the message says nothing of the key.
    #[test]
    fn a_broken_file_never_shows_a_key(
        breaks in prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}:,\"'&*!|>%@`#\n\t ?-]{1,3}", 0..4usize), 1..4)
    ) {
        let mut text = secret_file();
        for (at, insert, delete) in breaks {
            // Only what is around a key is broken: a part of a key is not a secret that is known.
            let places: Vec<usize> = (0..text.len())
                .filter(|&i| !text.match_indices(SECRET).any(|(from, _)| {
                    i + delete > from && i < from + SECRET.len()
                }))
                .collect();
            let at = places[at.index(places.len())];
            let end = (at + delete).min(text.len());
            text.replace_range(at..end, &insert);
        }
        let shown = match config::parse_str("f.yml", &text, &environment(), NOW) {
            Ok(loaded) => format!("{loaded:?}\n{}", config::describe(&loaded.config)),
            Err(error) => format!("{error}\n{error:?}"),
        };
        prop_assert!(!shown.contains(SECRET), "{}\n{}", shown, text);
    }

    /// Whatever the file holds, it is read or refused.
    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,200}|[\\[\\]{}:,\"'&*!|>%@`# \n\ta-c0-9~<=._-]{0,200}") {
        let _ = config::parse_str("f.yml", &text, &environment(), NOW);
    }
}

#[test]
fn each_seed_of_the_fuzzer_is_read_or_refused() {
    let mut seeds = 0;
    for entry in Path::new("fuzz/corpus/config").read_dir().unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let _ = config::parse_str(
            "f.yml",
            &String::from_utf8_lossy(&bytes),
            &environment(),
            NOW,
        );
        seeds += 1;
    }
    assert!(seeds > 5, "the seeds are lost");
}
