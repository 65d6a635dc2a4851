//! `revoke`: what goes, what does not, and what is written before.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::common::files::Files;
use crate::common::process::{BINARY, PATIENCE, Process, command};
use crate::common::several::{OPEN_PAGE, Several};
use crate::common::{set_fault, simulator};
use crate::partner::Partner;
use crate::said::{Said, open_stream, run, run_at};
use crate::site::{LIST, Site, now, open_page, reference, uuid};
use rhombus_share_exporter::share::{Id, Ref};

const KINDS: [&str; 4] = ["clip_group", "live_stream", "timelapse_group", "video_wall"];

/// A site that has generated links of each kind.
fn generated() -> Site {
    let site = Site {
        simulator: simulator(30),
        files: Files::new(),
    };
    site.configure("", "");
    site
}

/// A site with two open pages.
async fn two_pages() -> Site {
    let site = Site::new();
    site.put(LIST, &uuid(1), open_page(3_600)).await;
    site.put(LIST, &uuid(2), open_page(3_600)).await;
    site.configure("", "");
    site
}

async fn revoke(site: &Site, args: &[&str]) -> Said {
    run_at(site, &[&["revoke"], args].concat()).await
}

/// What is listed, by ref.
async fn listed(config: &Path) -> BTreeMap<String, Value> {
    let said = run(config, &["report", "--output=json"]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    let shares = json["shares"].as_array().unwrap().iter();
    let by_ref = |share: &Value| (share["ref"].as_str().unwrap().to_owned(), share.clone());
    shares.map(by_ref).collect()
}

async fn refs(site: &Site) -> Vec<String> {
    let listed = listed(&site.files.path("config.yml")).await;
    listed.into_keys().collect()
}

/// How many deletions of all kinds Rhombus was asked for.
async fn deletions(simulator: &Process) -> u64 {
    let mut deletions = 0;
    for kind in KINDS {
        let path = format!("/simulator/requests?operation=delete_{kind}");
        let (_, text) = simulator.get(&path).await;
        let seen: Value = serde_json::from_str(&text).unwrap();
        deletions += seen["requests"].as_u64().unwrap();
    }
    deletions
}

/// The lines of evidence.
fn evidence(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

/// Runs `revoke` in the background.
fn spawn(site: &Site, args: &[&str]) -> std::process::Child {
    let config = format!("--config.file={}", site.files.path("config.yml").display());
    let args = [&["revoke", &config], args].concat();
    let mut command = command(&args, &[]);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(Stdio::piped()).spawn().unwrap()
}

async fn ended(child: std::process::Child) -> Said {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    Said::of(output.await.unwrap().unwrap())
}

/// Waits until so many deletions were asked for.
async fn wait_for_deletions(site: &Site, number: u64) {
    let started = std::time::Instant::now();
    while deletions(&site.simulator).await < number {
        assert!(started.elapsed() < PATIENCE, "nothing was asked for");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn one_of_each_kind_goes_and_the_others_stay() {
    let site = generated();
    let before = listed(&site.files.path("config.yml")).await;
    let one = |kind: &str| {
        let mut of_kind = before.iter().filter(|(_, share)| share["kind"] == kind);
        of_kind.next().unwrap().0.clone()
    };
    let mut chosen = KINDS.map(one);
    let path = site.files.path("evidence.jsonl");
    let flag = format!("--evidence={}", path.display());
    let mut args = vec!["--yes", flag.as_str(), "--include-monitoring"];
    args.extend(chosen.iter().map(String::as_str));
    let said = revoke(&site, &args).await;
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (0, ""),
        "{}",
        said.stderr
    );
    for reference in &chosen {
        let gone = format!("{reference}  gone\n");
        assert!(said.stderr.contains(&gone), "{}", said.stderr);
    }
    let mut expected: Vec<_> = before.keys().cloned().collect();
    expected.retain(|it| !chosen.contains(it));
    assert_eq!(refs(&site).await, expected);
    assert_eq!(deletions(&site.simulator).await, 4);

    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let lines = evidence(&fs::read_to_string(&path).unwrap());
    let mut written: Vec<_> = lines.iter().map(|it| it["ref"].as_str().unwrap()).collect();
    written.sort_unstable();
    chosen.sort_unstable();
    assert_eq!(written, chosen);
    for line in &lines {
        let id = Id::parse(line["uuid"].as_str().unwrap());
        assert_eq!(Ref::of(&id).to_string(), line["ref"]);
        let kind = line["kind"].as_str().unwrap();
        let has_parent = ["live_stream", "video_wall"].contains(&kind);
        assert_eq!(line["parent_uuid"].is_string(), has_parent, "{line}");
        assert_eq!(line["footage"].is_array(), !has_parent, "{line}");
        assert!(line["org_uuid"].is_string() && line["time"].is_string());
        assert!(!said.stderr.contains(&id.to_string()), "{}", said.stderr);
    }
}

#[tokio::test]
async fn a_dry_run_shows_and_writes_and_takes_nothing_down() {
    let site = two_pages().await;
    let mut odd = open_page(3_600);
    odd["title"] = json!("Dock \u{202e}");
    site.put(LIST, &uuid(3), odd).await;
    let said = revoke(&site, &["--dry-run", &reference(3)]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    let lines = evidence(&said.stdout);
    assert_eq!((lines.len(), &lines[0]["uuid"]), (1, &json!(uuid(3))));
    assert_eq!(lines[0]["title"], "Dock \u{202e}");
    assert!(!said.stdout.contains('\u{202e}') && !said.stderr.contains('\u{202e}'));
    for told in [
        &format!(
            "{}  clip_group of acme: \"Dock \\u{{202e}}\"\n",
            reference(3)
        ),
        "  protection none, ends ",
        "\n  breaks unsecured (warning)\n",
        "nothing was taken down (--dry-run)",
    ] {
        assert!(said.stderr.contains(told), "{told}: {}", said.stderr);
    }
    assert_eq!(refs(&site).await.len(), 3);
    assert_eq!(deletions(&site.simulator).await, 0);
}

#[tokio::test]
async fn what_is_not_said_exactly_takes_nothing_down() {
    let site = two_pages().await;
    let mut watched = open_stream();
    watched["streamType"] = json!("DICE");
    site.put("live_streams", &uuid(7), watched).await;
    let there = site.files.write("there.jsonl", "theirs");
    let there = format!("--evidence={}", there.display());
    let nowhere = site.files.path("no/such/file");
    let nowhere = format!("--evidence={}", nowhere.display());
    let (first, watched) = (reference(1), reference(7));
    for (args, code, expected) in [
        (&["--yes"][..], 2, "say which links"),
        (&[&first], 2, "give --yes or --dry-run"),
        (&["--yes", "link"], 2, "expected a share's ref"),
        (&["--yes", "--kind=pages"], 2, "expected one of clip_group"),
        (
            &["--yes", "--org=acne"],
            2,
            "no organisation is called \"acne\"",
        ),
        (&["--yes", &first, &there], 2, "is there already"),
        (&["--yes", &first, "--limit=0"], 2, "0 is not in 1..=10000"),
        (&["--yes", "000000000000"], 1, "has the ref 000000000000"),
        (
            &["--yes", &first, "000000000000"],
            1,
            "has the ref 000000000000",
        ),
        (
            &["--yes", &first, "--protection=sso"],
            1,
            "no link that is asked for has the ref",
        ),
        (
            &["--yes", "--kind=clip_group", "--limit=1"],
            1,
            "2 links are more than 1",
        ),
        (
            &["--yes", &watched],
            1,
            "a monitoring service has or has made",
        ),
        (
            &["--yes", "--state=active"],
            1,
            "allow it with --include-monitoring",
        ),
        (&["--yes", &first, &nowhere], 1, "cannot write the evidence"),
    ] {
        let said = revoke(&site, args).await;
        assert_eq!((said.code, said.stdout.as_str()), (code, ""), "{args:?}");
        assert!(said.stderr.contains(expected), "{args:?}: {}", said.stderr);
    }
    let said = revoke(&site, &["--yes", "--protection=sso"]).await;
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (0, ""),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("nothing to take down"));
    assert_eq!(refs(&site).await.len(), 3);
    assert_eq!(deletions(&site.simulator).await, 0);
    let said = revoke(&site, &["--yes", &watched, "--include-monitoring"]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(refs(&site).await.len(), 2);
}

#[tokio::test]
async fn no_variable_says_what_is_taken_down() {
    let site = two_pages().await;
    let config = format!("--config.file={}", site.files.path("config.yml").display());
    for (variable, args) in [
        ("ORG", &["--yes", "--protection=none"][..]),
        ("YES", &["--protection=none"]),
        ("INCLUDE_MONITORING", &["--yes", "--protection=none"]),
    ] {
        let name = format!("RHOMBUS_SHARE_EXPORTER_{variable}");
        let args = [&["revoke", &config], args].concat();
        let mut command = command(&args, &[(&name, "true")]);
        let output = tokio::task::spawn_blocking(move || command.output());
        let said = Said::of(output.await.unwrap().unwrap());
        assert_eq!(said.code, 2, "{variable}: {}", said.stderr);
        assert!(said.stderr.contains(&name), "{}", said.stderr);
    }
    assert_eq!(deletions(&site.simulator).await, 0);
}

#[tokio::test]
async fn where_the_evidence_can_not_be_written_nothing_goes() {
    let site = two_pages().await;
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let config = format!("--config.file={}", site.files.path("config.yml").display());
    let mut command = command(&["revoke", &config, "--yes", "--org=acme"], &[]);
    command.stdout(full);
    let output = tokio::task::spawn_blocking(move || command.output());
    let said = Said::of(output.await.unwrap().unwrap());
    assert_eq!(said.code, 1);
    assert!(
        said.stderr
            .contains("cannot write the evidence: nothing was taken down")
    );
    assert_eq!(deletions(&site.simulator).await, 0);
}

#[tokio::test]
async fn what_rhombus_refuses_is_still_listed_and_was_written_before() {
    let site = two_pages().await;
    let fault = json!({ "fault": "forbidden", "operation": "delete_clip_group", "times": 1 });
    set_fault(&site.simulator, &fault.to_string()).await;
    let path = site.files.path("evidence.jsonl");
    let flag = format!("--evidence={}", path.display());
    let said = revoke(&site, &["--yes", "--protection=none", &flag]).await;
    assert_eq!(said.code, 1, "{}", said.stderr);
    let refused = "  STILL LISTED; when it was asked: HTTP status 403";
    assert!(said.stderr.contains(refused), "{}", said.stderr);
    assert!(said.stderr.contains("gone: 1 of 2"), "{}", said.stderr);
    assert_eq!(evidence(&fs::read_to_string(&path).unwrap()).len(), 2);
    assert_eq!(refs(&site).await.len(), 1);
    assert_eq!(deletions(&site.simulator).await, 2);
}

#[tokio::test]
async fn what_rhombus_says_is_done_and_lists_all_the_same_is_not_gone() {
    let site = Site::new();
    site.put("live_streams", &uuid(2), open_stream()).await;
    site.configure("", "");
    // For a stream an answer of nothing is a success.
    let fault = json!({ "fault": "empty_object", "operation": "delete_live_stream" });
    set_fault(&site.simulator, &fault.to_string()).await;
    let said = revoke(&site, &["--yes", &reference(2)]).await;
    assert_eq!(said.code, 1, "{}", said.stderr);
    let still = format!("{}  STILL LISTED\n", reference(2));
    assert!(said.stderr.contains(&still), "{}", said.stderr);
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_not_asked_twice_and_a_new_look_tells() {
    let site = two_pages().await;
    let fault = json!({ "fault": "no_answer", "operation": "delete_clip_group" });
    set_fault(&site.simulator, &fault.to_string()).await;
    let args = ["--yes", "--collect.timeout=3s", &reference(1)];
    let child = spawn(&site, &args);
    wait_for_deletions(&site, 1).await;
    site.take_down(LIST, &uuid(1)).await;
    let said = ended(child).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    let gone = format!(
        "{}  gone; when it was asked: no whole answer within",
        reference(1)
    );
    assert!(said.stderr.contains(&gone), "{}", said.stderr);
    assert_eq!(deletions(&site.simulator).await, 1);
}

#[tokio::test]
async fn what_can_not_be_looked_at_again_is_not_said_to_be_gone() {
    for (fault, why) in [("forbidden", "HTTP status 403"), ("warning", "not whole")] {
        let site = two_pages().await;
        let slow = json!({ "fault": "no_answer", "operation": "delete_clip_group" });
        set_fault(&site.simulator, &slow.to_string()).await;
        let child = spawn(&site, &["--yes", "--collect.timeout=3s", &reference(1)]);
        wait_for_deletions(&site, 1).await;
        site.take_down(LIST, &uuid(1)).await;
        let list = json!({ "fault": fault, "operation": "clip_groups" });
        set_fault(&site.simulator, &list.to_string()).await;
        let said = ended(child).await;
        assert_eq!(said.code, 1, "{}", said.stderr);
        let told = format!("{}  NOT KNOWN to be gone: ", reference(1));
        let (_, rest) = said.stderr.split_once(&told).unwrap();
        assert!(rest.lines().next().unwrap().contains(why), "{rest}");
    }
}

#[tokio::test]
async fn a_signal_ends_it_after_the_one_that_is_under_way() {
    let site = two_pages().await;
    let fault = json!({ "fault": "no_answer", "operation": "delete_clip_group" });
    set_fault(&site.simulator, &fault.to_string()).await;
    let child = spawn(&site, &["--yes", "--collect.timeout=3s", "--org=acme"]);
    wait_for_deletions(&site, 1).await;
    let id = child.id().to_string();
    let killed = Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(killed.unwrap().success());
    let said = ended(child).await;
    assert_eq!(said.code, 1, "{}", said.stderr);
    for told in [
        "stopping after this one",
        "  STILL LISTED",
        "  not touched",
        "gone: 0 of 2",
    ] {
        assert!(said.stderr.contains(told), "{told}: {}", said.stderr);
    }
    assert_eq!(deletions(&site.simulator).await, 1);
}

#[tokio::test]
async fn a_filter_over_lists_that_are_not_all_seen_takes_down_what_is_seen_and_says_so() {
    let site = two_pages().await;
    let fault = json!({ "fault": "forbidden", "operation": "live_streams" });
    set_fault(&site.simulator, &fault.to_string()).await;
    let said = revoke(&site, &["--yes", &reference(1)]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr
            .contains("not seen: acme: live_streams: forbidden")
    );
    let said = revoke(&site, &["--yes", "--protection=none"]).await;
    assert_eq!(said.code, 4, "{}", said.stderr);
    assert!(said.stderr.contains(&format!("{}  gone", reference(2))));
    let said = revoke(&site, &["--yes", "--protection=none"]).await;
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (4, ""),
        "{}",
        said.stderr
    );
    let said = revoke(&site, &["--yes", &reference(2)]).await;
    assert_eq!(said.code, 4, "{}", said.stderr);
}

#[tokio::test]
async fn a_link_without_a_uuid_is_told_and_left() {
    let site = two_pages().await;
    let record = json!({ "uuid": null, "title": "Nameless", "isSecured": false, "createdAtMillis": now() * 1000 });
    let path = format!("/simulator/{LIST}/nameless");
    let (status, text) = site.simulator.send("PUT", &path, &record.to_string()).await;
    assert_eq!(status, 204, "{text}");
    let said = revoke(&site, &["--yes", "--text=nameless"]).await;
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (1, ""),
        "{}",
        said.stderr
    );
    assert!(
        said.stderr
            .contains("can't be taken down here: it has no uuid\n"),
        "{}",
        said.stderr
    );
    assert_eq!(deletions(&site.simulator).await, 0);
}

#[tokio::test]
async fn a_ref_of_two_links_takes_neither_down_until_one_is_said() {
    let several = Several::new(&["acme", "bell"]);
    several.put_open("acme").await;
    several.put_open("bell").await;
    let collect = "{sources: [clip_groups], timeout: 1s, requests_per_second: 100}";
    let config = several.configure(collect, &["acme", "bell"]);
    let reference = Ref::of(&Id::parse(OPEN_PAGE)).to_string();
    let said = run(&config, &["show", &reference]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.has_line("2 links have this ref:");
    let said = run(&config, &["revoke", "--yes", &reference]).await;
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (1, ""),
        "{}",
        said.stderr
    );
    let told = "is that of several links: clip_group of acme, clip_group of bell";
    assert!(said.stderr.contains(told), "{}", said.stderr);
    let said = run(&config, &["revoke", "--yes", &reference, "--org=bell"]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    let left = run(&config, &["report", "--output=json"]).await;
    let left: Value = serde_json::from_str(&left.stdout).unwrap();
    assert_eq!(left["shares"].as_array().unwrap().len(), 1);
    assert_eq!(left["shares"][0]["org"], "acme");
}

#[tokio::test]
async fn a_link_of_a_partners_client_goes_by_the_partners_key() {
    let partner = Partner::new(2, 3, &["acme"]);
    let collect = "{timeout: 10s, requests_per_second: 100}";
    let own = partner
        .files
        .organization("acme", &partner.simulator.url(""));
    let config = partner.configure(collect, &partner.entry(""), &own);
    let before = listed(&config).await;
    let of_client = before.iter().find(|(_, share)| share["org"] != "acme");
    let (reference, share) = of_client.unwrap();
    let org = format!("--org={}", share["org"].as_str().unwrap());
    let said = run(&config, &["revoke", "--yes", reference, &org]).await;
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stderr.contains(&format!("{reference}  gone\n")));
    let mut expected = before.clone();
    expected.remove(reference);
    let left: Vec<_> = listed(&config).await.into_keys().collect();
    assert_eq!(left, expected.into_keys().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_person_at_a_terminal_is_asked() {
    let site = two_pages().await;
    for (answer, code) in [("no", 1), ("", 1), ("yes", 0)] {
        let config = site.files.path("config.yml");
        let line = format!(
            "{BINARY} revoke {} --config.file={}",
            reference(1),
            config.display()
        );
        let mut command = Command::new("script");
        command.args([
            "--quiet",
            "--return",
            "--echo=never",
            "--command",
            &line,
            "/dev/null",
        ]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("`make test` installs `script`");
        let mut stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, format!("{answer}\n").as_bytes()).unwrap();
        let said = ended(child).await;
        assert_eq!(said.code, code, "{answer}: {}", said.stdout);
        assert!(
            said.stdout
                .contains("Take down 1 of these for good? Type yes: "),
            "{}",
            said.stdout
        );
        let asked = deletions(&site.simulator).await;
        assert_eq!(asked, u64::from(code == 0), "{answer}");
    }
    assert_eq!(refs(&site).await, [reference(2)]);
}
