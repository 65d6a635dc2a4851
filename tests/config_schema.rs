//! The schema of the configuration file and its parser, held to each other: what one takes, so does the other,
//! on every configuration there is in this repository, and on each with one thing changed. What only the parser
//! can know is named here, with the reason. A new check of the parser is one of the schema too, or named here.
#![expect(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "schema/corpus.rs"]
mod corpus;
#[path = "schema/mutants.rs"]
mod mutants;
#[path = "schema/verdicts.rs"]
mod verdicts;

use std::collections::BTreeSet;
use std::process::Command;

use corpus::Case;
use rhombus_share_exporter::config;

/// What the schema can't know, by the file of `tests/config/bad` that is refused for it.
const ONLY_THE_PARSER: &[(&str, &str)] = &[
    ("empty", "an organisation may come from the environment"),
    (
        "endpoint_with_the_path",
        "which addresses of Rhombus's are its API",
    ),
    ("key_file_empty", "what is in another file"),
    ("key_file_home", "what is in another file"),
    ("key_file_is_a_directory", "what is in another file"),
    ("key_file_is_a_key", "what is in another file"),
    ("key_file_missing", "what is in another file"),
    ("key_file_not_text", "what is in another file"),
    ("key_file_spaces_inside", "what is in another file"),
    ("key_file_too_large", "what is in another file"),
    ("key_file_two_lines", "what is in another file"),
    ("key_file_variable", "what is in another file"),
    ("key_variable_empty", "what is in the environment"),
    ("key_variable_not_set", "what is in the environment"),
    (
        "key_variable_with_a_newline_inside",
        "what is in the environment",
    ),
    (
        "max_staleness_default_below_timeout",
        "what settings are to each other",
    ),
    (
        "max_staleness_default_too_short",
        "what settings are to each other",
    ),
    (
        "max_staleness_shorter_than_a_poll",
        "what settings are to each other",
    ),
    ("max_staleness_too_short", "what settings are to each other"),
    ("name_twice", "what is written elsewhere in the file"),
    (
        "only_comments",
        "an organisation may come from the environment",
    ),
    ("org_uuid_twice", "what is written elsewhere in the file"),
    (
        "organizations_none",
        "an organisation may come from the environment",
    ),
    ("pace_below_interval", "what settings are to each other"),
    (
        "pace_default_below_interval",
        "what settings are to each other",
    ),
    (
        "partner_name_twice",
        "what is written elsewhere in the file",
    ),
    ("partner_same_key", "which keys are the same"),
    ("policy_exceptions_file", "what is in another file"),
    ("policy_expression", "a language of its own"),
    ("same_key", "which keys are the same"),
    ("same_key_file", "which keys are the same"),
    ("same_key_file_missing", "which keys are the same"),
    ("same_key_in_file_and_variable", "which keys are the same"),
    ("same_key_variable", "which keys are the same"),
    ("shard", "which number is the smaller one"),
    ("tls_files", "what is in another file"),
    ("windows_same", "which times are the same"),
];

/// What each line of a message has in it that tells of such a thing.
const ONLY_THE_PARSER_SAYS: &[&str] = &[
    // What is elsewhere in the file, or in the environment.
    "the same",
    "is not set: set it, or name another",
    "expected the name of a rule",
    "is too short: expected at least",
    "needs a collect.",
    "max_exception_days is",
    // What is no number of characters, or of one unit.
    "bytes, not of 130",
    "`0.9d`: expected a duration",
    // Which numbers are an address.
    "(invalid IPv4 address)",
    "`https://256.1.1.1`: expected auto or a URL",
    // Languages of their own.
    "expected a regular expression",
    "column ",
    // Zeros before a number, of which YAML says nothing: a ref may be digits alone.
    "`0`: expected a share's ref",
    "`7`: expected a share's ref",
    "`1.5`: expected a share's ref",
    "`5000`: expected a share's ref",
    "`2000000`: expected a share's ref",
    "`99999999999`: expected a share's ref",
];

