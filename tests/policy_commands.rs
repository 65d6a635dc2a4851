//! `policy list`, `explain`, `test` and `except`: the real binary against a simulated Rhombus.
#![allow(
    clippy::unwrap_used,
    reason = "a test may end at what it did not expect"
)]

#[path = "common/mod.rs"]
mod common;
#[path = "policy/site.rs"]
#[expect(dead_code, reason = "each test binary uses its own part of this")]
mod site;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use common::process::command;
use common::said::Said;
use common::set_fault;
use site::{LIST, Site, in_seconds, now, open_page, reference, uuid};

const IN_FILE: &str = "policy:\n  exceptions_file: exceptions.yml\n";
const WORDS: [&str; 2] = [
    "--reason=Haulier's view, CHG-1042",
    "--owner=dock@example.com",
];

/// Runs `policy` with these arguments over the configuration of the site. No uuid of a share is in what it
/// says.
async fn policy(site: &Site, args: &[&str]) -> Said {
    let config = format!("--config.file={}", site.files.path("config.yml").display());
    let args: Vec<String> = ["policy"]
        .iter()
        .chain(args)
        .map(ToString::to_string)
        .collect();
    let run = move || {
        let mut args: Vec<_> = args.iter().map(String::as_str).collect();
        args.push(&config);
        command(&args, &[]).output().unwrap()
    };
    let said = Said::of(tokio::task::spawn_blocking(run).await.unwrap());
    for text in [&said.stdout, &said.stderr] {
        (0..=9).for_each(|number| assert!(!text.contains(&uuid(number)), "{text}"));
    }
    said
}

async fn except(site: &Site, args: &[&str]) -> Said {
    let until = format!("--until={}", in_seconds(86_400));
    let all = [&["except"], args, &WORDS, &[&until]].concat();
    policy(site, &all).await
}

fn entry(name: &str, share: u8, policies: &str) -> String {
    let share = reference(share);
    format!(
        "  - name: {name}\n    match: {{ share: {share} }}\n    policies: {policies}\n    \
         reason: \"Haulier's view, CHG-1042\"\n    owner: \"dock@example.com\"\n"
    )
}

