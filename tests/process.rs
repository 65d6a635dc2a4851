//! The process as the system sees it: exit codes, signals, reloads, key files, several
//! organisations side by side.

#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use common::files::{Files, key_file, serve};
use common::process::{Process, command};
use common::series::success;
use common::{KEY, exporter, put_some_groups, set_fault, simulator};

const RELOADED: &str = "rhombus_share_exporter_config_last_reload_successful";

#[tokio::test]
async fn a_signal_ends_it_cleanly_even_while_rhombus_hangs_and_a_scraper_stays_connected() {
    for signal in ["TERM", "INT"] {
        let simulator = simulator(0);
        set_fault(&simulator, r#"{"fault":"no_answer"}"#).await;
        let exporter = exporter(&simulator, &["--collect.timeout=60s"]);
        assert_eq!(exporter.get("/-/healthy").await.0, 200);
        let _idle = tokio::net::TcpStream::connect(exporter.address())
            .await
            .unwrap();
        let started = Instant::now();
        exporter.signal(signal);
        let (status, output) = exporter.ended().await;
        assert_eq!(status.code(), Some(0), "{output}");
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{signal}: {:?}",
            started.elapsed()
        );
    }
}

#[tokio::test]
async fn reloads_however_many_keep_no_organisation_waiting() {
    const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
    let simulator = simulator(3);
    let files = Files::new();
    let all = NAMES.map(|name| (name, &simulator));
    let config = files.write_config(&all);
    let text = fs::read_to_string(&config).unwrap();
    let write = |window: u32| {
        let collect = format!("collect:\n  max_staleness: 5s\n  expiring_within: [{window}h]\n");
        let text = text.replacen("interval: 1s", "interval: 2s", 1);
        fs::write(&config, text.replacen("collect:\n", &collect, 1)).unwrap();
    };
    write(1);
    let exporter = serve(&config, &[]);
    let before = exporter
        .wait_for("each has been polled", |metrics| {
            NAMES
                .iter()
                .all(|name| metrics.get(&success(name)) == Some(1.0))
        })
        .await;
    // Each reload changes what every task was started with, and comes before most would ask.
    for window in 2..16 {
        write(window);
        exporter.signal("HUP");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let after = exporter.metrics().await;
    assert!(after.to_string().contains(r#"within="15h""#), "{after}");
    for name in NAMES {
        let last = format!(
            r#"rhombus_collect_last_success_timestamp_seconds{{org="{name}",source="clip_groups"}}"#
        );
        let polled = after.value(&last) - before.value(&last);
        assert!(
            polled >= 3.0,
            "{name} was last polled {polled} s later:\n{after}"
        );
    }
    // Nor do they get around the pace: 5 at once, and one a second, of each organisation.
    let (_, requests) = simulator.get("/simulator/requests").await;
    let requests: serde_json::Value = serde_json::from_str(&requests).unwrap();
    let sent = requests["arrivals_millis"].as_array().unwrap().len();
    assert!(sent <= NAMES.len() * (5 + 12), "{sent} requests");
}

#[tokio::test]
async fn an_address_in_use_is_said_and_is_no_mistake_in_the_configuration() {
    let simulator = simulator(0);
    let first = exporter(&simulator, &[]);
    let address = format!("--web.listen-address={}", first.address());
    let env = [("RHOMBUS_API_KEY", KEY)];
    let (status, output) = Process::try_start(&["serve", &address], &env)
        .err()
        .expect("it ends");
    assert_eq!(status.code(), Some(1), "{output}");
    assert!(output.contains(&first.address().to_string()), "{output}");
}

#[tokio::test]
async fn a_wrong_configuration_ends_it_with_2_and_says_where() {
    let files = Files::new();
    let config = files.write(
        "config.yml",
        "organizations:\n  - name: a\n    api_key_fil: x\n",
    );
    let config = format!("--config.file={}", config.display());
    for subcommand in ["serve", "check-config"] {
        let output = command(&[subcommand, &config], &[]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("config.yml:3"), "{said}");
        assert!(said.contains("api_key_fil"), "{said}");
    }
}

#[tokio::test]
async fn no_key_at_all_teaches_both_ways() {
    let output = command(&["serve"], &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("RHOMBUS_API_KEY_FILE") && said.contains("--config.file"),
        "{said}"
    );
}

#[tokio::test]
async fn check_config_shows_what_would_run_without_the_key() {
    let files = Files::new();
    let config = files.write(
        "config.yml",
        &format!("organizations:\n  - name: acme\n    api_key: {KEY}\n    endpoint: eu\n"),
    );
    let config = format!("--config.file={}", config.display());
    let output = command(&["check-config", &config], &[]).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("acme") && said.contains("api2.eu.rhombussystems.com"),
        "{said}"
    );
    assert!(!said.contains(KEY), "{said}");
}

#[tokio::test]
async fn a_reload_changes_what_has_changed_and_loses_nothing_else() {
    let (one, two) = (simulator(0), simulator(0));
    put_some_groups(&one).await;
    let files = Files::new();
    let config = files.write_config(&[("one", &one)]);
    let exporter = serve(&config, &["--web.enable-lifecycle"]);
    let before = exporter.wait_for_success().await;

    // From here on the first can't be asked: what it shows must be what was known.
    set_fault(&one, r#"{"fault":"server_error"}"#).await;
    files.write_config(&[("one", &one), ("two", &two)]);
    assert_eq!(exporter.send("POST", "/-/reload", "").await.0, 200);
    let both = exporter
        .wait_for("the new one was polled", |metrics| {
            metrics.get(&success("two")) == Some(1.0)
        })
        .await;
    let series = r#"rhombus_shares{org="one",kind="clip_group",protection="none"}"#;
    assert_eq!(both.value(series), before.value(series));
    assert_eq!(both.value(RELOADED), 1.0);

    // A wrong one is refused whole, and said.
    files.write("config.yml", "organizations: []\n");
    let (status, said) = exporter.send("POST", "/-/reload", "").await;
    assert_eq!(status, 500);
    assert!(said.contains("config.yml"), "{said}");
    let metrics = exporter.metrics().await;
    assert_eq!(metrics.value(RELOADED), 0.0);
    assert_eq!(metrics.value(&success("two")), 1.0);

    // By signal too; and who leaves, leaves no series.
    files.write_config(&[("two", &two)]);
    exporter.signal("HUP");
    let one_gone = exporter
        .wait_for("it is reloaded", |metrics| {
            metrics.get(RELOADED) == Some(1.0)
        })
        .await;
    assert!(!one_gone.to_string().contains(r#"org="one""#), "{one_gone}");
}

#[tokio::test]
async fn a_reload_over_the_web_must_be_allowed() {
    let simulator = simulator(0);
    let exporter = exporter(&simulator, &[]);
    assert_eq!(exporter.send("POST", "/-/reload", "").await.0, 403);
}

#[tokio::test]
async fn a_key_that_is_rotated_in_its_file_is_picked_up() {
    let files = Files::new();
    let right = files.write("right", "the-right-key-90c1");
    let simulator = Process::start(
        &[
            "simulate",
            "--listen=127.0.0.1:0",
            "--groups=0",
            &format!("--api-key-file={}", right.display()),
        ],
        &[],
    );
    let config = files.write_config(&[("acme", &simulator)]);
    let exporter = serve(&config, &[]);
    exporter
        .wait_for("refused", |metrics| {
            metrics.get(&success("acme")) == Some(0.0)
        })
        .await;
    files.write_key(&key_file("acme"), "the-right-key-90c1\n");
    exporter
        .wait_for("accepted", |metrics| {
            metrics.get(&success("acme")) == Some(1.0)
        })
        .await;

    // A file that is gone or empty changes nothing that was good.
    files.write_key(&key_file("acme"), "");
    exporter.wait_for_success().await;
    fs::remove_file(files.path(&key_file("acme"))).unwrap();
    exporter.wait_for_success().await;
    exporter.wait_for_output("the last one stays in use").await;
    let output = exporter.output();
    assert!(
        !output.contains("the-right-key-90c1") && !output.contains(KEY),
        "{output}"
    );
}

#[tokio::test]
async fn one_organisation_that_hangs_or_fails_harms_no_other() {
    let (good, hanging, failing) = (simulator(0), simulator(0), simulator(0));
    put_some_groups(&good).await;
    set_fault(&hanging, r#"{"fault":"no_answer"}"#).await;
    set_fault(&failing, r#"{"fault":"cut_json"}"#).await;
    let files = Files::new();
    let organizations = [
        ("failing", &failing),
        ("good", &good),
        ("hanging", &hanging),
    ];
    let config = files.write_config(&organizations);
    let exporter = serve(&config, &["--collect.timeout=30s"]);
    for _ in 0..3 {
        let started = Instant::now();
        let metrics = exporter.wait_for_success().await;
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{:?}",
            started.elapsed()
        );
        assert_eq!(metrics.value(&success("good")), 1.0);
    }
    let (status, missing) = exporter.get("/-/ready").await;
    assert_eq!(status, 503);
    assert!(
        missing.contains("hanging") && missing.contains("failing"),
        "{missing}"
    );
    assert!(!missing.contains("good"), "{missing}");
}

#[tokio::test]
async fn healthcheck_tells_whether_it_serves() {
    let simulator = simulator(0);
    let exporter = exporter(&simulator, &[]);
    let url = format!("--url={}", exporter.url("/-/healthy"));
    let healthy = command(&["healthcheck", &url], &[]).output().unwrap();
    assert!(healthy.status.success(), "{healthy:?}");
    drop(exporter);
    let gone = command(&["healthcheck", &url], &[]).output().unwrap();
    assert_eq!(gone.status.code(), Some(1), "{gone:?}");
}

#[tokio::test]
async fn the_demo_needs_nothing_and_shows_everything() {
    let demo = Process::start(&["demo", "--web.listen-address=127.0.0.1:0"], &[]);
    let metrics = demo
        .wait_for("it has polled", |metrics| {
            metrics.sum("rhombus_shares") > 5.0
        })
        .await;
    assert!(metrics.sum("rhombus_shares_without_expiry") > 0.0);
    let (status, page) = demo.get("/").await;
    assert_eq!(status, 200);
    assert!(page.contains("</html>"), "{page}");
    demo.wait_for("the partner's clients are known", |metrics| {
        let open = r#"rhombus_shares{org="Harbour Hardware",kind="clip_group",protection="none"}"#;
        metrics.get(open) > Some(0.0)
            && metrics.get(r#"rhombus_organizations{state="not_allowed"}"#) == Some(1.0)
    })
    .await;
    let before = metrics.shares();
    demo.wait_for("something changes", |metrics| metrics.shares() != before)
        .await;
    demo.signal("INT");
    let (status, _) = demo.ended().await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn too_few_open_files_for_the_connections_are_told_at_the_start() {
    let with_limit = |limit: u32| {
        let script =
            format!("ulimit -n {limit} && exec \"$0\" serve --web.listen-address=127.0.0.1:0");
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script, common::process::BINARY]);
        shell.env_clear().env("RHOMBUS_API_KEY", KEY);
        // Nothing listens there.
        shell.env("RHOMBUS_ENDPOINT_URL", "http://127.0.0.1:9");
        Process::spawn(shell)
            .unwrap_or_else(|(_, output)| panic!("{output}"))
            .output()
    };
    // The default is 512 connections, and 256 are kept for all else.
    let warning = "limit=767 needed=768";
    let output = with_limit(767);
    assert!(
        output.contains(warning) && output.contains("--web.max-connections=512"),
        "{output}"
    );
    let output = with_limit(768);
    assert!(!output.contains("needed="), "{output}");
}

#[tokio::test]
async fn a_closed_terminal_ends_the_demo_and_the_simulator() {
    for process in [
        Process::start(&["demo", "--web.listen-address=127.0.0.1:0"], &[]),
        simulator(0),
    ] {
        process.signal("HUP");
        let (status, output) = process.ended().await;
        assert_eq!(status.signal(), Some(1), "{output}");
    }
}

#[tokio::test]
async fn the_limit_of_open_files_is_raised_to_what_the_system_allows() {
    let mut command = std::process::Command::new("sh");
    let serve = format!(
        "ulimit -Sn 300 && exec {} serve --web.listen-address=127.0.0.1:0",
        common::process::BINARY
    );
    command.args(["-c", &serve]).env_clear();
    command.envs([
        ("RHOMBUS_API_KEY", KEY),
        ("RHOMBUS_ENDPOINT_URL", "http://127.0.0.1:1"),
    ]);
    let exporter = Process::spawn(command).expect("it serves");
    let limit = exporter.metrics().await.value("process_max_fds");
    assert!(limit > 300.0, "{limit}");
}

#[tokio::test]
async fn the_demo_says_where_to_look() {
    let demo = Process::start(&["demo", "--web.listen-address=127.0.0.1:0"], &[]);
    let url = demo.url("");
    demo.wait_for_output(&format!("{url}/metrics ")).await;
    assert!(
        demo.output().contains(&format!("{url} ")),
        "{}",
        demo.output()
    );
}

/// A pipe's end to write to, whose reader has gone.
fn broken_pipe() -> std::io::PipeWriter {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let env = [("RHOMBUS_API_KEY", KEY)];
    let mut check = command(&["check-config"], &env);
    let output = check.stdout(broken_pipe()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(output.stderr, b"", "{output:?}");

    // Where nobody hears why, the exit status still says it.
    let mut check = command(&["check-config"], &[]);
    let status = check.stdout(broken_pipe()).stderr(broken_pipe()).status();
    assert_eq!(status.unwrap().code(), Some(2));

    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = command(&["check-config"], &env)
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("cannot write to stdout"), "{said}");
}

#[test]
fn what_serves_goes_on_when_nobody_reads_what_it_says() {
    let mut demo = command(&["demo", "--web.listen-address=127.0.0.1:0"], &[]);
    let mut demo = demo
        .stdout(broken_pipe())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Once it has said the first line it takes signals; after that nobody listens any more.
    let mut log = BufReader::new(demo.stderr.take().unwrap());
    log.read_line(&mut String::new()).unwrap();
    drop(log);
    let id = demo.id().to_string();
    let sent = std::process::Command::new("kill").arg(id).status();
    assert!(sent.unwrap().success());
    assert_eq!(demo.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_web_configuration_that_is_wrong_shows_without_a_reload() {
    let simulator = simulator(0);
    let files = Files::new();
    let config = files.write_config(&[("acme", &simulator)]);
    let web = files.write("web.yml", "http_server_config:\n  http2: true\n");
    let flag = format!("--web.config.file={}", web.display());
    let exporter = serve(&config, &[&flag, "--web.enable-lifecycle"]);
    assert_eq!(exporter.metrics().await.value(RELOADED), 1.0);
    let shows = async |wanted: f64| {
        exporter
            .wait_for("the watcher has looked", |metrics| {
                metrics.get(RELOADED) == Some(wanted)
            })
            .await;
    };
    files.write("web.yml", "http_server_config:\n  http3: true\n");
    shows(0.0).await;

    // A reload that is refused for the other half must not be forgiven with this one.
    files.write("config.yml", "organizations: []\n");
    assert_eq!(exporter.send("POST", "/-/reload", "").await.0, 500);
    files.write("web.yml", "http_server_config:\n  http2: false\n");
    exporter.wait_for_output("web configuration reloaded").await;
    assert_eq!(exporter.metrics().await.value(RELOADED), 0.0);

    files.write_config(&[("acme", &simulator)]);
    assert_eq!(exporter.send("POST", "/-/reload", "").await.0, 200);
    assert_eq!(exporter.metrics().await.value(RELOADED), 1.0);
    files.write("web.yml", "");
    shows(0.0).await;
    files.write("web.yml", "{}\n");
    shows(1.0).await;
}

#[tokio::test]
async fn healthcheck_needs_no_password_and_repeats_none() {
    let simulator = simulator(0);
    let files = Files::new();
    let hash = bcrypt::hash("right", 4).unwrap();
    let web = files.write("web.yml", &format!("basic_auth_users:\n  ann: {hash}\n"));
    let flag = format!("--web.config.file={}", web.display());
    let exporter = exporter(&simulator, &[&flag]);
    assert_eq!(exporter.get("/-/healthy").await.0, 401);
    let check = |url: &str| {
        let url = format!("--url={url}");
        command(&["healthcheck", &url], &[]).output().unwrap()
    };
    let healthy = check(&exporter.url("/-/healthy"));
    assert!(healthy.status.success(), "{healthy:?}");

    let with_user = |path: &str, password: &str| {
        let url = exporter.url(path);
        url.replace("//", &format!("//ann:{password}@"))
    };
    let (nowhere, broken) = (
        with_user("/nowhere", "right"),
        with_user("/-/healthy", "s3cret"),
    );
    let not_found = check(&nowhere);
    drop(exporter);
    for (output, what) in [(not_found, "404"), (check(&broken), "does not answer")] {
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(what), "{said}");
        assert!(said.contains("http://127.0.0.1"), "{said}");
        for secret in ["ann", "right", "s3cret"] {
            assert!(!said.contains(secret), "{said}");
        }
    }
}

#[tokio::test]
async fn healthcheck_is_content_with_an_exporter_that_is_asked_too_often() {
    let simulator = simulator(0);
    let files = Files::new();
    let web = files.write("web.yml", "rate_limit: {interval: 1h, burst: 1}\n");
    let flag = format!("--web.config.file={}", web.display());
    let exporter = exporter(&simulator, &[&flag]);
    assert_ne!(exporter.get("/").await.0, 429);
    for path in ["/-/healthy", "/-/ready"] {
        let url = format!("--url={}", exporter.url(path));
        let checked = command(&["healthcheck", &url], &[]).output().unwrap();
        assert!(checked.status.success(), "{path}: {checked:?}");
    }
    assert_eq!(exporter.get("/-/ready").await.0, 429);
}

#[tokio::test]
async fn a_pipe_in_place_of_a_file_fails_a_reload_and_hangs_nothing() {
    let simulator = simulator(0);
    let files = Files::new();
    let web = files.write("web.yml", "{}\n");
    let flag = format!("--web.config.file={}", web.display());
    let exporter = exporter(&simulator, &[&flag, "--web.enable-lifecycle"]);
    fs::remove_file(&web).unwrap();
    // Whoever opens a pipe that nobody writes to, waits.
    let made = std::process::Command::new("mkfifo").arg(&web).status();
    assert!(made.unwrap().success());
    let (status, said) = exporter.send("POST", "/-/reload", "").await;
    assert_eq!(status, 500, "{said}");
    assert!(said.contains("not a regular file"), "{said}");
    assert_eq!(exporter.metrics().await.value(RELOADED), 0.0);
    let started = Instant::now();
    exporter.signal("TERM");
    let (status, output) = exporter.ended().await;
    assert_eq!(status.code(), Some(0), "{output}");
    assert!(started.elapsed() < Duration::from_secs(5), "{output}");
}
