use super::*;
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
    let mut names: Vec<_> = root
        .get_subcommands()
        .map(|c| c.get_name().to_owned())
        .collect();
    names.retain(|name| name != "serve");
    for name in names {
        let arguments = ["rhombus-share-exporter", &name, "--help"];
        let help = Cli::command()
            .term_width(100)
            .try_get_matches_from(arguments)
            .unwrap_err();
        all.push_str(&format!("\n----- {name} --help\n{help}"));
    }
    insta::assert_snapshot!(all);
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
fn each_variable_is_named_after_its_flag() {
    fn check(command: &clap::Command) {
        for arg in command.get_arguments() {
            let long = arg.get_long().expect("each argument is a flag");
            if matches!(long, "help" | "version") {
                continue;
            }
            let variable = match long {
                "rhombus.organization" => "RHOMBUS_ORGANIZATION".to_owned(),
                _ => {
                    let name = long.to_uppercase().replace(['.', '-'], "_");
                    format!("RHOMBUS_SHARE_EXPORTER_{name}")
                }
            };
            assert_eq!(
                arg.get_env().and_then(|e| e.to_str()),
                Some(&*variable),
                "{long}"
            );
            assert!(
                arg.is_hide_env_set(),
                "{long}: its value would be in the help"
            );
        }
        command.get_subcommands().for_each(check);
    }
    check(&Cli::command());
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
    assert_eq!(args.log.level, LogLevel::Info);
    assert_eq!(args.log.format, LogFormat::Logfmt);
    assert!(!args.web.enable_lifecycle);
}

#[test]
fn each_collect_flag_reaches_the_configuration() {
    let Command::CheckConfig(args) = parsed(&[
        "check-config",
        "--collect.interval=2m",
        "--collect.timeout=10s",
        "--collect.max-staleness=1h",
        "--collect.lookback=7d",
        "--collect.expiring-within=1h,2d",
        "--collect.expiration-time=ttl",
        "--collect.max-response-bytes=1MiB",
        "--collect.requests-per-second=0.5",
        "--rhombus.organization=acme",
    ]) else {
        panic!("it does not check");
    };
    let flags = args.config;
    assert_eq!(flags.organization.as_deref(), Some("acme"));
    insta::assert_debug_snapshot!(flags.collect);
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

#[test]
fn an_empty_variable_of_a_flag_is_named() {
    let env: Environment = [("RHOMBUS_SHARE_EXPORTER_CONFIG_FILE", "")]
        .into_iter()
        .collect();
    let error = parse(["x"], &env).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(
        error.to_string().contains(
            "environment variable RHOMBUS_SHARE_EXPORTER_CONFIG_FILE: it is set but empty"
        ),
        "{error}"
    );
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
    assert!(refused(&["healthcheck", "--url=file:///etc/passwd"]).contains("expected a URL"));
}