#[tokio::test]
async fn what_applies_is_listed_without_a_key_and_without_asking() {
    let site = Site::new();
    let exceptions = "policy:\n  rules:\n    - { name: vault, cameras: [Vault.*], organizations: [acme] }\n\
         \x20   - { name: open-sound, enabled: false }\n  exceptions:\n    - name: dock\n      \
         match: { title: Loading.* }\n      policies: [unsecured]\n      reason: CHG-1042\n      \
         owner: dock@example.com\n      until: 2026-01-31\n";
    site.configure(exceptions, "");
    fs::remove_file(site.files.path("acme.key")).unwrap();
    let said = policy(&site, &["list"]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    let rows: Vec<Vec<_>> = said
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    for row in [
        &["unsecured", "warning", "on", "all", "protection:", "[none]"][..],
        &[
            "vault",
            "warning",
            "on",
            "acme",
            "cameras:",
            "[\"Vault.*\"]",
        ],
        &[
            "dock",
            "unsecured",
            "2026-01-31",
            "ended",
            "{",
            "title:",
            "\"Loading.*\"",
            "}",
        ],
        &["dock", "dock@example.com", "CHG-1042"],
    ] {
        assert!(rows.iter().any(|it| it == row), "{row:?}\n{}", said.stdout);
    }
    assert!(
        rows.iter()
            .any(|it| it.starts_with(&["open-sound", "critical", "off"]))
    );
    assert!(
        said.stderr.contains("the exception dock has ended"),
        "{}",
        said.stderr
    );
    assert!(
        said.stdout
            .lines()
            .all(|line| line.len() <= 100 && !line.contains('\u{1b}'))
    );
}

#[tokio::test]
async fn a_link_is_explained_rule_by_rule_with_what_covers_it() {
    let site = Site::new();
    let camera = json!({ "name": "Vault \u{1b}[31m", "locationName": "HQ" });
    let (status, text) = site
        .simulator
        .send(
            "PUT",
            "/simulator/cameras/CAMERAAAAAAAAAAAAAAAAA",
            &camera.to_string(),
        )
        .await;
    assert_eq!(status, 204, "{text}");
    let stream = json!({
        "timestampMs": (now() - 90) * 1000, "cameraUuid": "CAMERAAAAAAAAAAAAAAAAA.v0",
        "passwordProtected": false, "vodEnabled": true, "name": "Dock\u{202e}",
    });
    site.put("live_streams", &uuid(1), stream).await;
    let until = in_seconds(86_400);
    let covered = format!(
        "policy:\n  rules:\n    - {{ name: elsewhere, sound: true, organizations: [other] }}\n    \
         - {{ name: young, expression: 'share.age < duration(\"1h\")' }}\n    \
         - {{ name: off, sound: true, enabled: false }}\n  exceptions:\n{}    until: {until}\n",
        entry("dock", 1, "[unsecured]")
    );
    site.configure(&covered, "");
    let said = policy(&site, &["explain", &reference(1)]).await;
    assert_eq!(
        (said.code, said.stderr.as_str()),
        (0, ""),
        "{}",
        said.stdout
    );
    for line in [
        format!("ref           {}", reference(1)),
        "organisation  acme".to_owned(),
        "kind          live_stream".to_owned(),
        r"title         Dock\u{202e}".to_owned(),
        "ends          never".to_owned(),
        r"cameras       Vault \u{1b}[31m at HQ".to_owned(),
        "past footage  yes".to_owned(),
        "unsecured (warning) is BROKEN".to_owned(),
        "  protection: [none]: holds; it is none".to_owned(),
        format!(
            "  excepted by dock until {until}: {}",
            "Haulier's view, CHG-1042 (dock@example.com)"
        ),
        "no-expiry (warning) is BROKEN".to_owned(),
        "open-sound (critical) is kept".to_owned(),
        "  sound: true: does not hold; it is false".to_owned(),
        "elsewhere (warning) does not apply in this organisation".to_owned(),
        "off (warning) is off".to_owned(),
        "young (warning) is BROKEN".to_owned(),
        r#"  expression: share.age < duration("1h"): true"#.to_owned(),
    ] {
        assert!(
            said.stdout.lines().any(|it| it == line),
            "{line}\n{}",
            said.stdout
        );
    }
    assert_eq!(said.stdout.matches("excepted by").count(), 1);
    // Where no rule asks for them, names are shown all the same.
    site.configure("", "");
    let said = policy(&site, &["explain", &reference(1)]).await;
    let cameras = r"cameras       Vault \u{1b}[31m at HQ";
    assert!(
        said.stdout.lines().any(|it| it == cameras),
        "{}",
        said.stdout
    );
}

#[tokio::test]
async fn a_link_that_is_not_found_says_where_it_was_not_looked_for() {
    let site = Site::new();
    site.configure("", "");
    set_fault(
        &site.simulator,
        r#"{"fault":"forbidden","operation":"live_streams"}"#,
    )
    .await;
    let said = policy(&site, &["explain", "000000000000"]).await;
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    assert!(
        said.stderr
            .starts_with("not read: acme: live_streams: forbidden: "),
        "{}",
        said.stderr
    );
    let counts = "organisations looked at: 1, lists asked for: 4, not read or not whole: 1";
    assert!(said.stderr.contains(counts), "{}", said.stderr);
}

#[tokio::test]
async fn recorded_links_are_held_against_the_policy() {
    let site = Site::new();
    site.configure(
        "policy: { rules: [{ name: vault, cameras: [Vault.*] }] }\n",
        "",
    );
    fs::remove_file(site.files.path("acme.key")).unwrap();
    let good = "tests:\n- name: fine\n  expect: { violations: [] }\n- name: vault\n  \
        share: { cameras: [{ name: Vault 2 }], protection: none }\n  \
        expect: { violations: [vault, unsecured] }\n";
    let path = site.files.write("tests.yml", good).display().to_string();
    let said = policy(&site, &["test", &path]).await;
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    assert_eq!(said.stdout, "ok      fine\nok      vault\n\n2 of 2 hold\n");

    site.files
        .write("tests.yml", &good.replace("[vault, unsecured]", "[vault]"));
    let said = policy(&site, &["test", &path]).await;
    assert_eq!(said.code, 1);
    let failed = "ok      fine\nFAILED  vault\n        violations: expected [vault], found [unsecured, vault]\n\n\
        1 of 2 hold\n";
    assert_eq!(said.stdout, failed);

    site.files
        .write("tests.yml", &good.replace("none }", "nobody }"));
    let said = policy(&site, &["test", &path]).await;
    assert_eq!((said.code, said.stdout.as_str()), (2, ""));
    let wrong = format!("{path}:5: tests[1].share.protection: `nobody`: expected one of none");
    assert!(said.stderr.contains(&wrong), "{}", said.stderr);
}

#[tokio::test]
async fn who_made_a_link_is_not_known_to_one_look_and_recorded_for_a_test() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    site.configure(
        "policy:\n  rules:\n    - { name: script, created_by: [API_TOKEN] }\n    \
         - { name: popular, expression: share.views > 9 }\n    - { name: seen, views_more_than: 9 }\n",
        "",
    );
    let said = policy(&site, &["explain", &reference(1)]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    for line in [
        "script (warning) is BROKEN\n  created_by: [API_TOKEN]: holds; it is not known\n",
        "popular (warning) is BROKEN: its expression failed\n  \
         expression: share.views > 9: failed: the audit feed was not read\n",
        "seen (warning) is BROKEN\n  views_more_than: 9: holds; it is not known\n",
    ] {
        assert!(said.stdout.contains(line), "{line}\n{}", said.stdout);
    }
    let tests = "tests:\n- name: nobody\n  expect: { violations: [script] }\n- name: a person\n  \
        share: { created_by: Ann Other, views: 9 }\n  expect: { violations: [] }\n- name: a script\n  \
        share: { created_by: API_TOKEN, views: 10 }\n  expect: { violations: [script, popular, seen] }\n";
    let path = site.files.write("tests.yml", tests).display().to_string();
    let said = policy(&site, &["test", &path]).await;
    assert_eq!(
        said.stdout,
        "ok      nobody\nok      a person\nok      a script\n\n3 of 3 hold\n"
    );
}

#[tokio::test]
async fn an_exception_is_added_to_the_file_whose_comments_and_mode_stay() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    site.put(LIST, &uuid(2), open_page(3600)).await;
    site.configure(IN_FILE, "");
    let before = format!(
        "# Ours.\nexceptions:\n{}    until: {} # soon\n",
        entry("old", 2, "[\"*\"]"),
        in_seconds(900)
    );
    let path = site.files.write("exceptions.yml", &before);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let said = except(&site, &[&reference(1)]).await;
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    let name = format!("link-{}", reference(1));
    assert!(said.stdout.contains(&name), "{}", said.stdout);
    let text = fs::read_to_string(&path).unwrap();
    let added = entry(&name, 1, "[unsecured]");
    assert!(
        text.starts_with(&format!("{before}{added}    until: ")),
        "{text}"
    );
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );

    let again = except(&site, &[&reference(1)]).await;
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(
        again.stdout.contains(&format!("is covered by {name}")),
        "{}",
        again.stdout
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    for (args, code, expected) in [
        (&["--name=old"][..], 1, "an exception old is there already"),
        (&["--policies=no-expire"], 2, "is no-expiry meant?"),
        (&["--policies=*", "--name=all"], 0, ""),
    ] {
        let first = reference(1);
        let said = except(&site, &[&[first.as_str()], args].concat()).await;
        assert!(
            said.code == code && said.stderr.contains(expected),
            "{}",
            said.stderr
        );
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(&entry("all", 1, "[\"*\"]")), "{text}");
}

