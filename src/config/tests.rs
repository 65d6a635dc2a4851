use std::path::Path;
use std::time::Duration;

use super::*;
use crate::share::UnixMillis;

const SECRET: &str = "s3cretKEY0123456789abc";

fn env(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().copied().collect()
}

/// What is loaded from the environment alone.
fn from_env(pairs: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
    load(&Flags::default(), &env(pairs), UnixMillis::default())
}

fn message(pairs: &[(&str, &str)]) -> String {
    let text = from_env(pairs).unwrap_err().to_string();
    assert!(!text.contains(SECRET), "{text}");
    text
}

/// Flags with a file of this text, whose mode only its owner may read.
fn with_file(directory: &Path, text: &str) -> Flags {
    let path = directory.join("exporter.yml");
    std::fs::write(&path, text).unwrap();
    restrict(&path, 0o600);
    Flags {
        file: Some(path),
        ..Flags::default()
    }
}

fn restrict(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn one_organisation_needs_no_file() {
    let loaded = from_env(&[(ENV_API_KEY, SECRET)]).unwrap();
    assert_eq!(
        loaded.config,
        Config {
            organizations: vec![Organization {
                name: "default".into(),
                credential: CredentialSource {
                    key: KeySource::Inline(ApiKey::new(SECRET).unwrap()),
                    certificate: None,
                },
                endpoint: Endpoint::parse("us").unwrap(),
                org_uuid: None,
            }],
            partners: Vec::new(),
            collect: Collect::default(),
            policy: PolicySection::default(),
            web: WebSection::default(),
            audit: AuditSection::default(),
        }
    );
    assert_eq!(loaded.warnings, [""; 0]);
}

#[test]
fn its_name_and_endpoint_can_be_said() {
    let flags = Flags {
        organization: Some("acme".into()),
        ..Flags::default()
    };
    let env = env(&[(ENV_API_KEY, SECRET), (ENV_ENDPOINT, "eu")]);
    let organization = &load(&flags, &env, UnixMillis::default())
        .unwrap()
        .config
        .organizations[0];
    assert_eq!(organization.name, "acme");
    assert_eq!(organization.endpoint.to_string(), Endpoint::EU);
}

#[test]
fn its_key_can_be_in_a_file_which_is_checked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let name = path.to_str().unwrap();
    assert!(message(&[(ENV_API_KEY_FILE, name)]).starts_with(&format!(
        "environment variable RHOMBUS_API_KEY_FILE: cannot read the key file {name}: No such file"
    )));

    std::fs::write(&path, SECRET).unwrap();
    restrict(&path, 0o640);
    let loaded = from_env(&[(ENV_API_KEY_FILE, name)]).unwrap();
    assert_eq!(
        loaded.config.organizations[0].credential.key,
        KeySource::File(path.clone())
    );
    assert_eq!(loaded.warnings, [""; 0]);

    restrict(&path, 0o644);
    let loaded = from_env(&[(ENV_API_KEY_FILE, name)]).unwrap();
    assert_eq!(
        loaded.warnings,
        [format!(
            "environment variable RHOMBUS_API_KEY_FILE: every user of this machine can read the \
             key file {name}: chmod o-r it"
        )]
    );
}