/// Prints the schema where nothing is set up, as where an editor is.
fn printed(flag: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhombus-share-exporter"));
    let command = command.args(["check-config", flag]).env_clear();
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_file_of_the_schema_is_what_the_command_prints() {
    for (flag, file) in [
        ("--schema", "docs/config.schema.json"),
        ("--schema=config", "docs/config.schema.json"),
        ("--schema=exceptions", "docs/exceptions.schema.json"),
    ] {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let how = format!("cargo run -- check-config {flag} > {file}");
        assert!(printed(flag) == text, "write it anew: {how}");
    }
}

#[test]
fn a_file_of_exceptions_is_the_same_to_both() {
    let schema = serde_json::from_str(&config::exceptions_schema()).unwrap();
    let good =
        "{name: a, match: {org: x}, policies: [unsecured], reason: r, owner: o, until: 2026-12-31}";
    let texts = [
        String::new(),
        "exceptions:".to_owned(),
        "exceptions: []".to_owned(),
        format!("exceptions: [{good}]"),
        format!("exceptions: [{good}, {good}x]"),
        format!("exceptions: [{}]", good.replace("owner: o, ", "")),
        format!("exceptions: {good}"),
        format!("policy: {{exceptions: [{good}]}}"),
        "exceptions: x".to_owned(),
        "[]".to_owned(),
    ];
    let values: Vec<_> = texts.iter().map(|text| corpus::value(text)).collect();
    let known = values.iter().flatten().cloned().collect::<Vec<_>>();
    assert!(known.len() > 8, "{known:?}");
    let by_schema = verdicts::by_schema(&schema, &known);
    let texts = texts
        .iter()
        .zip(&values)
        .filter(|(_, value)| value.is_some());
    for ((text, _), by_schema) in texts.zip(by_schema) {
        let refusal = corpus::refusal_of_exceptions(text);
        assert_eq!(
            refusal.is_some(),
            by_schema.is_some(),
            "{text}: {refusal:?}, {by_schema:?}"
        );
    }
}

#[test]
fn an_editor_is_told_what_it_shows_nowhere_else() {
    let schema: serde_json::Value = serde_json::from_str(&config::schema()).unwrap();
    let collect = &schema["properties"]["collect"];
    for (key, told) in [
        (
            "interval",
            "Time between two polls of a list. From 1s to 1d. Default: 1m.",
        ),
        (
            "expiring_within",
            "The windows of rhombus_shares_expiring. Each from 1s to 3653d. Default: 24h, 7d.",
        ),
        (
            "requests_per_second",
            "8 may go at once. From 0.01 to 100. Default: 1.0.",
        ),
    ] {
        let description = collect["properties"][key]["description"].as_str().unwrap();
        assert!(description.ends_with(told), "{description}");
    }
    // Without a title of its own, an element is headed by that of the whole file.
    let mut untitled = Vec::new();
    add_untitled(&schema, "", &mut untitled);
    assert_eq!(untitled, [""; 0], "mappings without a title");
    // `true` and `false` are offered for whatever says that it may be a boolean.
    let name = &schema["properties"]["organizations"]["items"]["properties"]["name"];
    assert!(!name.to_string().contains("boolean"), "{name}");
}

fn add_untitled(schema: &serde_json::Value, at: &str, untitled: &mut Vec<String>) {
    if schema.get("properties").is_some()
        && schema.get("type").is_some()
        && schema.get("title").is_none()
    {
        untitled.push(at.to_owned());
    }
    let items = schema.as_object().into_iter().flatten();
    for (key, value) in items {
        add_untitled(value, &format!("{at}/{key}"), untitled);
    }
}

#[test]
fn the_example_names_the_schema_where_a_copy_of_it_finds_it() {
    let example = std::fs::read_to_string("docs/config.example.yml").unwrap();
    let (first, _) = example.split_once('\n').unwrap();
    let schema: serde_json::Value = serde_json::from_str(&printed("--schema")).unwrap();
    let address = schema["$id"].as_str().unwrap();
    assert_eq!(first, format!("# yaml-language-server: $schema={address}"));
    assert!(
        address.ends_with("/main/docs/config.schema.json"),
        "{address}"
    );
}

/// Those that the schema takes and the parser doesn't. There is none the other way round.
fn only_refused_by_the_parser(cases: &[Case]) -> Vec<&Case> {
    let (read, unread): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case.value.is_some());
    for case in unread {
        assert!(case.refusal.is_some(), "{} is no YAML", case.name);
    }
    let values = read.iter().filter_map(|case| case.value.clone());
    let schema = serde_json::from_str(&config::schema()).unwrap();
    let by_schema = verdicts::by_schema(&schema, &values.collect::<Vec<_>>());
    let mut only = Vec::new();
    let mut wrong = String::new();
    for (case, by_schema) in read.into_iter().zip(by_schema) {
        match (&case.refusal, by_schema) {
            (None, Some(why)) => wrong += &format!("{}: {why}\n", case.name),
            (Some(_), None) => only.push(case),
            _ => {}
        }
    }
    assert!(
        wrong.is_empty(),
        "the schema refuses what the parser takes:\n{wrong}"
    );
    only
}