#[tokio::test]
async fn without_a_file_the_entry_is_printed() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    let config = site.configure("", "");
    let before = fs::read_to_string(&config).unwrap();
    let said = except(&site, &[&reference(1), "--name=dock"]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    let printed = entry("dock", 1, "[unsecured]").replace("\n  ", "\n    ");
    assert!(
        said.stdout
            .starts_with(&format!("  exceptions:\n  {printed}")),
        "{}",
        said.stdout
    );
    assert!(
        said.stderr.contains("paste this under `policy` in"),
        "{}",
        said.stderr
    );
    site.configure(&format!("policy:\n{}", said.stdout), "");
    let again = except(&site, &[&reference(1), "--name=dock2"]).await;
    assert!(
        again.stdout.contains("is covered by dock"),
        "{}",
        again.stdout
    );
    fs::write(&config, before).unwrap();
}

#[tokio::test]
async fn what_breaks_no_rule_needs_no_exception() {
    let site = Site::new();
    let mut page = open_page(3600);
    page["isSecured"] = json!(true);
    site.put(LIST, &uuid(1), page).await;
    site.configure(IN_FILE, "");
    let said = except(&site, &[&reference(1)]).await;
    assert_eq!(said.code, 1);
    assert!(
        said.stderr.contains("breaks no rule now"),
        "{}",
        said.stderr
    );
    assert!(!site.files.path("exceptions.yml").exists());
}