#[test]
fn a_wrong_environment_is_named() {
    for (pairs, expected) in [
        (
            &[(ENV_API_KEY, SECRET), (ENV_API_KEY_FILE, "/x")][..],
            "RHOMBUS_API_KEY and RHOMBUS_API_KEY_FILE: both are set: unset one",
        ),
        (
            &[(ENV_API_KEY, "")],
            "environment variable RHOMBUS_API_KEY: it is set but empty: give it a value, or unset \
             it",
        ),
        (
            &[(ENV_API_KEY_FILE, "")],
            "environment variable RHOMBUS_API_KEY_FILE: it is set but empty: give it a value, or \
             unset it",
        ),
        (
            &[(ENV_API_KEY, " \n")],
            "environment variable RHOMBUS_API_KEY: the API key is empty; expected the key alone",
        ),
        (
            &[(ENV_API_KEY, SECRET), (ENV_ENDPOINT, "")],
            "environment variable RHOMBUS_ENDPOINT_URL: it is set but empty: give it a value, or \
             unset it",
        ),
        (
            &[(ENV_API_KEY, SECRET), (ENV_ENDPOINT, "http://10.0.0.1/")],
            "environment variable RHOMBUS_ENDPOINT_URL: http:// is accepted only to a loopback \
             address, since it shows the key; use https://",
        ),
    ] {
        assert_eq!(message(pairs), expected);
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_named_and_not_shown() {
    let with = |name, value| from_env(&[(ENV_API_KEY, "k"), (name, value)]);
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let text = message(&[
            (ENV_API_KEY, "k"),
            (name, &format!("garbage://a:{SECRET}@x")),
        ]);
        let start = format!("environment variable {name}: expected an HTTP proxy, such as ");
        assert!(text.starts_with(&start), "{text}");
        assert!(with(name, "http://proxy.example:3128").is_ok());
        assert!(with(name, "").is_ok());
    }
    // What never uses one does not care.
    let plain = [
        (ENV_API_KEY, "k"),
        (ENV_ENDPOINT, "http://127.0.0.1:1"),
        ("HTTPS_PROXY", "?"),
    ];
    assert!(from_env(&plain).is_ok());
}

#[test]
fn a_start_without_a_key_names_variables_that_are_almost_right() {
    let text = message(&[
        ("RHOMBUS_API_KEY_FIEL", SECRET),
        ("RHOMBUS_ORGANIZATION", "a"),
        ("RHOMBUS_SHARE_EXPORTER_LOG_LEVEL", "info"),
    ]);
    let end = ". Set, but read by nothing here: RHOMBUS_API_KEY_FIEL; is one misspelt?";
    assert!(text.ends_with(end), "{text}");
    assert!(!message(&[(ENV_ENDPOINT, "eu")]).contains("Set, but"));
}

#[test]
fn a_start_without_a_key_teaches_both_ways() {
    let text = message(&[(ENV_ENDPOINT, "eu")]);
    for word in [
        "RHOMBUS_API_KEY_FILE",
        "RHOMBUS_API_KEY ",
        "--config.file",
        "organizations",
        "demo",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn a_file_without_organisations_takes_the_one_of_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    let flags = with_file(dir.path(), "collect: { interval: 2m }");
    let loaded = load(
        &flags,
        &env(&[(ENV_API_KEY, SECRET)]),
        UnixMillis::default(),
    )
    .unwrap();
    assert_eq!(loaded.config.organizations[0].name, "default");
    assert_eq!(loaded.config.collect.interval, Duration::from_secs(120));
    assert_eq!(loaded.warnings, [""; 0]);
}

#[test]
fn the_organisations_of_the_file_win_and_what_is_unused_is_said() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["acme", "zoo"] {
        std::fs::write(dir.path().join(name), format!("{SECRET}-{name}")).unwrap();
        restrict(&dir.path().join(name), 0o600);
    }
    let mut flags = with_file(
        dir.path(),
        "organizations: [{ name: zoo, api_key_file: zoo }, { name: acme, api_key_file: acme }]",
    );
    flags.organization = Some("other".into());
    let loaded = load(
        &flags,
        &env(&[(ENV_API_KEY, "x"), (ENV_ENDPOINT, "")]),
        UnixMillis::default(),
    )
    .unwrap();
    let names: Vec<_> = loaded
        .config
        .organizations
        .iter()
        .map(|o| &o.name)
        .collect();
    assert_eq!(names, ["acme", "zoo"]);
    let file = flags.file.unwrap().display().to_string();
    let unused = |what| format!("{what} is not used: the organisations come from {file}");
    assert_eq!(
        loaded.warnings,
        [
            unused("the environment variable RHOMBUS_API_KEY"),
            unused("the environment variable RHOMBUS_ENDPOINT_URL"),
            unused("--rhombus.organization"),
        ]
    );
}

#[test]
fn a_file_with_a_key_that_all_can_read_is_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let flags = with_file(
        dir.path(),
        &format!("organizations: [{{ name: a, api_key: {SECRET} }}]"),
    );
    assert_eq!(
        load(&flags, &env(&[]), UnixMillis::default())
            .unwrap()
            .warnings,
        [""; 0]
    );
    restrict(flags.file.as_deref().unwrap(), 0o604);
    let warnings = load(&flags, &env(&[]), UnixMillis::default())
        .unwrap()
        .warnings;
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].contains("exporter.yml holds a key, and every user"),
        "{warnings:?}"
    );
}