#[test]
fn what_one_takes_of_all_files_the_other_takes() {
    let cases = corpus::files();
    let only = only_refused_by_the_parser(&cases);
    let name = |case: &&Case| {
        let name = case.name.strip_prefix("tests/config/bad/").unwrap();
        name.trim_end_matches(".yml").to_owned()
    };
    let only: BTreeSet<_> = only.iter().map(name).collect();
    let listed: BTreeSet<_> = ONLY_THE_PARSER
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    let new: Vec<_> = only.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&only).collect();
    assert!(
        new.is_empty(),
        "the schema takes these, and the parser doesn't: {new:#?}"
    );
    assert!(
        stale.is_empty(),
        "these need not be listed any more: {stale:#?}"
    );
}

#[test]
fn what_is_documented_and_each_good_one_with_one_change_is_the_same_to_both() {
    let documented = corpus::texts();
    let files = corpus::files();
    let good = documented.iter().chain(&files);
    let good: Vec<_> = good.filter(|case| case.refusal.is_none()).collect();
    assert!(good.len() > 30, "only {} are good", good.len());
    let good = good
        .iter()
        .filter_map(|case| Some((case.name.clone(), case.value.clone()?)));
    let mutants = mutants::mutants(good.collect());
    assert!(mutants.len() > 2_000, "only {} mutants", mutants.len());
    let mutants = mutants.into_iter().map(|(name, value)| Case {
        name,
        refusal: corpus::refusal(&value.to_string()),
        value: Some(value),
    });
    let cases: Vec<_> = documented.into_iter().chain(mutants).collect();
    let only = only_refused_by_the_parser(&cases);
    let told: BTreeSet<_> = only
        .into_iter()
        .flat_map(assert_only_the_parser_knows)
        .collect();
    let all = BTreeSet::from_iter(ONLY_THE_PARSER_SAYS.iter().copied());
    let stale: Vec<_> = all.difference(&told).collect();
    assert!(
        stale.is_empty(),
        "no message says this any more: {stale:#?}"
    );
}

/// Gives the words by which it is known that only the parser can tell.
#[track_caller]
fn assert_only_the_parser_knows(case: &Case) -> Vec<&'static str> {
    let lines = case.refusal.iter().flat_map(|refusal| refusal.lines());
    let words = lines.map(|line| {
        let words = ONLY_THE_PARSER_SAYS
            .iter()
            .find(|words| line.contains(**words));
        let name = &case.name;
        *words.unwrap_or_else(|| panic!("{name}: the schema takes it, and the parser says: {line}"))
    });
    words.collect()
}