#[tokio::test]
async fn a_baseline_adopts_all_that_is_open_once() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    site.put(
        "timelapse_groups",
        &uuid(2),
        json!({ "isSecured": true, "createdAtMillis": now() * 1000 }),
    )
    .await;
    site.configure(IN_FILE, "");
    let said = except(&site, &["--baseline"]).await;
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    assert!(
        said.stdout.starts_with("added 2 exceptions to "),
        "{}",
        said.stdout
    );
    let path = site.files.path("exceptions.yml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("exceptions:\n"), "{text}");
    for (share, policies) in [(1, "[unsecured]"), (2, "[no-expiry]")] {
        let name = format!("baseline-{}", reference(share));
        assert!(text.contains(&entry(&name, share, policies)), "{text}");
    }
    let again = except(&site, &["--baseline"]).await;
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(
        again.stdout.starts_with("nothing to add"),
        "{}",
        again.stdout
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), text);

    // Of what breaks another rule later, there is another.
    site.put(
        LIST,
        &uuid(1),
        json!({ "isSecured": false, "createdAtMillis": now() * 1000 }),
    )
    .await;
    let more = except(&site, &["--baseline"]).await;
    assert!(
        more.stdout
            .contains(&format!("baseline-{}-2", reference(1))),
        "{}",
        more.stdout
    );
    let exporter = site.judged(IN_FILE, &[]).await;
    let metrics = exporter.metrics().await;
    assert_eq!(metrics.sum("rhombus_share_violations{"), 0.0, "{metrics}");
}

#[tokio::test]
async fn a_baseline_of_a_part_is_written_and_says_what_it_has_not_seen() {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3600)).await;
    site.configure(IN_FILE, "");
    set_fault(
        &site.simulator,
        r#"{"fault":"forbidden","operation":"video_walls"}"#,
    )
    .await;
    let said = except(&site, &["--baseline"]).await;
    assert_eq!(said.code, 1);
    assert!(
        said.stdout.starts_with("added 1 exception to "),
        "{}",
        said.stdout
    );
    assert!(
        said.stderr
            .contains("not read: acme: video_walls: forbidden: "),
        "{}",
        said.stderr
    );
    let text = fs::read_to_string(site.files.path("exceptions.yml")).unwrap();
    assert!(text.contains(&reference(1)), "{text}");
}

#[tokio::test]
async fn what_has_no_uuid_cannot_be_excepted_and_is_counted() {
    let site = Site::new();
    site.configure(IN_FILE, "");
    let fault = r#"{"fault":"raw","operation":"clip_groups","body":"{\"sharedClipGroups\":[7,8],\"error\":false}"}"#;
    set_fault(&site.simulator, fault).await;
    let said = except(&site, &["--baseline"]).await;
    assert!(
        said.stderr.contains("2 that break a rule have no uuid"),
        "{}",
        said.stderr
    );
    assert!(!site.files.path("exceptions.yml").exists());
}