/// The flags of these settings.
fn collect_flags(flags: &[(&'static str, &[&str])]) -> CollectFlags {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let flags = flags.iter().map(|&(key, values)| (key, texts(values)));
    CollectFlags(flags.collect())
}

#[test]
fn a_flag_overrides_the_file_and_the_file_the_default() {
    let dir = tempfile::tempdir().unwrap();
    let text = "collect: { interval: 2m, timeout: 20s, expiring_within: [2h], lookback: 7d }";
    let mut flags = with_file(dir.path(), text);
    flags.collect = collect_flags(&[
        ("interval", &["3m"]),
        ("lookback", &["0s"]),
        ("expiring_within", &["3d", "60m"]),
    ]);
    let collect = load(
        &flags,
        &env(&[(ENV_API_KEY, SECRET)]),
        UnixMillis::default(),
    )
    .unwrap()
    .config
    .collect;
    let windows: Vec<_> = collect
        .expiring_within
        .iter()
        .map(|w| w.label.as_str())
        .collect();
    assert_eq!(windows, ["60m", "3d"]);
    let expected = Collect {
        interval: Duration::from_secs(180),
        timeout: Duration::from_secs(20),
        expiring_within: collect.expiring_within.clone(),
        ..Collect::default()
    };
    assert_eq!(collect, expected);
}

#[test]
fn what_flags_are_to_each_other_is_checked_and_named_as_flags() {
    let with = |key, texts: &[_]| {
        let flags = Flags {
            collect: collect_flags(&[(key, texts)]),
            ..Flags::default()
        };
        load(
            &flags,
            &env(&[(ENV_API_KEY, SECRET)]),
            UnixMillis::default(),
        )
        .map_err(|error| error.to_string())
    };
    for (key, texts, expected) in [
        (
            "max_staleness",
            &["119s"][..],
            "--collect.max-staleness: `119s` is too short: expected at least 2m,",
        ),
        (
            "expiring_within",
            &["24h", "1d"],
            "--collect.expiring-within: `24h` and `1d` are the same time",
        ),
        (
            "interval",
            &["1h"],
            "--collect.interval: `1h` needs a collect.max_staleness of at least 2h;",
        ),
    ] {
        let error = with(key, texts).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(with("max_staleness", &["2m"]).is_ok());
}

#[test]
fn a_file_that_is_none_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let load_path = |path: &Path| {
        let flags = Flags {
            file: Some(path.to_owned()),
            ..Flags::default()
        };
        load(
            &flags,
            &env(&[(ENV_API_KEY, SECRET)]),
            UnixMillis::default(),
        )
        .unwrap_err()
        .to_string()
    };
    let path = dir.path().display();
    assert_eq!(
        load_path(&dir.path().join("none.yml")),
        format!(
            "{path}/none.yml: cannot read the configuration: No such file or directory (os error 2)"
        )
    );
    assert_eq!(
        load_path(dir.path()),
        format!("{path}: expected a regular file")
    );
    std::fs::write(dir.path().join("big.yml"), vec![b'#'; (16 << 20) + 1]).unwrap();
    assert_eq!(
        load_path(&dir.path().join("big.yml")),
        format!("{path}/big.yml: expected at most 16MiB")
    );
}

#[test]
fn a_thousand_organisations_may_share_an_anchor() {
    let mut text = format!(
        "organizations:\n- &first {{ name: first, api_key: {SECRET}, endpoint: &eu eu }}\n"
    );
    for i in 0..500 {
        text += &format!("- {{ <<: *first, name: a-{i}, api_key: {SECRET}-a-{i} }}\n");
        text += &format!("- {{ name: b-{i}, api_key: {SECRET}-b-{i}, endpoint: *eu }}\n");
    }
    let loaded = parse_str("f.yml", &text, &env(&[]), UnixMillis::default()).unwrap();
    let organizations = loaded.config.organizations;
    assert_eq!(organizations.len(), 1_001);
    assert!(organizations.is_sorted_by(|a, b| a.name < b.name));
}

#[test]
fn what_goes_by_what_is_not_asked_for_is_named() {
    let load = |is_on: bool| {
        let file = format!(
            r#"
organizations: [{{ name: acme, api_key_env: {ENV_API_KEY} }}]
collect: {{ keep_titles: {is_on}, audit_feed: {is_on} }}
policy:
  rules:
    - {{ name: titled, expression: "share.title == ''" }}
    - {{ name: viewed, views_more_than: 9 }}
  exceptions:
    - {{ name: site, match: {{ title: Web.* }}, policies: [unsecured], owner: me, reason: x, until: 1970-01-02 }}
    - {{ name: other, match: {{ kind: clip_group }}, policies: [unsecured], owner: me, reason: x, until: 1970-01-02 }}
"#
        );
        let loaded = parse_str(
            "x.yml",
            &file,
            &env(&[(ENV_API_KEY, SECRET)]),
            UnixMillis::default(),
        );
        loaded
            .unwrap()
            .warnings
            .into_iter()
            .filter(|it| it.contains(" goes by "))
            .collect::<Vec<_>>()
    };
    let beginnings: Vec<_> = load(false)
        .iter()
        .map(|it| it.split(" goes").next().unwrap().to_owned())
        .collect();
    let expected = ["the rule titled", "the exception site", "the rule viewed"];
    assert_eq!(beginnings, expected);
    assert_eq!(load(true), [""; 0]);
}
