use super::*;
use crate::share::UnixMillis;
use crate::telemetry::{LogFormat, LogLevel};

fn parsed(arguments: &[&str]) -> Command {
    let all = std::iter::once(&"rhombus-share-exporter").chain(arguments);
    parse(all, &Environment::default()).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let all = std::iter::once(&"rhombus-share-exporter").chain(arguments);
    let error = parse(all, &Environment::default()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    error.to_string()
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn the_help_text() {
    let mut all = String::new();
    let mut root = Cli::command().term_width(100);
    all.push_str(&root.render_help().to_string());
    let below = |command: &clap::Command| -> Vec<String> {
        let names = command.get_subcommands().map(|it| it.get_name().to_owned());
        names
            .filter(|name| name != "serve" && name != "help")
            .collect()
    };
    let below_one = ["policy", "audit"].map(|one| {
        let names = below(root.find_subcommand(one).unwrap()).into_iter();
        names.map(move |name| format!("{one} {name}"))
    });
    let names: Vec<_> = below(&root)
        .into_iter()
        .chain(below_one.into_iter().flatten())
        .collect();
    for name in names {
        let arguments = format!("rhombus-share-exporter {name} --help");
        let help = Cli::command()
            .term_width(100)
            .try_get_matches_from(arguments.split(' '))
            .unwrap_err();
        all.push_str(&format!("\n----- {name} --help\n{help}"));
    }
    insta::assert_snapshot!(all);
}

/// A line that is longer than the help is wide is broken where it must not be.
#[test]
fn no_line_after_the_flags_is_longer_than_the_help_is_wide() {
    fn check(command: &clap::Command) {
        let name = command.get_name();
        let after = command.get_after_help().map(ToString::to_string);
        for line in after.iter().flat_map(|text| text.lines()) {
            assert!(line.chars().count() <= 100, "{name}: {line}");
        }
        command.get_subcommands().for_each(check);
    }
    check(&Cli::command());
}

#[test]
fn the_version_says_what_it_was_built_from() {
    let error = parse(["x", "--version"], &Environment::default()).unwrap_err();
    assert_eq!(error.exit_code(), 0);
    let text = error.to_string();
    let start = format!("rhombus-share-exporter {} (revision ", build_info::VERSION);
    assert!(text.starts_with(&start), "{text}");
    assert!(text.contains(build_info::REVISION) && text.contains(build_info::RUSTC));
}

#[test]
fn without_a_command_it_serves() {
    assert_eq!(parsed(&[]), parsed(&["serve"]));
    let flags = ["--config.file=a.yml", "--web.listen-address=127.0.0.1:0"];
    let serve = ["serve", flags[0], flags[1]];
    assert_eq!(parsed(&flags), parsed(&serve));
    let Command::Serve(args) = parsed(&flags) else {
        panic!("it does not serve");
    };
    assert_eq!(args.config.file, Some("a.yml".into()));
    assert_eq!(args.listen.listen_address.to_string(), "127.0.0.1:0");
    assert_eq!(args.web.telemetry_path.as_str(), "/metrics");
    assert_eq!(args.web.max_connections, 512);
    assert_eq!(args.storage.directory, None);
    assert_eq!(args.log.level, LogLevel::Info);
    assert_eq!(args.log.format, LogFormat::Logfmt);
    assert!(!args.web.enable_lifecycle);
}

#[test]
fn each_collect_flag_reaches_the_configuration() {
    let Command::CheckConfig(args) = parsed(&[
        "check-config",
        "--collect.sources=video_walls,clip_groups",
        "--collect.interval=2m",
        "--collect.timeout=10s",
        "--collect.max-staleness=1h",
        "--collect.lookback=7d",
        "--collect.expiring-within=1h,2d",
        "--collect.expiration-time=ttl",
        "--collect.max-response-bytes=1MiB",
        "--collect.requests-per-second=0.5",
        "--collect.shard=3/4",
        "--rhombus.organization=acme",
    ]) else {
        panic!("it does not check");
    };
    let env = [("RHOMBUS_API_KEY", "k")].into_iter().collect();
    let loaded = config::load(&args.serve.config, &env, UnixMillis::default()).unwrap();
    insta::assert_snapshot!(config::describe(&loaded.config));
}

#[test]
fn a_command_line_of_serve_can_be_checked_as_it_is() {
    let flags = [
        "--config.file=a.yml",
        "--web.listen-address=127.0.0.1:0",
        "--web.max-connections=7",
        "--storage.path=data",
        "--log.level=warn",
    ];
    let with = |command| parsed(&[&[command][..], &flags].concat());
    let (Command::Serve(serve), Command::CheckConfig(check)) =
        (with("serve"), with("check-config"))
    else {
        panic!("other commands");
    };
    assert_eq!(check.serve, *serve);
    assert_eq!(check.schema, None);
    assert!(refused(&["check-config", "--web.max-connections=0"]).contains("1..=65536"));
}

#[test]
fn the_help_can_be_asked_for_by_a_word() {
    for arguments in [&["help"][..], &["help", "serve"]] {
        let all = ["x"].iter().chain(arguments);
        let error = parse(all, &Environment::default()).unwrap_err();
        assert_eq!(error.exit_code(), 0, "{error}");
        assert!(
            error.to_string().contains("--web.listen-address"),
            "{error}"
        );
    }
}

#[test]
fn a_wrong_value_names_the_flag_and_says_what_was_expected() {
    for (argument, expected) in [
        ("--collect.interval=60", "expected a duration with its unit"),
        ("--collect.interval=0s", "expected a duration from 1s to 1d"),
        (
            "--collect.expiring-within=1h,,2h",
            "expected a duration with its unit",
        ),
        (
            "--collect.max-response-bytes=lots",
            "expected a whole number of bytes",
        ),
        (
            "--collect.requests-per-second=NaN",
            "expected a number from 0.01 to 100",
        ),
        (
            "--collect.expiration-time=soon",
            "expected auto, epoch or ttl",
        ),
        ("--web.listen-address=80", "expected :PORT, HOST:PORT"),
        ("--web.telemetry-path=/-/ready", "belongs to another page"),
        ("--web.external-url=exporter", "expected a URL such as"),
        ("--web.shares=yes", "[possible values: auto, on, off]"),
        ("--web.max-connections=0", "0 is not in 1..=65536"),
        (
            "--log.level=loud",
            "[possible values: debug, info, warn, error]",
        ),
    ] {
        let text = refused(&[argument]);
        let flag = argument.split('=').next().unwrap();
        assert!(
            text.contains(flag) && text.contains(expected),
            "{argument}: {text}"
        );
    }
}

#[test]
fn a_key_on_the_command_line_is_refused_and_not_repeated() {
    for flag in [
        "--rhombus.api-key",
        "--api-key",
        "--api_key",
        "--rhombus-api-key",
    ] {
        assert!(
            !refused(&[&format!("{flag}=s3cret")]).contains("s3cret"),
            "{flag}"
        );
        assert!(!refused(&[flag, "s3cret"]).contains("s3cret"), "{flag}");
    }
}

/// What these arguments ask for in an environment of this one variable.
fn parse_with(arguments: &[&str], variable: (&str, &str)) -> Result<Command, String> {
    let name = variable.0.replace('…', "RHOMBUS_SHARE_EXPORTER");
    let all = std::iter::once(&"rhombus-share-exporter").chain(arguments);
    let env = [(name, variable.1)].into_iter().collect();
    parse(all, &env).map_err(|error| {
        assert_eq!(error.exit_code(), 2, "{error}");
        error.to_string()
    })
}

#[test]
fn a_variable_is_its_flag() {
    for (arguments, variable, flag) in [
        (&[][..], ("…_CONFIG_FILE", "a.yml"), "--config.file=a.yml"),
        (&["serve"], ("…_LOG_LEVEL", "debug"), "--log.level=debug"),
        (
            &["serve"],
            ("RHOMBUS_ORGANIZATION", "a"),
            "--rhombus.organization=a",
        ),
        (
            &["check-config"],
            ("…_COLLECT_EXPIRING_WITHIN", "1h,2d"),
            "--collect.expiring-within=1h,2d",
        ),
        (&["simulate"], ("…_SEED", "7"), "--seed=7"),
        (
            &["simulate"],
            ("…_CLIENT_CERTIFICATES", "true"),
            "--client-certificates",
        ),
        (
            &["serve"],
            ("…_WEB_ENABLE_LIFECYCLE", "true"),
            "--web.enable-lifecycle",
        ),
        (
            &["serve"],
            ("…_WEB_EXTERNAL_URL", "http://a"),
            "--web.external-url=http://a",
        ),
        (
            &["check-config"],
            ("…_WEB_SHARES", "off"),
            "--web.shares=off",
        ),
        (
            &["healthcheck"],
            ("…_INSECURE_SKIP_VERIFY", "1"),
            "--insecure-skip-verify",
        ),
    ] {
        let with_flag: Vec<&str> = arguments.iter().copied().chain([flag]).collect();
        let expected = parsed(&with_flag);
        assert_ne!(expected, parsed(arguments), "{flag}");
        assert_eq!(parse_with(arguments, variable), Ok(expected), "{flag}");
    }
    for off in ["false", "0"] {
        let variable = ("…_WEB_ENABLE_LIFECYCLE", off);
        assert_eq!(parse_with(&["serve"], variable), Ok(parsed(&["serve"])));
    }
}

#[test]
fn a_flag_overrides_its_variable() {
    let flag = ["check-config", "--collect.interval=2m"];
    for value in ["3m", "wrong"] {
        let variable = ("…_COLLECT_INTERVAL", value);
        assert_eq!(parse_with(&flag, variable), Ok(parsed(&flag)));
    }
}

#[test]
fn a_wrong_variable_is_named_and_its_flag_is_not() {
    for (variable, expected) in [
        (("…_CONFIG_FILE", ""), "it is set but empty"),
        (
            ("…_COLLECT_INTERVAL", "60"),
            "expected a duration with its unit",
        ),
        (
            ("…_LOG_LEVEL", "loud"),
            "possible values: debug, info, warn, error",
        ),
        (("…_WEB_MAX_CONNECTIONS", "0"), "0 is not in 1..=65536"),
        (
            ("…_WEB_ENABLE_LIFECYCLE", "maybe"),
            "expected true or false",
        ),
    ] {
        let text = parse_with(&[], variable).unwrap_err();
        let name = variable.0.replace('…', "RHOMBUS_SHARE_EXPORTER");
        assert!(text.contains(&name) && text.contains(expected), "{text}");
        assert!(
            !text.contains("--collect") && !text.contains("--web"),
            "{text}"
        );
    }
}

#[test]
fn a_variable_of_another_command_is_not_looked_at() {
    for (command, name) in [
        ("healthcheck", "…_COLLECT_TIMEOUT"),
        ("demo", "…_COLLECT_TIMEOUT"),
        ("serve", "…_GROUPS"),
    ] {
        for value in ["", "wrong"] {
            let command = [command];
            assert_eq!(parse_with(&command, (name, value)), Ok(parsed(&command)));
        }
    }
}

#[test]
fn no_variable_is_in_the_way_of_the_help_and_the_version() {
    for arguments in [["x", "--help"], ["x", "--version"], ["demo", "--help"]] {
        for variable in ["CONFIG_FILE", "WEB_CONFIG_FIL", "COLLECT_INTERVAL"] {
            let name = format!("RHOMBUS_SHARE_EXPORTER_{variable}");
            let env = [(name, "")].into_iter().collect();
            let all = ["x"]
                .into_iter()
                .chain(arguments.into_iter().filter(|it| *it != "x"));
            assert_eq!(
                parse(all, &env).unwrap_err().exit_code(),
                0,
                "{arguments:?}"
            );
        }
    }
}

#[test]
fn a_misspelt_variable_is_refused_with_the_nearest_one() {
    for (wrong, right) in [
        ("…_WEB_CONFIG_FIL", "…_WEB_CONFIG_FILE"),
        ("…_COLLECT_MAXSTALENESS", "…_COLLECT_MAX_STALENESS"),
        ("…_WEB_LISTEN_PORT", "…_WEB_LISTEN_ADDRESS"),
    ] {
        let text = parse_with(&["demo"], (wrong, "9090")).unwrap_err();
        let [wrong, right] = [wrong, right].map(|it| it.replace('…', "RHOMBUS_SHARE_EXPORTER"));
        let expected = format!(
            "environment variable {wrong}: no setting has this name; the nearest is {right}:"
        );
        assert!(text.contains(&expected), "{text}");
    }
}

#[test]
fn what_kubernetes_says_of_a_service_of_the_same_name_is_no_setting() {
    for variable in [
        ("…_SERVICE_HOST", "10.0.0.7"),
        ("…_SERVICE_PORT", "10063"),
        ("…_SERVICE_PORT_METRICS", "10063"),
        ("…_PORT", "tcp://10.0.0.7:10063"),
        ("…_PORT_10063_TCP", "tcp://10.0.0.7:10063"),
        ("…_PORT_10063_TCP_ADDR", "10.0.0.7"),
        ("…_PORT_10063_TCP_PROTO", "tcp"),
        ("…_METRICS_PORT_10063_TCP_PORT", "10063"),
    ] {
        assert_eq!(parse_with(&["serve"], variable), Ok(parsed(&["serve"])));
    }
}

#[test]
fn the_other_commands_have_their_defaults() {
    let Command::Demo(demo) = parsed(&["demo"]) else {
        panic!("no demo");
    };
    assert_eq!(demo.interval, Duration::from_secs(5));
    let Command::Healthcheck(health) = parsed(&["healthcheck"]) else {
        panic!("no healthcheck");
    };
    assert_eq!(health.url.as_str(), "http://127.0.0.1:10063/-/healthy");
    let Command::Simulate(simulate) = parsed(&["simulate", "--groups", "7", "--seed", "2"]) else {
        panic!("no simulator");
    };
    assert_eq!((simulate.groups, simulate.seed), (7, 2));
    assert!(refused(&["demo", "--storage.path=data"]).contains("--storage.path"));
    assert!(refused(&["healthcheck", "--url=file:///etc/passwd"]).contains("expected a URL"));
}

const EXCEPT: [&str; 6] = [
    "policy",
    "except",
    "3f9a0c51d2e7",
    "--reason=CHG-1",
    "--owner=me",
    "--until=2027-01-31",
];

#[test]
fn an_exception_is_of_one_link_or_of_all_and_says_why_who_and_until_when() {
    let Command::Policy(PolicyCommand::Except(args)) = parsed(&EXCEPT) else {
        panic!("it excepts nothing");
    };
    assert_eq!(args.whom.share.unwrap().to_string(), "3f9a0c51d2e7");
    assert_eq!((args.reason.as_str(), args.owner.as_str()), ("CHG-1", "me"));
    for missing in 2..EXCEPT.len() {
        let mut arguments = EXCEPT.to_vec();
        let missing = arguments.remove(missing);
        let flag = missing.split('=').next().unwrap();
        let flag = if flag.starts_with("--") {
            flag
        } else {
            "<REF|--baseline>"
        };
        assert!(refused(&arguments).contains(flag), "{flag}");
    }
    for (more, expected) in [
        ("--baseline", "cannot be used with"),
        ("--name=a b", "expected a name of 1 to 64"),
        ("--reason=", "cannot be used multiple times"),
    ] {
        let text = refused(&[&EXCEPT[..], &[more]].concat());
        assert!(text.contains(expected), "{more}: {text}");
    }
    assert!(refused(&["policy", "explain", "link"]).contains("12 hexadecimal digits"));
    assert!(refused(&["policy", "explain"]).contains("<REF>"));
    assert!(refused(&["policy"]).contains("explain"));
}

/// What each filter may be asked.
const FILTERS: [(&str, &str); 15] = [
    ("org", "acme"),
    ("kind", "video_wall"),
    ("protection", "sso"),
    ("state", "active"),
    ("rule", "*"),
    ("exception", "lobby"),
    ("excepted", "no"),
    ("ends", "7d"),
    ("older_than", "30d"),
    ("newer_than", "90d"),
    ("created_after", "2026-01-31"),
    ("created_before", "2026-02-28T12:00:00Z"),
    ("camera", "Front Door"),
    ("text", "a,b"),
    ("ref", "3f9a0c51d2e7"),
];

#[test]
fn each_filter_of_an_address_is_a_flag_and_a_variable() {
    for (parameter, (name, value)) in crate::view::PARAMETERS.iter().zip(FILTERS) {
        assert_eq!(parameter.name, name);
        let mut address = url::form_urlencoded::Serializer::new(String::new());
        let address = address.append_pair(name, value).finish();
        let expected = crate::view::Query::parse(&address).unwrap().filter;
        let flag = format!("--{}={value}", name.replace('_', "-"));
        let command = parsed(&["report", &flag]);
        let Command::Report(args) = &command else {
            panic!("no report");
        };
        assert_eq!(args.filters, FilterArgs(expected), "{flag}");
        let variable = format!("…_{}", name.to_ascii_uppercase());
        assert_eq!(parse_with(&["report"], (&variable, value)), Ok(command));
        let twice = ["report", &flag, &flag].map(str::to_owned);
        let twice = std::iter::once("x".to_owned()).chain(twice);
        let twice = parse(twice, &Environment::default());
        assert_eq!(twice.is_ok(), parameter.repeats, "{flag}");
    }
    let many = std::iter::repeat_n("--org=a", 101);
    let many: Vec<_> = std::iter::once("report").chain(many).collect();
    assert!(refused(&many).contains("--org: expected at most 100 of it"));
}

#[test]
fn no_variable_says_what_is_deleted_nor_how_many() {
    let revoke = ["revoke", "3f9a0c51d2e7"];
    for (name, value) in FILTERS {
        let variable = format!("…_{}", name.to_ascii_uppercase());
        let text = parse_with(&revoke, (&variable, value)).unwrap_err();
        assert!(text.contains("as a flag only"), "{text}");
        let flag = format!("--{}={value}", name.replace('_', "-"));
        let with_flag = [&revoke[..], &[&flag]].concat();
        let command = parse_with(&with_flag, (&variable, "other"));
        assert_eq!(command, Ok(parsed(&with_flag)), "{name}");
    }
    for (name, value) in [("YES", "true"), ("DRY_RUN", "true"), ("LIMIT", "100")] {
        let variable = format!("…_{name}");
        assert!(parse_with(&revoke, (&variable, value)).is_err(), "{name}");
        // No other command has it, but for `audit log`, which lists no more than so many events.
        let report = parse_with(&["report"], (&variable, value));
        assert_eq!(report.is_err(), name != "LIMIT", "{name}");
    }
    for (command, name) in [
        ("erase", "SHARE"),
        ("annotate", "ORG"),
        ("reanchor", "REASON"),
    ] {
        let variable = (&*format!("…_{name}"), "3f9a0c51d2e7");
        assert!(parse_with(&["audit", command], variable).is_err(), "{name}");
    }
    let variable = ("…_CONFIG_FILE", "a.yml");
    let with_flag = [&revoke[..], &["--config.file=a.yml"]].concat();
    assert_eq!(parse_with(&revoke, variable), Ok(parsed(&with_flag)));
}

#[test]
fn a_variable_of_a_command_below_another_is_its_flag() {
    for index in 3..EXCEPT.len() {
        let mut arguments = EXCEPT.to_vec();
        let flag = arguments.remove(index);
        let (flag, value) = flag.split_once('=').unwrap();
        let name = format!("…_{}", flag.trim_start_matches('-').to_uppercase());
        assert_eq!(parse_with(&arguments, (&name, value)), Ok(parsed(&EXCEPT)));
    }
    let all = [&["policy", "except", "--baseline"], &EXCEPT[3..]].concat();
    let mut without = all.clone();
    without.remove(2);
    assert_eq!(
        parse_with(&without, ("…_BASELINE", "true")),
        Ok(parsed(&all))
    );
    let list = ["policy", "list"];
    let with_flag = ["policy", "list", "--config.file=a.yml"];
    assert_eq!(
        parse_with(&list, ("…_CONFIG_FILE", "a.yml")),
        Ok(parsed(&with_flag))
    );
}
